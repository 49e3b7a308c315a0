package mocks

import (
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/ficusgraph/ficus/engine/supergraph"
)

// state is what a built-in scenario makes of every field.
type state int

// The states.
const (
	ordinary state = iota
	empty
	alone
	many
	longestTexts
	nulls
	failing
)

// builtInScenarios need no file: the states that every page should be looked at in.
var builtInScenarios = []*scenario{
	{name: "empty", description: "No list has an element.", state: empty},
	{name: "one", description: "Every list has one element.", state: alone},
	{name: "many", description: "Lists have a hundred elements, and five within those.", state: many},
	{name: "longest", description: "Texts are as long as they are likely to get, numbers as large.", state: longestTexts},
	{name: "nulls", description: "What may be null is, but for the fields at the top.", state: nulls},
	{name: "errors", description: "What may fail without taking its object along does, but for the fields at the top.", state: failing},
}

// of is what the state makes of a field; nil if it leaves it as it is. inLists says how many lists are around it.
func (s state) of(t *ast.Type, top, leaf bool, inLists int) *rule {
	exempt := t.NonNull || top && !leaf
	text := leaf && t.Elem == nil
	switch {
	case text && (s == empty || s == alone || s == many):
		return nil // they are about lists, and a text has a length too
	case s == empty:
		return &rule{length: &lengths{}}
	case s == alone:
		return &rule{length: &lengths{1, 1}}
	case s == many && inLists == 0:
		return &rule{length: &lengths{100, 100}}
	case s == many:
		return &rule{length: &lengths{5, 5}}
	case s == longestTexts:
		return &rule{longest: true}
	case s == nulls && !exempt:
		return &rule{null: true}
	case s == failing && !exempt:
		return &rule{err: &Failure{Code: "MOCKED_ERROR", Message: "The scenario errors has this field fail."}}
	}
	return nil
}

// over is the rule with what it leaves open taken from another one.
func (r *rule) over(base *rule) *rule {
	switch {
	case r == nil:
		return base
	case base == nil:
		return r
	}
	out := *r
	if !r.valued && len(r.examples) == 0 && r.generator == nil && r.within == nil && !r.longest && !r.all {
		out.value, out.valued, out.examples, out.generator, out.within, out.longest, out.all = base.value, base.valued, base.examples, base.generator, base.within, base.longest, base.all
	}
	if !r.valued && !r.null {
		out.strong, out.chosen = base.strong, base.chosen
	}
	if r.length == nil {
		out.length, out.fixed = base.length, base.fixed
	}
	if !r.null && r.nullRate == 0 && !r.valued {
		out.null, out.nullRate = base.null, base.nullRate
	}
	if r.delay == 0 {
		out.delay = base.delay
	}
	if r.effect == nil {
		out.effect = base.effect
	}
	if r.every == 0 {
		out.every = base.every
	}
	if r.count == nil {
		out.count = base.count
	}
	if r.err == nil && !r.valued {
		out.err = base.err
	}
	return &out
}

// ruleOf is what is said of a field of an object in this request.
func (a *answer) ruleOf(o *object, def *supergraph.Field, t *ast.Type, args map[string]any) *rule {
	base := a.script.of(o.typ.Name, def.Name)
	if a.choice == nil {
		return base
	}
	var out *rule
	for _, f := range a.choice.fields {
		if f.field == def.Name && a.is(o.typ, f.typ) {
			out = out.over(f.rule)
		}
	}
	s := a.scenario
	if s == nil {
		return out.over(base)
	}
	for _, one := range s.rules[o.typ.Name][def.Name] {
		if one.fits(a.operation, o, args) {
			out = out.over(one.rule)
		}
	}
	if (s.state == nulls || s.state == failing) && identifies(o.typ, def.Name) {
		return out.over(base) // without its key nobody could ask for the rest of the object
	}
	named := a.graph.Type(t.Name())
	return out.over(s.state.of(t, a.top(o.typ), named == nil || named.IsLeaf(), a.lists).over(base))
}

// leafRule is what is said of a leaf type.
func (a *answer) leafRule(typ string) *rule {
	base := a.script.of(typ, "")
	if a.scenario == nil {
		return base
	}
	for _, one := range a.scenario.rules[typ][""] {
		if one.operation == "" || one.operation == a.operation {
			return one.rule.over(base)
		}
	}
	return base
}

// top reports whether the type is that of an operation.
func (a *answer) top(t *supergraph.Type) bool {
	return t == a.graph.Query || t == a.graph.Mutation || t == a.graph.Subscription
}
