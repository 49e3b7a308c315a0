// Package introspection answers __schema and __type from the API schema.
//
// The schema is turned once into a model of its own, in which each text is already the JSON that is answered:
//
//	ast.Schema -> Schema: types in order, each with its fields, values, interfaces and possible types
//	[]*queryplan.Selection -> selection: fragments dissolved, fields of one name merged
//	Schema + selection -> bytes
//
// The order is that of the SDL, and the rest that of graphql-js, whose answers tools are made for.
//
// A few aliases at each level multiply, so an answer has a limit that grows with the schema.
package introspection

import (
	"errors"
	"fmt"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/ficusgraph/ficus/engine/queryplan"
)

// ErrTooLarge is the error for an introspection whose answer would be out of proportion to the schema.
var ErrTooLarge = errors.New("the answer would be too large: ask for fewer fields, or use fewer aliases")

var errNoQuery = errors.New("introspection: the schema has no query type")

// Schema answers introspection. It is immutable.
type Schema struct {
	description json
	// types in the order of the SDL, by name, and by how they are written (as "[String!]").
	types   []*typ
	byName  map[string]*typ
	wrapped map[string]*typ
	// query, mutation and subscription are the root types; nil if there are none.
	query, mutation, subscription *typ
	directives                    []*directive
	// limit is how many bytes an answer may have.
	limit int
}

const (
	// baseLimit and elementLimit bound an answer: bytes, and bytes for each type, field, argument and value.
	// The usual introspection query takes about 200 for each.
	baseLimit    = 4 << 20
	elementLimit = 1 << 11
)

// New prepares the schema for introspection.
func New(api *ast.Schema) *Schema {
	b := &builder{api: api, out: &Schema{byName: map[string]*typ{}, wrapped: map[string]*typ{}}}
	return b.build()
}

// Execute answers the selections on the query type: {"data":{..}}. The variables are a JSON object, already
// coerced, or empty.
func (s *Schema) Execute(selections []*queryplan.Selection, variables []byte) ([]byte, error) {
	if s.query == nil {
		return nil, errNoQuery
	}
	r := &resolver{variables: variables}
	set, err := r.compile(s.query.text, selections)
	if err != nil {
		return nil, fmt.Errorf("introspection: %w", err)
	}
	w := &writer{limit: s.limit}
	w.buf = append(w.buf, `{"data":`...)
	w.object(&root{s}, set)
	w.buf = append(w.buf, '}')
	if w.full() {
		return nil, fmt.Errorf("introspection: %w", ErrTooLarge)
	}
	return w.buf, nil
}

// root is the query type, as far as it is answered here.
type root struct{ *Schema }

func (r *root) typename() string { return r.query.text }

func (r *root) write(w *writer, f *field) {
	switch f.name {
	case "__schema":
		w.object(r.Schema, f.below)
	case "__type":
		if t := r.byName[f.typeName]; t != nil {
			w.object(t, f.below)
			return
		}
		w.null()
	default:
		w.null()
	}
}

func (s *Schema) typename() string { return "__Schema" }

func (s *Schema) write(w *writer, f *field) {
	switch f.name {
	case "description":
		w.json(s.description)
	case "types":
		list(w, s.types, f)
	case "queryType":
		optional(w, s.query, f)
	case "mutationType":
		optional(w, s.mutation, f)
	case "subscriptionType":
		optional(w, s.subscription, f)
	case "directives":
		list(w, s.directives, f)
	default:
		w.null()
	}
}
