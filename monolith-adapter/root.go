package monolith

import (
	"fmt"

	"github.com/ficusgraph/ficus/engine/queryplan"
	"github.com/ficusgraph/ficus/monolith-adapter/mapping"
)

// root answers a fetch of root fields: one call for each alias of the connector's field.
func (r *run) root(selections []*queryplan.Selection) []byte {
	fields := r.collect(selections, r.typ)
	parts := make([]fragment, len(fields))
	r.each(len(fields), func(i int) {
		parts[i] = r.rootField(fields[i])
	}, func(i int, f *failed) {
		parts[i] = r.nothing(f, []step{{name: fields[i].Name}})
	})
	dst := append(make([]byte, 0, 1024), `{"data":{`...)
	var errs []*fault
	for i, p := range parts {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(mapping.AppendString(dst, fields[i].Name), ':')
		dst = append(dst, p.json...)
		errs = append(errs, p.faults...)
	}
	return appendErrors(append(dst, '}'), errs)
}

// fragment is a part of an answer with its errors.
type fragment struct {
	json   []byte
	faults []*fault
}

// nothing is null, and why.
func (r *run) nothing(f *failed, path []step) fragment {
	return fragment{json: []byte("null"), faults: []*fault{r.faultOf(f, path)}}
}

func (r *run) rootField(s *queryplan.Selection) fragment {
	switch s.Field {
	case queryplan.Typename:
		return fragment{json: mapping.AppendString(nil, r.typ)}
	case r.field:
		return r.fieldValue(s, mapping.Variables{"args": r.arguments(s.Arguments)})
	}
	return r.nothing(&failed{code: CodeRequestInvalid, message: "The field is not resolved here.", cause: fmt.Errorf("%s does not resolve %s", r.Coordinate, s.Field)}, []step{{name: s.Name}})
}

// fieldValue calls the connector and writes its value as the selection asks for it.
func (r *run) fieldValue(s *queryplan.Selection, vars mapping.Variables) fragment {
	m, f := r.call(r.selection.Trim(r.wanted(s.Selections, nil)), vars)
	if f != nil {
		return r.nothing(f, []step{{name: s.Name}})
	}
	w := writer{run: r, path: []step{{name: s.Name}}, lost: m.lost, skip: 1}
	if r.Kind == Entity {
		w.rep = vars["args"]
	}
	w.value(m.value, s, s.Type)
	return fragment{w.dst, w.faults}
}

// wanted is what a selection must keep to answer the fields; nil, all of it, where they are not objects.
func (r *run) wanted(selections []*queryplan.Selection, w mapping.Wanted) mapping.Wanted {
	if len(selections) > 0 && w == nil {
		w = mapping.Wanted{queryplan.Typename: nil}
	}
	for _, s := range selections {
		if s.On != "" {
			w = r.wanted(s.Selections, w)
			continue
		}
		if r.resolves(s.Field, s.Parent) {
			for name, inner := range r.keys.wanted() {
				if _, known := w[name]; !known {
					w[name] = inner
				}
			}
			continue
		}
		inner, known := w[s.Field]
		if inner = r.wanted(s.Selections, inner); !known || inner != nil {
			w[s.Field] = inner
		}
	}
	return w
}
