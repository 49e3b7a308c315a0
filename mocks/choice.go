package mocks

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/ficusgraph/ficus/engine/supergraph"
)

// Choice is what one request asks of the mock source. The nil Choice asks for nothing.
type Choice struct {
	// Scenario by name, "" for none.
	Scenario string
	// Latency of every mocked fetch.
	Latency time.Duration
	// Reset forgets first what mutations of the session changed.
	Reset  bool
	fields []chosen
}

// chosen is what is asked of one field.
type chosen struct {
	coordinates
	rule *rule
	// at is where that is written, in characters from 1.
	at int
}

// maxChoice bounds the text of a choice, maxChosen its parts.
const (
	maxChoice = 4_096
	maxChosen = 50
)

// choiceKeys are the parts of a choice.
var choiceKeys = []string{"scenario", "latency", "error", "list", "null", "value"}

// resetWord is the part that has no value.
const resetWord = "reset"

// ChoiceError says what is wrong with a choice, and at which character, counted from 1.
type ChoiceError struct {
	At      int
	Message string
}

// Error says both.
func (e *ChoiceError) Error() string { return fmt.Sprintf("character %d: %s", e.At, e.Message) }

func wrong(at int, format string, args ...any) error {
	return &ChoiceError{at, fmt.Sprintf(format, args...)}
}

// valid is how many bytes of a text are UTF-8, from its start.
func valid(text string) int {
	for i, r := range text {
		if _, size := utf8.DecodeRuneInString(text[i:]); r == utf8.RuneError && size == 1 {
			return i
		}
	}
	return len(text)
}

// ParseChoice reads a choice: parts key=value with semicolons between them. The text "" is the nil Choice.
//
//	scenario=empty-cart; latency=300ms; error=Product.price:TIMEOUT; list=Query.products:0; null=Product.name; value=Product.state:SOLD
func ParseChoice(text string) (*Choice, error) {
	if strings.TrimSpace(text) == "" {
		return nil, nil
	}
	if len(text) > maxChoice {
		return nil, wrong(maxChoice, "it is longer than %d characters", maxChoice)
	}
	if !utf8.ValidString(text) {
		return nil, wrong(valid(text)+1, "what follows is not UTF-8")
	}
	c := &Choice{}
	start := 1
	for part := range strings.SplitSeq(text, ";") {
		at := start + len(part) - len(strings.TrimLeft(part, " \t"))
		if start += len(part) + 1; strings.TrimSpace(part) == "" {
			continue
		}
		key, value, ok := strings.Cut(strings.TrimSpace(part), "=")
		if key == resetWord && !ok {
			c.Reset = true
			continue
		}
		if !ok {
			return nil, wrong(at, "%q has no =; parts are such as scenario=empty", key)
		}
		if err := c.take(strings.TrimSpace(key), strings.TrimSpace(value), at); err != nil {
			return nil, err
		}
	}
	return c, nil
}

func (c *Choice) take(key, value string, at int) error {
	switch key {
	case "scenario":
		if c.Scenario != "" {
			return wrong(at, "two scenarios are chosen; one can be")
		}
		c.Scenario = value
		return nil
	case "latency":
		var err error
		if c.Latency, err = delayOf(value); err != nil {
			return wrong(at, "latency: %v", err)
		}
		return nil
	case "error", "list", "null", "value":
		return c.takeField(key, value, at)
	}
	return wrong(at, "there is no part %q%s", key, near(key, choiceKeys))
}

func (c *Choice) takeField(key, value string, at int) error {
	name, what, _ := strings.Cut(value, ":")
	typ, field, ok := strings.Cut(name, ".")
	if !ok || typ == "" || field == "" {
		return wrong(at, "%s: %q is no coordinate such as Product.price", key, name)
	}
	if len(c.fields) == maxChosen {
		return wrong(at, "there are more than %d parts", maxChosen)
	}
	one := chosen{coordinates{typ, field}, &rule{strong: true, chosen: true}, at}
	switch key {
	case "error":
		if what == "" {
			what = "MOCKED_ERROR"
		}
		one.rule.err, _ = failureOf(what)
	case "null":
		one.rule.null = true
	case "list":
		n, err := lengthOf(json.Number(what), maxLength)
		if err != nil {
			return wrong(at, "list: %s:%s: the length %v", name, what, err)
		}
		one.rule.length, one.rule.fixed = n, true
	case "value":
		one.rule.value, one.rule.valued = chosenValue(what), true
	}
	c.fields = append(c.fields, one)
	return nil
}

// chosenValue is JSON, or a text as it stands, such as the name of an enum's value.
func chosenValue(text string) any {
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil || d.More() || strings.TrimSpace(text[d.InputOffset():]) != "" {
		return text
	}
	return v
}

// Check says what of a choice is not in the graph, or not in the script. Where it is right it is as it stands.
func (s *Script) Check(graph *supergraph.Supergraph, c *Choice) error {
	if c == nil {
		return nil
	}
	if c.Scenario != "" && s.scenario(c.Scenario) == nil {
		var names []string
		for _, one := range s.Scenarios() {
			names = append(names, one.Name)
		}
		return wrong(1, "there is no scenario %q%s", c.Scenario, near(c.Scenario, names))
	}
	for _, f := range c.fields {
		b := &builder{graph: graph}
		what, ok := b.topic(f.coordinates, place{})
		switch {
		case !ok:
			return wrong(f.at, "%s: %s", f.coordinates, b.faults[0].Message)
		case f.rule.length != nil && what.typ.Elem == nil && !isPage(graph, what.typ):
			return wrong(f.at, "list: %s is %s, which is no list", f.coordinates, what.typ)
		case f.rule.null && what.typ.NonNull:
			return wrong(f.at, "null: %s is %s, which is never null", f.coordinates, what.typ)
		case f.rule.valued:
			if err := b.misfit(what.typ, f.rule.value); err != nil {
				return wrong(f.at, "value: %s: %v", f.coordinates, err)
			}
		}
	}
	return nil
}

// String is the choice as it can be parsed.
func (c *Choice) String() string {
	if c == nil {
		return ""
	}
	var parts []string
	if c.Scenario != "" {
		parts = append(parts, "scenario="+c.Scenario)
	}
	if c.Reset {
		parts = append(parts, resetWord)
	}
	if c.Latency > 0 {
		parts = append(parts, "latency="+c.Latency.String())
	}
	for _, f := range c.fields {
		switch {
		case f.rule.err != nil:
			parts = append(parts, "error="+f.String()+":"+f.rule.err.Code)
		case f.rule.null:
			parts = append(parts, "null="+f.String())
		case f.rule.length != nil:
			parts = append(parts, fmt.Sprintf("list=%s:%d", f.coordinates, f.rule.length.min))
		case f.rule.valued:
			parts = append(parts, "value="+f.String()+":"+strings.ReplaceAll(asText(f.rule.value), ";", `\u003b`))
		}
	}
	return strings.Join(slices.Clip(parts), "; ")
}

// asText is a value in JSON.
func asText(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		return "null" // it was read from JSON, or is a text
	}
	return string(text)
}
