package composition

import (
	"fmt"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// graph is the merged supergraph: every type with what each subgraph says of it.
type graph struct {
	schemas    []*schema
	types      []*mergedType
	byName     map[string]*mergedType
	directives []*mergedDirective
	links      []link
	applied    []*applied
	roots      [len(operations)]*mergedType
}

// mergedType is a type of the supergraph.
type mergedType struct {
	name, desc string
	kind       ast.DefinitionKind
	// in are the subgraphs' definitions, in the order of the subgraphs.
	in         []*typeDef
	interfaces []string
	fields     []*mergedField
	inputs     []*mergedInput
	members    []string
	values     []*mergedValue
	applied    []*applied

	fieldByName map[string]*mergedField
	// possible are the object types of an abstract type in the supergraph, in order.
	possible []string
}

// mergedField is a field of an object or interface type of the supergraph.
type mergedField struct {
	parent     *mergedType
	name, desc string
	typ        *ast.Type
	args       []*mergedInput
	applied    []*applied
	// in are the subgraphs' fields that stand in the supergraph: those overridden for good are gone.
	in    []*fieldDef
	joins []join
	// interfaceObject: the type has the field only because a subgraph adds it to the interface as a whole.
	interfaceObject bool
}

// mergedInput is an argument or an input field of the supergraph.
type mergedInput struct {
	name, desc string
	typ        *ast.Type
	def        *ast.Value
	applied    []*applied
	joins      []join
	in         []*inputDef
}

// mergedValue is a value of an enum of the supergraph.
type mergedValue struct {
	name, desc string
	in         []*schema
	applied    []*applied
}

// join is one @join__field; the zero value but for graph means that it says only that the graph has the field.
type join struct {
	graph                                    *schema
	requires, provides, typ, override, label string
	external, usedOverridden                 bool
	contextual                               []*contextArg
}

// merger gathers what goes wrong while the types are merged.
type merger struct {
	*graph
	errs  Errors
	hints []Hint
	// late errors are about the merged whole, and told only where its parts are right.
	late Errors
	// composed are the custom directives that @composeDirective asks to keep, by name.
	composed map[string]*composedDirective
	enums    map[string]*enumUse
	// byIndex finds a subgraph's name for @override(from:).
	subgraph map[string]*schema
	// clash marks what cannot be merged any further: an error has been given for it.
	clash map[string]bool
}

// merge makes one graph of all schemas, or says why they contradict each other.
func merge(schemas []*schema) (*graph, []Hint, Errors) {
	m := &merger{
		graph:    &graph{schemas: schemas, byName: map[string]*mergedType{}},
		enums:    map[string]*enumUse{},
		subgraph: map[string]*schema{},
		clash:    map[string]bool{},
	}
	for _, s := range schemas {
		m.subgraph[s.Name] = s
	}
	if m.composeDirectives(); len(m.errs) > 0 {
		return nil, nil, m.errs
	}
	m.checkNames()
	m.collectTypes()
	m.checkExtensions()
	m.mergeHeaders()
	for _, t := range m.types {
		m.mergeBody(t)
	}
	m.addInterfaceObjectFields()
	m.guardInterfaces()
	for _, t := range m.types {
		if t.kind == ast.Enum && !m.clash[t.name] {
			m.mergeEnum(t)
		}
	}
	m.mergeExecutableDirectives()
	m.mergeSchemaDefinition()
	m.types = slices.DeleteFunc(m.types, func(t *mergedType) bool { return m.clash[t.name] })
	m.findRoots()
	m.checkInterfaceKeyTypes()
	if len(m.errs) == 0 {
		m.checkMerged()
	}
	return m.graph, m.hints, m.errs
}

func (m *merger) fail(code Code, pos place, format string, args ...any) {
	if pos.schema == nil {
		m.errs = append(m.errs, &Error{Code: code, Message: fmt.Sprintf(format, args...)})
		return
	}
	m.errs = append(m.errs, pos.schema.errorAt(code, pos.pos, format, args...))
}

func (m *merger) hint(code, coord, format string, args ...any) {
	m.hints = append(m.hints, Hint{Code: code, Message: fmt.Sprintf(format, args...), Coordinate: coord})
}

// place is where an error is reported.
type place struct {
	schema *schema
	pos    *ast.Position
}

// collectTypes finds every type of the graph and checks that its subgraphs agree on its kind.
func (m *merger) collectTypes() {
	for _, s := range m.schemas {
		for _, t := range s.types {
			if m.internal(t) {
				continue
			}
			mt := m.byName[t.name]
			if mt == nil {
				mt = &mergedType{name: t.name, kind: t.kind}
				m.byName[t.name] = mt
				m.types = append(m.types, mt)
			}
			mt.in = append(mt.in, t)
		}
	}
	slices.SortFunc(m.types, func(a, b *mergedType) int { return compareNames(a.name, b.name) })
	for _, t := range m.types {
		m.settleKind(t)
	}
}

func (m *merger) checkExtensions() {
	for _, s := range m.schemas {
		for _, t := range s.types {
			// Where the kinds clash, only what is of the kind that was met first is looked at.
			if mt := m.byName[t.name]; s.fed2 && mt != nil && (mt.kind == t.kind || t.interfaceObject()) {
				m.errs = append(m.errs, s.checkExtension(t, m.schemas)...)
			}
		}
	}
}

// internal leaves out types that belong to a linked specification.
func (m *merger) internal(t *typeDef) bool {
	prefix, _, ok := strings.Cut(t.name, "__")
	if !ok {
		return false
	}
	f := t.in.names.of[prefix]
	return f != nil && f.as == prefix && strings.HasPrefix(f.identity, specHost+"/")
}

// compareNames orders as a dictionary does, so that the case of a name decides last.
func compareNames(a, b string) int {
	if c := strings.Compare(strings.ToLower(a), strings.ToLower(b)); c != 0 {
		return c
	}
	return strings.Compare(b, a)
}

// settleKind: an object type with @interfaceObject stands for an interface.
func (m *merger) settleKind(t *mergedType) {
	var kinds []ast.DefinitionKind
	where := map[ast.DefinitionKind][]string{}
	allInterfaceObject := true
	for _, d := range t.in {
		k := d.kind
		if d.interfaceObject() {
			k = ast.Interface
		} else {
			allInterfaceObject = false
		}
		if !slices.Contains(kinds, k) {
			kinds = append(kinds, k)
		}
		where[k] = append(where[k], d.in.Name)
	}
	t.kind = kinds[0]
	at := place{t.in[0].in, t.in[0].pos}
	switch {
	case scalars[t.name]:
		m.clash[t.name] = true
		m.fail(TypeKindMismatch, at, "Type %q has mismatched kind: it is built into GraphQL as Scalar Type but defined as %s in %s; give the type another name", t.name, kindName(kinds[0]), inSubgraphs(where[kinds[0]]))
	case len(kinds) > 1:
		parts := make([]string, len(kinds))
		for i, k := range kinds {
			parts[i] = kindName(k) + " in " + inSubgraphs(where[k])
		}
		m.clash[t.name] = true
		m.fail(TypeKindMismatch, at, "Type %q has mismatched kind: it is defined as %s but %s", t.name, parts[0], strings.Join(parts[1:], " and "))
	case allInterfaceObject:
		m.clash[t.name] = true
		m.fail(InterfaceObjectUsage, at, "Type %q is declared with @interfaceObject in all the subgraphs in which it is defined (it is defined in %s but should be defined as an interface in at least one subgraph)", t.name, inSubgraphs(where[ast.Interface]))
	}
}

// mergeHeaders merges what the rules about fields ask for: which types are which interfaces and members.
func (m *merger) mergeHeaders() {
	for _, t := range m.types {
		for _, d := range t.in {
			for _, i := range d.interfaces {
				if m.byName[i] != nil && !slices.Contains(t.interfaces, i) {
					t.interfaces = append(t.interfaces, i)
				}
			}
			for _, u := range d.members {
				if m.byName[u] != nil && !slices.Contains(t.members, u) {
					t.members = append(t.members, u)
				}
			}
		}
	}
	for _, t := range m.types {
		switch t.kind {
		case ast.Union:
			t.possible = t.members
		case ast.Object:
			t.possible = []string{t.name}
			for _, i := range t.interfaces {
				if it := m.byName[i]; it != nil {
					it.possible = append(it.possible, t.name)
				}
			}
		}
	}
}

// mergeBody merges everything in a type but the values of enums, which need to know all uses of the enum.
func (m *merger) mergeBody(t *mergedType) {
	if m.clash[t.name] {
		return
	}
	descs := make([]described, len(t.in))
	for i, d := range t.in {
		descs[i] = described{d.in, d.desc}
	}
	t.desc = m.mergeDescription(descs, `Type "`+t.name+`"`, t.name)
	m.hintPartialTypes(t)
	switch t.kind {
	case ast.Object, ast.Interface:
		m.mergeFields(t)
	case ast.InputObject:
		m.mergeInputs(t)
	case ast.Union:
		m.hintUnionMembers(t)
	}
	t.applied = m.mergeApplied(typeSources(t), locationOf(t.kind), t.name)
}

func typeSources(t *mergedType) []source {
	out := make([]source, len(t.in))
	for i, d := range t.in {
		out[i] = source{d.in, d.applied, d.pos}
	}
	return out
}

// findRoots also drops a root type without fields: a subgraph's empty Query only carries entities.
func (m *merger) findRoots() {
	for i, op := range operations {
		t := m.byName[op.name]
		if t == nil || t.kind != ast.Object || m.clash[op.name] {
			continue
		}
		if len(t.fields) == 0 {
			m.types = slices.DeleteFunc(m.types, func(o *mergedType) bool { return o == t })
			continue
		}
		m.roots[i] = t
	}
	if m.roots[0] == nil && !m.clash["Query"] {
		m.fail(NoQueries, place{}, "No queries found in any subgraph: a supergraph must have a query root type.")
	}
}
