package auth_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ficusgraph/ficus/auth"
)

// decider is an endpoint that decides; it remembers what it was asked.
type decider struct {
	mu     sync.Mutex
	asked  []string
	status int
	answer string
	wait   time.Duration
}

func (d *decider) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	d.mu.Lock()
	d.asked = append(d.asked, string(body))
	status, answer, wait := d.status, d.answer, d.wait
	d.mu.Unlock()
	select {
	case <-time.After(wait):
	case <-r.Context().Done():
	}
	w.WriteHeader(status)
	_, _ = io.WriteString(w, answer)
}

func (d *decider) calls() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return len(d.asked)
}

func (d *decider) says(status int, answer string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.status, d.answer = status, answer
}

func decided(t *testing.T, cfg auth.Decisions) (*decider, *auth.Policies, *[]string) {
	t.Helper()
	d := &decider{status: 200}
	server := httptest.NewServer(d)
	t.Cleanup(server.Close)
	cfg.URL = server.URL + "/v1/data/graph"
	var failed []string
	p, err := auth.NewPolicies(auth.Directives{Policies: map[string]string{"here": "true"}, Decisions: &cfg}, func(_ string, err error) {
		failed = append(failed, err.Error())
	})
	if err != nil {
		t.Fatal(err)
	}
	return d, p, &failed
}

// TestAnEndpointDecides: all policies of an operation in one call, what has an expression here not among them; what was
// decided is remembered for the identity and the operation.
func TestAnEndpointDecides(t *testing.T) {
	d, p, failed := decided(t, auth.Decisions{TTL: 300 * time.Millisecond})
	ann := &auth.Identity{Subject: "ann", Issuer: "i", Scopes: []string{"s"}, Claims: map[string]any{"sub": "ann"}}
	bob := &auth.Identity{Subject: "bob", Claims: map[string]any{"sub": "bob"}}
	ask := func(who *auth.Identity, names ...string) []string { return held(t, p, who, names) }

	d.says(200, `{"result":{"a":true,"b":false,"c":true}}`)
	if got := ask(ann, "a", "b", "here", "a"); !slices.Equal(got, []string{"a", "here", "a"}) {
		t.Errorf("held %v", got)
	}
	const want = `{"input":{"identity":{"authenticated":true,"subject":"ann","issuer":"i","scopes":["s"],"claims":{"sub":"ann"}},"policies":["a","b"],"operation":{"kind":"query","name":"Q"}}}`
	if d.asked[0] != want {
		t.Errorf("asked %s, want %s", d.asked[0], want)
	}
	if got := ask(ann, "a", "b"); !slices.Equal(got, []string{"a"}) || d.calls() != 1 {
		t.Errorf("held %v after %d calls, want what is remembered", got, d.calls())
	}
	if ask(ann, "b", "c"); d.calls() != 2 || !strings.Contains(d.asked[1], `"policies":["c"]`) {
		t.Errorf("asked %v, want only what is not known", d.asked)
	}
	d.says(200, `{"result":["b"]}`)
	if got := ask(bob, "a", "b"); !slices.Equal(got, []string{"b"}) {
		t.Errorf("somebody else: held %v", got)
	}
	if got := ask(nil, "a", "b"); !slices.Equal(got, []string{"b"}) || !strings.Contains(d.asked[3], `"authenticated":false,"subject":"","issuer":"","scopes":[],"claims":{}`) {
		t.Errorf("nobody: held %v, asked %s", got, d.asked[3])
	}
	p.Ask(t.Context(), bob, auth.Asked{Kind: "mutation", Name: "Q"}, []auth.Question{{Policy: "a"}})
	if d.calls() != 5 {
		t.Error("another operation was not asked about")
	}
	time.Sleep(400 * time.Millisecond)
	if got := ask(ann, "a"); len(got) != 0 || d.calls() != 6 {
		t.Errorf("held %v: what was decided outlives its time", got)
	}
	if len(*failed) > 0 {
		t.Errorf("failed: %v", *failed)
	}
}

// TestWhatIsNotDecidedIsDenied: and it is not remembered.
func TestWhatIsNotDecidedIsDenied(t *testing.T) {
	for name, c := range map[string]struct {
		status       int
		answer, says string
		wait         time.Duration
	}{
		"an error":       {500, `{"result":["a"]}`, "500", 0},
		"elsewhere":      {302, ``, "302", 0},
		"no JSON":        {200, `yes`, "invalid", 0},
		"no result":      {200, `{}`, "no result", 0},
		"yes to all":     {200, `{"result":true}`, "neither", 0},
		"a text":         {200, `{"result":{"a":"true"}}`, "neither", 0},
		"too long":       {200, `{"result":["a","` + strings.Repeat("x", 1<<20) + `"]}`, "too large", 0},
		"not in time":    {200, `{"result":["a"]}`, "deadline", 10 * time.Second},
		"not about that": {200, `{"result":{"b":true}}`, "", 0},
	} {
		t.Run(name, func(t *testing.T) {
			d, p, failed := decided(t, auth.Decisions{Timeout: 200 * time.Millisecond})
			d.says(c.status, c.answer)
			d.wait = c.wait
			if got := held(t, p, nil, []string{"a"}); len(got) > 0 {
				t.Errorf("held %v", got)
			}
			if c.says == "" {
				return
			}
			if len(*failed) != 1 || !strings.Contains((*failed)[0], c.says) {
				t.Errorf("failed %v, want %q", *failed, c.says)
			}
			d.mu.Lock()
			d.wait = 0
			d.mu.Unlock()
			d.says(200, `{"result":["a"]}`)
			if got := held(t, p, nil, []string{"a"}); len(got) != 1 {
				t.Error("the failure was remembered")
			}
		})
	}
}
