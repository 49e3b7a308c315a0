package main_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ficusgraph/ficus/internal/free"
)

// seenSchema has connectors of which one loses a value.
const seenSchema = `extend schema
  @link(url: "https://specs.apollo.dev/federation/v2.12", import: ["@key"])
  @link(url: "https://specs.apollo.dev/connect/v0.3", import: ["@source", "@connect"])
  @source(name: "api", http: { baseURL: "${url}", headers: [{ name: "X-Api-Key", value: "hidden" }] })

type Query {
  book(id: ID!): Book @connect(source: "api", http: { GET: "/books/{$args.id}" }, selection: "id title: name->first")
}

type Book { id: ID! title: String }
`

// TestConnectorsAreSeen: by the client that asks for it in the response's extensions, by operators in the metrics and
// the log; and nowhere a secret.
func TestConnectorsAreSeen(t *testing.T) {
	books := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		if r.URL.Path == "/books/500" {
			w.WriteHeader(500)
		}
		_, _ = io.WriteString(w, `{"id":1,"name":5}`)
	}))
	defer books.Close()
	dir := t.TempDir()
	admin := free.Address(t)
	for name, text := range map[string]string{
		"books.graphql": strings.ReplaceAll(seenSchema, "${url}", books.URL),
		"ficus.yaml": "supergraph: {listen: 127.0.0.1:0}\nadmin: {listen: " + admin + "}\nconnectors: {debug_extensions: true}\n" +
			"subgraphs: {books: {schema: {file: books.graphql}}}\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	p := start(t, nil, "serve", "--config", filepath.Join(dir, "ficus.yaml"))
	p.line("connectors.debug_extensions is on")
	_, after, _ := strings.Cut(p.line("serving"), "address=")
	url := "http://" + strings.Fields(after)[0] + "/graphql"

	const query = `{ a: book(id: "1") { id title } b: book(id: "500") { id } }`
	if got := extensions(t, url, query, ""); got != nil {
		t.Errorf("shown to a client that did not ask: %v", got)
	}
	got := extensions(t, url, query, "true")
	connectors, _ := got["connectors"].(map[string]any)
	calls, _ := connectors["calls"].([]any)
	if len(calls) != 2 || connectors["omitted"] != 0.0 {
		t.Fatalf("calls %v", got)
	}
	one, _ := calls[0].(map[string]any)
	delete(one, "took_ms")
	response, _ := one["response"].(map[string]any)
	delete(response, "headers")
	want := map[string]any{
		"coordinate": "Query.book@connect[0]", "subgraph": "books", "source": "api", "shared": false, "attempts": 1.0,
		"request":  map[string]any{"method": "GET", "url": books.URL + "/books/1", "headers": map[string]any{"X-Api-Key": []any{"[redacted]"}}},
		"response": map[string]any{"status": 200.0, "bytes": 17.0, "body": map[string]any{"id": 1.0, "name": 5.0}},
		"mapping":  map[string]any{"selection": "id title: name->first", "result": map[string]any{"id": 1.0, "title": 5.0}},
		"problems": []any{map[string]any{"message": "->first needs a list or a string, not a number", "path": "title", "in": "selection", "offset": 14.0, "count": 1.0}},
	}
	if diff := cmp.Diff(want, one); diff != "" {
		t.Error(diff)
	}
	if failed, _ := json.Marshal(calls[1]); !bytes.Contains(failed, []byte(`"code":"CONNECTOR_FETCH"`)) {
		t.Errorf("the call that failed: %s", failed)
	}

	lines := metrics(t, admin)
	for _, want := range []string{
		`ficus_connector_calls_total{code="",connector="Query.book@connect[0]",http_response_status_code="200",outcome="ok",subgraph="books"} 2`,
		`ficus_connector_calls_total{code="CONNECTOR_FETCH",connector="Query.book@connect[0]",http_response_status_code="500",outcome="failed",subgraph="books"} 2`,
		`ficus_connector_mapping_problems_total{connector="Query.book@connect[0]",kind="lost",subgraph="books"} 2`,
		`ficus_connector_call_duration_seconds_count{connector="Query.book@connect[0]",subgraph="books"} 4`,
	} {
		if !slices.Contains(lines, want) {
			t.Errorf("no metric %s", want)
		}
	}
	if n := strings.Count(p.text(), `msg="mapping problem"`); n != 1 {
		t.Errorf("%d lines of the same problem in the log, want 1", n)
	}
	if text := p.text(); !strings.Contains(text, "connector=Query.book@connect[0]") || !strings.Contains(text, "path=title") || strings.Contains(text, "hidden") {
		t.Errorf("logged %s", text)
	}
}

// extensions are those of the response to a query, asked for with the header or not.
func extensions(t *testing.T, url, query, wanted string) map[string]any {
	t.Helper()
	header := http.Header{}
	if wanted != "" {
		header.Set("Apollo-Connectors-Debugging", wanted)
	}
	var a struct {
		Extensions map[string]any `json:"extensions"`
	}
	if err := json.Unmarshal([]byte(inquire(t, url, query, header).body), &a); err != nil {
		t.Fatal(err)
	}
	return a.Extensions
}

// metrics are the lines that an admin address serves.
func metrics(t *testing.T, admin string) []string {
	t.Helper()
	return strings.Split(send(t, http.MethodGet, "http://"+admin+"/metrics", nil, nil).body, "\n")
}
