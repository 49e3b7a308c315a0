package monolith

import (
	"slices"

	"github.com/ficusgraph/ficus/engine/queryplan"
	"github.com/ficusgraph/ficus/monolith-adapter/mapping"
)

// representation is one of a fetch, at whichever places it stands: equal ones are asked for once.
type representation struct {
	value  mapping.Value
	answer fragment
}

// entities answers a fetch of entities. Each has its place in the answer from the beginning, so that what goes
// wrong with one moves no other.
func (r *run) entities(selections []*queryplan.Selection) []byte {
	list := r.variables.Get("representations")
	all, places := make([]representation, list.Len()), make([]*representation, list.Len())
	distinct := make([]*representation, 0, len(all))
	seen := make(map[string]*representation, len(all))
	var text []byte
	for i := range places {
		text = list.At(i).Append(text[:0])
		rep := seen[string(text)]
		if rep == nil {
			rep = &all[i]
			rep.value = list.At(i)
			seen[string(text)] = rep
			distinct = append(distinct, rep)
		}
		places[i] = rep
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
	case Field:
		r.entityFields(distinct, fields)
	default:
		r.each(len(distinct), func(i int) {
			distinct[i].answer = r.entity(distinct[i].value, fields)
		}, func(i int, f *failed) { distinct[i].answer = r.nothing(f, nil) })
	}
	return appendEntities(places)
}

// appendEntities puts the answers at their places.
func appendEntities(places []*representation) []byte {
	size := 256
	for _, rep := range places {
		size += 1 + len(rep.answer.json)
	}
	dst := append(make([]byte, 0, size), `{"data":{"_entities":[`...)
	var errs []*fault
	for i, rep := range places {
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
	own := mapping.Variables{"this": rep}
	if r.Kind == Entity {
		own = mapping.Variables{"args": rep}
	}
	m, f := r.call(r.selection.Trim(r.wanted(fields, nil)), own)
	if f != nil {
		return r.nothing(f, nil)
	}
	return r.writeEntity(&writer{run: r, rep: rep, lost: m.lost}, m.value, fields)
}

// perEntity is about how long the answer for an entity is, for the size of a buffer.
const perEntity = 128

// entityFields resolves the connector's field for representations: for all together if there is a way, else by a
// call for each of them and for each alias.
func (r *run) entityFields(distinct []*representation, fields []*queryplan.Selection) {
	objects := make([]mapping.Value, len(distinct))
	for i, rep := range distinct {
		objects[i] = rep.value
	}
	gathered := r.gather(objects, fields)
	broken := func(i int, f *failed) { distinct[i].answer = r.nothing(f, nil) }
	if gathered.has(objects) && !slices.ContainsFunc(fields, func(s *queryplan.Selection) bool { return r.recurs(s.Selections) }) {
		w := writer{run: r, dst: make([]byte, 0, perEntity*len(distinct))} // nothing is left to be asked
		r.inTurn(len(distinct), func(i int) { distinct[i].answer = w.entity(objects[i], fields, gathered) }, broken)
		return
	}
	r.each(len(distinct), func(i int) {
		w := writer{run: r}
		distinct[i].answer = w.entity(objects[i], fields, gathered)
	}, broken)
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

// writeEntity writes the value of an entity. What is of its key and was not mapped is in the representation. One writer
// may write several.
func (r *run) writeEntity(w *writer, v mapping.Value, fields []*queryplan.Selection) fragment {
	start := len(w.dst)
	w.faults, w.path = nil, w.path[:0]
	switch {
	case v.IsNull():
		w.null()
	case v.Kind() != mapping.Object:
		w.mismatch("An object", v)
	case r.abstract(r.result.Name()) && v.Get(queryplan.Typename).Kind() != mapping.String:
		w.untyped()
	default:
		w.object(v, fields, r.result.Name())
	}
	return fragment{w.dst[start:len(w.dst):len(w.dst)], w.faults}
}
