package response

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// Fault is where an answer breaks a promise of its schema.
type Fault struct {
	// Path in the data, such as products.3.price; "" for the answer as a whole.
	Path string `json:"path,omitempty"`
	// Coordinate of the field, such as Product.price; "" for the answer as a whole.
	Coordinate string `json:"coordinate,omitempty"`
	Message    string `json:"message"`
}

// String is the fault on one line.
func (f Fault) String() string {
	switch {
	case f.Path == "":
		return f.Message
	case f.Coordinate == "":
		return f.Path + ": " + f.Message
	}
	return f.Path + " (" + f.Coordinate + "): " + f.Message
}

// maxFaults of one answer are reported: the first ones help most.
const maxFaults = 20

// Verdict is what an answer is like.
type Verdict struct {
	Faults []Fault
	// Codes are the codes of the answer's errors, "" for an error without one.
	Codes []string
	// Seen are the values at the coordinates of fields, nil among them for null.
	Seen map[string][]*Value
}

// Judge says what of an answer does not follow from the operation: its shape, the order of its keys, nulls, values, and
// errors that point to nothing.
func (o *Operation) Judge(body []byte) *Verdict {
	j := &judge{Operation: o, seen: map[string][]*Value{}}
	v, err := Parse(body)
	switch {
	case err != nil:
		j.fault(spot{}, "is no JSON: %v", err)
	case v.Object == nil:
		j.fault(spot{}, "is no JSON object")
	default:
		j.whole(v)
	}
	return &Verdict{j.faults, j.codes, j.seen}
}

type judge struct {
	*Operation
	faults []Fault
	codes  []string
	seen   map[string][]*Value
}

// spot is a place in an answer.
type spot struct{ path, coordinate string }

func (s spot) key(k string) string { return strings.TrimPrefix(s.path+"."+k, ".") }

func (j *judge) fault(at spot, format string, args ...any) {
	if len(j.faults) < maxFaults {
		j.faults = append(j.faults, Fault{at.path, at.coordinate, fmt.Sprintf(format, args...)})
	}
}

func (j *judge) whole(v *Value) {
	for _, m := range v.Object {
		if !slices.Contains([]string{"data", "errors", "extensions"}, m.Key) {
			j.fault(spot{}, "has %q, which no answer has", m.Key)
		}
	}
	data := v.Get("data")
	j.errors(v.Get("errors"), data)
	switch {
	case data.IsNull() && v.Get("errors") == nil:
		j.fault(spot{}, "has neither data nor errors")
	case !data.IsNull():
		j.object(spot{}, j.Root(), data, []ast.SelectionSet{j.Def.SelectionSet})
	}
}

// errors checks that each has a message, and a path that leads to a null, or to an object of which fields are null.
func (j *judge) errors(list, data *Value) {
	if list == nil {
		return
	}
	if len(list.List) == 0 {
		j.fault(spot{}, "errors is no list of at least one error")
		return
	}
	for i, e := range list.List {
		at := spot{path: fmt.Sprintf("errors.%d", i)}
		message := e.Get("message")
		if text, ok := leaf(message).(string); !ok || text == "" {
			j.fault(at, "has no message")
		}
		code, _ := leaf(e.Get("extensions").Get("code")).(string)
		j.codes = append(j.codes, code)
		path := e.Get("path")
		if path == nil {
			continue
		}
		parts, _ := path.Plain().([]any)
		if found := data.At(parts); len(parts) == 0 || !data.IsNull() && !found.hasNull() {
			j.fault(at, "its path %s leads to no null", show(path.Plain()))
		}
	}
}

func leaf(v *Value) any {
	if v == nil {
		return nil
	}
	return v.Leaf
}

// object checks the keys and values of an object of the type.
func (j *judge) object(at spot, t *ast.Definition, v *Value, sets []ast.SelectionSet) {
	if v.Object == nil {
		j.fault(at, "is %s, which is no object of %s", show(v.Plain()), t.Name)
		return
	}
	fields := j.Fields(t, sets...)
	if want, have := keysOf(fields), v.keys(); !slices.Equal(want, have) {
		j.fault(at, "%s", keysDiffer(t.Name, want, have))
		return
	}
	for i, f := range fields {
		below := spot{at.key(f.Key), t.Name + "." + f.Name}
		j.seen[below.coordinate] = append(j.seen[below.coordinate], v.Object[i].Value)
		if f.Name == "__typename" {
			if name := leaf(v.Object[i].Value); name != t.Name {
				j.fault(below, "is %s, which is not %s", show(name), t.Name)
			}
			continue
		}
		if def := j.definition(t, f); def != nil {
			j.value(below, def.Type, v.Object[i].Value, f.Sets)
		}
	}
}

// definition of a field by the type of the object; nil for those of introspection, which answers by another schema.
func (j *judge) definition(t *ast.Definition, f *Field) *ast.FieldDefinition {
	if strings.HasPrefix(f.Name, "__") {
		return nil
	}
	if def := t.Fields.ForName(f.Name); def != nil {
		return def
	}
	return f.Definition
}

func keysOf(fields []*Field) []string {
	var out []string
	for _, f := range fields {
		out = append(out, f.Key)
	}
	return out
}

// keysDiffer says what is wrong with the keys of an object: one that lacks, one too much, or their order.
func keysDiffer(typ string, want, have []string) string {
	for _, k := range want {
		if !slices.Contains(have, k) {
			return fmt.Sprintf("has no %q, which is selected of %s", k, typ)
		}
	}
	for _, k := range have {
		if !slices.Contains(want, k) {
			return fmt.Sprintf("has %q, which is not selected of %s", k, typ)
		}
	}
	return fmt.Sprintf("has its keys in the order %s; they are selected in the order %s", strings.Join(have, ", "), strings.Join(want, ", "))
}

// value checks a value of the type.
func (j *judge) value(at spot, t *ast.Type, v *Value, sets []ast.SelectionSet) {
	switch {
	case v.IsNull() && t.NonNull:
		j.fault(at, "is null; it is %s", t)
	case v.IsNull():
	case t.Elem != nil && v.List == nil:
		j.fault(at, "is %s, which is no %s", show(v.Plain()), t)
	case t.Elem != nil:
		for i, e := range v.List {
			j.value(spot{at.key(strconv.Itoa(i)), at.coordinate}, t.Elem, e, sets)
		}
	default:
		j.named(at, t.NamedType, v, sets)
	}
}

func (j *judge) named(at spot, name string, v *Value, sets []ast.SelectionSet) {
	def := j.Schema.Types[name]
	switch {
	case def == nil:
	case def.IsAbstractType():
		j.abstract(at, def, v, sets)
	case def.Kind == ast.Object:
		j.object(at, def, v, sets)
	case !Fits(def, v):
		j.fault(at, "is %s, which is no %s", show(v.Plain()), name)
	}
}

// abstract finds the type that the object is of: the one it names, or else any by which there is no fault.
func (j *judge) abstract(at spot, t *ast.Definition, v *Value, sets []ast.SelectionSet) {
	var best *judge
	seen, said := map[string]bool{}, false
	possible := j.Possible(t.Name)
	for _, p := range possible {
		fields := j.Fields(p, sets...)
		name := typenameIn(fields, v)
		if said = said || name != ""; name != "" && name != p.Name || seen[j.alike(p, fields)] {
			continue
		}
		seen[j.alike(p, fields)] = true
		one := &judge{Operation: j.Operation, seen: map[string][]*Value{}}
		one.object(at, p, v, sets)
		if best == nil || len(one.faults) < len(best.faults) {
			best = one
		}
		if len(best.faults) == 0 {
			break
		}
	}
	if best == nil {
		j.fault(at, "is of no type that %s can be of", t.Name)
		return
	}
	for _, f := range best.faults {
		if len(j.faults) < maxFaults {
			j.faults = append(j.faults, f)
		}
	}
	if len(possible) > 1 && !said {
		return // of which type the object is nobody can tell
	}
	for c, values := range best.seen {
		j.seen[c] = append(j.seen[c], values...)
	}
}

// typenameIn is the type that an object says it is of; "" if it says nothing.
func typenameIn(fields []*Field, v *Value) string {
	for _, f := range fields {
		if f.Name == "__typename" {
			name, _ := leaf(v.Get(f.Key)).(string)
			return name
		}
	}
	return ""
}

// alike is the same for types that an answer cannot tell apart.
func (j *judge) alike(t *ast.Definition, fields []*Field) string {
	var b strings.Builder
	for _, f := range fields {
		if f.Name == "__typename" {
			b.WriteString(t.Name)
		} else if def := j.definition(t, f); def != nil {
			fmt.Fprintf(&b, "%s:%s:%s %d;", f.Key, f.Name, def.Type, len(f.Sets))
			for _, s := range f.Sets {
				fmt.Fprintf(&b, "%p ", s)
			}
		}
	}
	return b.String()
}

// Fits reports whether a value that is not null is one of the scalar or enum; of a custom scalar any is.
func Fits(t *ast.Definition, v *Value) bool {
	number, isNumber := v.Leaf.(json.Number)
	text, isText := v.Leaf.(string)
	switch {
	case t.Kind == ast.Enum:
		return isText && t.EnumValues.ForName(text) != nil
	case t.Name == "Int":
		_, err := strconv.ParseInt(number.String(), 10, 32)
		return isNumber && err == nil
	case t.Name == "Float":
		return isNumber
	case t.Name == "String", t.Name == "ID":
		return isText
	case t.Name == "Boolean":
		_, ok := v.Leaf.(bool)
		return ok
	}
	return true
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
