package monolith

import (
	"slices"
	"strconv"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/ficusgraph/ficus/engine/queryplan"
	"github.com/ficusgraph/ficus/monolith-adapter/mapping"
)

// step is one step of an error's path: a name, or an index if there is none.
type step struct {
	name  string
	index int
	// field is what the mapping calls it.
	field string
}

// fault is an error of the answer.
type fault struct {
	*failed
	path       []step
	coordinate string
}

func (r *run) faultOf(f *failed, path []step) *fault {
	return &fault{failed: f, path: slices.Clone(path), coordinate: r.Coordinate}
}

// at is the error with steps before its path.
func (f *fault) at(steps ...step) *fault {
	return &fault{failed: f.failed, path: slices.Concat(steps, f.path), coordinate: f.coordinate}
}

// appendErrors ends an answer whose data is written, with its errors.
func appendErrors(dst []byte, errs []*fault) []byte {
	for i, f := range errs {
		dst = append(dst, map[bool]string{true: `,"errors":[`, false: ","}[i == 0]...)
		dst = f.append(dst)
	}
	if len(errs) > 0 {
		dst = append(dst, ']')
	}
	return append(dst, '}')
}

func (f *fault) append(dst []byte) []byte {
	dst = mapping.AppendString(append(dst, `{"message":`...), f.message)
	dst = append(dst, `,"path":[`...)
	for i, s := range f.path {
		if i > 0 {
			dst = append(dst, ',')
		}
		if s.name == "" {
			dst = strconv.AppendInt(dst, int64(s.index), 10)
		} else {
			dst = mapping.AppendString(dst, s.name)
		}
	}
	dst = mapping.AppendString(append(dst, `],"extensions":{"code":`...), f.code)
	if f.status != 0 {
		dst = append(strconv.AppendInt(append(dst, `,"http":{"status":`...), int64(f.status), 10), '}')
	}
	dst = append(mapping.AppendString(append(dst, `,"connector":{"coordinate":`...), f.coordinate), '}')
	for i := range f.extensions.Len() {
		if k := f.extensions.Key(i); k != "http" && k != "connector" {
			dst = append(mapping.AppendString(append(dst, ','), k), ':')
			dst = f.extensions.At(i).Append(dst)
		}
	}
	return append(dst, "}}"...)
}

// writer writes a mapped value as a fetch asks for it: under its aliases, with __typename, in its order.
type writer struct {
	*run
	dst    []byte
	faults []*fault
	path   []step
	// lost are the places in the mapping's output at which there is nothing because of a problem; from is the
	// place of the value that is written, skip how many steps of the path lead to it.
	lost map[string]bool
	from string
	skip int
	// rep is what an entity was asked for by, which has the fields of its key; it is for the outermost object.
	rep mapping.Value
	// gathered is what @batched gave for the objects that are written; not for those within.
	gathered gathered
}

// entity writes an entity of which nothing is known but its representation and what was gathered. One writer may write
// several.
func (w *writer) entity(rep mapping.Value, fields []*queryplan.Selection, g gathered) fragment {
	start := len(w.dst)
	w.faults, w.path, w.lost, w.from, w.skip, w.gathered = nil, w.path[:0], nil, "", 0, g
	w.object(rep, fields, w.typ)
	return fragment{w.dst[start:len(w.dst):len(w.dst)], w.faults}
}

func (w *writer) open() { w.dst = append(w.dst, '{') }

func (w *writer) close() { w.dst = append(w.dst, '}') }

func (w *writer) key(name string) {
	if w.dst[len(w.dst)-1] != '{' {
		w.dst = append(w.dst, ',')
	}
	w.dst = append(mapping.AppendString(w.dst, name), ':')
}

// object writes an object of a type that is known unless the value says otherwise.
func (w *writer) object(v mapping.Value, selections []*queryplan.Selection, typ string) {
	if t := v.Get(queryplan.Typename); t.Kind() == mapping.String {
		typ = t.Text()
	}
	rep, gathered := w.rep, w.gathered
	w.rep, w.gathered = mapping.Value{}, nil
	w.open()
	for _, s := range w.collect(selections, typ) {
		w.key(s.Name)
		w.path = append(w.path, step{name: s.Name, field: s.Field})
		member := v.Get(s.Field)
		if member.IsMissing() {
			member = rep.Get(s.Field)
		}
		w.member(v, member, s, typ, gathered[s.Name])
		w.path = w.path[:len(w.path)-1]
	}
	w.close()
}

// member writes the value of a field of an object.
func (w *writer) member(object, v mapping.Value, s *queryplan.Selection, typ string, g *groups) {
	switch {
	case s.Field == queryplan.Typename:
		w.dst = mapping.AppendString(w.dst, typ)
	case w.resolves(s.Field, typ):
		if of := g.of(object); of != nil {
			w.group(of, s)
			return
		}
		part := w.fieldOf(object, s)
		w.dst = append(w.dst, part.json...)
		for _, f := range part.faults {
			w.faults = append(w.faults, f.at(w.path[:len(w.path)-1]...))
		}
	default:
		w.value(v, s, s.Type)
	}
}

// group writes what was gathered for an object.
func (w *writer) group(g *group, s *queryplan.Selection) {
	if g.failed != nil {
		w.dst = append(w.dst, "null"...)
		w.faults = append(w.faults, w.faultOf(g.failed, w.path))
		return
	}
	lost, from, skip := w.lost, w.from, w.skip
	w.lost, w.from, w.skip = g.lost, "", len(w.path)
	w.value(g.value, s, s.Type)
	w.lost, w.from, w.skip = lost, from, skip
}

// value writes a value of a type. What is of another shape is null with an error.
func (w *writer) value(v mapping.Value, s *queryplan.Selection, typ *ast.Type) {
	switch {
	case v.IsNull():
		w.null()
	case typ != nil && typ.Elem != nil:
		w.list(v, s, typ)
	case len(s.Selections) > 0:
		if v.Kind() != mapping.Object {
			w.mismatch("An object", v)
			return
		}
		if w.abstract(typ.Name()) && v.Get(queryplan.Typename).Kind() != mapping.String {
			w.untyped()
			return
		}
		w.object(v, s.Selections, typ.Name())
	case v.Kind() == mapping.List || v.Kind() == mapping.Object:
		if typ != nil && builtin(typ.NamedType) {
			w.mismatch("A scalar", v)
			return
		}
		w.dst = v.Append(w.dst)
	case v.Kind() == mapping.Number && typ != nil && typ.NamedType == "ID":
		w.dst = append(append(append(w.dst, '"'), numberKey(v)...), '"')
	default:
		w.dst = v.Append(w.dst)
	}
}

// null writes null, with an error if a value was lost here.
func (w *writer) null() {
	w.dst = append(w.dst, "null"...)
	if len(w.lost) == 0 {
		return
	}
	place := w.from
	for _, s := range w.path[w.skip:] {
		if place != "" {
			place += "."
		}
		if s.name == "" {
			place += strconv.Itoa(s.index)
		} else {
			place += s.field
		}
	}
	if w.lost[place] {
		w.faults = append(w.faults, w.faultOf(&failed{code: CodeResponseInvalid, message: "The value could not be mapped."}, w.path))
	}
}

func (w *writer) list(v mapping.Value, s *queryplan.Selection, typ *ast.Type) {
	if v.Kind() != mapping.List {
		w.mismatch("A list", v)
		return
	}
	if v.Len() > 1 && w.recurs(s.Selections) {
		w.listOfCalls(v, s, typ)
		return
	}
	w.dst = append(w.dst, '[')
	for i := range v.Len() {
		if i > 0 {
			w.dst = append(w.dst, ',')
		}
		w.path = append(w.path, step{index: i})
		w.value(v.At(i), s, typ.Elem)
		w.path = w.path[:len(w.path)-1]
	}
	w.dst = append(w.dst, ']')
}

// listOfCalls writes a list in whose elements the connector is called again: all at once, not one by one.
func (w *writer) listOfCalls(v mapping.Value, s *queryplan.Selection, typ *ast.Type) {
	parts := make([]fragment, v.Len())
	var g gathered
	if typ.Elem.NamedType == w.typ {
		objects := make([]mapping.Value, v.Len())
		for i := range objects {
			objects[i] = v.At(i)
		}
		g = w.gather(objects, w.collect(s.Selections, w.typ))
	}
	w.each(len(parts), func(i int) {
		elem := writer{run: w.run, path: append(slices.Clone(w.path), step{index: i}), lost: w.lost, from: w.from, skip: w.skip, gathered: g}
		elem.value(v.At(i), s, typ.Elem)
		parts[i] = fragment{elem.dst, elem.faults}
	}, func(i int, f *failed) { parts[i] = w.nothing(f, append(slices.Clone(w.path), step{index: i})) })
	w.dst = append(w.dst, '[')
	for i, p := range parts {
		if i > 0 {
			w.dst = append(w.dst, ',')
		}
		w.dst = append(w.dst, p.json...)
		w.faults = append(w.faults, p.faults...)
	}
	w.dst = append(w.dst, ']')
}

// mismatch writes null and notes the error.
func (w *writer) mismatch(want string, got mapping.Value) {
	w.dst = append(w.dst, "null"...)
	if !w.lenient {
		w.faults = append(w.faults, w.faultOf(unexpected(want, got), w.path))
	}
}

// unexpected is the error of a value of another shape.
func unexpected(want string, got mapping.Value) *failed {
	return &failed{code: CodeResponseInvalid, message: want + " was expected, but the mapping gives " + got.Kind().String() + "."}
}

// untyped writes null for an object of an interface or a union of which no branch said the type.
func (w *writer) untyped() {
	w.dst = append(w.dst, "null"...)
	w.faults = append(w.faults, w.faultOf(&failed{code: CodeResponseInvalid, message: "The mapping does not say which type the object is."}, w.path))
}

// abstract reports whether values of the type are of one of several object types.
func (r *run) abstract(typ string) bool {
	t := r.connectors.graph.Type(typ)
	return t != nil && t.IsAbstract() && len(t.Members) > 0 && !slices.Contains(t.Members, typ)
}

// collect gives the fields that apply to an object of the type: those of fragments put in their place, and of
// those with one name the selections together.
func (r *run) collect(selections []*queryplan.Selection, typ string) []*queryplan.Selection {
	if !slices.ContainsFunc(selections, func(s *queryplan.Selection) bool { return s.On != "" }) {
		return selections
	}
	var out []*queryplan.Selection
	r.collectInto(&out, selections, typ)
	return out
}

func (r *run) collectInto(out *[]*queryplan.Selection, selections []*queryplan.Selection, typ string) {
	for _, s := range selections {
		if s.On != "" {
			if r.applies(s.On, typ) {
				r.collectInto(out, s.Selections, typ)
			}
			continue
		}
		i := slices.IndexFunc(*out, func(o *queryplan.Selection) bool { return o.Name == s.Name })
		if i < 0 {
			*out = append(*out, s)
			continue
		}
		if len(s.Selections) > 0 {
			both := *(*out)[i]
			both.Selections = slices.Concat(both.Selections, s.Selections)
			(*out)[i] = &both
		}
	}
}

// applies reports whether an object of the type meets a fragment's condition.
func (r *run) applies(on, typ string) bool {
	if on == typ {
		return true
	}
	t := r.connectors.graph.Type(on)
	return t != nil && slices.Contains(t.Members, typ)
}
