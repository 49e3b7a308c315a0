package engine_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ficusgraph/ficus/engine"
	"github.com/ficusgraph/ficus/engine/composition"
	"github.com/ficusgraph/ficus/engine/executor"
	"github.com/ficusgraph/ficus/engine/supergraph"
)

// sidesSeen notes the sides of each fetch, and which of them failed.
type sidesSeen struct {
	engine.Observer
	mu   sync.Mutex
	seen []string
}

func (o *sidesSeen) ParseDone(context.Context, time.Duration, error)     {}
func (o *sidesSeen) PlanDone(context.Context, time.Duration, int, error) {}
func (o *sidesSeen) FetchBegins(ctx context.Context, _ *executor.Request) context.Context {
	return ctx
}

func (o *sidesSeen) FetchDone(_ context.Context, r *executor.Request, _ time.Duration, _ int, err error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for i, side := range r.Fetch.Sides {
		o.seen = append(o.seen, fmt.Sprintf("%s new=%v failed=%v", side.Label, side.New, err != nil || slices.Contains(r.Failed, i)))
	}
}

// TestAnErrorIsOfTheSideThatItIsAbout: one at a moved coordinate, or that costs it, is its side's, one beside it is not.
func TestAnErrorIsOfTheSideThatItIsAbout(t *testing.T) {
	const link = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.7", import: ["@key", "@override"])
`
	composed, err := composition.Compose([]composition.Subgraph{
		{Name: "old", URL: "http://old", SDL: link + `type Query { t: T u: Int } type T @key(fields: "id") { id: ID! x: Int l: [Int] z: Int }`},
		{Name: "fresh", URL: "http://fresh", SDL: link + `type T @key(fields: "id") { id: ID! x: Int @override(from: "old", label: "x") l: [Int] @override(from: "old", label: "l") y: Int }`},
	})
	if err != nil {
		t.Fatal(err)
	}
	sg, err := supergraph.Read("supergraph", composed.SupergraphSDL)
	if err != nil {
		t.Fatal(err)
	}
	const on, off = "x new=true failed=", "x new=false failed="
	for _, test := range []struct{ labels, errors, want string }{
		{"x l", `[]`, "l new=true failed=false, " + on + "false"},
		{"x l", `[{"message":"m","path":["_entities",0,"x"]}]`, "l new=true failed=false, " + on + "true"},
		{"x l", `[{"message":"m","path":["_entities",0,"l",3]}]`, "l new=true failed=true, " + on + "false"},
		{"x l", `[{"message":"m","path":["_entities",0,"y"]}]`, "l new=true failed=false, " + on + "false"},
		{"x l", `[{"message":"m","path":["_entities",0]}]`, "l new=true failed=true, " + on + "true"},
		{"x l", `[{"message":"m"}]`, "l new=true failed=true, " + on + "true"},
		{"", `[{"message":"m","path":["t","x"]}]`, "l new=false failed=false, " + off + "true"},
		{"", `[{"message":"m","path":["t","z"]}]`, "l new=false failed=false, " + off + "false"},
		{"", `[{"message":"m","path":["t"]}]`, "l new=false failed=true, " + off + "true"},
		{"", `[{"message":"m","path":["u"]}]`, "l new=false failed=false, " + off + "false"},
	} {
		fetcher := failing{errors: test.errors, fresh: test.labels != ""}
		snapshot, err := engine.NewSnapshot(sg, fetcher, engine.Config{})
		if err != nil {
			t.Fatal(err)
		}
		o := &sidesSeen{}
		engine.New(snapshot, o).Execute(t.Context(), &engine.Request{Query: `{ t { x l z y } u }`, Labels: strings.Fields(test.labels)}, nil)
		if diff := cmp.Diff(test.want, strings.Join(o.seen, ", ")); diff != "" {
			t.Errorf("labels %q, errors %s (-want +got):\n%s", test.labels, test.errors, diff)
		}
	}
}

// failing answers for two subgraphs, and reports the errors as the new one or as the old one.
type failing struct {
	errors string
	fresh  bool
}

func (f failing) Fetch(_ context.Context, r *executor.Request) (*executor.Response, error) {
	text := `{"data":{"t":{"id":"1","x":1,"l":[],"z":1},"u":1}`
	if r.Fetch.Subgraph == "fresh" {
		text = `{"data":{"_entities":[{"__typename":"T","x":1,"l":[],"y":1}]}`
	}
	if (r.Fetch.Subgraph == "fresh") == f.fresh {
		text += `,"errors":` + f.errors
	}
	return &executor.Response{Body: []byte(text + "}")}, nil
}
