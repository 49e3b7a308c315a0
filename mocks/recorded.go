package mocks

import (
	"fmt"
	"strings"

	"github.com/goccy/go-yaml/ast"
)

// coordinatesIn reads Type.field.
func coordinatesIn(text string) coordinates {
	typ, field, _ := strings.Cut(text, ".")
	return coordinates{typ, field}
}

// page is a list in a recorded value: the part that was asked for, which is not paged through again.
type page []any

// pagesIn is a recorded value with its lists as pages.
func pagesIn(v any) any {
	switch v := v.(type) {
	case []any:
		out := make(page, len(v))
		for i, e := range v {
			out[i] = pagesIn(e)
		}
		return out
	case map[string]any:
		out := map[string]any{}
		for name, e := range v {
			out[name] = pagesIn(e)
		}
		return out
	}
	return v
}

// asRecorded takes the values of all rules as they are.
func (s *scenario) asRecorded() {
	for _, fields := range s.rules {
		for _, list := range fields {
			for _, one := range list {
				one.rule.value = pagesIn(one.rule.value)
			}
		}
	}
}

// recordedKeys are what a recorded scenario says of where it comes from.
var recordedKeys = []string{"schema", "operations", "types"}

// recorded are the types of fields by coordinate, as they were when a scenario was recorded.
func (b *builder) recorded(file string, body ast.Node) map[string]string {
	out := map[string]string{}
	for _, p := range b.pairs(file, body, "is to be a mapping, as ficus mock record writes it") {
		switch p.key {
		case "schema", "operations":
		case "types":
			for _, t := range b.pairs(file, p.value, "types: is to be a mapping from coordinates to types") {
				text, ok := t.value.(*ast.StringNode)
				if !ok {
					b.fault(t.at, t.key, "types: is to be a type, such as \"Int!\"")
					continue
				}
				out[t.key] = text.Value
			}
		default:
			b.fault(p.at, p.key, "recorded: there is no such key%s", near(p.key, recordedKeys))
		}
	}
	return out
}

// drifted adds to faults what has changed at their coordinates since the scenario was recorded, and what to do.
func (b *builder) drifted(faults []*Fault, was map[string]string) {
	const advice = "record the scenario again, or change the rule"
	for _, f := range faults {
		then, ok := was[f.Coordinate]
		if !ok {
			continue
		}
		now := ""
		if what, found := (&builder{graph: b.graph}).topic(coordinatesIn(f.Coordinate), place{}); found {
			now = what.typ.String()
		}
		switch now {
		case then:
			f.Message += "; " + advice
		case "":
			f.Message += fmt.Sprintf(" It was of the type %s when this was recorded: %s", then, advice)
		default:
			f.Message += fmt.Sprintf("; its type changed from %s to %s since this was recorded: %s", then, now, advice)
		}
	}
}
