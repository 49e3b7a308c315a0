package authorization

import (
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/ficusgraph/ficus/engine/operation"
)

// Needs are the conditions that decide what of an operation is allowed, each sorted.
type Needs struct {
	Authenticated    bool
	Scopes, Policies []string
	// fields are those with a policy that looks at their arguments, in the order of the operation.
	fields []ruled
	api    *ast.Schema
}

// ruled is a field with a policy that looks at its arguments.
type ruled struct {
	policy, place string
	selection     *operation.Selection
}

// Grant is those of an operation's needs that a caller has, as text: callers with the same grant may read the
// same of the operation.
type Grant string

// Parts of a grant: a mark for its kind, and the name.
const (
	grantToken  = "t"
	grantScope  = "s"
	grantPolicy = "p"
	// grantField is followed by a policy, placeEnd, and the place of a field.
	grantField = "f"
	grantEnd   = "\x00"
	placeEnd   = "\x01"
)

// place identifies a selection in an operation: the keys that lead to it, and the types that fragments narrow to. Two
// selections at one place have the same arguments, or the operation would not be valid.
func place(above string, s *operation.Selection) string {
	if s.On != "" {
		return above + "<" + s.On + placeEnd
	}
	return above + s.Key + placeEnd
}

// Needs are the conditions that matter to the operation.
func (r *Rules) Needs(op *operation.Operation) Needs {
	n := Needs{api: r.graph.API}
	r.collect(&n, op.Selections, "")
	for _, list := range []*[]string{&n.Scopes, &n.Policies} {
		slices.Sort(*list)
		*list = slices.Compact(*list)
	}
	return n
}

func (r *Rules) collect(n *Needs, list []*operation.Selection, above string) {
	for _, s := range list {
		at := place(above, s)
		if s.On == "" {
			r.each(s, func(_ string, list []restricted) {
				for _, a := range list {
					r.add(n, a, s, at)
				}
			})
		}
		r.collect(n, s.Selections, at)
	}
}

func (r *Rules) add(n *Needs, a restricted, s *operation.Selection, at string) {
	n.Authenticated = n.Authenticated || a.Authenticated
	n.Scopes = append(n.Scopes, slices.Concat(a.Scopes...)...)
	for _, policy := range slices.Concat(a.Policies...) {
		if !a.field || !slices.Contains(r.byArguments, policy) {
			n.Policies = append(n.Policies, policy)
			continue
		}
		if !slices.ContainsFunc(n.fields, func(f ruled) bool { return f.policy == policy && f.place == at }) {
			n.fields = append(n.fields, ruled{policy, at, s})
		}
	}
}

// Grant is what the caller has of the needs. Policies are asked for once, and only if there are some.
func (n Needs) Grant(a Access, values operation.Values) Grant {
	held := map[string]bool{}
	questions := n.questions(values)
	if len(questions) > 0 && a.Policies != nil {
		parts := n.decided()
		for i, yes := range a.Policies(questions) {
			held[parts[i]] = yes
		}
	}
	held[grantToken] = a.Authenticated
	for _, s := range a.Scopes {
		held[grantScope+s] = true
	}
	return n.pick(held)
}

// Kept is what of the needs is in another grant, which was given for a like operation.
func (n Needs) Kept(other Grant) Grant { return n.pick(other.set()) }

// questions are what is to be decided, and decided the parts of a grant that they decide.
func (n Needs) questions(values operation.Values) []Question {
	var out []Question
	for _, p := range n.Policies {
		out = append(out, Question{Policy: p})
	}
	for _, f := range n.fields {
		out = append(out, Question{Policy: f.policy, Arguments: f.selection.ArgumentsJSON(n.api, values)})
	}
	return out
}

func (n Needs) decided() []string {
	var out []string
	for _, p := range n.Policies {
		out = append(out, grantPolicy+p)
	}
	for _, f := range n.fields {
		out = append(out, grantField+f.policy+placeEnd+f.place)
	}
	return out
}

// pick writes those of the needs that are held.
func (n Needs) pick(held map[string]bool) Grant {
	var b strings.Builder
	take := func(part string) {
		if held[part] {
			b.WriteString(part + grantEnd)
		}
	}
	if n.Authenticated {
		take(grantToken)
	}
	for _, s := range n.Scopes {
		take(grantScope + s)
	}
	for _, part := range n.decided() {
		take(part)
	}
	return Grant(b.String())
}

func (g Grant) set() map[string]bool {
	out := map[string]bool{}
	for part := range strings.SplitSeq(string(g), grantEnd) {
		out[part] = true
	}
	return out
}

// allows reports whether all restrictions hold at the place.
func (w *restriction) allows(list []restricted, at string) bool {
	for _, a := range list {
		if a.Authenticated && !w.grant[grantToken] ||
			!some(a.Scopes, func(name string) bool { return w.grant[grantScope+name] }) ||
			!some(a.Policies, func(name string) bool { return w.holds(name, a.field, at) }) {
			return false
		}
	}
	return true
}

func (w *restriction) holds(policy string, field bool, at string) bool {
	if field && slices.Contains(w.byArguments, policy) {
		return w.open || w.grant[grantField+policy+placeEnd+at]
	}
	return w.grant[grantPolicy+policy]
}

// some reports whether all of one of the alternatives hold; no alternatives at all restrict nothing.
func some(alternatives [][]string, holds func(name string) bool) bool {
	if alternatives == nil {
		return true
	}
	return slices.ContainsFunc(alternatives, func(all []string) bool {
		return !slices.ContainsFunc(all, func(name string) bool { return !holds(name) })
	})
}
