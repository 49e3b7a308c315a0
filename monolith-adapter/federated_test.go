package monolith_test

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/ficusgraph/ficus/engine"
	"github.com/ficusgraph/ficus/engine/executor"
	"github.com/ficusgraph/ficus/engine/queryplan"
	"github.com/ficusgraph/ficus/engine/supergraph"
	monolith "github.com/ficusgraph/ficus/monolith-adapter"
	"github.com/ficusgraph/ficus/subgraph"
)

// TestFederation leads the scenarios in testdata/federated through the whole engine: connectors over a real server
// beside services.
//
//	*.graphql      the schemas; ${url} is the server
//	server         what it answers, as in testdata/fetch
//	<name>.json    what a service knows: its Query, and its entities by type; {x} in a text is of the representation
//	query          `labels: a b`, and the operation
//	requests       what the server and the services were asked, sorted
//	response.json  what the client is answered
func TestFederation(t *testing.T) {
	scenarios(t, "testdata/federated/*.txtar", func(t *testing.T, a *txtar.Archive) map[string]string {
		server := newServer(t, section(a, "server"))
		defer withURL(a, server.URL)()
		sg, connectors, err := expanded(t, a)
		if err != nil {
			t.Fatal(err)
		}
		fetcher, err := monolith.New(connectors, monolith.Config{}, monolith.Ports{})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(fetcher.Close)
		table := map[string]executor.Fetcher{}
		var services []*service
		for _, s := range sg.Subgraphs {
			if table[s.Name] = fetcher; connectors.Get(s.Name) == nil {
				one := newService(t, sg, s.Name, section(a, s.Name+".json"))
				table[s.Name] = one
				services = append(services, one)
			}
		}
		snapshot, err := engine.NewSnapshot(sg, subgraph.NewTable(table), engine.Config{})
		if err != nil {
			t.Fatal(err)
		}
		query := section(a, "query")
		req := &engine.Request{Query: query}
		if head, rest, ok := strings.Cut(query, "\n"); ok && strings.HasPrefix(head, "labels: ") {
			req.Labels, req.Query = strings.Fields(head)[1:], rest
		}
		body, _ := engine.New(snapshot, nil).Execute(t.Context(), req, nil)
		requests := server.log()
		for _, s := range services {
			slices.Sort(s.asked)
			requests += strings.Join(s.asked, "")
		}
		return map[string]string{"requests": requests, "response.json": strings.ReplaceAll(string(body), server.URL, "${url}") + "\n"}
	})
}

// service answers out of objects.
type service struct {
	name  string
	graph *supergraph.Supergraph
	query map[string]any
	types map[string][]map[string]any

	mu    sync.Mutex
	asked []string
}

func newService(t *testing.T, sg *supergraph.Supergraph, name, facts string) *service {
	t.Helper()
	s := &service{name: name, graph: sg, types: map[string][]map[string]any{}}
	var all map[string]json.RawMessage
	if err := json.Unmarshal([]byte(facts), &all); err != nil && facts != "" {
		t.Fatalf("%s.json: %v", name, err)
	}
	for typ, data := range all {
		var err error
		if typ == "Query" {
			err = json.Unmarshal(data, &s.query)
		} else {
			var list []map[string]any
			err = json.Unmarshal(data, &list)
			s.types[typ] = list
		}
		if err != nil {
			t.Fatalf("%s.json: %s: %v", name, typ, err)
		}
	}
	return s
}

// Fetch implements executor.Fetcher.
func (s *service) Fetch(_ context.Context, r *executor.Request) (*executor.Response, error) {
	s.mu.Lock()
	s.asked = append(s.asked, fmt.Sprintf("%s %s\n", s.name, r.Body))
	s.mu.Unlock()
	if !r.Fetch.IsEntity() {
		return answer(s.object(s.query, r.Fetch.Selections, "Query"))
	}
	var vars struct{ Representations []map[string]any }
	if err := json.Unmarshal(r.Variables, &vars); err != nil {
		return nil, err
	}
	list := make([]any, len(vars.Representations))
	for i, rep := range vars.Representations {
		typ, _ := rep["__typename"].(string)
		if found := s.find(typ, rep); found != nil {
			list[i] = s.object(found, r.Fetch.Selections, typ)
		}
	}
	return answer(map[string]any{"_entities": list})
}

func answer(data any) (*executor.Response, error) {
	body, err := json.Marshal(map[string]any{"data": data})
	return &executor.Response{Body: body}, err
}

// find is the entity that agrees with the representation in all that it has, with its texts filled in.
func (s *service) find(typ string, rep map[string]any) map[string]any {
	for _, o := range s.types[typ] {
		same := true
		for name, v := range rep {
			if mine, has := o[name]; has && fmt.Sprint(mine) != fmt.Sprint(v) {
				same = false
			}
		}
		if !same {
			continue
		}
		filled := maps.Clone(o)
		for name, v := range o {
			if text, ok := v.(string); ok {
				for key, value := range rep {
					text = strings.ReplaceAll(text, "{"+key+"}", fmt.Sprint(value))
				}
				filled[name] = text
			}
		}
		return filled
	}
	return nil
}

func (s *service) object(o map[string]any, selections []*queryplan.Selection, typ string) map[string]any {
	if name, ok := o["__typename"].(string); ok {
		typ = name
	}
	out := map[string]any{}
	for _, sel := range selections {
		switch {
		case sel.On != "":
			if on := s.graph.Type(sel.On); sel.On == typ || on != nil && slices.Contains(on.Members, typ) {
				maps.Copy(out, s.object(o, sel.Selections, typ))
			}
		case sel.Field == queryplan.Typename:
			out[sel.Name] = typ
		default:
			out[sel.Name] = s.value(o[sel.Field], sel)
		}
	}
	return out
}

func (s *service) value(v any, sel *queryplan.Selection) any {
	switch v := v.(type) {
	case []any:
		list := make([]any, len(v))
		for i, e := range v {
			list[i] = s.value(e, sel)
		}
		return list
	case map[string]any:
		return s.object(v, sel.Selections, sel.Type.Name())
	}
	return v
}
