package composition

import "slices"

// checkExtension: an extension needs something to extend, in some subgraph. That it is of the extension's kind is asked
// of Federation 2 only: for Federation 1, a clash of kinds is told later.
func (s *schema) checkExtension(t *typeDef, schemas []*schema) Errors {
	if t.based && (s.fed2 || !t.has(dExtends)) || t.root() {
		return nil
	}
	based := slices.ContainsFunc(schemas, func(o *schema) bool {
		ot := o.byName[t.name]
		return o != s && ot != nil && ot.based && (!s.fed2 || ot.kind == t.kind || ot.interfaceObject() || t.interfaceObject())
	})
	if based {
		return nil
	}
	return Errors{s.errorAt(ExtensionWithNoBase, t.pos, "Type %q is an extension type, but there is no type definition for %q in any subgraph.", t.name, t.name)}
}
