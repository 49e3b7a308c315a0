package composition

import (
	"slices"

	"github.com/vektah/gqlparser/v2/ast"
)

// typed is a reference to a type and where it stands.
type typed struct {
	typ *ast.Type
	at  place
}

// mergeRefs finds the type that holds for all: the widest for what is put out, the narrowest for what is
// taken in. equal says that all are the same; after an error the first stands for all.
func (m *merger) mergeRefs(refs []typed, input bool, code Code, what, coord string) (typ *ast.Type, equal bool) {
	typ, equal = refs[0].typ, true
	for _, r := range refs[1:] {
		wider := m.subtype
		if input {
			wider = func(a, b *ast.Type) bool { return m.subtype(b, a) }
		}
		switch {
		case sameType(typ, r.typ):
		case wider(r.typ, typ):
			equal = false
		case wider(typ, r.typ):
			typ, equal = r.typ, false
		default:
			m.fail(code, r.at, "Type of %s %q is incompatible across subgraphs: %s", what, coord, m.sayTypes(refs))
			return refs[0].typ, true
		}
	}
	if !equal {
		m.hint("INCONSISTENT_BUT_COMPATIBLE_"+hintSubject(input, what)+"_TYPE", coord, "Type of %s %q is inconsistent but compatible across subgraphs: will use type %q in supergraph (%s).", what, coord, typ, m.sayTypes(refs))
	}
	return typ, equal
}

func hintSubject(input bool, what string) string {
	if input && what == "argument" {
		return "ARGUMENT"
	}
	return "FIELD"
}

// sayTypes lists the types and who uses them.
func (m *merger) sayTypes(refs []typed) string {
	var texts []string
	who := map[string][]string{}
	for _, r := range refs {
		t := r.typ.String()
		if who[t] == nil {
			texts = append(texts, t)
		}
		who[t] = append(who[t], r.at.schema.Name)
	}
	out := ""
	for i, t := range texts {
		if i == 0 {
			out = "it has type \"" + t + "\" in " + inSubgraphs(who[t])
			continue
		}
		sep := ", "
		if i == 1 {
			sep = " but "
		}
		out += sep + "type \"" + t + "\" in " + inSubgraphs(who[t])
	}
	return out
}

func (m *merger) mergeOutputType(fs []*fieldDef, coord string) (*ast.Type, bool) {
	refs := make([]typed, len(fs))
	for i, f := range fs {
		refs[i] = typed{f.typ, place{f.parent.in, f.pos}}
	}
	return m.mergeRefs(refs, false, FieldTypeMismatch, "field", coord)
}

// subtype reports whether every value of type a is one of type b in the supergraph.
func (m *merger) subtype(a, b *ast.Type) bool {
	switch {
	case b.NonNull && !a.NonNull:
		return false
	case (a.Elem == nil) != (b.Elem == nil):
		return false
	case a.Elem != nil:
		return m.subtype(a.Elem, b.Elem)
	case a.NamedType == b.NamedType:
		return true
	}
	at, bt := m.byName[a.NamedType], m.byName[b.NamedType]
	if at == nil || bt == nil {
		return false
	}
	return bt.kind == ast.Interface && slices.Contains(at.interfaces, bt.name) || bt.kind == ast.Union && slices.Contains(bt.members, at.name)
}
