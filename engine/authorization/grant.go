package authorization

import (
	"slices"
	"strings"

	"github.com/ficusgraph/ficus/engine/operation"
	"github.com/ficusgraph/ficus/engine/supergraph"
)

// Needs are the conditions that decide what of an operation is allowed, each sorted.
type Needs struct {
	Authenticated    bool
	Scopes, Policies []string
}

// Grant is those of an operation's needs that a caller has, as text: callers with the same grant may read the
// same of the operation.
type Grant string

// Parts of a grant: a mark for its kind, and the name.
const (
	grantToken  = "t"
	grantScope  = "s"
	grantPolicy = "p"
	grantEnd    = "\x00"
)

// Needs are the conditions that matter to the operation.
func (r *Rules) Needs(op *operation.Operation) Needs {
	var n Needs
	var walk func(list []*operation.Selection)
	walk = func(list []*operation.Selection) {
		for _, s := range list {
			if s.On == "" {
				r.each(s, func(_ string, restricted []*supergraph.Access) {
					for _, a := range restricted {
						n.add(a)
					}
				})
			}
			walk(s.Selections)
		}
	}
	walk(op.Selections)
	for _, list := range []*[]string{&n.Scopes, &n.Policies} {
		slices.Sort(*list)
		*list = slices.Compact(*list)
	}
	return n
}

func (n *Needs) add(a *supergraph.Access) {
	if a == nil {
		return
	}
	n.Authenticated = n.Authenticated || a.Authenticated
	n.Scopes = append(n.Scopes, slices.Concat(a.Scopes...)...)
	n.Policies = append(n.Policies, slices.Concat(a.Policies...)...)
}

// Grant is what the caller has of the needs. Policies are asked for once, and only if there are some.
func (n Needs) Grant(a Access) Grant {
	var b strings.Builder
	if n.Authenticated && a.Authenticated {
		b.WriteString(grantToken + grantEnd)
	}
	for _, s := range n.Scopes {
		if slices.Contains(a.Scopes, s) {
			b.WriteString(grantScope + s + grantEnd)
		}
	}
	if len(n.Policies) > 0 && a.Policies != nil {
		held := a.Policies(n.Policies)
		for _, p := range n.Policies {
			if slices.Contains(held, p) {
				b.WriteString(grantPolicy + p + grantEnd)
			}
		}
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

// allows reports whether all restrictions hold.
func (w *restriction) allows(list []*supergraph.Access) bool {
	for _, a := range list {
		if a.Authenticated && !w.grant[grantToken] || !w.some(a.Scopes, grantScope) || !w.some(a.Policies, grantPolicy) {
			return false
		}
	}
	return true
}

// some reports whether all of one of the alternatives hold; no alternatives at all restrict nothing.
func (w *restriction) some(alternatives [][]string, kind string) bool {
	if alternatives == nil {
		return true
	}
	return slices.ContainsFunc(alternatives, func(all []string) bool {
		return !slices.ContainsFunc(all, func(name string) bool { return !w.grant[kind+name] })
	})
}

// Access is what a caller with the grant is known to have.
func (g Grant) Access() Access {
	set := g.set()
	a := Access{Authenticated: set[grantToken]}
	for part := range strings.SplitSeq(string(g), grantEnd) {
		if name, ok := strings.CutPrefix(part, grantScope); ok && part != "" {
			a.Scopes = append(a.Scopes, name)
		}
	}
	a.Policies = func(names []string) []string {
		return slices.DeleteFunc(slices.Clone(names), func(name string) bool { return !set[grantPolicy+name] })
	}
	return a
}
