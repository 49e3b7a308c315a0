package transport_test

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/ficusgraph/ficus/auth"
	"github.com/ficusgraph/ficus/engine"
	"github.com/ficusgraph/ficus/transport"
)

// sharer keeps what requests were to be shared by, and answers from bytes that are not the caller's.
type sharer struct {
	mu       sync.Mutex
	sharing  []string
	released int
}

func (s *sharer) Execute(_ context.Context, r *engine.Request, _ []byte) ([]byte, engine.Outcome) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if r.Sharing == nil {
		s.sharing = append(s.sharing, "alone")
		return []byte(`{"data":{}}`), engine.Outcome{}
	}
	s.sharing = append(s.sharing, string(r.Sharing))
	return []byte(`{"data":{}}`), engine.Outcome{Release: func() { s.released++ }}
}

func TestWhatEqualRequestsHaveInCommon(t *testing.T) {
	e := &sharer{}
	server := start(t, transport.Config{Dedupe: true}, func(p *transport.Parts) { p.Engine = e })
	post := func(headers ...string) string {
		t.Helper()
		got := send(t, http.MethodPost, server.URL+"/graphql", `{"query":"{ hello }"}`, append(headers, "Content-Type: application/json")...)
		if got.status != http.StatusOK || got.body != `{"data":{}}` {
			t.Fatalf("%+v", got)
		}
		return e.sharing[len(e.sharing)-1]
	}
	plain := post("X-One: 1")
	same := map[string][]string{
		"an id of its own": {"X-One: 1", "X-Request-Id: me"},
		"a trace":          {"X-One: 1", "Traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"},
	}
	for name, headers := range same {
		if post(headers...) != plain {
			t.Errorf("%s tells requests apart", name)
		}
	}
	seen := map[string]string{plain: "plain"}
	for name, headers := range map[string][]string{
		"a token": {"X-One: 1", "Authorization: Bearer a"}, "another token": {"X-One: 1", "Authorization: Bearer b"},
		"a cookie": {"X-One: 1", "Cookie: a=1"}, "another value": {"X-One: 2"}, "no header": {},
		"two headers that read like one": {"X-One: 1 5 X-Two1 1 2"}, "two headers": {"X-One: 1", "X-Two: 2"},
	} {
		sharing := post(headers...)
		if other, ok := seen[sharing]; ok {
			t.Errorf("%s is the same as %s: %q", name, other, sharing)
		}
		seen[sharing] = name
	}
	if e.released != len(e.sharing) {
		t.Errorf("%d of %d answers were released", e.released, len(e.sharing))
	}
}

func TestRequestsAreNotSharedByDefault(t *testing.T) {
	e := &sharer{}
	server := start(t, transport.Config{}, func(p *transport.Parts) { p.Engine = e })
	send(t, http.MethodPost, server.URL+"/graphql", `{"query":"{ hello }"}`, "Content-Type: application/json")
	if strings.Join(e.sharing, "") != "alone" {
		t.Errorf("%q", e.sharing)
	}
}

// TestAnswersAreNotSharedAcrossWhoAsks: also where nothing of a request says any longer who that is, as of an API key.
func TestAnswersAreNotSharedAcrossWhoAsks(t *testing.T) {
	e := &sharer{}
	who := &auth.Identity{}
	server := start(t, transport.Config{Dedupe: true}, func(p *transport.Parts) {
		p.Engine = e
		p.Authenticate = func(next http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				next.ServeHTTP(w, r.WithContext(auth.NewContext(r.Context(), who)))
			})
		}
	})
	seen := map[string]bool{}
	for _, who = range []*auth.Identity{nil, {Subject: "ann"}, {Subject: "bob"}, {Subject: "ann", Issuer: "other"}, {Subject: "ann", Claims: map[string]any{"a": "b"}}} {
		for range 2 {
			send(t, http.MethodPost, server.URL+"/graphql", `{"query":"{ hello }"}`, "Content-Type: application/json")
			seen[e.sharing[len(e.sharing)-1]] = true
		}
	}
	if len(seen) != 5 {
		t.Errorf("%d shares for 5 who ask, want one each", len(seen))
	}
}
