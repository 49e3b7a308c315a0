package mocks

import (
	"context"
	"encoding/json"
	"fmt"

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
		if err := a.object(a.child(t, seat{given: representation, place: a.seed.of("representation", name).ofValue(representation)}), selections); err != nil {
			return err
		}
	}
	a.raw(`]}`)
	return nil
}

// object writes the selected fields of an object.
func (a *answer) object(o object, selections []*queryplan.Selection) error {
	if a.objects++; a.objects > maxObjects {
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
		if err := a.field(o, f); err != nil {
			return err
		}
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
	return a.value(a.typeOf(def, f), s)
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
	// listed: the value is one of a list.
	listed bool
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
	named := a.graph.Type(t.NamedType)
	if named != nil && !named.IsLeaf() {
		return a.object(a.child(named, s), s.beneath)
	}
	if v, ok := a.fitting(t.NamedType, s.given); ok {
		a.json(v)
		return nil
	}
	a.json(a.leaf(t.NamedType, s))
	return nil
}

// list writes the given elements, those that arguments ask for by key, or one to three of its own.
func (a *answer) list(elem *ast.Type, s seat) error {
	given, ok := s.given.([]any)
	if !ok {
		given, ok = a.asked(elem, s)
	}
	n := len(given)
	if !ok {
		n = s.length()
	}
	a.raw("[")
	for i := range n {
		if i > 0 {
			a.raw(",")
		}
		e := s
		e.given, e.said, e.listed, e.place = nil, false, true, s.place.at(i)
		if ok {
			e.given, e.said = given[i], true
		}
		if err := a.value(elem, e); err != nil {
			return err
		}
	}
	a.raw("]")
	return nil
}
