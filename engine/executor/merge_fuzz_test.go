package executor_test

import (
	"context"
	"encoding/json"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/tools/txtar"

	"github.com/ficusgraph/ficus/engine/executor"
)

const mergeScenario = `
-- fetch 0 --
query: { list { __typename id home { zip } pets { name } } other { __typename id home { zip } pets { name } } }
-- fetch 1 --
after: 0
path: list.@
also: other
represent: T { id! }
represent: as S { id! home { zip } }
query: query($representations: [_Any!]!) { _entities(representations: $representations) { ... on T { __typename home { street } pets { age } } } }
-- fetch 2 --
after: 1
path: list.@.pets.@[Cat|Dog]
also: other.pets.@.@[Dog]
represent: as Pet { age! name }
query: query($representations: [_Any!]!) { _entities(representations: $representations) { ... on Pet { tags kind } } }
-- shape --
{ list: [T!] { id: ID!, home: H { zip: String, street: String! }, pets: [[P!]] { on Cat { name: String, age: Int }, on Dog { name: String!, tags: [String!]!, kind: K (A B) } } }, other: T { home: H { street: String }, pets: [[P]] { on Dog { tags: [String], age: Int } } } }
`

// suspicious fails a test when the executor has recovered from a panic of its own.
type suspicious struct {
	t  *testing.T
	mu sync.Mutex
}

func (s *suspicious) FetchBegins(ctx context.Context, _ *executor.Request) context.Context {
	return ctx
}

func (s *suspicious) FetchDone(_ context.Context, _ *executor.Request, _ time.Duration, _ int, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err != nil && strings.Contains(err.Error(), "panicked") {
		s.t.Error(err)
	}
}

// Whatever subgraphs answer, the response is JSON, what it counts is right, and a null root has an error.
func FuzzMerge(f *testing.F) {
	f.Add(
		`{"data":{"list":[{"__typename":"T","id":"1","home":{"zip":"z"},"pets":[[{"name":"a"},{"name":"b"}]]},{"__typename":"T","id":"1"}]}}`,
		`{"data":{"_entities":[{"__typename":"T","home":{"street":"s"},"pets":[[{"__typename":"Cat","age":1},{"__typename":"Dog","age":2}]]}]}}`,
		`{"data":{"_entities":[{"tags":["x"],"kind":"A"},{"kind":"C"}]},"errors":[{"message":"m","path":["_entities",1,"kind"]}]}`)
	f.Add(
		`{"data":{"list":[{"__typename":"U","id":1,"home":null,"pets":[{"name":"a"},null]}]},"errors":[{"message":"m","path":["list",0,"pets",1,"name"],"extensions":{"code":"X"}}]}`,
		`{"errors":[{"message":"m","path":["_entities",0,"pets",7]},{"path":[]}],"data":{"_entities":[null]}}`,
		`{"data":null,"errors":[{"message":"m"}]}`)
	f.Add(
		`{"data":{"list":[{"__typename":"T","id":"1","pets":[]},{"__typename":"T","id":"2"}],"other":{"__typename":"T","id":"2","home":{"zip":"z"},"pets":[[{"name":"a"}]]}}}`,
		`{"data":{"_entities":[{"__typename":"T","pets":[{"__typename":"Cat","age":1}]},{"__typename":"T","home":{"street":"s"},"pets":[[{"__typename":"Dog","age":2}]]}]}}`,
		`{"data":{"_entities":[{"tags":["x"]},{"tags":[null],"kind":"C"}]},"errors":[{"message":"m","path":["_entities",1,"tags",0]},{"message":"n","path":["_entities",9]}]}`)
	f.Add(`{"data":{"list":{}}}`, `{"data":{"_entities":[{"pets":{}}]}}`, ``)
	scenario := parse(f, txtar.Parse([]byte(mergeScenario)).Files)
	p := compile(f, scenario.plan)
	f.Fuzz(func(t *testing.T, first, second, third string) {
		fetcher := fetcherFunc(func(_ context.Context, r *executor.Request) (*executor.Response, error) {
			if !json.Valid(r.Body) && json.Valid([]byte(first)) && json.Valid([]byte(second)) {
				t.Errorf("request is not JSON: %q", r.Body)
			}
			return &executor.Response{Body: []byte([]string{first, second, third}[r.Fetch.ID])}, nil
		})
		text, out := p.Run(t.Context(), fetcher, executor.Input{Observer: &suspicious{t: t}}, nil)
		r := decodeResponse(t, text)
		if len(r.Errors) != out.Errors || out.DataNull != (string(r.Data) == "null") || out.DataNull && out.Errors == 0 {
			t.Errorf("%+v for %s", out, text)
		}
	})
}
