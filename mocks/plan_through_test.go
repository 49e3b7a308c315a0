package mocks_test

import (
	"context"
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/ficusgraph/ficus/engine"
	"github.com/ficusgraph/ficus/engine/executor"
	"github.com/ficusgraph/ficus/engine/queryplan"
	"github.com/ficusgraph/ficus/engine/supergraph"
	"github.com/ficusgraph/ficus/mocks"
)

// services answers for the subgraphs of a contract, and for none of the coordinates that are missing.
type services struct {
	sources map[string]*mocks.Source
	missing map[string]bool
}

func (s services) Fetch(ctx context.Context, r *executor.Request) (*executor.Response, error) {
	if err := s.check(r.Fetch.Subgraph, r.Fetch.Selections); err != nil {
		return nil, err
	}
	return s.sources[r.Fetch.Subgraph].Fetch(ctx, r)
}

func (s services) check(subgraph string, list []*queryplan.Selection) error {
	for _, sel := range list {
		if s.missing[subgraph+" "+sel.Parent+"."+sel.Field] {
			return fmt.Errorf("%s was asked for %s.%s", subgraph, sel.Parent, sel.Field)
		}
		if err := s.check(subgraph, sel.Selections); err != nil {
			return err
		}
	}
	return nil
}

// TestSplitGraphsAnswer asks each scenario's graph, split, for all that it has, to some depth.
func TestSplitGraphsAnswer(t *testing.T) {
	files, err := filepath.Glob("testdata/split/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no scenarios: %v", err)
	}
	for _, file := range files {
		archive, err := txtar.ParseFile(file)
		if err != nil {
			t.Fatal(err)
		}
		contract := read(t, string(archive.Files[0].Data))
		missing := coordinates(string(archive.Files[1].Data))
		sg, err := mocks.Split(contract, missing)
		if err != nil {
			continue // scenarios about errors
		}
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			s := services{sources: map[string]*mocks.Source{}, missing: map[string]bool{}}
			for _, g := range sg.Subgraphs {
				s.sources[g.Name] = source(t, map[bool]*supergraph.Supergraph{true: sg, false: contract}[mocks.IsMock(g)], g.Name, 1)
			}
			for _, c := range missing {
				s.missing[c.Subgraph+" "+c.String()] = true
			}
			snapshot, err := engine.NewSnapshot(sg, s, engine.Config{})
			if err != nil {
				t.Fatal(err)
			}
			query := "{" + everythingOf(sg, sg.Query, 3) + "}"
			body, _ := engine.New(snapshot, nil).Execute(t.Context(), &engine.Request{Query: query}, nil)
			var out struct {
				Data   map[string]any
				Errors []any
			}
			if err := json.Unmarshal(body, &out); err != nil || len(out.Errors) > 0 || len(out.Data) == 0 || strings.Contains(string(body), "null") {
				t.Errorf("%s\n%s", query, body)
			}
		})
	}
}

// asked is a Fetcher that remembers whom it was for.
type asked struct {
	next  executor.Fetcher
	names *[]string
}

func (a asked) Fetch(ctx context.Context, r *executor.Request) (*executor.Response, error) {
	*a.names = append(*a.names, r.Fetch.Subgraph)
	return a.next.Fetch(ctx, r)
}

func TestWhoIsAskedForWhat(t *testing.T) {
	archive, err := txtar.ParseFile("testdata/split/root_field.txtar")
	if err != nil {
		t.Fatal(err)
	}
	contract := read(t, string(archive.Files[0].Data))
	for _, c := range []struct{ name, missing, query, want string }{
		{"entities that are made up are not looked for", "tickets Query.tickets", `{ tickets { id subject author { name } } }`, "tickets_mock"},
		{"an entity that is named may be there", "tickets Query.ticket", `{ ticket(id: 1) { id subject } }`, "tickets_mock tickets"},
		{"what is there is not made up", "tickets Query.tickets", `{ ticket(id: 1) { id subject author { name } } }`, "tickets"},
		{"a missing field of what is there", "tickets Ticket.author", `{ ticket(id: 1) { id subject author { name } } }`, "tickets tickets_mock"},
	} {
		t.Run(c.name, func(t *testing.T) {
			sg, err := mocks.Split(contract, coordinates(c.missing))
			if err != nil {
				t.Fatal(err)
			}
			s := services{sources: map[string]*mocks.Source{}}
			for _, g := range sg.Subgraphs {
				s.sources[g.Name] = source(t, sg, g.Name, 1)
			}
			var names []string
			snapshot, err := engine.NewSnapshot(sg, asked{s, &names}, engine.Config{})
			if err != nil {
				t.Fatal(err)
			}
			body, _ := engine.New(snapshot, nil).Execute(t.Context(), &engine.Request{Query: c.query}, nil)
			if got := strings.Join(names, " "); got != c.want || strings.Contains(string(body), "errors") {
				t.Errorf("asked %s, want %s: %s", got, c.want, body)
			}
		})
	}
}

// everythingOf selects all fields of a type, to a depth.
func everythingOf(sg *supergraph.Supergraph, t *supergraph.Type, depth int) string {
	var b strings.Builder
	b.WriteString(" __typename")
	for _, f := range t.Fields {
		b.WriteString(" " + f.Name)
		for _, a := range f.Args {
			if a.Type.NonNull {
				b.WriteString("(" + a.Name + ": " + map[string]string{"ID": `"1"`, "Unit": "MS"}[a.Type.Name()] + ")")
			}
		}
		if named := sg.Type(f.Type.Name()); named != nil && !named.IsLeaf() {
			if depth == 0 {
				b.WriteString(" { __typename }")
				continue
			}
			b.WriteString(" {" + everythingOf(sg, named, depth-1))
			for _, m := range named.Members {
				if m != named.Name {
					b.WriteString(" ... on " + m + " {" + everythingOf(sg, sg.Type(m), depth-1) + "}")
				}
			}
			b.WriteString(" }")
		}
	}
	return b.String()
}
