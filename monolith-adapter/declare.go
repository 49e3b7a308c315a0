package monolith

import (
	"fmt"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/ficusgraph/ficus/engine/supergraph"
)

// Declare adds to a schema the keys by which its connectors enter entities, where it does not say them itself: a
// type with a connector is an entity although no @key says so, and other subgraphs may refer to it. What is there
// keeps its place. A schema without connectors, or with faults, is returned as it is.
func Declare(subgraph, file, sdl string) (string, error) {
	c, err := schemaContract(subgraph, file, sdl)
	if err != nil || !c.connected() {
		return sdl, err
	}
	r := read(c)
	if !r.sound() {
		return sdl, nil
	}
	var b strings.Builder
	b.WriteString(sdl)
	for _, con := range r.connectors {
		of := c.byName[con.entity()]
		if con.Kind == Root || of == nil {
			continue
		}
		for _, t := range c.objects(of) {
			if set := t.own(con.keys.fieldSet()); len(set) > 0 && !t.declares(set) && c.canBeKey(t, set) {
				t.keys = append(t.keys, set)
				fmt.Fprintf(&b, "\nextend type %s @%s(fields: %q)", t.name, c.spec.key, set)
			}
		}
	}
	return b.String(), nil
}

// entity is the type that the connector resolves entities of, or a field of.
func (c *Connector) entity() string {
	if c.Kind == Entity {
		return c.result.Name()
	}
	return c.typ
}

// own leaves out what another subgraph resolves and no key names: @requires brings that. If nothing is left, it is
// the key by which the type refers to that subgraph.
func (t *objectType) own(set supergraph.FieldSet) supergraph.FieldSet {
	var out supergraph.FieldSet
	for _, item := range set {
		if f := t.field(item.Name); f != nil && (!f.foreign || t.keyed(item.Name)) {
			out = append(out, item)
		}
	}
	if len(out) == 0 && len(t.stubs) > 0 {
		return t.stubs[0]
	}
	return out
}

// keyed reports whether the field is of a key, resolvable or not.
func (t *objectType) keyed(field string) bool {
	return slices.ContainsFunc(slices.Concat(t.keys, t.stubs), func(k supergraph.FieldSet) bool {
		return slices.ContainsFunc(k, func(f *supergraph.FieldSetItem) bool { return f.Name == field })
	})
}

// declares reports whether the type has the key, resolvable.
func (t *objectType) declares(set supergraph.FieldSet) bool {
	return slices.ContainsFunc(t.keys, func(k supergraph.FieldSet) bool { return covered(k, set) && covered(set, k) })
}

// covered reports whether each field of a is in b.
func covered(a, b supergraph.FieldSet) bool {
	for _, f := range a {
		i := slices.IndexFunc(b, func(g *supergraph.FieldSetItem) bool { return g.Name == f.Name })
		if i < 0 || !covered(f.Fields, b[i].Fields) {
			return false
		}
	}
	return true
}

// canBeKey reports whether the fields are such as @key may name: no lists, nothing abstract, without arguments.
func (c *contract) canBeKey(t *objectType, set supergraph.FieldSet) bool {
	for _, item := range set {
		f := t.field(item.Name)
		if f == nil || f.typ.Elem != nil || len(f.args) > 0 {
			return false
		}
		inner := c.byName[f.typ.Name()]
		switch {
		case inner == nil || inner.kind == ast.Scalar || inner.kind == ast.Enum:
		case inner.kind != ast.Object || !c.canBeKey(inner, item.Fields):
			return false
		}
	}
	return t.kind == ast.Object
}
