package mocks_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/ficusgraph/ficus/engine"
	"github.com/ficusgraph/ficus/engine/composition"
	"github.com/ficusgraph/ficus/engine/executor"
	"github.com/ficusgraph/ficus/engine/supergraph"
	"github.com/ficusgraph/ficus/internal/scenario"
	"github.com/ficusgraph/ficus/mocks"
)

// told gathers what an archive tells the mock source: schemas end in .graphql and lie at the top, files of values are
// values*.yaml, scenarios lie in scenarios/.
func told(a *txtar.Archive) mocks.Told {
	var out mocks.Told
	for _, f := range a.Files {
		text := string(f.Data)
		switch {
		case strings.HasSuffix(f.Name, ".graphql"):
			name := strings.TrimPrefix(strings.TrimSuffix(f.Name, ".graphql"), "schema-")
			out.SDL = append(out.SDL, mocks.SDL{Name: name, File: f.Name, Text: text})
		case strings.HasPrefix(f.Name, "values"):
			out.Values = append(out.Values, mocks.File{Name: f.Name, Text: text})
		case strings.HasPrefix(f.Name, "scenarios/"):
			out.Scenarios = append(out.Scenarios, mocks.File{Name: f.Name, Text: text})
		}
	}
	return out
}

// composed is the graph of the schemas, which are composed without our directives.
func composed(t *testing.T, list []mocks.SDL) *supergraph.Supergraph {
	t.Helper()
	var subgraphs []composition.Subgraph
	for _, s := range list {
		text, err := mocks.Strip(s.Text)
		if err != nil {
			t.Fatal(err)
		}
		subgraphs = append(subgraphs, composition.Subgraph{Name: s.Name, SDL: text, File: s.File})
	}
	out, err := composition.Compose(subgraphs)
	if err != nil {
		t.Fatal(err)
	}
	return read(t, out.SupergraphSDL)
}

// table finds the source of a subgraph.
type table map[string]executor.Fetcher

func (t table) Fetch(ctx context.Context, r *executor.Request) (*executor.Response, error) {
	return t[r.Fetch.Subgraph].Fetch(ctx, r)
}

// following is the graph of an archive with sources that follow what is said there, and what is wrong with that.
func following(t *testing.T, a *txtar.Archive) (sg *supergraph.Supergraph, script *mocks.Script, sources table, faults string) {
	t.Helper()
	told := told(a)
	sg = composed(t, told.SDL)
	script, err := mocks.Read(sg, told)
	faults = "none\n"
	if err != nil {
		faults = err.Error() + "\n"
	}
	sources = table{}
	for _, g := range sg.Subgraphs {
		sources[g.Name] = source(t, sg, g.Name, 1).Following(script)
	}
	return sg, script, sources, faults
}

// TestAnswers reads what each archive tells the mock source and asks its queries. errors holds what is wrong with it,
// NAME.json the answer to the query of NAME.query, made under the choice of NAME.choice.
func TestAnswers(t *testing.T) {
	scenario.Each(t, "testdata/answers/*.txtar", func(t *testing.T, a *txtar.Archive) *txtar.Archive {
		sg, script, sources, faults := following(t, a)
		snapshot, err := engine.NewSnapshot(sg, sources, engine.Config{Introspection: true, Extensions: mocked})
		if err != nil {
			t.Fatal(err)
		}
		return scenario.With(a, func(section string) (string, bool) {
			if section == "errors" {
				return faults, true
			}
			name, ok := strings.CutSuffix(section, ".json")
			if !ok || strings.HasSuffix(name, ".variables") {
				return "", false
			}
			return answerOf(t, engine.New(snapshot, nil), sg, script, a, name), true
		})
	})
}

// mocked lists what was made up, as the gateway does.
func mocked(ctx context.Context, of engine.Executed) (context.Context, func([]byte) []byte) {
	if of.Event {
		ctx = mocks.BeginEvent(ctx)
	} else {
		ctx = mocks.Begin(ctx, of.Operation)
	}
	return ctx, func(dst []byte) []byte {
		text := mocks.End(ctx, of.Plan)
		if text == nil {
			return dst
		}
		return append(append(append(dst, `{"ficus":`...), text...), '}')
	}
}

// answerOf is the answer to a query of the archive, or what is wrong with its choice.
func answerOf(t *testing.T, e *engine.Engine, sg *supergraph.Supergraph, script *mocks.Script, a *txtar.Archive, name string) string {
	t.Helper()
	choice, err := mocks.ParseChoice(strings.TrimSpace(scenario.Section(a, name+".choice")))
	if err == nil {
		err = script.Check(sg, choice)
	}
	if err != nil {
		return err.Error() + "\n"
	}
	return responseOf(t, e, a, name, &mocks.Request{Report: true, Choice: choice})
}

// responseOf is the response to a query of the archive in a request.
func responseOf(t *testing.T, e *engine.Engine, a *txtar.Archive, name string, request *mocks.Request) string {
	t.Helper()
	body, _ := e.Execute(mocks.NewContext(t.Context(), request), &engine.Request{
		Query: scenario.Section(a, name+".query"), Variables: []byte(scenario.Section(a, name+".variables.json")),
	}, nil)
	var v any
	if err := json.Unmarshal(body, &v); err != nil {
		t.Fatalf("%v: %s", err, body)
	}
	text, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	return string(text) + "\n"
}
