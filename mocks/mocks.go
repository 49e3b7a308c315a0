// Package mocks answers fields that nobody has built yet, from nothing but the graph's types.
//
// A Source stands for one subgraph and answers every fetch of it. It keeps no state: a value is a function of
// the seed, the type, the identity of the object, the field and its arguments, so that the same field of the
// same entity is the same in every query, every process and every order:
//
//	root, or representation            identity = hash(seed, type, key)       an entity
//	      \-> field, arguments  ->     identity = hash(parent, field, args)   any other object
//	                  \-> leaf  ->     value    = by name, type and description, drawn from the hash
//
// What is said of an object beforehand is believed and repeated: the fields of its representation (its key,
// what @requires brought), and for the object that a field returns, arguments and input fields of the same
// name. So ticket(id: 5) has the id 5, and openTicket(input: {subject: "x"}) returns that subject.
//
// A subgraph may be built in part. Missing and Marked find the coordinates that nobody answers, and Split moves
// them into a virtual subgraph of their own, for which a Source then answers.
package mocks

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"

	"github.com/ficusgraph/ficus/engine/executor"
	"github.com/ficusgraph/ficus/engine/supergraph"
)

// Config says how fields that nobody answers are made up. Whether they are, the environment says.
type Config struct {
	// Acknowledged are coordinates, Type.field, that may be made up in production too.
	Acknowledged []string `yaml:"acknowledged"`
	// Seed changes all values; 0 by default.
	Seed int64 `yaml:"seed"`
	// Files say what values are like, Scenarios what states there are: names, or patterns such as mocks/*.yaml. By
	// default they are mocks/*.yaml and mocks/scenarios/*.yaml; [] is none.
	Files     []string `yaml:"files"`
	Scenarios []string `yaml:"scenarios"`
	// Scenario is that of requests that choose none.
	Scenario string `yaml:"scenario"`
	// PerRequest lets requests choose a scenario, latency and errors. It is for development.
	PerRequest bool `yaml:"per_request"`
	// Report says in each answer what of it was made up. It is for development.
	Report bool `yaml:"report"`
	// Session bounds what is kept of mutations.
	Session SessionConfig `yaml:"session"`
	// Grants let requests choose where PerRequest is off.
	Grants GrantConfig `yaml:"grants"`
	// Record says what of live answers may be written down.
	Record Recorded `yaml:"record"`
}

// Recorded names coordinates such as Product.name, Product.* and *.currency: of those to keep, mock record writes values
// as they are; of those to hide, not even Booleans and enums.
type Recorded struct {
	Keep []string `yaml:"keep"`
	Hide []string `yaml:"hide"`
}

// Patterns of files where none are configured.
var (
	defaultFiles     = []string{"mocks/*.yaml"}
	defaultScenarios = []string{"mocks/scenarios/*.yaml"}
)

// Patterns are those of the files about values and of the scenarios.
func (c Config) Patterns() (files, scenarios []string) {
	files, scenarios = c.Files, c.Scenarios
	if files == nil {
		files = defaultFiles
	}
	if scenarios == nil {
		scenarios = defaultScenarios
	}
	return files, scenarios
}

// Validate says what is wrong.
func (c Config) Validate() error { return errors.Join(c.Session.Validate(), c.Grants.Validate()) }

// maxObjects bounds one answer. Lists have up to three elements, and lists in lists multiply.
const maxObjects = 100_000

// Codes of failed fetches, in extensions.code.
const (
	CodeTooLarge = "MOCK_TOO_LARGE"
	CodeInternal = "INTERNAL_SERVER_ERROR"
)

// Source answers every fetch of one subgraph with made up values. It is safe for use by many goroutines.
type Source struct {
	graph    *supergraph.Supergraph
	subgraph *supergraph.Subgraph
	seed     hash
	script   *Script
	// implied are keys of types that have none, by name.
	implied map[string][]*supergraph.Key
	// wordings of fields, as they are met.
	wordings *sync.Map
}

// New is a source for the subgraph of that name.
func New(graph *supergraph.Supergraph, subgraph string, seed int64) (*Source, error) {
	g := graph.Subgraph(subgraph)
	if g == nil {
		return nil, fmt.Errorf("mock %s: there is no such subgraph", subgraph)
	}
	return &Source{graph: graph, subgraph: g, seed: hash(seed), implied: implied(graph, g.ID), wordings: &sync.Map{}}, nil
}

// Following is the source with values as the script says.
func (s *Source) Following(script *Script) *Source {
	out := *s
	out.script = script
	return &out
}

var errTooLarge = errors.New("the answer has too many objects")

// Fetch implements executor.Fetcher.
func (s *Source) Fetch(ctx context.Context, r *executor.Request) (*executor.Response, error) {
	variables, err := decode(r.Variables)
	if err != nil {
		return nil, s.fault(CodeInternal, "internal error", fmt.Errorf("variables: %w", err))
	}
	a := s.answering(ctx, variables)
	if request := FromContext(ctx); request != nil {
		request.answered(r.Fetch)
	}
	a.raw(`{"data":`)
	if r.Fetch.IsEntity() {
		err = a.entities(r.Fetch.Selections)
	} else {
		err = a.root(r.Fetch)
	}
	return s.completed(a, err)
}

// answering is an answer to be written, as the client's request asks for it.
func (s *Source) answering(ctx context.Context, variables map[string]any) *answer {
	a := &answer{Source: s, ctx: ctx, variables: variables}
	if request := FromContext(ctx); request != nil {
		a.request(request)
		a.overlay = request.overlay()
	}
	return a
}

// completed is the response once the data is written.
func (s *Source) completed(a *answer, err error) (*executor.Response, error) {
	switch {
	case errors.Is(err, errTooLarge):
		return nil, s.fault(CodeTooLarge, fmt.Sprintf("a mocked answer has more than %d objects; select fewer nested lists", maxObjects), err)
	case err != nil:
		return nil, s.fault(CodeInternal, "the request was not completed", err)
	}
	a.out = append(a.appendTo(a.out), '}')
	if err := a.wait(); err != nil {
		return nil, err
	}
	return &executor.Response{Body: a.out}, nil
}

// wait waits as long as the slowest of the fields is to take.
func (a *answer) wait() error {
	if a.delay <= 0 {
		return nil
	}
	return sleep(a.ctx, a.delay)
}

// request takes over what the client's request asks for.
func (a *answer) request(r *Request) {
	a.operation, a.choice = r.Operation, r.Choice
	if a.choice != nil {
		a.scenario, a.delay = a.script.scenario(a.choice.Scenario), a.choice.Latency
	}
}

func (s *Source) fault(code, message string, err error) *executor.Error {
	return &executor.Error{Code: code, Message: message, Err: fmt.Errorf("mock %s: %w", s.subgraph.Name, err)}
}

// decode reads a JSON object, with numbers as they are written.
func decode(text []byte) (map[string]any, error) {
	if len(text) == 0 {
		return nil, nil
	}
	var out map[string]any
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	return out, d.Decode(&out)
}
