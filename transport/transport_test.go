package transport_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ficusgraph/ficus/transport"
)

const (
	isJSON    = "Content-Type: application/json"
	wantJSON  = "Accept: application/json"
	wantGraph = "Accept: application/graphql-response+json"
)

// TestPost is the table of what a POST gets.
func TestPost(t *testing.T) {
	server := start(t, transport.Config{Limits: transport.Limits{HTTPMaxRequestBytes: 1000}}, nil)
	deep := `{"query":"{hello}","variables":{"a":` + strings.Repeat("[", 600) + strings.Repeat("]", 600) + `}}`
	for _, c := range []struct {
		name, body string
		headers    []string
		status     int
		code       string
		media      string
		says       string
	}{
		{name: "an answer", body: `{"query":"{hello}"}`, status: 200, media: "application/json"},
		{name: "graphql media", body: `{"query":"{hello}"}`, headers: []string{wantGraph}, status: 200, media: "application/graphql-response+json"},
		{name: "charset", body: `{"query":"{hello}"}`, headers: []string{"Content-Type: application/json; charset=UTF-8"}, status: 200, media: "application/json"},
		{name: "nulls", body: `{"query":"{hello}","variables":null,"operationName":null,"extensions":null}`, status: 200, media: "application/json"},
		{name: "unknown key", body: `{"id":[{"deep":[1,-2.5e+3,true,false,null,"\u00e9"]}],"query":"{hello}"}`, status: 200, media: "application/json"},
		{name: "space", body: " \r\n\t{ \"query\" : \"{hello}\" } \n", status: 200, media: "application/json"},
		{name: "parse error", body: `{"query":"{"}`, status: 200, media: "application/json"},
		{name: "parse error, graphql media", body: `{"query":"{"}`, headers: []string{wantGraph}, status: 400, media: "application/graphql-response+json"},
		{name: "field error", body: `{"query":"{secret}"}`, headers: []string{wantGraph}, status: 200, media: "application/graphql-response+json"},
		{name: "variables fault, graphql media", body: `{"query":"query($n: String!){hello(name: $n)}"}`, headers: []string{wantGraph}, status: 400, media: "application/graphql-response+json"},

		{name: "no content type", body: `{"query":"{hello}"}`, headers: []string{"Content-Type: ", "apollo-require-preflight: 1"}, status: 415, code: "UNSUPPORTED_MEDIA_TYPE", says: "application/json"},
		{name: "form", body: `query=%7Bhello%7D`, headers: []string{"Content-Type: application/x-www-form-urlencoded", "apollo-require-preflight: 1"}, status: 415, code: "UNSUPPORTED_MEDIA_TYPE"},
		{name: "graphql text", body: `{hello}`, headers: []string{"Content-Type: application/graphql"}, status: 415, code: "UNSUPPORTED_MEDIA_TYPE"},
		{name: "latin-1", body: `{"query":"{hello}"}`, headers: []string{"Content-Type: application/json; charset=iso-8859-1"}, status: 415, code: "UNSUPPORTED_MEDIA_TYPE", says: "UTF-8"},
		{name: "gzip", body: packed(`{"query":"{hello}"}`), headers: []string{isJSON, "Content-Encoding: gzip"}, status: 200, media: "application/json"},
		{name: "gzip, odd case", body: packed(`{"query":"{hello}"}`), headers: []string{isJSON, "Content-Encoding: X-GZip"}, status: 200, media: "application/json"},
		{name: "gzip of two parts", body: packed(`{"query":`) + packed(`"{hello}"}`), headers: []string{isJSON, "Content-Encoding: gzip"}, status: 200, media: "application/json"},
		{name: "gzip that is none", body: `{"query":"{hello}"}`, headers: []string{isJSON, "Content-Encoding: gzip"}, status: 400, code: "INVALID_GRAPHQL_REQUEST", says: "not gzip"},
		{name: "gzip of a few bytes", body: "\x1f\x8b", headers: []string{isJSON, "Content-Encoding: gzip"}, status: 400, code: "INVALID_GRAPHQL_REQUEST", says: "ended before it was complete"},
		{name: "gzip of nothing", body: "", headers: []string{isJSON, "Content-Encoding: gzip"}, status: 400, code: "INVALID_GRAPHQL_REQUEST"},
		{name: "gzip that is damaged", body: damaged(packed(`{"query":"{hello}"}`)), headers: []string{isJSON, "Content-Encoding: gzip"}, status: 400, code: "INVALID_GRAPHQL_REQUEST", says: "not gzip"},
		{name: "gzip, too large", body: packed(strings.Repeat(" ", 1_000_000)), headers: []string{isJSON, "Content-Encoding: gzip"}, status: 413, code: "PAYLOAD_TOO_LARGE", says: "1000 bytes"},
		{name: "gzip of nothing, again and again", body: strings.Repeat(packed(""), 1000), headers: []string{isJSON, "Content-Encoding: gzip"}, status: 413, code: "PAYLOAD_TOO_LARGE", says: "1000 bytes"},
		{name: "two codings", body: packed(packed(`{"query":"{hello}"}`)), headers: []string{isJSON, "Content-Encoding: gzip, gzip"}, status: 415, code: "UNSUPPORTED_MEDIA_TYPE", says: "or in gzip"},
		{name: "br", body: "\x1f\x8b", headers: []string{isJSON, "Content-Encoding: br"}, status: 415, code: "UNSUPPORTED_MEDIA_TYPE", says: "content-encoding"},
		{name: "html only", body: `{"query":"{hello}"}`, headers: []string{"Accept: text/html"}, status: 406, code: "NOT_ACCEPTABLE"},

		{name: "no body", body: ``, status: 400, code: "INVALID_GRAPHQL_REQUEST", says: "no body"},
		{name: "half an object", body: `{"query":"{hello}"`, status: 400, code: "INVALID_GRAPHQL_REQUEST", says: "byte 18"},
		{name: "two objects", body: `{"query":"{hello}"}{}`, status: 400, code: "INVALID_GRAPHQL_REQUEST", says: "the end"},
		{name: "a string", body: `"{hello}"`, status: 400, code: "INVALID_GRAPHQL_REQUEST", says: "a string"},
		{name: "a batch", body: `[{"query":"{hello}"}]`, status: 400, code: "BATCHING_NOT_ENABLED", says: "request of its own"},
		{name: "no query", body: `{"variables":{}}`, status: 400, code: "INVALID_GRAPHQL_REQUEST", says: "no query"},
		{name: "empty query", body: `{"query":""}`, status: 400, code: "INVALID_GRAPHQL_REQUEST", says: "no query"},
		{name: "query is a number", body: `{"query":7}`, status: 400, code: "INVALID_GRAPHQL_REQUEST", says: `"query" must be a string, and is a number`},
		{name: "operationName is a list", body: `{"query":"{hello}","operationName":[]}`, status: 400, code: "INVALID_GRAPHQL_REQUEST", says: "a list"},
		{name: "variables is a string", body: `{"query":"{hello}","variables":"{}"}`, status: 400, code: "INVALID_GRAPHQL_REQUEST", says: `"variables" must be an object, and is a string`},
		{name: "extensions is true", body: `{"query":"{hello}","extensions":true}`, status: 400, code: "INVALID_GRAPHQL_REQUEST", says: "a boolean"},
		{name: "query twice", body: `{"query":"{hello}","query":"{secret}"}`, status: 400, code: "INVALID_GRAPHQL_REQUEST", says: "given twice"},
		{name: "query twice, one escaped", body: `{"query":"{hello}","\u0071uery":"{secret}"}`, status: 400, code: "INVALID_GRAPHQL_REQUEST", says: "given twice"},
		{name: "not UTF-8", body: "{\"query\":\"{hello(name: \\\"\xff\\\")}\"}", status: 400, code: "INVALID_GRAPHQL_REQUEST", says: "UTF-8"},
		{name: "bad number", body: `{"query":"{hello}","variables":{"a":01}}`, status: 400, code: "INVALID_GRAPHQL_REQUEST", says: "byte"},
		{name: "raw newline", body: "{\"query\":\"{\n}\"}", status: 400, code: "INVALID_GRAPHQL_REQUEST", says: "an escape"},
		{name: "trailing comma", body: `{"query":"{hello}",}`, status: 400, code: "INVALID_GRAPHQL_REQUEST", says: "a key in quotes"},
		{name: "too large", body: `{"query":"{hello}"}` + strings.Repeat(" ", 1000), status: 413, code: "PAYLOAD_TOO_LARGE", says: "1000 bytes"},
		{name: "persisted", body: `{"extensions":{"persistedQuery":{"version":1,"sha256Hash":"ab"}}}`, status: 400, code: "PERSISTED_QUERY_NOT_SUPPORTED", says: "PersistedQueryNotSupported"},
	} {
		t.Run(c.name, func(t *testing.T) {
			headers := c.headers
			if !strings.Contains(strings.Join(headers, "\n"), "Content-Type: ") {
				headers = append(headers, isJSON)
			}
			got := send(t, "POST", server.URL+"/graphql", c.body, headers...)
			if got.status != c.status || got.code() != c.code {
				t.Errorf("%d %q, want %d %q; body %s", got.status, got.code(), c.status, c.code, got.body)
			}
			if c.media != "" && got.header.Get("Content-Type") != c.media+"; charset=utf-8" {
				t.Errorf("content type %q, want %s", got.header.Get("Content-Type"), c.media)
			}
			if !strings.Contains(got.body, strings.ReplaceAll(c.says, `"`, `\"`)) {
				t.Errorf("body %s does not say %q", got.body, c.says)
			}
		})
	}
	t.Run("too deep", func(t *testing.T) {
		got := send(t, "POST", start(t, transport.Config{}, nil).URL+"/graphql", deep, isJSON)
		if got.status != 400 || !strings.Contains(got.body, "nests deeper than 500") {
			t.Errorf("%d %s", got.status, got.body)
		}
	})
}

// TestParametersReachTheEngine: the text and the variables arrive as they were sent.
func TestParametersReachTheEngine(t *testing.T) {
	server := start(t, transport.Config{}, nil)
	body := `{"query":"query A($n: String){\n\thello(name: $n) # \"\u00e9\ud83c\udfc3\ud800\/\\\n}","variables":{"n":"é🏃 \u0041"},"operationName":"A"}`
	got := send(t, "POST", server.URL+"/graphql", body, isJSON)
	want := `{"data":{"kind":"query","query":"query A($n: String){\n\thello(name: $n) # \"é🏃` + "\ufffd" + `/\\\n}","variables":{"n":"é🏃 A"}}}`
	if diff := cmp.Diff(want, got.body); diff != "" {
		t.Errorf("answer (-want +got):\n%s", diff)
	}
}

// TestGet is the table of what a GET gets.
func TestGet(t *testing.T) {
	server := start(t, transport.Config{}, nil)
	for _, c := range []struct {
		name, query string
		headers     []string
		status      int
		code        string
		allow       string
		says        string
	}{
		{name: "a query", query: "?query=%7Bhello%7D", status: 200},
		{name: "variables", query: "?query=query($n:String)%7Bhello(name:$n)%7D&variables=%7B%22n%22:%22x%22%7D", status: 200, says: `"n":"x"`},
		{name: "empty variables", query: "?query=%7Bhello%7D&variables=&extensions=", status: 200},
		{name: "operation name", query: "?query=query+A%7Bhello%7D+query+B%7Bsecret%7D&operationName=A", status: 200},
		{name: "a mutation", query: "?query=mutation%7Bgreet%7D", status: 405, code: "MUTATION_FORBIDDEN", allow: "POST"},
		{name: "a mutation, graphql media", query: "?query=mutation%7Bgreet%7D", headers: []string{wantGraph}, status: 405, code: "MUTATION_FORBIDDEN", allow: "POST"},
		{name: "nothing", query: "", status: 400, code: "INVALID_GRAPHQL_REQUEST", says: "no query"},
		{name: "variables are no JSON", query: "?query=%7Bhello%7D&variables=%7B", status: 400, code: "INVALID_GRAPHQL_REQUEST", says: "variables"},
		{name: "variables are a list", query: "?query=%7Bhello%7D&variables=%5B%5D", status: 400, code: "INVALID_GRAPHQL_REQUEST", says: "a list"},
		{name: "extensions end in rubbish", query: "?query=%7Bhello%7D&extensions=%7B%7Dx", status: 400, code: "INVALID_GRAPHQL_REQUEST", says: "the end"},
		{name: "query twice", query: "?query=%7Bhello%7D&query=%7Bsecret%7D", status: 400, code: "INVALID_GRAPHQL_REQUEST", says: "more than once"},
		{name: "bad encoding", query: "?query=%ZZ", status: 400, code: "INVALID_GRAPHQL_REQUEST", says: "decoded"},
		{name: "html", query: "?query=%7Bhello%7D", headers: []string{"Accept: text/html"}, status: 406, code: "NOT_ACCEPTABLE"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := send(t, "GET", server.URL+"/graphql"+c.query, "", append(c.headers, "apollo-require-preflight: 1")...)
			if got.status != c.status || got.code() != c.code || got.header.Get("Allow") != c.allow {
				t.Errorf("%d %q allow %q, want %d %q %q; body %s", got.status, got.code(), got.header.Get("Allow"), c.status, c.code, c.allow, got.body)
			}
			if !strings.Contains(got.body, c.says) {
				t.Errorf("body %s does not say %q", got.body, c.says)
			}
		})
	}
}

// TestPaths: what is not the graph.
func TestPaths(t *testing.T) {
	server := start(t, transport.Config{}, nil)
	for _, c := range []struct {
		method, path string
		status       int
		code, allow  string
	}{
		{"PUT", "/graphql", 405, "METHOD_NOT_ALLOWED", "GET, POST"},
		{"DELETE", "/graphql", 405, "METHOD_NOT_ALLOWED", "GET, POST"},
		{"GET", "/", 404, "NOT_FOUND", ""},
		{"GET", "/graphql/", 404, "NOT_FOUND", ""},
		{"GET", "/metrics", 404, "NOT_FOUND", ""},
		{"POST", "/health", 405, "METHOD_NOT_ALLOWED", ""},
	} {
		got := send(t, c.method, server.URL+c.path, "", isJSON)
		if got.status != c.status || got.code() != c.code || got.header.Get("Allow") != c.allow {
			t.Errorf("%s %s: %d %q allow %q, want %d %q %q", c.method, c.path, got.status, got.code(), got.header.Get("Allow"), c.status, c.code, c.allow)
		}
	}
}

// TestBodyLimitWithoutLength: a body that does not say how long it is stops at the limit.
func TestBodyLimitWithoutLength(t *testing.T) {
	server := start(t, transport.Config{Limits: transport.Limits{HTTPMaxRequestBytes: 100}}, nil)
	body := struct{ *strings.Reader }{strings.NewReader(`{"query":"{hello}"` + strings.Repeat(" ", 5000) + `}`)}
	req, err := http.NewRequestWithContext(t.Context(), "POST", server.URL+"/graphql", body)
	if err != nil {
		t.Fatal(err)
	}
	req.ContentLength = -1
	req.Header.Set("Content-Type", "application/json")
	if got := do(t, req); got.status != 413 || got.code() != "PAYLOAD_TOO_LARGE" {
		t.Errorf("%d %s, want 413", got.status, got.body)
	}
}

func TestNewNeedsAnEngine(t *testing.T) {
	if _, err := transport.New(transport.Config{}, transport.Parts{}); err == nil || !strings.Contains(err.Error(), "engine") {
		t.Errorf("error %v, want one about the engine", err)
	}
}
