package main_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ficusgraph/ficus/internal/free"
)

// secrets are what only those who run a service should read.
var secrets = []string{
	"127.0.0.1", "localhost", "internal", "10.0.7", "/srv/", "goroutine", ".go:", "Traceback", "at com.", "password", "SELECT", "reviews", "nginx",
}

// tellingAll is an answer in which a service tells all of them.
const tellingAll = `{"data":null,"errors":[{"message":"SELECT failed on db-7.internal (10.0.7.3:5432): password=hunter2",` +
	`"path":["_entities"],"extensions":{"code":"at com.shop.Db","stacktrace":["goroutine 1","/srv/reviews/main.go:7"],"service":"reviews","http":{"url":"http://10.0.7.3"}}}]}`

// failing are services that fail in all ways, by name; "" is one that is not there.
func failing(t *testing.T) map[string]string {
	text := func(status int, kind, body string) string {
		return serving(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", kind)
			w.Header().Set("Grpc-Message", "10.0.7.3: connection refused")
			w.WriteHeader(status)
			_, _ = io.WriteString(w, body)
		}).URL
	}
	return map[string]string{
		"refused":               "http://" + free.Address(t),
		"no such host":          "http://reviews.internal.invalid:4001",
		"no TLS there":          strings.Replace(text(200, "text/plain", ""), "http://", "https://", 1),
		"slow":                  serving(t, func(w http.ResponseWriter, r *http.Request) { _, _ = io.Copy(io.Discard, r.Body); <-r.Context().Done() }).URL,
		"garbage":               raw(t, "\x00\x01 internal 10.0.7.3\r\n\r\n"),
		"hangs up":              raw(t, "HTTP/1.1 200 OK\r\nServer: nginx\r\nContent-Type: application/json\r\nContent-Length: 900\r\n\r\n{\"data\""),
		"a header that is none": raw(t, "HTTP/1.1 200 OK\r\nX-Internal 10.0.7.3\r\n\r\n"),
		"HTML":                  text(200, "text/html", "<h1>reviews at 10.0.7.3</h1>"),
		"a content type":        text(200, "application/x.reviews.internal", "x"),
		"500 with a text":       text(500, "text/plain", "Traceback: /srv/reviews/app.py"),
		"502 of a proxy":        text(502, "text/html", "<center>nginx</center>"),
		"a redirect": serving(t, func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://10.0.7.3/", http.StatusFound)
		}).URL,
		"gRPC":                text(200, "application/grpc", "\x00\x00\x00\x00\x05hello"),
		"errors with 500":     text(500, "application/json", tellingAll),
		"errors with 200":     text(200, "application/json", tellingAll),
		"errors of an entity": text(200, "application/json", strings.Replace(tellingAll, `"data":null`, `"data":{"_entities":[{"stars":null}]}`, 1)),
		"an error like none":  text(200, "application/json", `{"errors":["password"]}`),
		"errors like none":    text(200, "application/json", `{"errors":"password at 10.0.7.3"}`),
		"wrong data":          text(200, "application/json", `{"data":{"_entities":[{"stars":"SELECT"}]}}`),
	}
}

// TestErrorsOfProductionTellNothingInternal: whatever a service does, clients read neither where it is nor what it says,
// operators read it in the log, by the id of the request.
func TestErrorsOfProductionTellNothingInternal(t *testing.T) {
	books := answering(t, book)
	for name, reviews := range failing(t) {
		t.Run(name, func(t *testing.T) {
			p, url := gateway(t, books.URL, reviews, "traffic_shaping: {all: {timeout: 500ms}}\n")
			got := inquire(t, url, `{ book(id: 1) { title stars } }`, nil)
			if !strings.Contains(got.body, `"title":"Middlemarch","stars":null`) || !strings.Contains(got.body, `"errors":[{"message":"`) {
				t.Errorf("HTTP %d %s", got.status, got.body)
			}
			shown := fmt.Sprint(got.body, got.header)
			for _, secret := range secrets {
				if strings.Contains(shown, secret) {
					t.Errorf("the client reads %q: %s", secret, shown)
				}
			}
			if strings.HasPrefix(name, "errors") || name == "refused" {
				if line := p.line("level=WARN"); !strings.Contains(line, "subgraph=reviews") || !strings.Contains(line, "request_id="+got.header.Get("X-Request-Id")) {
					t.Errorf("the log says %s", line)
				}
			}
		})
	}
}

// TestInDevEverythingIsShown, whatever the configuration has for production: errors, the schema, and what was meant.
func TestInDevEverythingIsShown(t *testing.T) {
	reviews := serving(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, tellingAll)
	})
	dir := t.TempDir()
	file, settings := filepath.Join(dir, "supergraph.graphql"), filepath.Join(dir, "ficus.yaml")
	if err := os.WriteFile(file, fmt.Appendf(nil, library, answering(t, book).URL, reviews.URL), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(settings, []byte("supergraph: {file: supergraph.graphql}\nadmin: {listen: 'off'}\ninclude_subgraph_errors: {all: false}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for env, shown := range map[string]bool{"production": false, "staging": false, "dev": true} {
		t.Run(env, func(t *testing.T) {
			p := start(t, nil, "serve", "--env", env, "--config", settings, "--listen", "127.0.0.1:0")
			_, address, _ := strings.Cut(p.line("address="), "address=")
			address, _, _ = strings.Cut(address, " ")
			url := "http://" + address + "/graphql"
			for query, tells := range map[string]string{
				`{ book(id: 1) { stars } }`:           `db-7.internal`,
				`{ __schema { queryType { name } } }`: `"queryType"`,
				`{ book(id: 1) { titel } }`:           `Did you mean \"title\"?`,
				`{ bok(id: 1) { title } }`:            `Did you mean \"book\"?`,
				`{ book(idd: 1) { title } }`:          `Did you mean \"id\"?`,
			} {
				if got := inquire(t, url, query, nil); strings.Contains(got.body, tells) != shown {
					t.Errorf("%s: %s", query, got.body)
				}
			}
		})
	}
}

// TestWhatOfErrorsIsShownByRule is for the whole of it: text, members and codes.
func TestWhatOfErrorsIsShownByRule(t *testing.T) {
	reviews := answering(t, `{"data":{"_entities":[{"stars":null}]},"errors":[`+
		`{"message":"one","path":["_entities",0,"stars"],"extensions":{"code":"HELD","reason":"r","sql":"q"}},`+
		`{"message":"two","path":["_entities",0,"stars"],"extensions":{"code":"GONE","reason":"r","sql":"q"}},{"message":"three"}]}`)
	for _, test := range []struct{ name, section, want string }{
		{"by default", ``, `[{"message":"A service reported an error.","path":["book"],"extensions":{"code":"DOWNSTREAM_SERVICE_ERROR"}},{"message":"A service reported an error.","path":["book","stars"],"extensions":{"code":"DOWNSTREAM_SERVICE_ERROR"}},` +
			`{"message":"A service reported an error.","path":["book","stars"],"extensions":{"code":"DOWNSTREAM_SERVICE_ERROR"}}]`},
		{"a code and a member", `{all: {allow_extensions_keys: [reason], allow_codes: [GONE]}}`, `[{"message":"A service reported an error.","path":["book"],"extensions":{"code":"DOWNSTREAM_SERVICE_ERROR"}},{"message":"A service reported an error.","path":["book","stars"],"extensions":{"code":"DOWNSTREAM_SERVICE_ERROR","reason":"r"}},` +
			`{"message":"two","path":["book","stars"],"extensions":{"code":"GONE","reason":"r"}}]`},
		{"in full", `{subgraphs: {reviews: true}}`, `[{"message":"three","path":["book"],"extensions":{"code":"DOWNSTREAM_SERVICE_ERROR"}},{"message":"one","path":["book","stars"],"extensions":{"code":"HELD","reason":"r","sql":"q"}},` +
			`{"message":"two","path":["book","stars"],"extensions":{"code":"GONE","reason":"r","sql":"q"}}]`},
	} {
		t.Run(test.name, func(t *testing.T) {
			section := ""
			if test.section != "" {
				section = "include_subgraph_errors: " + test.section + "\n"
			}
			_, url := gateway(t, answering(t, book).URL, reviews.URL, section)
			var got struct{ Errors json.RawMessage }
			body := inquire(t, url, `{ book(id: 1) { title stars } }`, nil).body
			if err := json.Unmarshal([]byte(body), &got); err != nil || string(got.Errors) != test.want {
				t.Errorf("got  %s\nwant %s", got.Errors, test.want)
			}
		})
	}
}
