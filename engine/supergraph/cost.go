package supergraph

import (
	"strconv"

	"github.com/vektah/gqlparser/v2/ast"
)

// Cost is what the graph says of what a type, a field or an argument costs (@cost, @listSize).
type Cost struct {
	// Weight of one value or object, if Weighted.
	Weight   int
	Weighted bool
	// Arguments are the weights of a field's arguments, by name.
	Arguments map[string]int
	// List says how long the field's list is; nil if nothing does.
	List *ListSize
}

// ListSize is what @listSize says.
type ListSize struct {
	// Assumed is the size where no argument says it; -1 if none is assumed.
	Assumed int
	// Slicing are the arguments that say it.
	Slicing []string
	// Sized are the fields beneath whose lists have that size; if there are none, it is the field's own.
	Sized []string
	// One: exactly one of the slicing arguments must be given.
	One bool
}

const costSpec = "cost"

// cost reads what a definition costs; the zero value where nothing is said, or the spec is not linked.
func (r *reader) cost(list ast.DirectiveList, args ast.ArgumentDefinitionList) Cost {
	var c Cost
	if r.features.find(costSpec) == nil {
		return c
	}
	c.Weight, c.Weighted = r.weight(list)
	for _, a := range args {
		if w, ok := r.weight(a.Directives); ok {
			if c.Arguments == nil {
				c.Arguments = map[string]int{}
			}
			c.Arguments[a.Name] = w
		}
	}
	if d := list.ForName(r.features.name(costSpec, "listSize")); d != nil {
		c.List = listSize(d)
	}
	return c
}

func (r *reader) weight(list ast.DirectiveList) (int, bool) {
	d := list.ForName(r.features.name(costSpec, "cost"))
	if d == nil {
		return 0, false
	}
	a := d.Arguments.ForName("weight")
	if a == nil || a.Value == nil {
		return 0, false
	}
	n, err := strconv.Atoi(a.Value.Raw)
	return n, err == nil
}

func listSize(d *ast.Directive) *ListSize {
	l := &ListSize{Assumed: -1, One: true}
	for _, a := range d.Arguments {
		if a.Value == nil || a.Value.Kind == ast.NullValue {
			continue
		}
		switch a.Name {
		case "assumedSize":
			if n, err := strconv.Atoi(a.Value.Raw); err == nil {
				l.Assumed = n
			}
		case "slicingArguments":
			l.Slicing = raws(a.Value)
		case "sizedFields":
			l.Sized = raws(a.Value)
		case "requireOneSlicingArgument":
			l.One = a.Value.Raw != "false"
		}
	}
	return l
}

func raws(v *ast.Value) []string {
	var out []string
	for _, e := range elements(v) {
		out = append(out, e.Raw)
	}
	return out
}
