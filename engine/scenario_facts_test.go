package engine_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/ficusgraph/ficus/engine/supergraph"
)

// facts are the data of a scenario: one JSON object of objects, which all subgraphs answer from, each by its schema.
//
//	"Product:1": {"id": "1", "maker": "Maker:7", "reviews": ["Review:1"]}    an object; its type stands before the colon
//	"Query": {"product": "Product:1", "search({\"for\":\"x\"})": []}         a root; a field as these arguments have it
//	"price": "costs $args"                                                   the arguments that were given, as JSON
//	"price": {"$error": "no price", "code": "NONE"}                          an error
//
// Where a composite value is due, a string refers to an object, and an object stands for itself ("__typename"
// where its type is abstract). Leaves are sent as they stand, right or wrong.
type facts struct {
	objects map[string]map[string]any
	// implements says which interfaces an object type implements, in any subgraph.
	implements map[string][]string
}

func newFacts(text string, contracts []*contract) (*facts, error) {
	fs := &facts{objects: map[string]map[string]any{}, implements: map[string][]string{}}
	if err := fs.overlay(text); err != nil {
		return nil, err
	}
	for _, c := range contracts {
		for name, t := range c.types {
			fs.implements[name] = append(fs.implements[name], t.implements...)
		}
	}
	return fs, nil
}

// overlay changes fields of objects, and removes those that are null.
func (fs *facts) overlay(text string) error {
	if strings.TrimSpace(text) == "" {
		return nil
	}
	var changes map[string]map[string]any
	if err := decode([]byte(text), &changes); err != nil {
		return fmt.Errorf("data: %w", err)
	}
	for name, fields := range changes {
		if fields == nil {
			delete(fs.objects, name)
			continue
		}
		if fs.objects[name] == nil {
			fs.objects[name] = map[string]any{}
		}
		for field, value := range fields {
			fs.objects[name][field] = value
		}
	}
	return nil
}

// with is a copy of the facts, changed for one subgraph.
func (fs *facts) with(text string) (*facts, error) {
	own := &facts{objects: map[string]map[string]any{}, implements: fs.implements}
	for name, fields := range fs.objects {
		own.objects[name] = map[string]any{}
		for field, value := range fields {
			own.objects[name][field] = value
		}
	}
	return own, own.overlay(text)
}

// object is one object as an answer meets it.
type object struct {
	typename string
	fields   map[string]any
	// rep is the representation that led here, entered says that one did; provides is what the field that led here provides.
	rep      map[string]any
	entered  bool
	provides supergraph.FieldSet
}

// resolve is the object that a value refers to, or is.
func (fs *facts) resolve(value any, static string) (*object, error) {
	switch v := value.(type) {
	case map[string]any:
		name, _ := v["__typename"].(string)
		if name == "" {
			name = static
		}
		return &object{typename: name, fields: v}, nil
	case string:
		if fields, ok := fs.objects[v]; ok {
			typename, _, _ := strings.Cut(v, ":")
			return &object{typename: typename, fields: fields}, nil
		}
	}
	return nil, fmt.Errorf("there is no object %v", value)
}

// find is the object that a representation identifies by a key that the subgraph resolves; nil if there is none.
func (fs *facts) find(c *contract, rep map[string]any) (*object, error) {
	name, _ := rep["__typename"].(string)
	t := c.of(name)
	if c.schema.Types[name] == nil || len(t.keys) == 0 {
		return nil, fmt.Errorf("%q is no entity", name)
	}
	var ids []string
	for id := range fs.objects {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	complete := false
	for _, id := range ids {
		typename, _, _ := strings.Cut(id, ":")
		if typename != name && !slices.Contains(fs.implements[typename], name) {
			continue
		}
		for i, key := range t.keys {
			if !t.resolvable[i] || !hasAll(rep, key) {
				continue
			}
			complete = true
			if o := (&object{typename: typename, fields: fs.objects[id]}); fs.holds(o, rep, key) == nil {
				o.rep, o.entered = rep, true
				return o, nil
			}
		}
	}
	if !complete && !slices.ContainsFunc(t.keys, func(key supergraph.FieldSet) bool { return hasAll(rep, key) }) {
		return nil, fmt.Errorf("the representation has no key of %s", name)
	}
	return nil, nil
}

func hasAll(rep map[string]any, set supergraph.FieldSet) bool {
	for _, item := range set {
		if item.Name == "" {
			continue
		}
		if value, ok := rep[item.Name]; !ok || value == nil {
			return false
		}
	}
	return true
}

// holds says what of the set a representation lacks or has otherwise than the object.
func (fs *facts) holds(o *object, rep map[string]any, set supergraph.FieldSet) error {
	for _, item := range set {
		if item.Name == "" {
			if item.On == o.typename || slices.Contains(fs.implements[o.typename], item.On) {
				if err := fs.holds(o, rep, item.Fields); err != nil {
					return err
				}
			}
			continue
		}
		if item.Name == "__typename" {
			continue
		}
		sent, ok := rep[item.Name]
		if !ok {
			return fmt.Errorf("%s is not in the representation", item.Name)
		}
		if err := fs.same(fs.lookup(o, item.Name, constants(item.Arguments)), sent, item); err != nil {
			return err
		}
	}
	return nil
}

func (fs *facts) same(value, sent any, item *supergraph.FieldSetItem) error {
	list, isList := value.([]any)
	switch {
	case isList:
		elements, ok := sent.([]any)
		if !ok || len(elements) != len(list) {
			return fmt.Errorf("%s is %s, not %s", item.Name, canonical(sent), canonical(value))
		}
		for i := range list {
			if err := fs.same(list[i], elements[i], item); err != nil {
				return err
			}
		}
		return nil
	case value != nil && len(item.Fields) > 0:
		o, err := fs.resolve(value, "")
		if err != nil {
			return err
		}
		nested, ok := sent.(map[string]any)
		if !ok {
			return fmt.Errorf("%s is %s", item.Name, canonical(sent))
		}
		return fs.holds(o, nested, item.Fields)
	case canonical(value) != canonical(sent):
		return fmt.Errorf("%s is %s, not %s", item.Name, canonical(sent), canonical(value))
	}
	return nil
}

// lookup is the value of a field with its arguments.
func (fs *facts) lookup(o *object, name string, args map[string]any) any {
	if len(args) > 0 {
		if value, ok := o.fields[name+"("+canonical(args)+")"]; ok {
			return value
		}
	}
	value, ok := o.fields[name]
	if !ok {
		return map[string]any{"$error": fmt.Sprintf("no data for %s.%s", o.typename, name)}
	}
	if text, ok := value.(string); ok {
		return strings.ReplaceAll(text, "$args", canonical(args))
	}
	return value
}

func constants(args ast.ArgumentList) map[string]any {
	out := map[string]any{}
	for _, a := range args {
		if value, err := a.Value.Value(nil); err == nil {
			out[a.Name] = value
		}
	}
	return out
}

func canonical(value any) string {
	text, err := json.Marshal(value)
	if err != nil {
		return err.Error()
	}
	return string(text)
}

func decode(text []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	return d.Decode(into)
}
