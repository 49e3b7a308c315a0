package monolith

import (
	"errors"
	"slices"
	"strconv"

	"github.com/ficusgraph/ficus/engine/queryplan"
	"github.com/ficusgraph/ficus/monolith-adapter/mapping"
)

// representation is one of a fetch, with all the places at which it stands: equal ones are asked for once.
type representation struct {
	value  mapping.Value
	places []int
	answer fragment
}

// entities answers a fetch of entities. Each has its place in the answer from the beginning, so that what goes
// wrong with one moves no other.
func (r *run) entities(selections []*queryplan.Selection) []byte {
	list := r.variables.Get("representations")
	var distinct []*representation
	seen := make(map[string]*representation, list.Len())
	for i := range list.Len() {
		text := list.At(i).String()
		rep := seen[text]
		if rep == nil {
			rep = &representation{value: list.At(i)}
			seen[text] = rep
			distinct = append(distinct, rep)
		}
		rep.places = append(rep.places, i)
	}
	typ := r.typ
	if r.Kind == Entity {
		typ = r.result.Name()
	}
	fields := selections
	if !r.abstract(typ) { // otherwise each says which type it is
		fields = r.collect(selections, typ)
	}
	switch r.Kind {
	case Batch:
		r.batches(distinct, fields)
	default:
		r.each(len(distinct), func(i int) {
			distinct[i].answer = r.entity(distinct[i].value, fields)
		}, func(i int, f *failed) { distinct[i].answer = r.nothing(f, nil) })
	}
	return appendEntities(distinct, list.Len())
}

// appendEntities puts each answer at all its places.
func appendEntities(distinct []*representation, n int) []byte {
	byPlace := make([]*representation, n)
	for _, rep := range distinct {
		for _, i := range rep.places {
			byPlace[i] = rep
		}
	}
	dst := append(make([]byte, 0, 1024), `{"data":{"_entities":[`...)
	var errs []*fault
	for i, rep := range byPlace {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(dst, rep.answer.json...)
		for _, f := range rep.answer.faults {
			errs = append(errs, f.at(step{name: "_entities"}, step{index: i}))
		}
	}
	return appendErrors(append(dst, "]}"...), errs)
}

// entity resolves one representation.
func (r *run) entity(rep mapping.Value, fields []*queryplan.Selection) fragment {
	if r.Kind == Field {
		return r.entityField(rep, fields)
	}
	own := mapping.Variables{"this": rep}
	if r.Kind == Entity {
		own = mapping.Variables{"args": rep}
	}
	m, f := r.call(r.selection.Trim(r.wanted(fields, nil)), own)
	if f != nil {
		return r.nothing(f, nil)
	}
	return r.writeEntity(writer{run: r, rep: rep, lost: m.lost}, m.value, fields)
}

// entityField resolves the connector's field for one representation, a call for each alias.
func (r *run) entityField(rep mapping.Value, fields []*queryplan.Selection) fragment {
	w := writer{run: r}
	w.object(rep, fields, r.typ)
	return fragment{w.dst, w.faults}
}

// resolves reports whether the field is the connector's own, of a type other than the root. It is there at the
// top of each entity, and again wherever the connector answers with objects of that type.
func (r *run) resolves(field, typ string) bool {
	return r.Kind == Field && field == r.field && typ == r.typ
}

// fieldOf calls the connector for an object that has the key.
func (r *run) fieldOf(object mapping.Value, s *queryplan.Selection) fragment {
	return r.fieldValue(s, mapping.Variables{"this": object, "args": r.arguments(s.Arguments)})
}

// recurs reports whether answering the selections takes calls of the connector.
func (r *run) recurs(selections []*queryplan.Selection) bool {
	if r.Kind != Field {
		return false
	}
	return slices.ContainsFunc(selections, func(s *queryplan.Selection) bool {
		return s.Field == r.field && s.Parent == r.typ || r.recurs(s.Selections)
	})
}

// writeEntity writes the value of an entity. What is of its key and was not mapped is in the representation.
func (r *run) writeEntity(w writer, v mapping.Value, fields []*queryplan.Selection) fragment {
	switch {
	case v.IsNull():
		w.null()
		return fragment{w.dst, w.faults}
	case v.Kind() != mapping.Object:
		return r.nothing(&failed{code: CodeResponseInvalid, message: "An object was expected, but the mapping gives " + v.Kind().String() + "."}, nil)
	}
	if r.abstract(r.result.Name()) && v.Get(queryplan.Typename).Kind() != mapping.String {
		w.untyped()
		return fragment{w.dst, w.faults}
	}
	w.object(v, fields, r.result.Name())
	return fragment{w.dst, w.faults}
}

// defaultBatch is how many representations go into one call where the schema does not say.
const defaultBatch = 100

// batches resolves many representations by a call for each chunk. A chunk that fails is an error of its own
// representations only.
func (r *run) batches(distinct []*representation, fields []*queryplan.Selection) {
	size := r.maxBatch
	if size == 0 {
		size = defaultBatch
	}
	chunks := (len(distinct) + size - 1) / size
	selection := r.selection.Trim(r.wanted(fields, r.keys.wanted()))
	chunk := func(i int) []*representation { return distinct[i*size : min((i+1)*size, len(distinct))] }
	fail := func(i int, f *failed) {
		for _, rep := range chunk(i) {
			rep.answer = r.nothing(f, nil)
		}
	}
	r.each(chunks, func(i int) {
		if f := r.batch(chunk(i), selection, fields); f != nil {
			fail(i, f)
		}
	}, fail)
}

// batch resolves one chunk: elements of the answer are found by their key, in whatever order they come.
func (r *run) batch(chunk []*representation, selection *mapping.Selection, fields []*queryplan.Selection) *failed {
	inputs := make([]mapping.Value, len(chunk))
	for i, rep := range chunk {
		inputs[i] = rep.value
	}
	m, f := r.call(selection, mapping.Variables{"batch": mapping.ListValue(inputs)})
	if f != nil {
		return f
	}
	v := m.value
	if v.Kind() != mapping.List && !v.IsNull() {
		return &failed{code: CodeResponseInvalid, message: "A list was expected, but the mapping gives " + v.Kind().String() + ".", cause: errors.New("the selection of a $batch connector must give a list")}
	}
	found := make(map[string]int, v.Len())
	var key []byte
	for i := range v.Len() {
		if text, ok := r.keys.appendKey(key[:0], v.At(i)); ok {
			found[string(text)], key = i, text
		}
	}
	for _, rep := range chunk {
		w := writer{run: r, rep: rep.value}
		text, ok := r.keys.appendKey(key[:0], rep.value)
		at, there := found[string(text)]
		if key = text; !ok || !there {
			rep.answer = r.writeEntity(w, mapping.NullValue(), fields)
			continue
		}
		w.lost, w.from = m.lost, strconv.Itoa(at)
		rep.answer = r.writeEntity(w, v.At(at), fields)
	}
	return nil
}
