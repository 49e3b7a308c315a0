package monolith

import (
	"slices"

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
	fields := r.collect(selections, typ)
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

// entityFields resolves the connector's field for representations: for all together if there is a way, else by a
// call for each of them and for each alias.
func (r *run) entityFields(distinct []*representation, fields []*queryplan.Selection) {
	objects := make([]mapping.Value, len(distinct))
	for i, rep := range distinct {
		objects[i] = rep.value
	}
	gathered := r.gather(objects, fields)
	r.each(len(distinct), func(i int) {
		w := writer{run: r, gathered: gathered}
		w.object(objects[i], fields, r.typ)
		distinct[i].answer = fragment{w.dst, w.faults}
	}, func(i int, f *failed) { distinct[i].answer = r.nothing(f, nil) })
}

// resolves reports whether the field is the connector's own, of a type other than the root. It is there at the
// top of each entity, and again wherever the connector answers with objects of that type.
func (r *run) resolves(field, typ string) bool {
	return r.Kind == Field && field == r.field && typ == r.typ
}

// fieldOf is what was gathered for an object, or else calls the connector for it.
func (r *run) fieldOf(object mapping.Value, s *queryplan.Selection, gathered groups) fragment {
	if gathered != nil {
		if key, ok := r.batched.keys.appendKey(nil, object); ok && gathered[string(key)] != nil {
			g := gathered[string(key)]
			if g.failed != nil {
				return r.nothing(g.failed, []step{{name: s.Name}})
			}
			w := writer{run: r, path: []step{{name: s.Name}}, lost: g.lost, skip: 1}
			w.value(g.value, s, s.Type)
			return fragment{w.dst, w.faults}
		}
	}
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
	w.object(v, fields, r.result.Name())
	return fragment{w.dst, w.faults}
}
