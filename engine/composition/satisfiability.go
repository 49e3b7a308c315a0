package composition

import (
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// Satisfiability: every query that the API schema allows must have a way through the subgraphs. There are
// infinitely many queries, but only so many situations that one can lead to: a value of some type, held by
// some subgraphs. Each situation is looked at once.

// position is a value as one subgraph holds it.
type position struct {
	// def is the type that the subgraph knows of the value: of the same name, an abstract type, or an
	// interface object that stands for it.
	def *typeDef
	// provided is what a @provides on the way here lets the subgraph resolve besides; nil for nothing.
	provided *selected
}

// situation is where a query can lead: a value of this type, held at any one of these positions.
type situation struct {
	typ *mergedType
	at  []position
	// labels are the progressive overrides that were assumed on the way, on or off; contexts are those that
	// the types on the way have set.
	labels   []assumption
	contexts []string

	// via and from say how the query got here.
	via  step
	from *situation
}

// assumption is a label of a progressive override taken to be on or off.
type assumption struct {
	label string
	on    bool
}

// step is one step of a query: a field, or a fragment on a type.
type step struct {
	field *mergedField
	on    string
}

// search walks through the situations.
type search struct {
	*graph
	routes *routes
	seen   map[*mergedType][]*situation
	queue  []*situation
	errs   Errors
	hints  []Hint
	failed map[string]bool
	hinted map[*mergedField]bool
	// labelled: some field has a progressive override; keepLabels: its label stays as it was assumed.
	labelled, keepLabels bool
	// comparisons made so far.
	comparisons int
	// contextual: some subgraph uses @context.
	contextual bool
}

// satisfy looks for queries that cannot be answered. Progressive overrides are first taken to be on or off
// anew at each field: that is quick and more than what has to hold, so if all is well, all is well. Only
// otherwise is each label kept on or off along the whole query.
func satisfy(g *graph) ([]Hint, Errors) {
	s := newSearch(g)
	if s.walk(); len(s.errs) == 0 || !s.labelled {
		return s.hints, s.errs
	}
	s = newSearch(g)
	s.keepLabels = true
	s.walk()
	return s.hints, s.errs
}

func newSearch(g *graph) *search {
	return &search{
		graph: g, routes: newRoutes(g), seen: map[*mergedType][]*situation{},
		failed: map[string]bool{}, hinted: map[*mergedField]bool{}, contextual: g.contextual(),
	}
}

// walk goes through all situations, from the roots, shortest queries first.
func (s *search) walk() {
	for _, root := range s.roots {
		if root == nil || hidden(root.applied) {
			continue
		}
		start := &situation{typ: root}
		for _, d := range root.in {
			start.at = append(start.at, position{def: d})
		}
		s.enter(start)
	}
	s.drain()
}

// drain looks at all situations that are queued, and at those that they lead to.
func (s *search) drain() {
	for len(s.queue) > 0 {
		if s.comparisons > maxComparisons {
			s.errs = append(s.errs, &Error{Code: MaxValidationPaths, Message: "There are too many ways through the subgraphs to check that every query can be answered; progressive overrides with many labels are the most likely cause"})
			break
		}
		next := s.queue[0]
		s.queue = s.queue[1:]
		s.explore(next)
	}
}

func (g *graph) contextual() bool {
	return slices.ContainsFunc(g.links, func(l link) bool { return strings.Contains(l.url, "/context/") })
}

// enter queues a situation unless one that offers no more was looked at: what can be done with less can be
// done with more.
func (s *search) enter(x *situation) {
	seen := s.seen[x.typ]
	s.comparisons += len(seen)
	for _, old := range seen {
		if old.within(x) {
			return
		}
	}
	s.seen[x.typ] = append(seen, x)
	s.queue = append(s.queue, x)
}

// within reports whether x offers all that y does.
func (y *situation) within(x *situation) bool {
	for _, p := range y.at {
		if !slices.Contains(x.at, p) {
			return false
		}
	}
	for _, a := range y.labels {
		if !slices.Contains(x.labels, a) {
			return false
		}
	}
	for _, c := range y.contexts {
		if !slices.Contains(x.contexts, c) {
			return false
		}
	}
	return true
}

// beneath are the contexts that hold for what is selected beneath the value.
func (s *search) beneath(x *situation) []string {
	out := x.contexts
	for _, p := range x.at {
		for _, q := range s.routes.reach(x.typ, p, "") {
			for _, c := range q.def.contextsOf() {
				if !slices.Contains(out, c) {
					out = append(slices.Clone(out), c)
				}
			}
		}
	}
	return out
}

// explore takes every step that a query can take from here.
func (s *search) explore(x *situation) {
	if x.typ.kind != ast.Object {
		s.exploreTypes(x)
		return
	}
	for _, f := range x.typ.fields {
		if !hidden(f.applied) {
			s.exploreField(x, f)
		}
	}
}

// exploreTypes steps from an abstract type to each object type that the value can be.
func (s *search) exploreTypes(x *situation) {
	for _, name := range x.typ.possible {
		o := s.byName[name]
		if o == nil || hidden(o.applied) {
			continue
		}
		at, stuck := s.routes.narrow(x.at, o, "")
		if stuck != nil && len(at) == 0 {
			s.failStuck(x, stuck)
			return
		}
		if len(at) > 0 {
			s.enter(&situation{typ: o, at: at, labels: x.labels, contexts: x.contexts, via: step{on: name}, from: x})
		}
	}
}

// exploreField steps through a field, once for each way its progressive override can be.
func (s *search) exploreField(x *situation, f *mergedField) {
	label := s.routes.label(f)
	if label == "" {
		s.step(x, f, x.labels)
		return
	}
	for _, a := range x.labels {
		if a.label == label {
			s.step(x, f, x.labels)
			return
		}
	}
	s.labelled = true
	for _, on := range []bool{true, false} {
		s.step(x, f, append(slices.Clone(x.labels), assumption{label, on}))
	}
}

func (s *search) step(x *situation, f *mergedField, labels []assumption) {
	out := s.routes.resolve(x.typ, x.at, f, labels, x.contexts)
	if len(out) == 0 {
		s.fail(x, f, labels)
		return
	}
	if s.leaf(f.typ) {
		return
	}
	if x.typ == s.roots[1] && len(out) > 1 {
		s.stepMutation(x, f, out, labels)
		return
	}
	next := s.byName[f.typ.Name()]
	if len(out) > 1 && next.kind != ast.Object {
		s.checkRuntimeTypes(x, f, out)
	}
	contexts := x.contexts
	if s.contextual {
		contexts = s.beneath(x)
	}
	if !s.keepLabels {
		labels = nil
	}
	s.enter(&situation{typ: next, at: out, labels: labels, contexts: contexts, via: step{field: f}, from: x})
}

// checkRuntimeTypes: subgraphs that share a field have to mean the same by it, so the objects that they can
// return must at least overlap.
func (s *search) checkRuntimeTypes(x *situation, f *mergedField, out []position) {
	if s.hinted[f] || len(f.in) < 2 {
		return
	}
	var common []string
	differ := false
	first := true
	out = slices.DeleteFunc(slices.Clone(out), func(p position) bool { return p.def.kind == ast.Object })
	for _, p := range out {
		types := p.def.runtimeTypes()
		if first {
			common, first = slices.Clone(types), false
			continue
		}
		n := len(common)
		common = slices.DeleteFunc(common, func(t string) bool { return !slices.Contains(types, t) })
		differ = differ || len(common) != n || len(types) != n
	}
	if first || !differ {
		return
	}
	s.hinted[f] = true
	coord := f.parent.name + "." + f.name
	var parts []string
	for _, p := range out {
		parts = append(parts, "- in subgraph \""+p.def.in.Name+"\", type \""+p.def.name+"\" can be "+list(p.def.runtimeTypes()))
	}
	if len(common) == 0 {
		s.errs = append(s.errs, &Error{Code: ShareableRuntimeTypes, Message: "For the following supergraph API query:\n" + s.query(x, f) + "\nShared field \"" + coord + "\" return type \"" + f.typ.String() + "\" has a non-intersecting set of possible runtime types across subgraphs. Runtime types in subgraphs are:\n" + strings.Join(parts, ";\n") + ".\nThis is not allowed as shared fields must resolve the same way in all subgraphs, and that imply at least some common runtime types between the subgraphs."})
		return
	}
	s.hints = append(s.hints, Hint{"INCONSISTENT_RUNTIME_TYPES_FOR_SHAREABLE_RETURN", "For the following supergraph API query:\n" + s.query(x, f) + "\nShared field \"" + coord + "\" return type \"" + f.typ.String() + "\" has different sets of possible runtime types across subgraphs:\n" + strings.Join(parts, ";\n") + ".", coord})
}
