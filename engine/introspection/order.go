package introspection

import (
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// typesInOrder is the types as graphql-js lists them: those of the schema in the order of the SDL, scalars of
// the specification where they are first used and not at all if they are not, the types of introspection last.
func (b *builder) typesInOrder(directives []*ast.DirectiveDefinition) []*ast.Definition {
	o := &order{api: b.api, seen: map[string]bool{}}
	var own []*ast.Definition
	for _, def := range b.api.Types {
		if !specified(def) {
			own = append(own, def)
			o.seen[def.Name] = true
		}
	}
	slices.SortFunc(own, func(x, y *ast.Definition) int { return byPosition(x.Position, y.Position, x.Name, y.Name) })
	for _, def := range own {
		o.out = append(o.out, def)
		o.below(def)
	}
	for _, d := range directives {
		for _, arg := range d.Arguments {
			o.add(arg.Type)
		}
	}
	o.add(ast.NamedType("__Schema", nil))
	return o.out
}

// specified reports whether the type is one that each schema has.
func specified(def *ast.Definition) bool {
	switch def.Name {
	case "Int", "Float", "String", "Boolean", "ID":
		return true
	}
	return strings.HasPrefix(def.Name, "__")
}

// order lists types, each with those that it refers to right after it, as far as they are not yet listed.
type order struct {
	api  *ast.Schema
	seen map[string]bool
	out  []*ast.Definition
}

func (o *order) add(t *ast.Type) {
	name := t.Name()
	def := o.api.Types[name]
	if def == nil || o.seen[name] {
		return
	}
	o.seen[name] = true
	o.out = append(o.out, def)
	o.below(def)
}

func (o *order) below(def *ast.Definition) {
	for _, f := range def.Fields {
		if strings.HasPrefix(f.Name, "__") {
			continue
		}
		o.add(f.Type)
		for _, arg := range f.Arguments {
			o.add(arg.Type)
		}
	}
}
