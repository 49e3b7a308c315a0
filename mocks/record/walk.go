package record

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/ficusgraph/ficus/engine/supergraph"
	"github.com/ficusgraph/ficus/mocks/response"
)

// failure is an error of an answer.
type failure struct {
	path []string
	code string
	met  bool
}

func (f *failure) where() string {
	if len(f.path) == 0 {
		return "no path"
	}
	return strings.Join(f.path, ".")
}

// codePattern is what a code looks like; what looks otherwise may be a message.
var codePattern = regexp.MustCompile(`^[A-Z][A-Z0-9_]{0,63}$`)

func failuresIn(list *response.Value) []*failure {
	var out []*failure
	if list == nil {
		return nil
	}
	for _, e := range list.List {
		f := &failure{code: "RECORDED_ERROR"}
		if code, ok := e.Get("extensions").Get("code").Plain().(string); ok && codePattern.MatchString(code) {
			f.code = code
		}
		if parts, ok := e.Get("path").Plain().([]any); ok {
			for _, p := range parts {
				f.path = append(f.path, fmt.Sprint(p))
			}
		}
		out = append(out, f)
	}
	return out
}

// failedAt is the code of the error that explains a null at the path; "" if there is none.
func (w *walk) failedAt(path []string) string {
	code := ""
	for _, f := range w.errors {
		if len(f.path) >= len(path) && slices.Equal(f.path[:len(path)], path) {
			if f.met = true; code == "" {
				code = f.code
			}
		}
	}
	return code
}

// fields makes rules of the fields of a root type, or of an entity.
func (w *walk) fields(t *ast.Definition, v *response.Value, fields []*response.Field, at []string) {
	w.each(t, v, fields, at, nil)
}

func (w *walk) each(t *ast.Definition, v *response.Value, fields []*response.Field, at []string, id *identity) {
	for _, f := range fields {
		if strings.HasPrefix(f.Name, "__") || v.Get(f.Key) == nil {
			continue
		}
		def := t.Fields.ForName(f.Name)
		if def == nil {
			continue
		}
		path := append(slices.Clone(at), f.Key)
		one := site{typ: t.Name, field: f.Name, arguments: w.arguments(f)}
		if value := v.Get(f.Key); value.IsNull() {
			one.value, one.code = null(), w.failedAt(path)
		} else {
			one.value = w.value(place{t, f, path}, def.Type, value)
		}
		if id == nil {
			w.say(&one)
			continue
		}
		for _, k := range w.enter(id, f.Name) {
			if k.value.has(f.Name) {
				continue
			}
			keyed := one
			keyed.key = k.value
			w.say(&keyed)
		}
	}
}

func (n *node) has(name string) bool {
	return slices.ContainsFunc(n.fields, func(f member) bool { return f.name == name })
}

// arguments of a field, without those that are not given.
func (w *walk) arguments(f *response.Field) *node {
	if len(f.Arguments) == 0 {
		return nil
	}
	out := &node{kind: objectKind}
	for _, arg := range f.Arguments {
		if arg.Value.Kind == ast.Variable {
			if _, given := w.op.Variables[arg.Value.Raw]; !given {
				continue
			}
		}
		if v, err := arg.Value.Value(w.op.Variables); err == nil {
			out.set(arg.Name, plain(asJSON(v)))
		}
	}
	if len(out.fields) == 0 {
		return nil
	}
	slices.SortFunc(out.fields, func(x, y member) int { return strings.Compare(x.name, y.name) })
	return out
}

// place is a field of an object, with the path to it.
type place struct {
	typ  *ast.Definition
	f    *response.Field
	path []string
}

func (p place) element(i int) place {
	return place{p.typ, p.f, append(slices.Clone(p.path), index(i))}
}

// value is what is written of a value that is not null; nil if nothing is.
func (w *walk) value(at place, t *ast.Type, v *response.Value) *node {
	if v.IsNull() {
		if code := w.failedAt(at.path); code != "" {
			w.warn("%s: an error at %s is recorded as null: an element of a list has no error of its own", w.request.Title(), strings.Join(at.path, "."))
		}
		return null()
	}
	if t.Elem != nil {
		return w.list(at, t, v)
	}
	named := w.Schema.Types[t.NamedType]
	if named != nil && named.IsCompositeType() {
		return w.object(at, named, v)
	}
	return w.leaf(at, named, v)
}

func (w *walk) list(at place, t *ast.Type, v *response.Value) *node {
	out := &node{kind: listKind}
	open := 0
	for i, e := range v.List {
		n := w.value(at.element(i), t.Elem, e)
		if n == nil || n.kind == lengthKind {
			open++
		}
		out.list = append(out.list, n)
	}
	if open == 0 {
		return out
	}
	if open == len(out.list) && t.Elem.Elem == nil {
		return &node{kind: lengthKind, length: open}
	}
	for i, n := range out.list {
		if n == nil || n.kind == lengthKind {
			out.list[i] = filled(v.List[i])
		}
	}
	return out
}

// filled is a value in which all is made up.
func filled(v *response.Value) *node {
	if v.List == nil {
		return likeness(v.Plain())
	}
	out := &node{kind: listKind}
	for _, e := range v.List {
		out.list = append(out.list, filled(e))
	}
	return out
}

// object is a reference to an entity, of which the rest becomes rules, or what is written of any other object.
func (w *walk) object(at place, static *ast.Definition, v *response.Value) *node {
	t := w.typeOf(static, at.f, v)
	if t == nil {
		return &node{kind: objectKind}
	}
	fields := w.op.Fields(t, at.f.Sets...)
	if id := w.identify(t, fields, v); id != nil {
		w.each(t, v, fields, at.path, id)
		return w.reference(id, static.IsAbstractType())
	}
	if w.isEntity(t) {
		w.warn("%s: an object of %s at %s has no key that can be read: what several subgraphs say of it is recorded for the first only", w.request.Title(), t.Name, at.typ.Name+"."+at.f.Name)
	}
	out := &node{kind: objectKind}
	if static.IsAbstractType() {
		out.set("__typename", &node{leaf: t.Name})
	}
	said := map[string]string{}
	for _, f := range fields {
		if def := t.Fields.ForName(f.Name); def != nil && v.Get(f.Key) != nil {
			w.part(out, place{t, f, append(slices.Clone(at.path), f.Key)}, def.Type, v.Get(f.Key), said)
		}
	}
	return out
}

// isEntity reports whether a subgraph has a key for the type.
func (w *walk) isEntity(t *ast.Definition) bool {
	if w.Graph == nil || w.Graph.Type(t.Name) == nil {
		return false
	}
	return slices.ContainsFunc(w.Graph.Type(t.Name).In, func(in *supergraph.TypeIn) bool { return in != nil && len(in.Keys) > 0 })
}

// part adds a field of an object without a key to what is written of it.
func (w *walk) part(into *node, at place, t *ast.Type, v *response.Value, said map[string]string) {
	args, coordinate := "", at.typ.Name+"."+at.f.Name
	if n := w.arguments(at.f); n != nil {
		args = n.text()
	}
	if before, ok := said[at.f.Name]; ok && before != args {
		w.warn("%s: %s is asked for with several arguments in an object that has no key; it is recorded with %s", w.request.Title(), coordinate, strings.Trim(before+" none", " "))
		return
	}
	said[at.f.Name] = args
	w.visits[coordinate]++
	if v.IsNull() {
		if code := w.failedAt(at.path); code != "" {
			if w.failed[coordinate]++; w.failed[coordinate] == 1 {
				w.failing, w.codes[coordinate] = append(w.failing, coordinate), code
			}
		}
		into.set(at.f.Name, null())
		return
	}
	n := w.value(at, t, v)
	if n != nil && n.kind == lengthKind {
		n = filled(v) // no part of a value says how long a list is, but the list
	}
	into.set(at.f.Name, n)
}

// typeOf is the run-time type of an object.
func (w *walk) typeOf(static *ast.Definition, f *response.Field, v *response.Value) *ast.Definition {
	if !static.IsAbstractType() {
		return static
	}
	for _, p := range w.op.Possible(static.Name) {
		for _, s := range w.op.Fields(p, f.Sets...) {
			if s.Name == "__typename" && v.Get(s.Key).Plain() == p.Name {
				return p
			}
		}
	}
	return nil
}
