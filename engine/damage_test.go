package engine_test

import (
	"encoding/json"
	"slices"
	"testing"
	"time"

	"github.com/ficusgraph/ficus/engine"
	"github.com/ficusgraph/ficus/internal/universe"
)

// TestDamagedAnswersAreNotPassedOn: whatever subgraphs answer, data is of the shape and the types that the client
// asked for, and no null is without an error where the type forbids it.
func TestDamagedAnswersAreNotPassedOn(t *testing.T) {
	t.Parallel()
	first := uint64(number("FICUS_SEED", 1))
	for graph := range uint64(number("FICUS_GRAPHS", 20)) {
		f, err := newFederation(first+graph, universe.Options{})
		if err != nil {
			t.Fatal(err)
		}
		for operation := range uint64(number("FICUS_OPERATIONS", 10)) {
			f.damage(t, operation, operation)
		}
	}
}

// FuzzDamage looks for an answer of a subgraph that gets through although it is wrong.
func FuzzDamage(f *testing.F) {
	for seed := range uint64(10) {
		f.Add(seed, seed*3, seed*5)
	}
	f.Fuzz(func(t *testing.T, graph, operation, damage uint64) {
		fed, err := newFederation(graph, universe.Options{})
		if err != nil {
			t.Fatal(err)
		}
		fed.damage(t, operation, damage)
	})
}

func (f *federation) damage(t *testing.T, operation, damage uint64) {
	t.Helper()
	e, err := f.serve(universe.NewDamaged(f.subgraphs, damage))
	if err != nil {
		t.Fatal(err)
	}
	op := f.monolith.Operation(operation)
	r := &engine.Request{Query: op.Text, Variables: op.JSON()}
	f.subgraphs.Begin(nil)
	body, out := e.Execute(t.Context(), r, nil)
	var got response
	if err := json.Unmarshal(body, &got); err != nil {
		t.Fatalf("%v: %s", err, body)
	}
	if err := f.monolith.Conforms(op, got.Data); err != nil || len(got.Errors) != out.Errors {
		t.Errorf("graph %d, operation %d, damage %d: %v, %d errors of %d\n%s\n\n%s", f.seed, operation, damage, err, len(got.Errors), out.Errors, body, f.report(r))
	}
	if string(got.Data) == "null" && len(got.Errors) == 0 {
		t.Errorf("graph %d, operation %d, damage %d: null without an error", f.seed, operation, damage)
	}
}

// FuzzExecute takes any text through the whole engine: it is answered or refused, soon, and never by a crash.
func FuzzExecute(f *testing.F) {
	var graphs []*federation
	for seed := range uint64(8) {
		fed, err := newFederation(seed, universe.Options{})
		if err != nil {
			f.Fatal(err)
		}
		graphs = append(graphs, fed)
		for i := range uint64(4) {
			op := fed.monolith.Operation(i)
			f.Add(byte(seed), op.Text, string(op.JSON()))
		}
	}
	for _, text := range []string{
		`{ __schema { types { name fields { name type { ofType { name } } } } } __typename }`, `subscription { x }`, `{ ...A } fragment A on Query { ...A }`,
		`query($a: Int = 1, $a: Int) { __typename @skip(if: $a) }`, "{", `query A { __typename } query B { __typename }`, "\ufeff{__typename}",
	} {
		f.Add(byte(0), text, `{"a":1e999,"v1":[[]]}`)
	}
	f.Fuzz(func(t *testing.T, graph byte, text, variables string) {
		fed := graphs[int(graph)%len(graphs)]
		fed.subgraphs.Begin(nil)
		start := time.Now()
		body, out := fed.engine.Execute(t.Context(), &engine.Request{Query: text, Variables: []byte(variables)}, nil)
		if took := time.Since(start); took > 2*time.Second {
			t.Errorf("took %s", took)
		}
		if !json.Valid(body) {
			t.Errorf("%s", body)
		}
		if wrong := fed.subgraphs.Violations(); !out.Refused && slices.Max(append(wrong, "")) != "" {
			t.Errorf("%v\n%s", wrong, fed.report(&engine.Request{Query: text, Variables: []byte(variables)}))
		}
	})
}
