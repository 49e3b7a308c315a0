package monolith_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"golang.org/x/tools/txtar"

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

func TestBatchesAreSplitByTheLengthOfTheirURLs(t *testing.T) {
	var mu sync.Mutex
	var asked []int
	longest := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ids := r.URL.Query()["id"]
		mu.Lock()
		asked, longest = append(asked, len(ids)), max(longest, len(r.RequestURI))
		mu.Unlock()
		w.Header().Set("Content-Type", "application/json")
		var list []string
		for _, id := range ids {
			list = append(list, fmt.Sprintf(`{"id":%q,"name":"n%d"}`, id, len(id)))
		}
		_, _ = fmt.Fprintf(w, "[%s]", strings.Join(list, ","))
	}))
	defer server.Close()
	archive := txtar.Parse([]byte(strings.ReplaceAll(people, "${url}", server.URL)))
	sg, connectors, err := expanded(t, archive)
	if err != nil {
		t.Fatal(err)
	}
	fetcher, err := monolith.New(connectors, monolith.Config{}, monolith.Ports{})
	if err != nil {
		t.Fatal(err)
	}
	defer fetcher.Close()
	var reps, want []string
	add := func(id string) {
		reps = append(reps, fmt.Sprintf(`{"__typename":"User","id":%q}`, id))
		want = append(want, fmt.Sprintf(`{"name":"n%d"}`, len(id)))
	}
	for i := range 60 {
		add(fmt.Sprintf("%03d%s", i, strings.Repeat("x", i*12)))
	}
	add(strings.Repeat("long", 3000)) // it cannot be split
	f := parseFetch(t, sg, fmt.Sprintf("subgraph: legacy_User_0\nvariables: {\"representations\":[%s]}\n{ _entities { ... on User { name } } }\n", strings.Join(reps, ",")))
	res, err := fetcher.Fetch(t.Context(), &f.Request)
	if err != nil {
		t.Fatal(err)
	}
	var got struct {
		Data struct {
			Entities []json.RawMessage `json:"_entities"`
		}
		Errors json.RawMessage
	}
	if err := json.Unmarshal(res.Body, &got); err != nil || len(got.Errors) > 0 || len(got.Data.Entities) != len(want) {
		t.Fatalf("%v: %s", err, res.Body)
	}
	for i, e := range got.Data.Entities {
		if string(e) != want[i] {
			t.Errorf("%d: %s, want %s", i, e, want[i])
		}
	}
	if len(asked) < 4 || len(asked) > 10 {
		t.Errorf("requests of %v, want some, of several each", asked)
	}
	if longest > 12100 {
		t.Errorf("a URL of %d bytes", longest)
	}
	for _, n := range asked {
		if n == 0 {
			t.Errorf("a request for nobody: %v", asked)
		}
	}
	t.Logf("requests for %v users, the longest URL has %d bytes", asked, longest)
}
