package composition

import (
	"slices"
	"strconv"

	"github.com/vektah/gqlparser/v2/ast"
)

// combine merges the arguments of a directive that says how: the highest cost, the stricter access.
func combine(k kind, as []*applied) ast.ArgumentList {
	if k == dRequiresScopes || k == dPolicy {
		name := "scopes"
		if k == dPolicy {
			name = "policies"
		}
		return ast.ArgumentList{{Name: name, Value: conjunction(as, name)}}
	}
	var out ast.ArgumentList
	add := func(name string, val *ast.Value) {
		if val != nil {
			out = append(out, &ast.Argument{Name: name, Value: val})
		}
	}
	if k == dCost {
		add("weight", highest(as, "weight"))
		return out
	}
	add("assumedSize", highest(as, "assumedSize"))
	add("slicingArguments", union(as, "slicingArguments"))
	add("sizedFields", union(as, "sizedFields"))
	add("requireOneSlicingArgument", every(as, "requireOneSlicingArgument"))
	return out
}

func highest(as []*applied, name string) *ast.Value {
	var best *ast.Value
	for _, a := range as {
		val := a.arg(name)
		if val == nil || val.Kind == ast.NullValue {
			continue
		}
		if n, _ := strconv.Atoi(val.Raw); best == nil || n > number(best) {
			best = val
		}
	}
	return best
}

func number(val *ast.Value) int {
	n, _ := strconv.Atoi(val.Raw)
	return n
}

func union(as []*applied, name string) *ast.Value {
	var out *ast.Value
	for _, a := range as {
		val := a.arg(name)
		if val == nil || val.Kind == ast.NullValue {
			continue
		}
		if out == nil {
			out = &ast.Value{Kind: ast.ListValue}
		}
		for _, s := range stringsOf(val) {
			if !slices.ContainsFunc(out.Children, func(c *ast.ChildValue) bool { return c.Value.Raw == s }) {
				out.Children = append(out.Children, &ast.ChildValue{Value: stringValue(s)})
			}
		}
	}
	return out
}

func every(as []*applied, name string) *ast.Value {
	var out *ast.Value
	for _, a := range as {
		val := a.arg(name)
		if val == nil {
			continue
		}
		if out == nil || val.Raw == "false" {
			out = val
		}
	}
	return out
}

// conjunction of conditions, each a list of alternatives of scopes that are needed together: whoever may
// read the field has to satisfy all of them.
func conjunction(as []*applied, name string) *ast.Value {
	acc := [][]string{{}}
	for _, a := range as {
		var next [][]string
		for _, have := range acc {
			for _, alt := range alternatives(a.arg(name)) {
				both := slices.Clone(have)
				for _, s := range alt {
					if !slices.Contains(both, s) {
						both = append(both, s)
					}
				}
				slices.Sort(both)
				next = append(next, both)
			}
		}
		acc = minimal(next)
	}
	slices.SortFunc(acc, slices.Compare)
	outer := make([]*ast.Value, len(acc))
	for i, alt := range acc {
		inner := make([]*ast.Value, len(alt))
		for j, s := range alt {
			inner[j] = stringValue(s)
		}
		outer[i] = listValue(inner)
	}
	return listValue(outer)
}

// tooMany refuses conditions that would multiply beyond what anybody could read.
func (m *merger) tooMany(as []*applied, coord string) bool {
	if as[0].kind != dRequiresScopes && as[0].kind != dPolicy {
		return false
	}
	product := 1
	for _, a := range as {
		product *= max(1, len(alternatives(a.arg(as[0].args[0].Name))))
		if product > maxAlternatives {
			m.fail(DirectiveCompositionError, place{}, "The @%s conditions that hold together for %q have more than %d alternatives: name what they have in common", as[0].name, coord, maxAlternatives)
			return true
		}
	}
	return false
}

func alternatives(val *ast.Value) [][]string {
	if val == nil {
		return nil
	}
	if val.Kind != ast.ListValue {
		return [][]string{stringsOf(val)}
	}
	var out [][]string
	for _, c := range val.Children {
		out = append(out, stringsOf(c.Value))
	}
	return out
}

// minimal drops the alternatives that another one implies.
func minimal(alts [][]string) [][]string {
	var out [][]string
	for i, a := range alts {
		implied := false
		for j, b := range alts {
			if i == j || !subset(b, a) {
				continue
			}
			if len(b) < len(a) || j < i {
				implied = true
				break
			}
		}
		if !implied {
			out = append(out, a)
		}
	}
	return out
}

func subset(a, b []string) bool {
	for _, s := range a {
		if !slices.Contains(b, s) {
			return false
		}
	}
	return true
}
