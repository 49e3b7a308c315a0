package transport_test

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http/httptest"
	"testing"
	"unicode/utf8"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/ficusgraph/ficus/engine"
	"github.com/ficusgraph/ficus/transport"
)

// recorder is an engine that remembers what it was asked.
type recorder struct{ last *engine.Request }

func (e *recorder) Execute(_ context.Context, r *engine.Request, dst []byte) ([]byte, engine.Outcome) {
	copied := *r
	copied.Variables = bytes.Clone(r.Variables)
	e.last = &copied
	return append(dst, `{"data":null}`...), engine.Outcome{Kind: ast.Query}
}

// FuzzParams: a body is taken exactly if encoding/json can read it as an object whose parameters have the
// right types, and then the engine gets the same values.
func FuzzParams(f *testing.F) {
	for _, seed := range []string{
		`{"query":"{a}"}`, `{"query":"\u0041\n\ud83c\udfc3\ud83c\u0041","variables":{"a":[1e5,-0.1,null,true,{"b":"\/"}]},"operationName":"x","extensions":{}}`,
		`{"query":null}`, ` { "id" : [ ] , "query" : "a" } `, `{"query":"a","query":"b"}`, `{"Query":"a"}`, `{"query":"a"}x`, `[{}]`, `{"query":"a","variables":[]}`,
		`{"query":"a","x":0123}`, `{"query":"a","x":"` + "\x01" + `"}`, `{"quer\u0079":"a"}`, "\xef\xbb\xbf{}", `{"query":"\uD800"}`, `{"query":"\ud800\u"}`, `{"query":"\`,
	} {
		f.Add([]byte(seed))
	}
	engine := &recorder{}
	server := newServer(f, transport.Config{}, func(p *transport.Parts) { p.Engine = engine }).Handler()
	f.Fuzz(func(t *testing.T, body []byte) {
		engine.last = nil
		r := httptest.NewRequestWithContext(t.Context(), "POST", "/graphql", bytes.NewReader(body))
		r.Header.Set("Content-Type", "application/json")
		w := httptest.NewRecorder()
		server.ServeHTTP(w, r)
		want, ok := reference(body)
		if (engine.last != nil) != ok || ok == (w.Code == 400) {
			t.Fatalf("%q: %d %s, want accepted %v", body, w.Code, w.Body, ok)
		}
		if ok && (engine.last.Query != want.Query || engine.last.OperationName != want.OperationName || !bytes.Equal(engine.last.Variables, want.Variables)) {
			t.Fatalf("%q: %+v, want %+v", body, engine.last, want)
		}
	})
}

// reference reads a body with encoding/json.
func reference(body []byte) (want engine.Request, ok bool) {
	if !utf8.Valid(body) || !json.Valid(body) {
		return want, false
	}
	d := json.NewDecoder(bytes.NewReader(body))
	if open, err := d.Token(); err != nil || open != json.Delim('{') {
		return want, false
	}
	seen := map[string]bool{}
	for d.More() {
		key, err := d.Token()
		var value json.RawMessage
		if err != nil || d.Decode(&value) != nil {
			return want, false
		}
		name := key.(string)
		known := name == "query" || name == "operationName" || name == "variables" || name == "extensions"
		if known && seen[name] || !member(&want, name, value) {
			return want, false
		}
		seen[name] = true
	}
	return want, want.Query != ""
}

func member(want *engine.Request, name string, value json.RawMessage) bool {
	null := string(value) == "null"
	switch name {
	case "query":
		return json.Unmarshal(value, &want.Query) == nil
	case "operationName":
		return json.Unmarshal(value, &want.OperationName) == nil
	case "variables":
		if !null {
			want.Variables = value
		}
		return null || value[0] == '{'
	case "extensions":
		return null || value[0] == '{'
	}
	return true
}
