package engine_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"
	"golang.org/x/tools/txtar"

	"github.com/ficusgraph/ficus/engine"
	"github.com/ficusgraph/ficus/engine/composition"
	"github.com/ficusgraph/ficus/engine/executor"
	"github.com/ficusgraph/ficus/engine/queryplan"
	"github.com/ficusgraph/ficus/engine/supergraph"
	"github.com/ficusgraph/ficus/internal/scenario"
)

// TestScenarios leads each file of testdata/scenarios through all stages. Given are
//
//	subgraphs/NAME.graphql    what is composed
//	query.graphql             and variables.json, labels (active override labels, one a line)
//	data.json                 what the subgraphs know: see facts
//	data/NAME.json            where a subgraph knows otherwise
//	differs                   why a monolith would answer otherwise, if it would
//	events/NAME               what a subgraph sends to a subscription: see scenario_events_test.go
//	answers/NAME              what a subgraph answers instead: a line for a fetch, its number in the plan and a body, or HTTP and a status
//
// and checked, where the file has the section, are supergraph, api and hints, and always plan, sides (what override labels
// decided of it), fetches and response.json, or errors if the subgraphs do not compose. UPDATE=1 writes them. Beside what is written down, each request must be valid by the
// schema of its subgraph, and without faults the data must be what one monolith with the API schema answers.
func TestScenarios(t *testing.T) {
	scenario.Each(t, "testdata/scenarios/*/*.txtar", func(t *testing.T, a *txtar.Archive) *txtar.Archive {
		s := &passage{given: map[string]string{}, archive: a}
		for _, f := range a.Files {
			s.given[f.Name] = string(f.Data)
		}
		return s.run(t)
	})
}

// passage is one scenario on its way through the stages.
type passage struct {
	archive *txtar.Archive
	given   map[string]string
	out     *txtar.Archive

	contracts []*contract
	own       map[string]*facts
	whole     *facts

	mu    sync.Mutex
	sent  map[int]string
	wrong []string
}

// run is the file with what the stages made of it.
func (s *passage) run(t *testing.T) *txtar.Archive {
	s.out = &txtar.Archive{Comment: s.archive.Comment}
	var subs []composition.Subgraph
	for _, f := range s.archive.Files {
		switch f.Name {
		case "supergraph", "api", "hints", "errors", "plan", "sides", "fetches", "response.json":
			continue
		}
		s.out.Files = append(s.out.Files, f)
		if name, ok := strings.CutPrefix(strings.TrimSuffix(f.Name, ".graphql"), "subgraphs/"); ok {
			subs = append(subs, composition.Subgraph{Name: name, URL: "http://" + name, SDL: string(f.Data), File: f.Name})
		}
	}
	composed, err := composition.Compose(subs)
	if err != nil {
		s.write("errors", err.Error()+"\n")
		return s.out
	}
	s.composition(composed)
	if s.given["query.graphql"] == "" {
		return s.out
	}
	sg, err := supergraph.Read("supergraph", composed.SupergraphSDL)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.populate(subs); err != nil {
		t.Fatal(err)
	}
	s.execute(t, sg)
	return s.out
}

func (s *passage) write(name, text string) {
	s.out.Files = append(s.out.Files, txtar.File{Name: name, Data: []byte(text)})
}

// composition checks what the file asks to be checked of the graph.
func (s *passage) composition(r *composition.Result) {
	if _, ok := s.given["supergraph"]; ok {
		var own []string
		for block := range strings.SplitSeq(strings.TrimSuffix(r.SupergraphSDL, "\n"), "\n\n") {
			head, _, _ := strings.Cut(block, "{")
			if strings.Contains(head, "@join__type(graph: ") && !strings.HasPrefix(block, "directive ") {
				own = append(own, block)
			}
		}
		s.write("supergraph", strings.Join(own, "\n\n")+"\n")
	}
	if _, ok := s.given["api"]; ok {
		s.write("api", r.APISchemaSDL)
	}
	if _, ok := s.given["hints"]; ok {
		var hints strings.Builder
		for _, h := range r.Hints {
			hints.WriteString(h.String() + "\n")
		}
		s.write("hints", hints.String())
	}
}

// populate gives each subgraph its schema and its data.
func (s *passage) populate(subs []composition.Subgraph) error {
	s.own, s.sent = map[string]*facts{}, map[int]string{}
	for _, sub := range subs {
		c, err := newContract(sub.Name, sub.SDL)
		if err != nil {
			return err
		}
		s.contracts = append(s.contracts, c)
	}
	var err error
	if s.whole, err = newFacts(s.given["data.json"], s.contracts); err != nil {
		return err
	}
	for _, sub := range subs {
		if s.own[sub.Name], err = s.whole.with(s.given["data/"+sub.Name+".json"]); err != nil {
			return err
		}
	}
	return nil
}

// sides writes what override labels decided of the plan's fetches, if they did of any.
func (s *passage) sides(plan *queryplan.Plan) {
	var b strings.Builder
	for _, f := range plan.Fetches {
		for _, side := range f.Sides {
			fmt.Fprintln(&b, f.ID, side.Label, side.New, side.Coordinates, side.Paths)
		}
	}
	if b.Len() > 0 {
		s.write("sides", b.String())
	}
}

func (s *passage) execute(t *testing.T, sg *supergraph.Supergraph) {
	snapshot, err := engine.NewSnapshot(sg, s, engine.Config{Introspection: true})
	if err != nil {
		t.Fatal(err)
	}
	r := engine.Request{Query: s.given["query.graphql"], Variables: []byte(strings.TrimSpace(s.given["variables.json"])), Labels: strings.Fields(s.given["labels"])}
	plan, err := snapshot.Plan(&r)
	if err == nil {
		s.write("plan", plan.String())
		s.sides(plan)
	}
	e := engine.New(snapshot, nil)
	if plan != nil && plan.Kind == ast.Subscription {
		s.write("response.json", s.subscribe(t, sg, e, r))
		s.complained(t)
		return
	}
	body, out := e.Execute(t.Context(), &r, nil)
	if !out.Refused {
		s.write("fetches", s.requests())
	}
	if again, _ := e.Execute(t.Context(), &r, nil); !bytes.Equal(again, body) { // with the memory of the first run
		t.Errorf("the second answer is another one: %s", again)
	}
	s.write("response.json", indented(t, body))
	s.complained(t)
	if !out.Refused && !s.faulty() && !strings.Contains(r.Query, "__schema") && !strings.Contains(r.Query, "__type(") {
		s.compare(t, sg, r, body)
	}
}

func (s *passage) complained(t *testing.T) {
	for _, w := range s.wrong {
		t.Error(w)
	}
}

// faulty: a subgraph answers otherwise than the facts are.
func (s *passage) faulty() bool {
	return slices.ContainsFunc(s.archive.Files, func(f txtar.File) bool {
		return strings.HasPrefix(f.Name, "data/") || strings.HasPrefix(f.Name, "answers/") || f.Name == "differs"
	})
}

// compare holds the response to what one monolith answers.
func (s *passage) compare(t *testing.T, sg *supergraph.Supergraph, r engine.Request, body []byte) {
	monolith := &answerer{contract: &contract{schema: sg.API}, facts: s.whole}
	in := request{Query: r.Query}
	if len(r.Variables) > 0 {
		if err := decode(r.Variables, &in.Variables); err != nil {
			t.Fatal(err)
		}
	}
	want, err := monolith.answer(in)
	if err != nil {
		t.Fatal(err)
	}
	var a, b struct {
		Data   json.RawMessage
		Errors []json.RawMessage
	}
	if err := errors.Join(json.Unmarshal(want, &a), json.Unmarshal(body, &b)); err != nil {
		t.Fatal(err)
	}
	if string(a.Data) != string(b.Data) || (len(a.Errors) == 0) != (len(b.Errors) == 0) {
		t.Errorf("a monolith answers\n%s\nand not\n%s", want, body)
	}
}

// requests are those that were sent, in the order of the plan, each with its variables; representations a line each.
func (s *passage) requests() string {
	var ids []int
	for id := range s.sent {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	var out strings.Builder
	for _, id := range ids {
		out.WriteString(strconv.Itoa(id) + " " + s.sent[id])
	}
	return out.String()
}

// Fetch implements executor.Fetcher: the subgraph answers from its facts, or as it is told to.
func (s *passage) Fetch(_ context.Context, r *executor.Request) (*executor.Response, error) {
	name := r.Fetch.Subgraph
	var in request
	if err := decode(r.Body, &in); err != nil {
		s.complain("%s: %v in %s", name, err, r.Body)
		return nil, err
	}
	s.record(r, in)
	i := slices.IndexFunc(s.contracts, func(c *contract) bool { return c.name == name })
	body, err := (&answerer{contract: s.contracts[i], facts: s.own[name]}).answer(in)
	if err != nil {
		s.complain("%s was sent a request that is not valid: %v\n%s", name, err, r.Body)
		return nil, err
	}
	told := s.told(name, r)
	switch status, isStatus := strings.CutPrefix(told, "HTTP "); {
	case told == "":
		return &executor.Response{Body: body}, nil
	case isStatus:
		code, err := strconv.Atoi(status)
		return nil, &executor.Error{Code: "SUBREQUEST_HTTP_ERROR", Message: "the service answered " + status, Status: code, Err: err}
	default:
		return &executor.Response{Body: []byte(told)}, nil
	}
}

// told is what the subgraph shall answer: the line of the fetch among the plan's for this subgraph.
func (s *passage) told(name string, r *executor.Request) string {
	for line := range strings.Lines(s.given["answers/"+name]) {
		id, rest, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		if id == strconv.Itoa(r.Fetch.ID) {
			return rest
		}
	}
	return ""
}

func (s *passage) record(r *executor.Request, in request) {
	text := r.Fetch.Subgraph + ": " + in.Query + "\n"
	reps, _ := in.Variables["representations"].([]any)
	for _, rep := range reps {
		text += "  " + canonical(rep) + "\n"
	}
	others := maps.Clone(in.Variables)
	delete(others, "representations")
	if len(others) > 0 {
		text += "  variables " + canonical(others) + "\n"
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sent[r.Fetch.ID] += text
}

func (s *passage) complain(format string, args ...any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.wrong = append(s.wrong, fmt.Sprintf(format, args...))
}

// indented is a response for people: data a member a line, errors a line each.
func indented(t *testing.T, text []byte) string {
	var response struct {
		Data   json.RawMessage
		Errors []json.RawMessage
	}
	if err := json.Unmarshal(text, &response); err != nil {
		t.Fatalf("the response is not JSON: %v\n%s", err, text)
	}
	var b bytes.Buffer
	if response.Data != nil {
		if err := json.Indent(&b, response.Data, "", "  "); err != nil {
			t.Fatal(err)
		}
		b.WriteByte('\n')
	}
	for _, e := range response.Errors {
		b.Write(e)
		b.WriteByte('\n')
	}
	return b.String()
}
