package fuzz

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/ficusgraph/ficus/mocks/response"
)

// State is one of those that an operation is looked at in.
type State struct {
	// Name for people.
	Name string `json:"state"`
	// Choice is the value of the header that asks for it.
	Choice string `json:"choice"`
	// code of the errors that are to be there; "" for none.
	code string
	// coordinate that is to fail, or to have the value.
	coordinate, value string
	// slow: the answer is asked to take long. field: the state is one of a single field.
	slow, field bool
}

// plain is the state of a request that asks for none.
var plain = State{Name: "as it is"}

// mockedError is the code of errors that are asked for.
const mockedError = "MOCKED_ERROR"

// latency of each fetch of a slow answer.
const latency = 300 * time.Millisecond

// wide are the states of the whole answer.
var wide = []State{
	plain,
	{Name: "empty lists", Choice: "scenario=empty"},
	{Name: "lists of one", Choice: "scenario=one"},
	{Name: "long lists", Choice: "scenario=many"},
	{Name: "longest values", Choice: "scenario=longest"},
	{Name: "all nulls", Choice: "scenario=nulls"},
	{Name: "all errors", Choice: "scenario=errors", code: mockedError},
	{Name: "slow", Choice: "latency=" + latency.String(), slow: true},
}

// states are those of the whole answer, then those of single fields, of which the seed chooses the order: a budget that
// is too small for all takes some of each kind.
func states(op *response.Operation, seed uint64) []State {
	var single []State
	for _, f := range fieldsOf(op) {
		single = append(single, f.states(op.Schema)...)
	}
	dice := rand.New(rand.NewPCG(seed, seed)) //nolint:gosec // the same every time
	dice.Shuffle(len(single), func(i, j int) { single[i], single[j] = single[j], single[i] })
	return append(slices.Clone(wide), single...)
}

// selected is a field that an operation selects.
type selected struct {
	parent *ast.Definition
	def    *ast.FieldDefinition
}

// fieldsOf are the fields that an operation selects, each coordinate once, in the order of the document.
func fieldsOf(op *response.Operation) []selected {
	var out []selected
	seen := map[string]bool{}
	var walk func(set ast.SelectionSet)
	walk = func(set ast.SelectionSet) {
		for _, s := range set {
			switch s := s.(type) {
			case *ast.Field:
				if s.Definition == nil || s.ObjectDefinition == nil || strings.HasPrefix(s.Name, "__") {
					continue
				}
				if c := s.ObjectDefinition.Name + "." + s.Name; !seen[c] {
					seen[c] = true
					out = append(out, selected{s.ObjectDefinition, s.Definition})
				}
				walk(s.SelectionSet)
			case *ast.InlineFragment:
				walk(s.SelectionSet)
			case *ast.FragmentSpread:
				if key := "..." + s.Name; !seen[key] && s.Definition != nil {
					seen[key] = true
					walk(s.Definition.SelectionSet)
				}
			}
		}
	}
	walk(op.Def.SelectionSet)
	return out
}

// states of one field.
func (f selected) states(schema *ast.Schema) []State {
	c := f.parent.Name + "." + f.def.Name
	out := []State{{Name: c + " fails", Choice: "error=" + c + ":" + mockedError, code: mockedError, coordinate: c, field: true}}
	if !f.def.Type.NonNull {
		out = append(out, State{Name: c + " is null", Choice: "null=" + c, field: true})
	}
	if f.def.Type.Elem != nil {
		for _, n := range []int{0, 1} {
			out = append(out, State{Name: fmt.Sprintf("%s has %d", c, n), Choice: fmt.Sprintf("list=%s:%d", c, n)})
		}
		return out
	}
	if t := schema.Types[f.def.Type.Name()]; t != nil && t.Kind == ast.Enum {
		for _, v := range t.EnumValues {
			out = append(out, State{Name: c + " is " + v.Name, Choice: "value=" + c + ":" + v.Name, coordinate: c, value: v.Name})
		}
	}
	return out
}
