package monolith

import (
	"strings"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/ficusgraph/ficus/monolith-adapter/mapping"
)

// inputs checks what a connector reads of $args, $this and $batch, and makes its keys of it.
func (r *reader) inputs(c *Connector) {
	keyed := map[Kind]string{Entity: "args", Field: "this", Type: "this", Batch: "batch"}[c.Kind]
	entity := c.entity()
	for _, ref := range c.readings() {
		if ref.Variable != "args" && ref.Variable != "this" && ref.Variable != "batch" {
			continue
		}
		if !r.allowed(c, ref) {
			continue
		}
		if ref.Variable == "args" && !r.argument(c, ref) || ref.Variable != keyed {
			continue
		}
		r.key(c, ref, entity)
	}
	if c.Kind == Field && len(c.keys) == 0 && !c.reads("this") {
		c.keys.add([]string{"__typename"}) // whichever object it is
	}
	if keyed != "" && len(c.keys) == 0 && c.selection != nil && (c.Virtual || c.request.url != nil) {
		r.add("CONNECTORS_CANNOT_RESOLVE_KEY", c.Coordinate, c.written.at, "nothing of $%s is read, so it cannot be told which %s is asked for", keyed, entity)
	}
}

// allowed reports whether the connector has the variable at all.
func (r *reader) allowed(c *Connector, ref reading) bool {
	switch {
	case ref.Variable == "args" && c.field == "":
		r.addIn(ref.value, ref.offset, ref.code, c.Coordinate, "$args is not available on a type; the representation is in $this, or in $batch")
	case ref.Variable == "this" && (c.Kind == Root || c.Kind == Entity):
		r.addIn(ref.value, ref.offset, ref.code, c.Coordinate, "$this is not available on fields of a root type; did you mean $args?")
	case ref.Variable == "batch" && c.Kind != Batch:
		r.addIn(ref.value, ref.offset, ref.code, c.Coordinate, "$batch is available in connectors on types only")
	default:
		return true
	}
	return false
}

// argument checks that the field has the argument.
func (r *reader) argument(c *Connector, ref reading) bool {
	if len(ref.Path) == 0 || c.args.ForName(ref.Path[0]) != nil {
		return true
	}
	names := make([]string, len(c.args))
	for i, a := range c.args {
		names[i] = a.Name
	}
	r.addIn(ref.value, ref.offset, "UNDEFINED_ARGUMENT", c.Coordinate, "there is no argument %s%s", ref.Path[0], similar(ref.Path[0], names))
	if ref.code != codeURL {
		r.soften()
	}
	return false
}

// key adds what is read to the keys, as far as it goes into objects of the graph.
func (r *reader) key(c *Connector, ref reading, entity string) {
	if len(ref.Path) == 0 {
		if c.Kind != Entity {
			r.addIn(ref.value, ref.offset, ref.code, c.Coordinate, "$%s must be read by its fields, as in $%s.id", ref.Variable, ref.Variable)
			return
		}
		for _, a := range c.args {
			ref.Path = []string{a.Name}
			r.key(c, ref, entity)
		}
		return
	}
	t := r.contract.byName[entity]
	for i, name := range ref.Path {
		if t == nil {
			return
		}
		f := r.contract.field(t, name)
		if f == nil {
			if c.Kind != Entity { // an argument without its field is reported by entity
				r.addIn(ref.value, ref.offset, "UNDEFINED_FIELD", c.Coordinate, "%s has no field %s%s", t.name, name, similar(name, fieldNames(t)))
			}
			return
		}
		next := r.contract.byName[f.typ.Name()]
		composite := next != nil && (next.kind == ast.Object || next.kind == ast.Interface || next.kind == ast.Union)
		switch last := i == len(ref.Path)-1; {
		case composite && last:
			r.addIn(ref.value, ref.offset, ref.code, c.Coordinate, "$%s.%s is an object of type %s; read its fields", ref.Variable, strings.Join(ref.Path, "."), next.name)
			return
		case !composite:
			c.keys.add(ref.Path[:i+1])
			return
		}
		t = next
	}
}

func fieldNames(t *objectType) []string {
	out := make([]string, len(t.fields))
	for i, f := range t.fields {
		out[i] = f.name
	}
	return out
}

// entity checks a connector that resolves entities by its arguments.
func (r *reader) entity(c *Connector) {
	t := r.contract.byName[c.result.Name()]
	composite := t != nil && (t.kind == ast.Object || t.abstract() && r.contract.spec.version >= mapping.V04)
	if c.result.Elem != nil || c.result.NonNull || !composite {
		r.add("ENTITY_TYPE_INVALID", c.Coordinate, c.written.at, "with entity: true the field's type must be an object that may be null, not %s", c.result)
		if c.result.Elem != nil || !composite {
			return
		}
		r.soften()
	}
	if len(c.args) == 0 {
		r.add("ENTITY_RESOLVER_ARGUMENT_MISMATCH", c.Coordinate, c.written.at, "with entity: true there must be arguments, which are the entity's key")
	}
	for _, a := range c.args {
		if f := r.contract.field(t, a.Name); f == nil || !r.sameInput(a.Type, f.typ) {
			r.add("ENTITY_RESOLVER_ARGUMENT_MISMATCH", c.Coordinate, a.Position, "the argument %s: %s must be a field of %s of that name and type", a.Name, a.Type, t.name)
		}
	}
}

// sameInput reports whether values of the output type fit the input type: the same scalar, or field by field.
func (r *reader) sameInput(in, out *ast.Type) bool {
	if in.Elem != nil || out.Elem != nil {
		return in.Elem != nil && out.Elem != nil && r.sameInput(in.Elem, out.Elem)
	}
	input, object := r.contract.byName[in.NamedType], r.contract.byName[out.NamedType]
	if input == nil || input.kind != ast.InputObject {
		return in.NamedType == out.NamedType
	}
	if object == nil {
		return false
	}
	for _, f := range input.fields {
		if g := object.field(f.name); g == nil || !r.sameInput(f.typ, g.typ) {
			return false
		}
	}
	return true
}
