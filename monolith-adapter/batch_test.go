package monolith_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/ficusgraph/ficus/engine/executor"
	monolith "github.com/ficusgraph/ficus/monolith-adapter"
)

// people is a schema whose users are asked for in batches, in the URL.
const people = `-- legacy.graphql --
extend schema
  @link(url: "https://specs.apollo.dev/federation/v2.12", import: ["@key"])
  @link(url: "https://specs.apollo.dev/connect/v0.3", import: ["@source", "@connect"])
  @source(name: "app", http: { baseURL: "${url}" })
type Query { me: User @connect(source: "app", http: { GET: "/me" }, selection: "id") }
type User @key(fields: "id") @connect(source: "app", http: { GET: "/users", queryParams: "id: $batch.id" }, selection: "$ { id name }") { id: ID! name: String }
`

// crowd is an application that knows everybody: the name of a user is the length of the id.
type crowd struct {
	*httptest.Server
	mu sync.Mutex
	// sizes are how many users each request was for, asked how often each user was asked for.
	sizes   []int
	asked   map[string]int
	longest int
}

func newCrowd(t *testing.T) *crowd {
	t.Helper()
	c := &crowd{asked: map[string]int{}}
	c.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ids := r.URL.Query()["id"]
		c.mu.Lock()
		c.sizes, c.longest = append(c.sizes, len(ids)), max(c.longest, len(r.RequestURI))
		list := make([]string, len(ids))
		for i, id := range ids {
			c.asked[id]++
			list[i] = fmt.Sprintf(`{"id":%q,"name":"n%d"}`, id, len(id))
		}
		c.mu.Unlock()
		w.Header().Set("Content-Type", "application/json")
		_, _ = fmt.Fprintf(w, "[%s]", strings.Join(list, ","))
	}))
	t.Cleanup(c.Close)
	return c
}

// fetches gives what makes a fetch of users in an operation, and fails if an answer is wrong.
func (c *crowd) fetches(t *testing.T) func(o *executor.Operation, ids []string) {
	t.Helper()
	sg, connectors, err := expanded(t, txtar.Parse([]byte(strings.ReplaceAll(people, "${url}", c.URL))))
	if err != nil {
		t.Fatal(err)
	}
	fetcher, err := monolith.New(connectors, monolith.Config{}, monolith.Ports{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(fetcher.Close)
	f := parseFetch(t, sg, "subgraph: legacy_User_0\n{ _entities { ... on User { name } } }\n")
	return func(o *executor.Operation, ids []string) {
		reps, want := make([]string, len(ids)), make([]string, len(ids))
		for i, id := range ids {
			reps[i], want[i] = fmt.Sprintf(`{"__typename":"User","id":%q}`, id), fmt.Sprintf(`{"name":"n%d"}`, len(id))
		}
		r := f.Request
		r.Operation, r.Variables = o, []byte(`{"representations":[`+strings.Join(reps, ",")+`]}`)
		res, err := fetcher.Fetch(t.Context(), &r)
		if err != nil {
			t.Error(err)
			return
		}
		if want := `{"data":{"_entities":[` + strings.Join(want, ",") + `]}}`; string(res.Body) != want {
			t.Errorf("have %s\nwant %s", res.Body, want)
		}
	}
}

func TestBatchesAreSplitByTheLengthOfTheirURLs(t *testing.T) {
	c := newCrowd(t)
	var ids []string
	for i := range 60 {
		ids = append(ids, fmt.Sprintf("%03d%s", i, strings.Repeat("x", i*12)))
	}
	ids = append(ids, strings.Repeat("long", 3000)) // it cannot be split
	c.fetches(t)(nil, ids)
	if len(c.sizes) < 4 || len(c.sizes) > 10 || slices.Contains(c.sizes, 0) {
		t.Errorf("requests for %v users, want some, for several each", c.sizes)
	}
	if c.longest > 12100 {
		t.Errorf("a URL of %d bytes", c.longest)
	}
}

// Fetches of one operation that are under way at once, and want some of the same users, ask for each of them once.
func TestUsersAreAskedForOnceInAnOperation(t *testing.T) {
	c := newCrowd(t)
	fetch := c.fetches(t)
	for _, padding := range []int{0, 200} { // with the longer ones, batches are split
		var operation executor.Operation
		var wg sync.WaitGroup
		for n := range 8 {
			ids := make([]string, 150)
			for i := range ids {
				ids[i] = fmt.Sprintf("%d-%d%s", padding, (n*20+i*7)%300, strings.Repeat("x", padding))
			}
			wg.Go(func() { fetch(&operation, ids) })
		}
		wg.Wait()
	}
	for id, n := range c.asked {
		if n != 1 {
			t.Errorf("%s was asked for %d times", id, n)
		}
	}
	t.Logf("%d users in requests of %v", len(c.asked), c.sizes)
}
