package composition

import (
	"slices"

	"github.com/vektah/gqlparser/v2/ast"
)

// foldRoots finds the root types and gives them their default names, which is how all subgraphs can share them.
func (s *schema) foldRoots(doc *ast.SchemaDocument) Errors {
	var errs Errors
	var chosen [len(operations)]string
	explicit := len(doc.Schema) > 0
	for _, def := range doc.Schema[min(1, len(doc.Schema)):] {
		errs = append(errs, s.errorAt(InvalidGraphQL, def.Position, "There can be only one schema definition; extend it by \"extend schema\"."))
	}
	for _, def := range slices.Concat(doc.Schema, doc.SchemaExtension) {
		for _, op := range def.OperationTypes {
			for i := range operations {
				if operations[i].kind == op.Operation {
					if chosen[i] != "" {
						errs = append(errs, s.errorAt(InvalidGraphQL, op.Position, "There can be only one %s type in the schema.", op.Operation))
					}
					chosen[i] = op.Type
					if s.byName[op.Type] == nil {
						errs = append(errs, s.errorAt(InvalidGraphQL, op.Position, "Cannot set schema %s root to unknown type %s", op.Operation, op.Type))
					}
				}
			}
		}
	}
	for _, def := range doc.Schema {
		s.applied = append(s.applied, s.apply(def.Directives, false)...)
	}
	for i, op := range operations {
		switch {
		case chosen[i] == "" && !explicit && s.byName[op.name] != nil && s.byName[op.name].kind == ast.Object:
			chosen[i] = op.name
		case chosen[i] == "" || s.byName[chosen[i]] == nil:
			continue
		}
		s.roots[i] = s.byName[chosen[i]]
		if s.roots[i].kind != ast.Object {
			errs = append(errs, s.errorAt(InvalidGraphQL, s.roots[i].pos, "%s root type must be Object type, it cannot be %s.", op.name, chosen[i]))
		}
	}
	s.ensureQuery()
	return errs
}

// ensureQuery makes sure that there is a query type: every federated service answers _entities and _service.
func (s *schema) ensureQuery() {
	q := s.roots[0]
	if q == nil {
		if q = s.byName["Query"]; q == nil {
			q = &typeDef{element: element{name: "Query"}, kind: ast.Object, in: s, based: true}
			s.byName["Query"] = q
			s.types = append(s.types, q)
		}
		s.roots[0] = q
	}
	q.fields = slices.DeleteFunc(q.fields, func(f *fieldDef) bool {
		drop := f.name == "_entities" || f.name == "_service"
		if drop {
			s.dropped = append(s.dropped, f)
		}
		return drop
	})
}

// renameRoots gives root types their default names wherever they are referred to.
func (s *schema) renameRoots() Errors {
	var errs Errors
	renamed := map[string]string{}
	for i, op := range operations {
		t := s.roots[i]
		if other := s.byName[op.name]; other != nil && t != nil && other != t {
			errs = append(errs, s.errorAt(op.used, other.pos, "The schema has a type named %q but it is not set as the %s root type (%q is instead): this is not supported by federation. If a root type does not use its default name, there should be no other type with that default name.", op.name, op.kind, t.name))
			continue
		}
		if t != nil && t.name != op.name {
			renamed[t.name] = op.name
			delete(s.byName, t.name)
			t.name = op.name
			s.byName[op.name] = t
		}
	}
	if len(renamed) > 0 {
		s.renameTypes(renamed)
	}
	return errs
}

func (s *schema) renameTypes(to map[string]string) {
	ref := func(t *ast.Type) {
		for t.Elem != nil {
			t = t.Elem
		}
		if n, ok := to[t.NamedType]; ok {
			t.NamedType = n
		}
	}
	for _, t := range s.types {
		for _, f := range t.fields {
			ref(f.typ)
		}
		for i, m := range t.members {
			if n, ok := to[m]; ok {
				t.members[i] = n
			}
		}
	}
}
