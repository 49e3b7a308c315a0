package transport_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/99designs/gqlgen/graphql"
	gqlgen "github.com/99designs/gqlgen/graphql/handler/transport"

	"github.com/ficusgraph/ficus/documents"
	"github.com/ficusgraph/ficus/transport"
)

// TestGuest: a transport of gqlgen's own goes through the same engine, in the same context, behind the same
// protection.
func TestGuest(t *testing.T) {
	seen := ""
	server := start(t, transport.Config{}, func(p *transport.Parts) {
		p.Transports = []graphql.Transport{gqlgen.SSE{}}
		p.Engine = small{before: func(ctx context.Context) {
			seen = transport.RequestID(ctx)
			if strings.HasPrefix(seen, "panic") {
				panic("boom")
			}
		}}
		p.Context = func(ctx context.Context, _ *http.Request) context.Context { return ctx }
	})
	stream := "Accept: text/event-stream"
	got := send(t, "POST", server.URL+"/graphql", `{"query":"query($n: String){hello(name: $n)}","variables":{"n":"x"}}`, isJSON, stream, "X-Request-Id: abc")
	for _, want := range []string{"event: next", `"variables":{"n":"x"}`, "event: complete"} {
		if got.status != 200 || !strings.Contains(got.body, want) {
			t.Errorf("%d %s, want %s in it", got.status, got.body, want)
		}
	}
	if seen != "abc" {
		t.Errorf("executed as %q", seen)
	}
	got = send(t, "POST", server.URL+"/graphql", `{"query":"{secret}"}`, isJSON, stream)
	if !strings.Contains(got.body, `"message":"not for you"`) || !strings.Contains(got.body, `"path":["secret"]`) {
		t.Errorf("errors got lost: %s", got.body)
	}
	if got := send(t, "POST", server.URL+"/graphql", `{"query":"{hello}"}`, "Content-Type: text/plain", stream); got.code() != "CSRF_ERROR" {
		t.Errorf("%d %s", got.status, got.body)
	}
	if got := send(t, "POST", server.URL+"/graphql", `{"query":"{hello}"}`, isJSON, stream, "X-Request-Id: panic"); strings.Contains(got.body, "boom") {
		t.Errorf("%d %s", got.status, got.body)
	}
	// What is not theirs is ours.
	if got := send(t, "POST", server.URL+"/graphql", `{"query":"{hello}"}`, isJSON); got.header.Get("Content-Type") != "application/json; charset=utf-8" {
		t.Errorf("%d %v", got.status, got.header)
	}
}

// refusing knows no operation.
type refusing struct{}

func (refusing) Find(documents.Asked) (string, *documents.Refusal) {
	return "", &documents.Refusal{Status: http.StatusForbidden, Code: documents.CodeNotInSafelist, Message: "no"}
}

// TestGuestsAskWhatIsKnown: what may be asked is decided for them too.
func TestGuestsAskWhatIsKnown(t *testing.T) {
	server := start(t, transport.Config{}, func(p *transport.Parts) {
		p.Transports = []graphql.Transport{gqlgen.SSE{}}
		p.Documents = refusing{}
	})
	got := send(t, "POST", server.URL+"/graphql", `{"query":"{hello}"}`, isJSON, "Accept: text/event-stream")
	if !strings.Contains(got.body, documents.CodeNotInSafelist) || strings.Contains(got.body, `"kind"`) {
		t.Errorf("%d %s", got.status, got.body)
	}
}

// TestGuestsBringNoBombs: what gqlgen's executor would validate in a time that is quadratic, and what it would parse
// however long it is, comes to the engine or is refused at once.
func TestGuestsBringNoBombs(t *testing.T) {
	server := start(t, transport.Config{}, func(p *transport.Parts) {
		p.Transports = []graphql.Transport{gqlgen.SSE{}}
		p.Engine = canned{[]byte(`{"data":{"hello":"x"}}`)}
	})
	for name, text := range map[string]string{
		"overlaps": "{" + strings.Repeat(" hello", 14_000) + "}",
		"tokens":   "{" + strings.Repeat(" hello", 300_000) + "}",
	} {
		begun := time.Now()
		got := send(t, "POST", server.URL+"/graphql", `{"query":"`+text+`"}`, isJSON, "Accept: text/event-stream")
		if took := time.Since(begun); took > 3*time.Second {
			t.Errorf("%s: it took %s", name, took)
		}
		if ok := strings.Contains(got.body, `"data":{"hello"`); ok != (name == "overlaps") {
			t.Errorf("%s: %d %.200s", name, got.status, got.body)
		}
	}
}
