package operation

import (
	"slices"

	"github.com/vektah/gqlparser/v2/ast"
)

// relation is what a type condition means for the objects of a type.
type relation uint8

const (
	sometimes relation = iota + 1
	always
	never
)

// types answers, once for each pair, how types relate.
type types struct {
	api       *ast.Schema
	objects   map[string]map[string]bool
	relations map[[2]string]relation
}

func newTypes(api *ast.Schema) *types {
	return &types{api: api, objects: map[string]map[string]bool{}, relations: map[[2]string]relation{}}
}

// relate says whether objects of the parent meet the condition. It is always only if, beyond that, the fields
// that can be selected on the condition can be selected on the parent.
func (t *types) relate(parent *ast.Definition, on string) relation {
	if parent.Name == on || slices.Contains(parent.Interfaces, on) {
		return always
	}
	return t.compare(parent, t.api.Types[on])
}

// compare is the relation as far as it follows from the objects that there are.
func (t *types) compare(parent, cond *ast.Definition) relation {
	pair := [2]string{parent.Name, cond.Name}
	out, known := t.relations[pair]
	if !known {
		out = relate(t.possible(parent), t.possible(cond), cond.Kind == ast.Union)
		t.relations[pair] = out
	}
	return out
}

func relate(a, b map[string]bool, union bool) relation {
	small, large := a, b
	if len(small) > len(large) {
		small, large = large, small
	}
	met := 0
	for name := range small {
		if large[name] {
			met++
		}
	}
	switch {
	case met == 0:
		return never
	case met == len(a) && union:
		return always
	}
	return sometimes
}

// possible is the set of the object types that objects of the type can have.
func (t *types) possible(def *ast.Definition) map[string]bool {
	if def.Kind == ast.Object {
		return map[string]bool{def.Name: true}
	}
	out, known := t.objects[def.Name]
	if known {
		return out
	}
	out = map[string]bool{}
	for _, o := range t.api.PossibleTypes[def.Name] {
		if o != nil && o.Kind == ast.Object {
			out[o.Name] = true
		}
	}
	t.objects[def.Name] = out
	return out
}
