package monolith

import (
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/ficusgraph/ficus/engine/supergraph"
)

// unresolved reports the fields that nothing resolves.
func (r *resolved) unresolved() {
	covered := map[string]bool{}
	for _, c := range r.connectors {
		if c.field != "" {
			covered[c.typ+"."+c.field] = true
		}
		covers(covered, r.outlines[c])
		r.coverKeys(covered, c)
	}
	for _, t := range r.contract.types {
		if t.kind != ast.Object || r.contract.root(t.name) == ast.Subscription {
			continue
		}
		for _, f := range t.fields {
			coordinate := t.name + "." + f.name
			if f.foreign || t.keyed(f.name) || f.hidden || covered[coordinate] || strings.HasPrefix(f.name, "_") || len(f.connects) > 0 {
				continue
			}
			r.add(codeUnresolved, coordinate, f.at, "no connector resolves the field; map it in a selection, give it a connector, or mark it @mock")
		}
	}
}

func covers(covered map[string]bool, o *outline) {
	if o == nil {
		return
	}
	for _, f := range o.fields {
		covered[o.typ+"."+f.name] = true
		covers(covered, f.within)
	}
	for _, b := range o.branches {
		covers(covered, b)
	}
}

// coverKeys counts the fields of keys as resolved: they are in the representations.
func (r *resolved) coverKeys(covered map[string]bool, c *Connector) {
	switch c.Kind {
	case Entity:
		for _, t := range r.contract.objects(r.contract.byName[c.result.Name()]) {
			r.coverKey(covered, t.name, c.keys)
		}
	case Field, Type, Batch:
		r.coverKey(covered, c.typ, c.keys)
	}
}

func (r *resolved) coverKey(covered map[string]bool, typ string, k keys) {
	t := r.contract.byName[typ]
	if t == nil {
		return
	}
	for _, e := range k {
		covered[typ+"."+e.name] = true
		if f := t.field(e.name); f != nil && len(e.sub) > 0 {
			r.coverKey(covered, f.typ.Name(), e.sub)
		}
	}
}

// entities reports keys by which the schema promises to resolve entities, and no connector does.
func (r *resolved) entities() {
	for _, t := range r.contract.types {
		if t.kind != ast.Object {
			continue
		}
		for _, k := range t.keys {
			if !t.within(k) && !r.enters(t.name, k) {
				r.add("MISSING_ENTITY_CONNECTOR", t.name, t.at, "no connector resolves the entity by @key(fields: %q); add @connect to the type, entity: true to a field of Query, or resolvable: false to the key", k)
				r.soften()
			}
		}
	}
}

// within reports whether the type has nothing but the key, so that there is nothing to be resolved by it.
func (t *objectType) within(key supergraph.FieldSet) bool {
	return !slices.ContainsFunc(t.fields, func(f *field) bool {
		return !f.foreign && !slices.ContainsFunc(key, func(k *supergraph.FieldSetItem) bool { return k.Name == f.name })
	})
}

func (r *resolved) enters(typ string, k supergraph.FieldSet) bool {
	for _, c := range r.connectors {
		of := r.contract.byName[c.entity()]
		if c.Kind == Root || of == nil {
			continue
		}
		if slices.ContainsFunc(r.contract.objects(of), func(t *objectType) bool { return t.name == typ && covered(t.own(c.keys.fieldSet()), k) }) {
			return true
		}
	}
	return false
}
