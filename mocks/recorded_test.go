package mocks_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/ficusgraph/ficus/engine"
	"github.com/ficusgraph/ficus/engine/supergraph"
	"github.com/ficusgraph/ficus/mocks"
	"github.com/ficusgraph/ficus/mocks/record"
	"github.com/ficusgraph/ficus/mocks/response"
)

// TestRecordingsOfPublicSchemasAnswerAlike: whatever query is recorded in whatever state, another source answers it with the
// same structure under the scenario. What the recorder warns of is left out.
func TestRecordingsOfPublicSchemasAnswerAlike(t *testing.T) {
	graphs := publicGraphs(t)
	if len(graphs) == 0 {
		t.Skip("no public schemas: internal/conformance/schemas/get.sh gets them")
	}
	for _, p := range graphs {
		if p.name == "huge-schema" {
			continue // its scenario is checked against thousands of types each time
		}
		t.Run(p.name, func(t *testing.T) {
			sg := p.graph(t)
			live := mockEngine(t, sg)
			recorded := 0
			for seed := range uint64(max(1, *operations/10)) {
				if drawn := drawOperation(sg.API, seed); drawn.kind == ast.Query && recordedAlike(t, sg, live, drawn, seed) {
					recorded++
				}
			}
			t.Logf("%d recordings", recorded)
		})
	}
}

// recordedAlike records one operation and compares; false where there is nothing to compare.
func recordedAlike(t *testing.T, sg *supergraph.Supergraph, live *engine.Engine, drawn *drawnOperation, seed uint64) bool {
	t.Helper()
	text, choice := drawn.text("a_", false), choices[seed%uint64(len(choices))]
	request := response.Request{Query: text, Operation: "Drawn"}
	if err := json.Unmarshal(drawn.variables, &request.Variables); err != nil {
		t.Fatal(err)
	}
	r := record.Recorder{Schema: sg.API, Graph: sg, Ask: func(_ context.Context, r response.Request) ([]byte, error) {
		return answerTo(t, live, r.Query, drawn.variables, choice), nil
	}}
	out, err := r.Record(t.Context(), "recorded", []response.Request{request})
	if err != nil {
		if strings.Contains(err.Error(), "there is no data") || strings.Contains(err.Error(), "nothing that a rule") {
			return false
		}
		t.Fatalf("seed %d, %q: %v\n%s", seed, choice, err, text)
	}
	if len(out.Warnings) > 0 {
		return false
	}
	script, err := mocks.Read(sg, mocks.Told{Scenarios: []mocks.File{{Name: "recorded.yaml", Text: string(out.Text)}}})
	if err != nil {
		t.Fatalf("seed %d, %q: %v\n%s\n%s", seed, choice, err, text, out.Text)
	}
	sources := table{}
	for _, g := range sg.Subgraphs {
		sources[g.Name] = source(t, sg, g.Name, 99).Following(script)
	}
	snapshot, err := engine.NewSnapshot(sg, sources, engine.Config{})
	if err != nil {
		t.Fatal(err)
	}
	have := answerTo(t, engine.New(snapshot, nil), text, drawn.variables, "scenario=recorded")
	want := answerTo(t, live, text, drawn.variables, choice)
	if diff := cmp.Diff(shapeOf(dataIn(t, want, "a_")), shapeOf(dataIn(t, have, "a_"))); diff != "" {
		t.Fatalf("seed %d, %q: -live +recorded: %s\n%s\n%s\n%s", seed, choice, diff, text, drawn.variables, out.Text)
	}
	return true
}

// shapeOf is a value with kinds in place of its texts and numbers.
func shapeOf(v any) any {
	switch v := v.(type) {
	case []any:
		for i, e := range v {
			v[i] = shapeOf(e)
		}
		return v
	case map[string]any:
		for key, e := range v {
			if key != "__typename" {
				if _, err := strconv.Atoi(key); err != nil {
					return "a scalar" // or an object with nothing selected that is included
				}
				v[key] = shapeOf(e)
			}
		}
		if len(v) == 0 {
			return "a scalar"
		}
		return v
	case bool, nil:
		return v
	}
	return fmt.Sprintf("%T", v)
}
