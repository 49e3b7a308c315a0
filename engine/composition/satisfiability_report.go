package composition

import (
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// fail reports a field that a query can ask for and nobody can answer: the query, and what stands in the way
// from each subgraph that holds the value.
func (s *search) fail(x *situation, f *mergedField, labels []assumption) {
	coord := f.parent.name + "." + f.name
	var b strings.Builder
	b.WriteString("The following supergraph API query:\n" + s.query(x, f) + "\ncannot be satisfied by the subgraphs because:")
	key := coord
	for _, p := range x.at {
		key += "\x00" + p.def.in.Name
		reasons := s.reasons(x, p, f, labels)
		b.WriteString("\n- from subgraph \"" + p.def.in.Name + "\":")
		if len(reasons) == 1 {
			b.WriteString(" " + reasons[0])
			continue
		}
		for _, r := range reasons {
			b.WriteString("\n  - " + r)
		}
	}
	if s.failed[key] {
		return
	}
	s.failed[key] = true
	e := &Error{Code: Satisfiability, Message: b.String()}
	if len(f.in) > 0 {
		d := f.in[0]
		e = d.parent.in.errorAt(Satisfiability, d.pos, "%s", b.String())
	}
	s.errs = append(s.errs, e)
}

// failStuck reports an interface object whose objects' types nobody can be asked for.
func (s *search) failStuck(x *situation, stuck *typeDef) {
	key := "\x00" + stuck.name + stuck.in.Name
	if s.failed[key] {
		return
	}
	s.failed[key] = true
	s.errs = append(s.errs, stuck.in.errorAt(Satisfiability, stuck.pos, "The following supergraph API query:\n%s\ncannot be satisfied by the subgraphs because:\n- from subgraph %q: no subgraph can be reached to resolve the implementation type of @interfaceObject type %q.", s.query(x, nil), stuck.in.Name, stuck.name))
}

// reasons why a field cannot be had from one position.
func (s *search) reasons(x *situation, p position, f *mergedField, labels []assumption) []string {
	coord := f.parent.name + "." + f.name
	owners := s.routes.ownersOf(f)
	reachable := s.routes.reach(x.typ, p, "")
	var out []string
	for i, q := range reachable {
		if r := s.reasonAt(x, q, owners[q.def.in], coord, labels, i > 0); r != "" {
			out = append(out, r)
		}
	}
	for _, g := range s.schemas {
		d := s.routes.home(x.typ, g)
		if d == nil || slices.ContainsFunc(reachable, func(q position) bool { return q.def.in == g }) {
			continue
		}
		out = append(out, s.reasonNotReached(p, d, owners[g] != nil && !owners[g].external, coord)...)
	}
	return out
}

func (s *search) reasonAt(x *situation, q position, o *owner, coord string, labels []assumption, hopped bool) string {
	switch {
	case o == nil && hopped:
		return ""
	case o == nil && s.overridden(x.typ, q, coord):
		return "field \"" + coord + "\" is not resolvable because it is overridden by another subgraph."
	case o == nil:
		return "cannot find field \"" + coord + "\"."
	case o.overridden:
		return "field \"" + coord + "\" is not resolvable because it is overridden by another subgraph."
	case !o.active(labels):
		return "field \"" + coord + "\" is not resolvable because its progressive @override gives it to another subgraph under the label \"" + o.label + "\"."
	case o.external:
		return "field \"" + coord + "\" is not resolvable because marked @external."
	case !hasContexts(o.def, x.contexts):
		return "could not find a match for required context for field \"" + coord + "\"."
	case len(o.def.requires) > 0 && s.routes.satisfies(x.typ, []position{q}, o.def.requires, ""):
		return "@require condition on field \"" + coord + "\" can be satisfied but missing usable key on type \"" + x.typ.name + "\" in subgraph \"" + q.def.in.Name + "\" to resume query."
	}
	return "cannot satisfy @require conditions on field \"" + coord + "\"."
}

func (s *search) overridden(t *mergedType, q position, coord string) bool {
	return q.def.field(strings.TrimPrefix(coord, t.name+".")) != nil
}

func (s *search) reasonNotReached(p position, d *typeDef, has bool, coord string) []string {
	var out []string
	for _, k := range d.keys {
		if k.resolvable {
			out = append(out, "cannot move to subgraph \""+d.in.Name+"\" using @key(fields: \""+k.text+"\") of \""+d.name+"\", the key field(s) cannot be resolved from subgraph \""+p.def.in.Name+"\".")
		}
	}
	switch {
	case len(out) > 0 || !has:
	case len(d.keys) > 0:
		out = append(out, "cannot move to subgraph \""+d.in.Name+"\", which has field \""+coord+"\", because none of the @key defined on type \""+d.name+"\" in subgraph \""+d.in.Name+"\" are resolvable (they are all declared with their \"resolvable\" argument set to false).")
	default:
		out = append(out, "cannot move to subgraph \""+d.in.Name+"\", which has field \""+coord+"\", because type \""+d.name+"\" has no @key defined in subgraph \""+d.in.Name+"\".")
	}
	return out
}

// query is an operation that leads to a situation and then asks for a field (or, without one, for the type).
func (s *search) query(x *situation, f *mergedField) string {
	var steps []step
	for at := x; at != nil && at.from != nil; at = at.from {
		steps = append(steps, at.via)
	}
	slices.Reverse(steps)
	root := x
	for root.from != nil {
		root = root.from
	}
	if f != nil {
		steps = append(steps, step{field: f})
	} else {
		steps = append(steps, step{on: "__typename"})
	}
	var b strings.Builder
	switch root.typ {
	case s.roots[1]:
		b.WriteString("mutation ")
	case s.roots[2]:
		b.WriteString("subscription ")
	}
	indent := "\n"
	b.WriteString("{")
	for i, st := range steps {
		indent += "  "
		switch {
		case st.on == "__typename":
			b.WriteString(indent + "__typename")
		case st.field == nil:
			b.WriteString(indent + "... on " + st.on)
		default:
			b.WriteString(indent + st.field.name + s.sampleArgs(st.field))
		}
		if i < len(steps)-1 {
			b.WriteString(" {")
		}
	}
	if f != nil && !s.leaf(f.typ) {
		b.WriteString(" {" + indent + "  ..." + indent + "}")
	}
	for range steps {
		indent = indent[:len(indent)-2]
		b.WriteString(indent + "}")
	}
	return b.String()
}

// sampleArgs fills the arguments that a query cannot leave out.
func (s *search) sampleArgs(f *mergedField) string {
	var args []string
	for _, a := range f.args {
		if a.typ.NonNull && a.def == nil {
			args = append(args, a.name+": "+s.sample(a.typ, 0))
		}
	}
	if len(args) == 0 {
		return ""
	}
	return "(" + strings.Join(args, ", ") + ")"
}

// sample is a value of an input type.
func (s *search) sample(t *ast.Type, depth int) string {
	if t.Elem != nil {
		return "[]"
	}
	switch t.NamedType {
	case "Int":
		return "0"
	case "Float":
		return "3.14"
	case "Boolean":
		return "true"
	case "String":
		return `"A string value"`
	case "ID":
		return `"<any id>"`
	}
	mt := s.byName[t.NamedType]
	switch {
	case mt == nil || depth > 10:
		return "null"
	case mt.kind == ast.Enum && len(mt.values) > 0:
		return mt.values[0].name
	case mt.kind == ast.InputObject:
		var fields []string
		for _, in := range mt.inputs {
			if in.typ.NonNull && in.def == nil {
				fields = append(fields, in.name+": "+s.sample(in.typ, depth+1))
			}
		}
		return "{" + strings.Join(fields, ", ") + "}"
	}
	return `"<any ` + t.NamedType + `>"`
}
