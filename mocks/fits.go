package mocks

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/ficusgraph/ficus/nearest"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/ficusgraph/ficus/engine/supergraph"
)

// misfit says why the value is none of the type. Objects may have some of their fields: the others are made up.
func (b *builder) misfit(t *ast.Type, v any) error {
	switch {
	case v == nil && t.NonNull:
		return fmt.Errorf("null does not fit %s", t)
	case v == nil:
		return nil
	case t.Elem != nil:
		return b.misfitList(t, v)
	}
	named := b.graph.Type(t.NamedType)
	if named != nil && !named.IsLeaf() {
		return b.misfitObject(named, v)
	}
	if named != nil && len(named.Values) > 0 {
		text, ok := v.(string)
		if values := valuesOf(named); !ok || !slices.Contains(values, text) {
			return fmt.Errorf("%s is no value of the enum %s%s", show(v), t.NamedType, near(text, values))
		}
		return nil
	}
	if !scalarFits(t.NamedType, v) {
		return fmt.Errorf("%s does not fit %s", show(v), t)
	}
	return nil
}

func (b *builder) misfitList(t *ast.Type, v any) error {
	list, ok := v.([]any)
	if !ok {
		return fmt.Errorf("%s does not fit %s: it is no list", show(v), t)
	}
	if len(list) > maxLength {
		return fmt.Errorf("a list of %d is too long; %d may be given", len(list), maxLength)
	}
	for i, e := range list {
		if err := b.misfit(t.Elem, e); err != nil {
			return fmt.Errorf("%d: %w", i, err)
		}
	}
	return nil
}

// misfitObject checks the fields that are given. Where the type is abstract, __typename says which one is meant.
func (b *builder) misfitObject(t *supergraph.Type, v any) error {
	o, ok := v.(map[string]any)
	if !ok {
		return fmt.Errorf("%s does not fit %s: it is no object", show(v), t.Name)
	}
	if name, said := o["__typename"]; said {
		text, _ := name.(string)
		if !slices.Contains(t.Members, text) && text != t.Name {
			return fmt.Errorf("__typename: %s is no %s%s", show(name), t.Name, near(text, t.Members))
		}
		t = b.graph.Type(text)
	}
	for _, name := range slices.Sorted(maps.Keys(o)) {
		f := t.Field(name)
		if name == "__typename" {
			continue
		}
		if f == nil {
			return fmt.Errorf("%s has no field %s%s", t.Name, name, near(name, fieldNames(t)))
		}
		if err := b.misfit(f.Type, o[name]); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}

// scalarFits reports whether the value is one of a scalar; of custom ones any is.
func scalarFits(typ string, v any) bool {
	number, isNumber := v.(json.Number)
	_, isText := v.(string)
	switch typ {
	case "Int":
		_, err := strconv.ParseInt(number.String(), 10, 32)
		return isNumber && err == nil
	case "Float":
		return isNumber
	case "String":
		return isText
	case "ID":
		return isText || isNumber && !strings.ContainsAny(number.String(), ".eE")
	case "Boolean":
		_, ok := v.(bool)
		return ok
	}
	return true
}

func valuesOf(t *supergraph.Type) []string {
	out := make([]string, len(t.Values))
	for i, v := range t.Values {
		out[i] = v.Name
	}
	return out
}

func fieldNames(t *supergraph.Type) []string {
	out := make([]string, len(t.Fields))
	for i, f := range t.Fields {
		out[i] = f.Name
	}
	return out
}

// show is a value as it stands in a message.
func show(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprint(v)
	}
	if len(text) > 60 {
		return string(text[:57]) + "..."
	}
	return string(text)
}

// near suggests the nearest of the words, or lists them where they are few and none is near.
func near(word string, words []string) string {
	switch best := nearest.To(word, words); {
	case best != "":
		return "; did you mean " + best + "?"
	case len(words) == 1:
		return "; there is only " + words[0]
	case len(words) > 0 && len(words) <= 15:
		return "; there are " + strings.Join(words, ", ")
	}
	return ""
}
