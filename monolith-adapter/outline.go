package monolith

import (
	"slices"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/ficusgraph/ficus/monolith-adapter/mapping"
)

// outline is which fields of an object a connector resolves.
type outline struct {
	typ    string
	fields []*outlined
	// branches are the object types that an interface or a union can be, instead of fields.
	branches []*outline
}

// outlined is one of the fields; within is nil for leaves.
type outlined struct {
	name   string
	within *outline
}

func (o *outline) field(name string) *outlined {
	for _, f := range o.fields {
		if f.name == name {
			return f
		}
	}
	return nil
}

// outline compares what a connector's selection makes with the type that it is to make; nil for leaves.
func (r *reader) outline(c *Connector) *outline {
	if c.selection == nil {
		return nil
	}
	return r.outlineOf(c, c.selection.Output(), c.result.Name(), nil)
}

func (r *reader) outlineOf(c *Connector, out *mapping.Output, typ string, above []string) *outline {
	text, at := c.written.arg("selection"), out.At
	t, top := r.contract.byName[typ], len(above) == 0
	switch {
	case t == nil || t.kind == ast.Scalar || t.kind == ast.Enum:
		if out.Object && (t == nil || t.kind == ast.Enum || builtin(typ)) {
			hint := ""
			if b, ok := c.selection.Root.(*mapping.Block); ok && len(b.Items) == 1 && b.Items[0].Short && typ == c.result.Name() {
				hint = "; for the value itself write $." + b.Items[0].Name
			}
			r.addIn(text, at, "GROUP_SELECTION_IS_NOT_OBJECT", c.Coordinate, "%s has no fields, but the selection gives it some%s", typ, hint)
			if top {
				r.soften()
			}
		}
		return nil
	case t.abstract():
		return r.branches(c, out, t, above)
	case !out.Object:
		r.addIn(text, at, "GROUP_SELECTION_REQUIRED_FOR_OBJECT", c.Coordinate, "%s has fields; say which in a block: { .. }", typ)
		return nil
	case out.Open:
		r.addIn(text, at, "GROUP_SELECTION_REQUIRED_FOR_OBJECT", c.Coordinate, "it cannot be told which fields of %s are spread from the data; say which in a block: ... x { .. }", typ)
		return nil
	case slices.Contains(above, typ):
		r.addIn(text, at, "CIRCULAR_REFERENCE", c.Coordinate, "%s appears within itself; resolve the inner one by a connector of its own", typ)
		return nil
	}
	if c.Kind == Field && typ == c.typ {
		r.again(c, out)
	}
	o := &outline{typ: typ}
	for _, f := range out.Fields {
		if of := r.outlineField(c, t, f, append(above[:len(above):len(above)], typ)); of != nil {
			o.fields = append(o.fields, of)
		}
	}
	return o
}

// again checks that objects of the type that has the field come with the key by which the field is asked for
// again.
func (r *reader) again(c *Connector, out *mapping.Output) {
	text, at := c.written.arg("selection"), out.At
	for _, k := range c.keys {
		if out.Field(k.name) == nil && k.name != "__typename" {
			r.addIn(text, at, "CIRCULAR_REFERENCE", c.Coordinate, "%s appears in what resolves one of its fields, without %s, which is read from $this", c.typ, k.name)
		}
	}
}

func builtin(scalar string) bool {
	return slices.Contains([]string{"Int", "Float", "String", "Boolean", "ID"}, scalar)
}

// outlineField compares one name that the selection makes; nil if it resolves no field.
func (r *reader) outlineField(c *Connector, t *objectType, f *mapping.OutputField, above []string) *outlined {
	text, at := c.written.arg("selection"), f.At
	field := t.field(f.Name)
	switch {
	case f.Name == "__typename":
		return nil
	case field == nil:
		r.addIn(text, at, "SELECTED_FIELD_NOT_FOUND", c.Coordinate, "%s has no field %s%s", t.name, f.Name, similar(f.Name, fieldNames(t)))
		return nil
	case len(field.args) > 0:
		r.addIn(text, at, "CONNECTORS_FIELD_WITH_ARGUMENTS", c.Coordinate, "%s.%s has arguments, which a selection cannot see; give it a connector of its own", t.name, f.Name)
		return nil
	case field.hidden:
		return nil
	}
	of := &outlined{name: f.Name}
	if inner := r.contract.byName[field.typ.Name()]; inner == nil || inner.kind == ast.Scalar || inner.kind == ast.Enum {
		r.outlineOf(c, f.Output, field.typ.Name(), above)
		return of
	}
	of.within = r.outlineOf(c, f.Output, field.typ.Name(), above)
	if of.within == nil {
		return nil
	}
	return of
}
