package mocks

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/ficusgraph/ficus/engine/queryplan"
	"github.com/ficusgraph/ficus/engine/supergraph"
)

// answer writes the data of one fetch.
type answer struct {
	*Source
	ctx       context.Context //nolint:containedctx // lives as long as one call of Fetch
	variables map[string]any
	out       []byte
	objects   int
	// looked is how many elements of lists were looked at for changes.
	looked int
	// lists is how many lists are around the value that is being written.
	lists int
	// operation is the client's; choice and scenario are what its request asks for.
	operation string
	choice    *Choice
	scenario  *scenario
	// delay is how long the slowest field is to take.
	delay time.Duration
	// overlay is what the session's mutations changed; nil for nothing.
	overlay *overlay
	// event is that of a subscription which is told; nil for none.
	event *event
	// acted is what the mutation changed whose answer is written.
	acted []*change
	failures
}

func (a *answer) raw(text string) { a.out = append(a.out, text...) }

func (a *answer) json(v any) {
	text, err := json.Marshal(v)
	if err != nil {
		text = []byte("null") // what is written was decoded from JSON, or is a text or a number
	}
	a.out = append(a.out, text...)
}

func (a *answer) root(f *queryplan.Fetch) error {
	t := a.graph.Root(f.Kind)
	if t == nil {
		return fmt.Errorf("the graph has no root type for a %s", f.Kind)
	}
	return a.object(object{typ: t, self: a.seed.of(t.Name)}, f.Selections)
}

// entities answers each representation; null where the subgraph does not have its type.
func (a *answer) entities(selections []*queryplan.Selection) error {
	a.raw(`{"_entities":[`)
	list, _ := a.variables["representations"].([]any)
	for i, r := range list {
		if i > 0 {
			a.raw(",")
		}
		representation, _ := r.(map[string]any)
		name, _ := representation["__typename"].(string)
		if !a.has(name) {
			a.raw("null")
			continue
		}
		t := a.graph.Type(name)
		a.begin(i)
		if err := a.object(a.child(t, seat{given: representation, represented: true, place: a.seed.of("representation", name).ofValue(representation)}), selections); err != nil {
			return err
		}
	}
	a.raw(`]}`)
	return nil
}

// object writes the selected fields of an object.
func (a *answer) object(o object, selections []*queryplan.Selection) error {
	if a.objects++; a.objects > maxObjects || a.looked > maxLooked {
		return errTooLarge
	}
	if err := a.ctx.Err(); err != nil {
		return err
	}
	if o.typ == nil {
		a.raw("null") // an interface that nothing here implements; where null may not stand, the executor says so
		return nil
	}
	a.raw("{")
	for i, f := range a.collect(nil, o.typ, selections) {
		if i > 0 {
			a.raw(",")
		}
		a.json(f.Name)
		a.raw(":")
		a.push(f.Name)
		if err := a.field(o, f); err != nil {
			return err
		}
		a.pop()
	}
	a.raw("}")
	return nil
}

// collected is a field that is selected on an object, perhaps in several places.
type collected struct {
	*queryplan.Selection
	beneath []*queryplan.Selection
}

// collect appends the fields that apply to an object of the type, each name once.
func (a *answer) collect(into []collected, t *supergraph.Type, selections []*queryplan.Selection) []collected {
next:
	for _, s := range selections {
		if s.Field == "" {
			if a.is(t, s.On) {
				into = a.collect(into, t, s.Selections)
			}
			continue
		}
		for i := range into {
			if into[i].Name == s.Name {
				into[i].beneath = append(into[i].beneath[:len(into[i].beneath):len(into[i].beneath)], s.Selections...)
				continue next
			}
		}
		into = append(into, collected{s, s.Selections})
	}
	return into
}

// field writes the value of one field.
func (a *answer) field(o object, f collected) error {
	if f.Field == queryplan.Typename {
		a.json(o.typ.Name)
		return nil
	}
	def := o.typ.Field(f.Field)
	if def == nil {
		def = a.declared(f)
	}
	args := a.arguments(def, f.Arguments)
	s := seat{
		owner: &o, def: def, beneath: f.beneath, args: args,
		place: o.self.of(f.Field).ofValue(identifying(args)),
	}
	s.given, s.said = o.known[f.Field]
	s.changed = o.change.says(f.Field)
	t := a.typeOf(def, f)
	if in := a.in(def); in != nil && len(in.Requires) > 0 {
		s.place = s.place.ofValue(keyOf(o.known, in.Requires)) // what is computed of these changes with them
	}
	o.page.seat(a.graph, &o, &s)
	if s.rule = a.ruleOf(&o, def, t, args); s.rule != nil && a.settled(t, &s) {
		return nil
	}
	if named := a.graph.Type(t.Name()); named != nil && !named.IsLeaf() && (pages(def.Args) || isConnection(named)) && isPage(a.graph, t) {
		s.paged = true
		s.part = a.window(t, s, s.length())
	}
	switch o.typ {
	case a.graph.Mutation:
		return a.mutation(def, t, s)
	case a.graph.Subscription:
		return a.subscription(def, t, s)
	}
	return a.value(t, s)
}

// settled applies what is said of a field: whether it fails, is null, or has a value. It reports whether the field
// is written.
func (a *answer) settled(t *ast.Type, s *seat) bool {
	r := s.rule
	if r.strong && (r.valued || r.null) && (r.chosen || !s.changed) && !isKeyField(s.owner.typ, s.def.Name) {
		s.given, s.said = nil, false
	}
	a.delay = max(a.delay, r.delay)
	switch {
	case r.err != nil:
		a.fail(r.err)
		a.raw("null")
		return true
	case !t.NonNull && (r.null || r.nullRate > 0 && s.place.of("null").unit() < r.nullRate) && !s.said:
		a.raw("null")
		return true
	case r.valued && !s.said:
		s.given, s.said = r.value, true
	}
	return false
}

// in is what the subgraph knows of a field.
func (a *answer) in(def *supergraph.Field) *supergraph.FieldIn {
	if a.subgraph.ID >= len(def.In) {
		return nil
	}
	return def.In[a.subgraph.ID]
}

// declared is the definition by the type on which the plan selects the field.
func (a *answer) declared(f collected) *supergraph.Field {
	if parent := a.graph.Type(f.Parent); parent != nil && parent.Field(f.Field) != nil {
		return parent.Field(f.Field)
	}
	return &supergraph.Field{Name: f.Field, Type: f.Type}
}

func (a *answer) typeOf(def *supergraph.Field, f collected) *ast.Type {
	switch {
	case f.Type != nil:
		return f.Type
	case a.subgraph.ID < len(def.In) && def.In[a.subgraph.ID] != nil:
		return def.In[a.subgraph.ID].Type
	default:
		return def.Type
	}
}

// seat is where a value stands: what is known about it before it is made up.
type seat struct {
	owner   *object
	def     *supergraph.Field
	beneath []*queryplan.Selection
	args    map[string]any
	// given is what the value is said to be, if said.
	given any
	said  bool
	// place is the hash of the position; what no key identifies is identified by it.
	place hash
	// listed: the value is one of a list, at that index.
	listed bool
	index  int
	// wording of the field, if it is at hand.
	wording *wording
	// rule is what people said of the field; nil if nothing.
	rule *rule
	// paged: the field returns a page of a list. part is the part that is wanted, if that is decided.
	paged bool
	part  *window
	// edge: the element is no object of the list, but stands for one, which is its node.
	edge bool
	// represented: given is the representation of an entity. changed: a mutation of the session gave it.
	represented, changed bool
}

// value writes a value of the type.
func (a *answer) value(t *ast.Type, s seat) error {
	if s.said && s.given == nil && !t.NonNull {
		a.raw("null")
		return nil
	}
	if t.Elem != nil {
		return a.list(t.Elem, s)
	}
	s.choose()
	named := a.graph.Type(t.NamedType)
	if named != nil && !named.IsLeaf() {
		o := a.child(named, s)
		if a.isGone(o.change) && !t.NonNull && !s.represented {
			a.raw("null")
			return nil
		}
		return a.object(o, s.beneath)
	}
	if v, ok := a.fitting(t.NamedType, s.given); ok {
		a.json(v)
		return nil
	}
	a.json(a.leaf(t.NamedType, s))
	return nil
}

// choose takes one of the examples that are given for the value.
func (s *seat) choose() {
	if s.rule == nil || s.said || len(s.rule.examples) == 0 {
		return
	}
	s.given, s.said = s.rule.examples[int(s.place%hash(len(s.rule.examples)))], true // neighbors in a list differ
}

// list writes the given elements, those that arguments ask for by key, or some of its own. Of any it writes the part
// that is wanted.
func (a *answer) list(elem *ast.Type, s seat) error {
	given, ok := s.given.([]any)
	if p, recorded := s.given.(page); recorded {
		given, ok = p, true
	}
	if !ok {
		given, ok = a.asked(elem, s)
	}
	w := s.part
	switch {
	case w != nil:
	case ok:
		w = a.among(elem, s, given)
	default:
		w = a.window(elem, s, s.length())
	}
	if !ok && s.rule != nil && s.rule.all && (s.rule.length == nil || elem.Elem == nil && s.part == nil) {
		w.to = max(w.to, len(a.valuesFor(elem)))
	}
	a.lists++
	a.raw("[")
	for i := w.from; i < w.to; i++ {
		if i > w.from {
			a.raw(",")
		}
		n := w.ordinal(i)
		e := s.at(n, w.list.at(n))
		if ok && n >= 0 && n < len(given) {
			e.given, e.said = given[n], true
		} else if n < 0 {
			e.given, e.said = w.added(n), true
			if s.edge {
				e.given = map[string]any{"node": e.given}
			}
		}
		a.element(i - w.from)
		if err := a.value(elem, e); err != nil {
			return err
		}
		a.pop()
	}
	a.raw("]")
	a.lists--
	return nil
}

// valuesFor are those of an enum, none of other types.
func (a *answer) valuesFor(t *ast.Type) []string {
	if named := a.graph.Type(t.Name()); named != nil {
		return a.enumValues(named)
	}
	return nil
}
