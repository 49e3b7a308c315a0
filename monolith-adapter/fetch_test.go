package monolith_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"
	"golang.org/x/tools/txtar"

	"github.com/ficusgraph/ficus/engine/executor"
	"github.com/ficusgraph/ficus/engine/queryplan"
	"github.com/ficusgraph/ficus/engine/supergraph"
	monolith "github.com/ficusgraph/ficus/monolith-adapter"
)

// TestFetches runs the scenarios in testdata/fetch against a real server.
//
//	*.graphql    the schema; ${url} is the server
//	server       what it answers: `METHOD target`, perhaps ` status`, perhaps header lines, a blank line, the body, `---`
//	fetch        `subgraph: name`, `variables: {..}`, `header: Name: value` of the client, and the operation
//	requests     what the server was asked, sorted
//	answer.json  what the fetch was answered
func TestFetches(t *testing.T) {
	scenarios(t, "testdata/fetch/*.txtar", func(t *testing.T, a *txtar.Archive) map[string]string {
		server := newServer(t, section(a, "server"))
		defer withURL(a, server.URL)()
		sg, connectors, err := expanded(t, a)
		if err != nil {
			t.Fatal(err)
		}
		fetch := parseFetch(t, sg, section(a, "fetch"))
		var problems []string
		var mu sync.Mutex
		fetcher, err := monolith.New(connectors, monolith.Config{AllowEnv: []string{"LEGACY_*"}}, monolith.Ports{
			Headers: func(context.Context) http.Header { return fetch.header },
			Env:     func(name string) (string, bool) { return "value of " + name, true },
			Context: func(context.Context) []byte { return []byte(`{"tenant":"t1"}`) },
			Called: func(_ context.Context, c *monolith.Call) {
				mu.Lock()
				defer mu.Unlock()
				for _, p := range c.Problems {
					problems = append(problems, p.String())
				}
				if c.Err != nil {
					problems = append(problems, "error "+strings.ReplaceAll(c.Err.Error(), server.URL, "${url}"))
				}
			},
		})
		if err != nil {
			t.Fatal(err)
		}
		defer fetcher.Close()
		res, err := fetcher.Fetch(t.Context(), &fetch.Request)
		if err != nil {
			t.Fatal(err)
		}
		out := map[string]string{"requests": server.log(), "answer.json": pretty(t, res.Body)}
		if slices.Sort(problems); len(problems) > 0 {
			out["called"] = strings.Join(problems, "\n") + "\n"
		}
		return out
	})
}

func section(a *txtar.Archive, name string) string {
	for _, f := range a.Files {
		if f.Name == name {
			return string(f.Data)
		}
	}
	return ""
}

func pretty(t *testing.T, body []byte) string {
	t.Helper()
	var v any
	if err := json.Unmarshal(body, &v); err != nil {
		t.Fatalf("the answer is not JSON: %v\n%s", err, body)
	}
	// The order of members is part of the answer, so the text itself is indented.
	var b strings.Builder
	depth, quoted := 0, false
	for i, c := range string(body) {
		switch {
		case c == '"' && (i == 0 || body[i-1] != '\\'):
			quoted = !quoted
		case quoted:
		case c == '}' || c == ']':
			depth--
		case c == '{' || c == '[':
			depth++
		}
		b.WriteRune(c)
		if !quoted && depth <= 3 && (c == ',' || c == '{' && body[i+1] != '}' || c == '[' && body[i+1] != ']') {
			b.WriteString("\n" + strings.Repeat("  ", depth))
		}
	}
	return b.String() + "\n"
}

// server is one that answers what a scenario says, and remembers what it was asked.
type server struct {
	*httptest.Server
	mu       sync.Mutex
	requests []string
}

func newServer(t *testing.T, script string) *server {
	t.Helper()
	type reply struct {
		status int
		header http.Header
		body   string
	}
	replies := map[string]reply{}
	for _, block := range strings.Split(script, "---\n") {
		head, body, _ := strings.Cut(block, "\n\n")
		lines := strings.Split(strings.TrimSpace(head), "\n")
		words := strings.Fields(lines[0])
		if len(words) < 2 {
			continue
		}
		r := reply{status: 200, header: http.Header{"Content-Type": {"application/json"}}, body: body}
		if len(words) > 2 {
			fmt.Sscan(words[2], &r.status)
		}
		for _, l := range lines[1:] {
			name, value, _ := strings.Cut(l, ": ")
			r.header[name] = []string{value}
		}
		replies[words[0]+" "+words[1]] = r
	}
	l := &server{}
	l.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		l.note(req)
		r, ok := replies[req.Method+" "+req.RequestURI]
		if !ok {
			r = reply{status: 404, header: http.Header{"Content-Type": {"text/html"}}, body: "<html>no such page</html>"}
		}
		for name, values := range r.header {
			w.Header()[name] = values
		}
		w.WriteHeader(r.status)
		_, _ = io.WriteString(w, r.body)
	}))
	t.Cleanup(l.Close)
	return l
}

func (l *server) note(req *http.Request) {
	body, _ := io.ReadAll(req.Body)
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s\n", req.Method, req.RequestURI)
	for _, name := range slices.Sorted(func(yield func(string) bool) {
		for name := range req.Header {
			if !yield(name) {
				return
			}
		}
	}) {
		switch name {
		case "User-Agent", "Accept-Encoding", "Content-Length", "Accept":
		default:
			fmt.Fprintf(&b, "  %s: %s\n", name, strings.Join(req.Header[name], " | "))
		}
	}
	if len(body) > 0 {
		fmt.Fprintf(&b, "  %s\n", body)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.requests = append(l.requests, b.String())
}

func (l *server) log() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	slices.Sort(l.requests)
	return strings.Join(l.requests, "")
}

// fetch is a request as the executor makes it.
type fetch struct {
	executor.Request
	header http.Header
}

func parseFetch(t *testing.T, sg *supergraph.Supergraph, text string) *fetch {
	t.Helper()
	f := &fetch{header: http.Header{}}
	f.Fetch = &queryplan.Fetch{Kind: ast.Query}
	var operation strings.Builder
	for line := range strings.Lines(text) {
		key, value, _ := strings.Cut(strings.TrimSpace(line), ": ")
		switch key {
		case "subgraph":
			f.Fetch.Subgraph = value
		case "variables":
			f.Variables = []byte(value)
		case "header":
			name, v, _ := strings.Cut(value, ": ")
			f.header.Add(name, v)
		default:
			operation.WriteString(line)
		}
	}
	doc, err := parser.ParseQuery(&ast.Source{Input: operation.String()})
	if err != nil {
		t.Fatalf("%s: %v", operation.String(), err)
	}
	op := doc.Operations[0]
	f.Fetch.Kind = op.Operation
	set, parent := op.SelectionSet, sg.Root(op.Operation).Name
	if root, ok := set[0].(*ast.Field); ok && root.Name == "_entities" {
		f.Fetch.Representations = []*queryplan.Representation{{}}
		set, parent = root.SelectionSet, ""
	}
	f.Fetch.Selections = selections(t, sg, set, parent)
	return f
}

func selections(t *testing.T, sg *supergraph.Supergraph, set ast.SelectionSet, parent string) []*queryplan.Selection {
	t.Helper()
	var out []*queryplan.Selection
	for _, sel := range set {
		switch sel := sel.(type) {
		case *ast.InlineFragment:
			out = append(out, &queryplan.Selection{On: sel.TypeCondition, Selections: selections(t, sg, sel.SelectionSet, sel.TypeCondition)})
		case *ast.Field:
			s := &queryplan.Selection{Name: sel.Alias, Field: sel.Name, Parent: parent}
			if sel.Name != queryplan.Typename {
				typ := sg.Type(parent)
				if typ == nil || typ.Field(sel.Name) == nil {
					t.Fatalf("no field %s.%s", parent, sel.Name)
				}
				s.Type = typ.Field(sel.Name).Type
				s.Selections = selections(t, sg, sel.SelectionSet, s.Type.Name())
			}
			for _, a := range sel.Arguments {
				s.Arguments = append(s.Arguments, &queryplan.Argument{Name: a.Name, Value: a.Value})
			}
			out = append(out, s)
		}
	}
	return out
}
