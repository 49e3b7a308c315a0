package main_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ficusgraph/ficus/internal/free"
)

// library is a composed graph of two subgraphs: books, and reviews that extend them.
const library = `
schema @link(url: "https://specs.apollo.dev/link/v1.0") @link(url: "https://specs.apollo.dev/join/v0.3", for: EXECUTION) { query: Query mutation: Mutation }
enum join__Graph { BOOKS @join__graph(name: "books", url: "%s") REVIEWS @join__graph(name: "reviews", url: "%s") }
type Query @join__type(graph: BOOKS) @join__type(graph: REVIEWS) { book(id: ID!): Book @join__field(graph: BOOKS) }
type Mutation @join__type(graph: BOOKS) { shelve(id: ID!): Boolean @join__field(graph: BOOKS) }
type Book @join__type(graph: BOOKS, key: "id") @join__type(graph: REVIEWS, key: "id") {
  id: ID!
  title: String @join__field(graph: BOOKS)
  stars: Int @join__field(graph: REVIEWS)
}
`

// answering is a subgraph that answers every request with the text.
func answering(t *testing.T, text string) *httptest.Server {
	t.Helper()
	return serving(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, text)
	})
}

func serving(t *testing.T, h http.HandlerFunc) *httptest.Server {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s
}

// gateway serves the library with the binary, and gives the URL of its graph.
func gateway(t *testing.T, books, reviews, config string) (*process, string) {
	t.Helper()
	dir := t.TempDir()
	file := filepath.Join(dir, "supergraph.graphql")
	if err := os.WriteFile(file, fmt.Appendf(nil, library, books, reviews), 0o600); err != nil {
		t.Fatal(err)
	}
	settings := filepath.Join(dir, "ficus.yaml")
	if !strings.Contains(config, "admin:") {
		config += "admin: {listen: 'off'}\n"
	}
	if err := os.WriteFile(settings, []byte("supergraph: {file: supergraph.graphql, introspection: true}\n"+config), 0o600); err != nil {
		t.Fatal(err)
	}
	p := start(t, nil, "serve", "--config", settings, "--listen", "127.0.0.1:0")
	line := p.line("address=")
	_, address, _ := strings.Cut(line, "address=")
	address, _, _ = strings.Cut(address, " ")
	return p, "http://" + address + "/graphql"
}

const book = `{"data":{"book":{"__typename":"Book","id":"1","title":"Middlemarch"}}}`

// TestASubgraphsFaultLeavesTheRest: whatever one subgraph does, what the other answered is there, and what is
// missing is null with an error at its path that names nothing internal.
func TestASubgraphsFaultLeavesTheRest(t *testing.T) {
	text := func(status int, kind, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", kind)
			w.WriteHeader(status)
			_, _ = io.WriteString(w, body)
		}
	}
	tests := []struct {
		name    string
		reviews http.HandlerFunc
		code    string
	}{
		{"HTML", text(200, "text/html", "<h1>welcome</h1>"), "SUBREQUEST_HTTP_ERROR"},
		{"500", text(500, "text/plain", "oops at db-7.internal"), "SUBREQUEST_HTTP_ERROR"},
		{"half an answer", text(200, "application/json", `{"data":{"_entities":[{"st`), "SUBREQUEST_MALFORMED_RESPONSE"},
		{"nothing", text(200, "application/json", ""), "SUBREQUEST_MALFORMED_RESPONSE"},
		{"a list", text(200, "application/json", "[]"), "SUBREQUEST_MALFORMED_RESPONSE"},
		{"too few entities", text(200, "application/json", `{"data":{"_entities":[]}}`), ""},
		{"a wrong type", text(200, "application/json", `{"data":{"_entities":[{"stars":"many"}]}}`), ""},
		{"an error of its own", text(200, "application/json", `{"data":{"_entities":[{"stars":null}]},"errors":[{"message":"no stars tonight","path":["_entities",0,"stars"],"extensions":{"code":"CLOUDS"}}]}`), "CLOUDS"},
		{"one that is not for clients", text(200, "application/json", `{"data":{"_entities":[{"stars":null}]},"errors":[{"message":"no stars in db-7.internal","path":["_entities",0,"stars"],"extensions":{"code":"SQL","stacktrace":["at reviews"]}}]}`), "DOWNSTREAM_SERVICE_ERROR"},
		{"slow", func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body)
			select {
			case <-r.Context().Done():
			case <-time.After(5 * time.Second):
			}
		}, "GATEWAY_TIMEOUT"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			books, reviews := answering(t, book), serving(t, test.reviews)
			_, url := gateway(t, books.URL, reviews.URL, "traffic_shaping: {all: {timeout: 300ms}}\ninclude_subgraph_errors: {all: {allow_codes: [CLOUDS]}}\n")
			status, a := post(t, url, `{ book(id: 1) { title stars } }`, nil)
			if status != http.StatusOK || string(a.Data) != `{"book":{"title":"Middlemarch","stars":null}}` {
				t.Errorf("HTTP %d %s", status, a.Data)
			}
			if len(a.Errors) != 1 || len(a.Errors[0].Path) == 0 || a.Errors[0].Path[0] != "book" {
				t.Fatalf("errors %+v, want one beneath book", a.Errors)
			}
			if code, _ := a.Errors[0].Extensions["code"].(string); code == "" || test.code != "" && code != test.code {
				t.Errorf("code %q, want %q", code, test.code)
			}
			if m := a.Errors[0].Message; strings.Contains(m, "127.0.0.1") || strings.Contains(m, "internal") || strings.Contains(m, "reviews") {
				t.Errorf("the message names something internal: %s", m)
			}
		})
	}
	t.Run("down", func(t *testing.T) {
		_, url := gateway(t, answering(t, book).URL, "http://"+free.Address(t), "")
		_, a := post(t, url, `{ book(id: 1) { title stars } }`, nil)
		if string(a.Data) != `{"book":{"title":"Middlemarch","stars":null}}` || len(a.Errors) != 1 || a.Errors[0].Extensions["code"] != "SUBREQUEST_HTTP_ERROR" {
			t.Errorf("%s %+v", a.Data, a.Errors)
		}
	})
}

func TestARequestsFaultIsSaid(t *testing.T) {
	_, url := gateway(t, answering(t, book).URL, answering(t, `{"data":{"_entities":[{"stars":5}]}}`).URL, `
authentication: {router: {jwt: {mode: optional, jwks: [{secret: a secret that is long enough to sign, algorithms: [HS256]}]}}}
`)
	const graphql = "application/graphql-response+json"
	tests := []struct {
		name, method, body, accept string
		header                     http.Header
		status                     int
		want                       string
	}{
		{"good", "POST", `{"query":"{ book(id: 1) { stars } }"}`, graphql, nil, 200, `{"data":{"book":{"stars":5}}}`},
		{"malformed JSON", "POST", `{"query":`, graphql, nil, 400, "INVALID_GRAPHQL_REQUEST"},
		{"malformed query", "POST", `{"query":"{ book("}`, graphql, nil, 400, "GRAPHQL_PARSE_FAILED"},
		{"unknown field", "POST", `{"query":"{ bok }"}`, graphql, nil, 400, "GRAPHQL_VALIDATION_FAILED"},
		{"unknown field, old media type", "POST", `{"query":"{ bok }"}`, "application/json", nil, 200, "GRAPHQL_VALIDATION_FAILED"},
		{"unknown operation", "POST", `{"query":"query A { book(id: 1) { id } }","operationName":"B"}`, graphql, nil, 400, "GRAPHQL_UNKNOWN_OPERATION_NAME"},
		{"variable missing", "POST", `{"query":"query($id: ID!) { book(id: $id) { id } }"}`, graphql, nil, 400, "$id"},
		{"variable of a wrong type", "POST", `{"query":"query($id: ID!) { book(id: $id) { id } }","variables":{"id":{}}}`, graphql, nil, 400, "VALIDATION_INVALID_TYPE_VARIABLE"},
		{"bad token", "POST", `{"query":"{ book(id: 1) { id } }"}`, graphql, http.Header{"Authorization": {"Bearer x.y.z"}}, 401, "UNAUTHENTICATED"},
		{"mutation by GET", "GET", "?query=mutation{shelve(id:1)}", graphql, http.Header{"Apollo-Require-Preflight": {"1"}}, 405, "MUTATION_FORBIDDEN"},
		{"what a website could send", "GET", "?query={book(id:1){id}}", graphql, nil, 400, "CSRF_ERROR"},
		{"introspection", "POST", `{"query":"{ __type(name: \"Book\") { fields { name } } }"}`, graphql, nil, 200, `{"data":{"__type":{"fields":[{"name":"id"},{"name":"title"},{"name":"stars"}]}}}`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			target, body := url, test.body
			if test.method == http.MethodGet {
				target, body = url+strings.ReplaceAll(body, " ", "%20"), ""
			}
			req, err := http.NewRequestWithContext(t.Context(), test.method, target, strings.NewReader(body))
			if err != nil {
				t.Fatal(err)
			}
			if test.header != nil {
				req.Header = test.header
			}
			req.Header.Set("Accept", test.accept)
			if test.method == http.MethodPost {
				req.Header.Set("Content-Type", "application/json")
			}
			res, err := http.DefaultClient.Do(req)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = res.Body.Close() }()
			text, _ := io.ReadAll(res.Body)
			if res.StatusCode != test.status || !strings.Contains(string(text), test.want) {
				t.Errorf("HTTP %d %s\nwant %d %s", res.StatusCode, text, test.status, test.want)
			}
		})
	}
}

// TestARequestInFlightIsAnswered: SIGTERM ends the gateway in order.
func TestARequestInFlightIsAnswered(t *testing.T) {
	arrived := make(chan struct{})
	books := serving(t, func(w http.ResponseWriter, _ *http.Request) {
		close(arrived)
		time.Sleep(500 * time.Millisecond)
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, book)
	})
	p, url := gateway(t, books.URL, books.URL, "")
	got := make(chan answer)
	go func() {
		_, a := post(t, url, `{ book(id: 1) { title } }`, nil)
		got <- a
	}()
	<-arrived
	p.stop()
	if a := <-got; string(a.Data) != `{"book":{"title":"Middlemarch"}}` {
		t.Errorf("the request in flight got %s %v", a.Data, a.Errors)
	}
	if code := p.cmd.ProcessState.ExitCode(); code != 0 {
		t.Errorf("exit code %d", code)
	}
}

func TestHealthAndMetrics(t *testing.T) {
	_, url := gateway(t, answering(t, book).URL, "http://127.0.0.1:1", "")
	for path, want := range map[string]string{"/health": "UP", "/health/live": "UP", "/health/ready": "UP", "/health?ready": "UP"} {
		res, err := http.Get(strings.TrimSuffix(url, "/graphql") + path)
		if err != nil {
			t.Fatal(err)
		}
		text, _ := io.ReadAll(res.Body)
		_ = res.Body.Close()
		if res.StatusCode != http.StatusOK || !strings.Contains(string(text), want) {
			t.Errorf("%s: HTTP %d %s", path, res.StatusCode, text)
		}
	}
	res, err := http.Get(strings.TrimSuffix(url, "/graphql") + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	if res.StatusCode != http.StatusNotFound {
		t.Errorf("metrics on the public port: HTTP %d", res.StatusCode)
	}
}
