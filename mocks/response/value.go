package response

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
)

// Value is JSON in the order in which it was written. A nil Value is none.
type Value struct {
	// Leaf is a text, json.Number, bool or nil; it counts where the others are nil.
	Leaf any
	// List is not nil for a list, Object for an object.
	List   []*Value
	Object []Member
}

// Member is one key of an object.
type Member struct {
	Key   string
	Value *Value
}

// maxNesting bounds how deep an answer may be nested.
const maxNesting = 500

// Parse reads one JSON value, all of the text.
func Parse(text []byte) (*Value, error) {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	v, err := parse(d, 0)
	if err != nil {
		return nil, fmt.Errorf("byte %d: %w", d.InputOffset(), err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("byte %d: more follows the value", d.InputOffset())
	}
	return v, nil
}

func parse(d *json.Decoder, depth int) (*Value, error) {
	if depth > maxNesting {
		return nil, fmt.Errorf("is nested deeper than %d", maxNesting)
	}
	token, err := d.Token()
	if err != nil {
		return nil, ended(err)
	}
	switch token {
	case json.Delim('['):
		return parseList(d, depth)
	case json.Delim('{'):
		return parseObject(d, depth)
	}
	return &Value{Leaf: token}, nil
}

func parseList(d *json.Decoder, depth int) (*Value, error) {
	v := &Value{List: []*Value{}}
	for d.More() {
		e, err := parse(d, depth+1)
		if err != nil {
			return nil, err
		}
		v.List = append(v.List, e)
	}
	_, err := d.Token()
	return v, ended(err)
}

func parseObject(d *json.Decoder, depth int) (*Value, error) {
	v := &Value{Object: []Member{}}
	seen := map[string]bool{}
	for d.More() {
		token, err := d.Token()
		if err != nil {
			return nil, ended(err)
		}
		key, ok := token.(string)
		if !ok {
			return nil, fmt.Errorf("%v is no key", token)
		}
		if seen[key] {
			return nil, fmt.Errorf("the key %q is there twice", key)
		}
		seen[key] = true
		e, err := parse(d, depth+1)
		if err != nil {
			return nil, err
		}
		v.Object = append(v.Object, Member{key, e})
	}
	_, err := d.Token()
	return v, ended(err)
}

// ended says of a text that is cut short what that is.
func ended(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

// IsNull reports whether the value is null.
func (v *Value) IsNull() bool { return v == nil || v.List == nil && v.Object == nil && v.Leaf == nil }

// hasNull reports whether the value is there, and null, or null is in it.
func (v *Value) hasNull() bool {
	return v != nil && (v.IsNull() || slices.ContainsFunc(v.List, (*Value).hasNull) ||
		slices.ContainsFunc(v.Object, func(m Member) bool { return m.Value.hasNull() }))
}

// Get is the value under the key of an object; nil if there is none.
func (v *Value) Get(key string) *Value {
	if v == nil {
		return nil
	}
	for _, m := range v.Object {
		if m.Key == key {
			return m.Value
		}
	}
	return nil
}

// At is the value at the path of an error; where a part of the path is null, that is it. It is nil where the path leads
// to nothing.
func (v *Value) At(path []any) *Value {
	for _, p := range path {
		if v == nil || v.IsNull() {
			return v
		}
		switch p := p.(type) {
		case string:
			v = v.Get(p)
		case json.Number:
			i, err := p.Int64()
			if err != nil || i < 0 || i >= int64(len(v.List)) {
				return nil
			}
			v = v.List[i]
		default:
			return nil
		}
	}
	return v
}

// Plain is the value as encoding/json decodes it, with numbers as they are written.
func (v *Value) Plain() any {
	switch {
	case v == nil:
		return nil
	case v.List != nil:
		out := make([]any, len(v.List))
		for i, e := range v.List {
			out[i] = e.Plain()
		}
		return out
	case v.Object != nil:
		out := map[string]any{}
		for _, m := range v.Object {
			out[m.Key] = m.Value.Plain()
		}
		return out
	}
	return v.Leaf
}

// keys are those of an object, in their order.
func (v *Value) keys() []string {
	var out []string
	for _, m := range v.Object {
		out = append(out, m.Key)
	}
	return slices.Clip(out)
}
