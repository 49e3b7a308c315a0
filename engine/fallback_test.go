package engine_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/ficusgraph/ficus/engine"
	"github.com/ficusgraph/ficus/engine/composition"
	"github.com/ficusgraph/ficus/engine/executor"
	"github.com/ficusgraph/ficus/engine/supergraph"
)

// outage answers for an old owner, and for a new one that is out; it counts.
type outage struct {
	mu    sync.Mutex
	asked []string
	// errs: the new owner answers with an error rather than not at all.
	errs bool
}

func (o *outage) Fetch(_ context.Context, r *executor.Request) (*executor.Response, error) {
	o.mu.Lock()
	o.asked = append(o.asked, r.Fetch.Subgraph)
	o.mu.Unlock()
	text := `{"data":{"a":1,"b":2,"set":3}}`
	switch {
	case r.Fetch.Subgraph == "old":
	case o.errs:
		text = `{"data":{"a":null},"errors":[{"message":"out","path":["a"]}]}`
	default:
		return nil, errors.New("out")
	}
	return &executor.Response{Body: []byte(text)}, nil
}

// TestAQueryFallsBack to the old owner if the new one fails, once, if that is declared; a mutation does not.
func TestAQueryFallsBack(t *testing.T) {
	const link = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.7", import: ["@override"])
`
	composed, err := composition.Compose([]composition.Subgraph{
		{Name: "old", URL: "http://old", SDL: `type Query { a: Int b: Int } type Mutation { set: Int }`},
		{Name: "fresh", URL: "http://fresh", SDL: link + `type Query { a: Int @override(from: "old", label: "a") } type Mutation { set: Int @override(from: "old", label: "a") }`},
	})
	if err != nil {
		t.Fatal(err)
	}
	sg, err := supergraph.Read("supergraph", composed.SupergraphSDL)
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name, query   string
		declared      bool
		errs, sharing bool
		want          string
		asked         string
	}{
		{"a query", `{ a b }`, true, false, false, `{"data":{"a":1,"b":2}}`, "fresh old old"},
		{"with an error", `{ a b }`, true, true, false, `{"data":{"a":1,"b":2}}`, "fresh old old"},
		{"shared", `{ a b }`, true, false, true, `{"data":{"a":1,"b":2}}`, "fresh old old"},
		{"not declared", `{ a b }`, false, true, false, `"a":null`, "fresh old"},
		{"a mutation", `mutation { set }`, true, false, false, `{"data":{"set":null},"errors"`, "fresh"},
		{"what did not fail", `{ b }`, true, false, false, `{"data":{"b":2}}`, "old"},
	} {
		o := &outage{errs: test.errs}
		cfg := engine.Config{Labels: func(_ context.Context, list []string) []string { return list }}
		if test.declared {
			cfg.Fallback = func(_ context.Context, lost []string) []string { return lost }
		}
		snapshot, err := engine.NewSnapshot(sg, o, cfg)
		if err != nil {
			t.Fatal(err)
		}
		r := &engine.Request{Query: test.query}
		if test.sharing {
			r.Sharing = []byte{}
		}
		body, out := engine.New(snapshot, nil).Execute(t.Context(), r, []byte("before"))
		body = append([]byte(nil), body...)
		if out.Release != nil {
			out.Release()
			body = append([]byte("before"), body...)
		}
		slices.Sort(o.asked)
		if asked := strings.Join(o.asked, " "); asked != test.asked || !strings.HasPrefix(string(body), "before") || !strings.Contains(string(body), test.want) {
			t.Errorf("%s: %s, asked %s; want %s, %s", test.name, body, asked, test.want, test.asked)
		}
		if out.Fetches != len(o.asked) {
			t.Errorf("%s: %d fetches are counted, %d made", test.name, out.Fetches, len(o.asked))
		}
	}
}
