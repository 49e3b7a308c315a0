package mocks

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/ficusgraph/ficus/engine/supergraph"
)

// rule is what people said of the values of one field, or of a scalar or an enum. The zero rule says nothing.
type rule struct {
	// value is all of it, if valued.
	value  any
	valued bool
	// examples are those from which a value, or each element of a list, is chosen.
	examples  []any
	generator *generator
	within    *within
	length    *lengths
	// nullRate is the part of the objects for which the field is null.
	nullRate float64
	null     bool
	delay    time.Duration
	err      *Failure
	// longest asks for the longest values that are likely, all for each of an enum's values in turn.
	longest, all bool
	// strong: a scenario or a choice says so. It goes before what a value of the object around says.
	strong bool
	// chosen: the request itself asks for it. That goes before what mutations changed.
	chosen bool
	// fixed: the request itself asks for the length. Mutations add nothing to it.
	fixed bool
	// effect is what a mutation does.
	effect *effect
	// every is how often a subscription has an event that is made up, count how many of them there are.
	every time.Duration
	count *int
}

// Failure is the error that a field is to have.
type Failure struct{ Code, Message string }

// within bounds numbers, or days where the texts are given.
type within struct {
	low, high         float64
	lowText, highText string
}

// lengths bound a list, or the characters of a text.
type lengths struct{ min, max int }

// maxLength bounds a list that a rule asks for, maxText a text.
const (
	maxLength = 10_000
	maxText   = 100_000
	maxDelay  = time.Minute
)

// setting is one thing that is said, with its place.
type setting struct {
	key   string
	value any
	at    place
}

// topic is what a rule is about: a field, or the type of leaves.
type topic struct {
	coordinate string
	// typ is the field's type; of a leaf type it is the type itself.
	typ *ast.Type
	// field is false for a leaf type.
	field bool
	args  ast.ArgumentDefinitionList
}

// leaf reports whether the values are scalars or enums, perhaps in lists.
func (b *builder) leaf(s topic) bool {
	t := b.graph.Type(s.typ.Name())
	return t == nil || t.IsLeaf()
}

// settings are what can be said, in the order in which messages list them.
var settings = []string{"value", "examples", "generator", "options", "range", "length", "nullRate", "null", "delay", "error", "text", "values", "effect", "every", "count"}

// rule makes a rule of what is said of a subject; what does not fit is noted as a fault.
func (b *builder) rule(s topic, list []setting) *rule {
	r := &rule{}
	var options map[string]any
	for _, one := range list {
		if one.key == "options" {
			options, _ = one.value.(map[string]any)
		}
	}
	for _, one := range list {
		if err := b.say(r, s, one, options); err != nil {
			b.fault(one.at, s.coordinate, "%s: %v", one.key, err)
		}
	}
	return r
}

// say adds one setting to a rule.
func (b *builder) say(r *rule, s topic, one setting, options map[string]any) error {
	var err error
	switch one.key {
	case "value":
		r.value, r.valued = one.value, true
		return b.misfit(s.typ, one.value)
	case "examples":
		return b.examples(r, s, one.value)
	case "generator":
		name, _ := one.value.(string)
		if !b.leaf(s) {
			return fmt.Errorf("%s is no scalar; name the fields of it", s.typ.Name())
		}
		r.generator, err = b.generator(name, options, s.typ.Name())
	case "options":
		if _, ok := one.value.(map[string]any); !ok {
			return fmt.Errorf("is to be an object, such as {min: 1, max: 9}")
		}
	case "range":
		r.within, err = rangeOf(one.value, s.typ.Name(), b.graph)
	case "length":
		var limit int
		if limit, err = b.longestOf(s); err == nil {
			r.length, err = lengthOf(one.value, limit)
		}
	case "nullRate", "null":
		err = sayNull(r, s, one)
	case "delay":
		r.delay, err = delayOf(one.value)
	case "error":
		r.err, err = failureOf(one.value)
	case "text", "values":
		err = b.sayKind(r, s, one)
	case "effect":
		r.effect, err = b.effect(s, one.value)
	case "every", "count":
		err = b.sayPace(r, s, one)
	default:
		err = fmt.Errorf("there is no such setting%s", near(one.key, settings))
	}
	return err
}

func (b *builder) sayKind(r *rule, s topic, one setting) error {
	word, _ := one.value.(string)
	if want := map[string]string{"text": "longest", "values": "all"}[one.key]; word != want {
		return fmt.Errorf("can only be %s", want)
	}
	if one.key == "text" {
		r.longest = true
		return nil
	}
	r.all = true
	if t := b.graph.Type(s.typ.Name()); t == nil || len(t.Values) == 0 {
		return fmt.Errorf("%s is no enum", s.typ.Name())
	}
	return nil
}

// examples are values of the type, or, for a list, of its elements.
func (b *builder) examples(r *rule, s topic, v any) error {
	list, ok := v.([]any)
	if !ok || len(list) == 0 {
		return fmt.Errorf("is to be a list of at least one value")
	}
	t := s.typ
	for t.Elem != nil {
		t = t.Elem
	}
	for i, e := range list {
		if err := b.misfit(t, e); err != nil {
			return fmt.Errorf("%d: %w", i, err)
		}
	}
	r.examples = list
	return nil
}

func sayNull(r *rule, s topic, one setting) error {
	if s.field && s.typ.NonNull {
		return fmt.Errorf("%s is never null", s.typ)
	}
	if on, ok := one.value.(bool); ok && one.key == "null" {
		r.null = on
		return nil
	}
	rate, ok := numberOf(one.value)
	if one.key == "null" || !ok || rate < 0 || rate > 1 {
		return fmt.Errorf("is to be %s", map[string]string{"null": "true or false", "nullRate": "a number from 0 to 1"}[one.key])
	}
	r.nullRate = rate
	return nil
}

func numberOf(v any) (float64, bool) {
	n, ok := v.(json.Number)
	if !ok {
		return 0, false
	}
	f, err := n.Float64()
	return f, err == nil
}

// delayOf reads a duration, or a number of milliseconds.
func delayOf(v any) (time.Duration, error) {
	d, err := time.ParseDuration(fmt.Sprint(v))
	if n, ok := numberOf(v); ok {
		d, err = time.Duration(n*float64(time.Millisecond)), nil
	}
	if err != nil || d < 0 || d > maxDelay {
		return 0, fmt.Errorf("%v is to be a duration such as 300ms, up to %s", v, maxDelay)
	}
	return d, nil
}

// failureOf reads an error: a code, or a code with a message.
func failureOf(v any) (*Failure, error) {
	f := &Failure{Code: "MOCKED_ERROR"}
	switch v := v.(type) {
	case bool:
		if !v {
			return nil, nil
		}
	case string:
		f.Code = v
	case map[string]any:
		for key, text := range v {
			s, ok := text.(string)
			switch {
			case ok && key == "code":
				f.Code = s
			case ok && key == "message":
				f.Message = s
			default:
				return nil, fmt.Errorf("%s: has a code and a message, both texts", key)
			}
		}
	default:
		return nil, fmt.Errorf("is to be a code, or {code: .., message: ..}")
	}
	if f.Code == "" {
		return nil, fmt.Errorf("the code is empty")
	}
	if f.Message == "" {
		f.Message = "The mock source was told to fail with " + f.Code + "."
	}
	return f, nil
}

// longestOf is how long a value of the topic may be said to be: a list, a page of one, or a text.
func (b *builder) longestOf(s topic) (int, error) {
	switch {
	case s.typ.Elem != nil || isPage(b.graph, s.typ):
		return maxLength, nil
	case s.typ.NamedType == "String":
		return maxText, nil
	}
	return 0, fmt.Errorf("%s is no list and no String", s.typ)
}

// lengthOf reads how long a list, or a text, is: a number, or the least and the greatest.
func lengthOf(v any, limit int) (*lengths, error) {
	pair, ok := v.([]any)
	if !ok {
		pair = []any{v, v}
	}
	var n [2]int
	for i := range n {
		if len(pair) != 2 {
			return nil, fmt.Errorf("is to be a number, or [least, greatest]")
		}
		f, ok := numberOf(pair[i])
		if n[i] = int(f); !ok || f != float64(n[i]) || f < 0 || n[i] > limit {
			return nil, fmt.Errorf("%v is to be a whole number from 0 to %d", pair[i], limit)
		}
	}
	if n[0] > n[1] {
		return nil, fmt.Errorf("%d is more than %d", n[0], n[1])
	}
	return &lengths{n[0], n[1]}, nil
}

// rangeOf reads the bounds of a number, or of a day or moment.
func rangeOf(v any, typ string, graph *supergraph.Supergraph) (*within, error) {
	pair, ok := v.([]any)
	if !ok || len(pair) != 2 {
		return nil, fmt.Errorf("is to be [least, greatest]")
	}
	if t := graph.Type(typ); slices.Contains([]string{"ID", "Boolean"}, typ) || t != nil && t.Kind != ast.Scalar {
		return nil, fmt.Errorf("%s has no range; it is for numbers and dates", typ)
	}
	w := &within{}
	var isLow, isHigh bool
	w.low, isLow = numberOf(pair[0])
	w.high, isHigh = numberOf(pair[1])
	if isLow && isHigh && typ != "String" {
		if typ == "Int" && (w.low != float64(int32(w.low)) || w.high != float64(int32(w.high))) {
			return nil, fmt.Errorf("the bounds of an Int are whole numbers of 32 bits")
		}
		return ordered(w, w.low <= w.high, pair)
	}
	if w.lowText, isLow = pair[0].(string); isLow && typ != "Int" && typ != "Float" {
		w.highText, isHigh = pair[1].(string)
		low, lowErr := readMoment(w.lowText)
		high, highErr := readMoment(w.highText)
		if isHigh && lowErr == nil && highErr == nil {
			w.low, w.high = float64(low.Unix()), float64(high.Unix())
			return ordered(w, w.low <= w.high, pair)
		}
	}
	return nil, fmt.Errorf("the bounds of %s are to be two numbers, or two dates such as 2025-12-31", typ)
}

func ordered(w *within, ok bool, pair []any) (*within, error) {
	if !ok {
		return nil, fmt.Errorf("%v comes after %v", pair[0], pair[1])
	}
	return w, nil
}

// readMoment reads a day, or a time in RFC 3339.
func readMoment(text string) (time.Time, error) {
	if t, err := time.Parse(time.DateOnly, text); err == nil {
		return t, nil
	}
	return time.Parse(time.RFC3339, text)
}

// draw is a value within the bounds.
func (w *within) draw(place hash, typ string) any {
	unit := place.unit()
	switch {
	case w.lowText != "":
		at := time.Unix(int64(w.low+unit*(w.high-w.low)), 0).UTC()
		if len(w.lowText) == len(time.DateOnly) {
			return at.Format(time.DateOnly)
		}
		return at.Format(time.RFC3339)
	case typ == "Int", w.low == float64(int64(w.low)) && w.high == float64(int64(w.high)) && typ != "Float":
		return json.Number(strconv.FormatInt(int64(w.low)+int64(place.of("below")%hash(int64(w.high)-int64(w.low)+1)), 10))
	}
	return min(w.high, max(w.low, round(w.low+unit*(w.high-w.low), 2)))
}
