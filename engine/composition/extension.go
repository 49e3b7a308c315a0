package composition

import "slices"

// checkExtension: an extension needs something of its kind to extend, in some subgraph.
func (s *schema) checkExtension(t *typeDef, schemas []*schema) Errors {
	if t.based && (s.fed2 || !t.has(dExtends)) || t.root() {
		return nil
	}
	based := slices.ContainsFunc(schemas, func(o *schema) bool {
		ot := o.byName[t.name]
		return o != s && ot != nil && ot.based && (ot.kind == t.kind || ot.interfaceObject() || t.interfaceObject())
	})
	if based {
		return nil
	}
	return Errors{s.errorAt(ExtensionWithNoBase, t.pos, "Type %q is an extension type, but there is no type definition for %q in any subgraph.", t.name, t.name)}
}
