package facade_test

import (
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ficusgraph/ficus/facade"
	"github.com/ficusgraph/ficus/rollout"
)

// compared is a facade that compares all requests to the pages of two back ends.
func compared(t *testing.T, before, after http.HandlerFunc, change func(*facade.Config)) (*front, chan facade.Comparison) {
	t.Helper()
	cfg := facade.Config{
		Default: "monolith", Backends: map[string]facade.Backend{"monolith": {URL: backend(t, before).URL}, "tickets": {URL: backend(t, after).URL}},
		Shadow: facade.Shadow{Percent: 100, Ignore: []string{"/at", "/items/*/seen"}, Headers: []string{"x-version"}},
	}
	if change != nil {
		change(&cfg)
	}
	out := make(chan facade.Comparison, 100)
	m := &rollout.Migration{Name: "pages", File: "pages.yaml", From: "monolith", To: "tickets", Paths: []rollout.Path{{Path: "/tickets/*"}}}
	return serve(t, cfg, facade.Parts{Compared: func(c facade.Comparison) { out <- c }}, m), out
}

func text(kind, body string, headers ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", kind)
		for _, h := range headers {
			name, value, _ := strings.Cut(h, ": ")
			w.Header().Set(name, value)
		}
		_, _ = io.WriteString(w, body)
	}
}

// TestBothSidesAreCompared by what they mean.
func TestBothSidesAreCompared(t *testing.T) {
	const isJSON = "application/json"
	packed := func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", isJSON)
		w.Header().Set("Content-Encoding", "gzip")
		z := gzip.NewWriter(w)
		_, _ = io.WriteString(z, `{"a":1}`)
		_ = z.Close()
	}
	for name, c := range map[string]struct {
		before, after http.HandlerFunc
		result        string
		differences   []string
	}{
		"the same":            {text("text/html", "<p>"), text("text/html", "<p>"), "equal", nil},
		"order of members":    {text(isJSON, `{"a":1.0,"b":[1,2]}`), text(isJSON, `{ "b":[1,2], "a":1 }`), "equal", nil},
		"ignored":             {text(isJSON, `{"at":1,"items":[{"seen":1},{}]}`), text(isJSON, `{"items":[{"seen":2},{"seen":3}]}`), "equal", nil},
		"packed":              {text(isJSON, `{"a":1}`), packed, "equal", nil},
		"another value":       {text(isJSON, `{"a":{"b":["x"]}}`), text(isJSON, `{"a":{"b":["y"]}}`), "mismatch", []string{"/a/b/0: a string and another"}},
		"another kind":        {text(isJSON, `{"a":null,"b":1}`), text(isJSON, `{"a":[],"b":"1"}`), "mismatch", []string{"/a: null and a list", "/b: a number and a string"}},
		"null is not absent":  {text(isJSON, `{"a":null}`), text(isJSON, `{}`), "mismatch", []string{"/a: only the old side has it"}},
		"a longer list":       {text(isJSON, `[1]`), text(isJSON, `[1,2]`), "mismatch", []string{"/: 1 items and 2"}},
		"large whole numbers": {text(isJSON, `[9007199254740993]`), text(isJSON, `[9007199254740992]`), "mismatch", []string{"/0: a number and another"}},
		"bytes":               {text("text/plain", "ab"), text("text/plain", "ac"), "mismatch", []string{"body: 2 bytes each, and not the same"}},
		"lengths":             {text("text/plain", "ab"), text("text/plain", "abc"), "mismatch", []string{"body: 2 bytes and 3"}},
		"headers":             {text("text/html", "", "X-Version: 1"), text("text/plain", "", "X-Version: 2"), "mismatch", []string{"header Content-Type", "header X-Version"}},
		"status": {text("text/html", ""), func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "text/html")
			w.WriteHeader(404)
		}, "mismatch", []string{"status: 200 and 404"}},
		"unanswered": {text("text/html", ""), func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, "unanswered", nil},
	} {
		t.Run(name, func(t *testing.T) {
			f, told := compared(t, c.before, c.after, nil)
			send(t, "GET", f.URL+"/tickets/1?token=secret", "", "X-Request-Id: 7")
			got := <-told
			if got.Result != c.result || !slices.Equal(got.Differences, c.differences) || got.Path != "/tickets/1" || got.RequestID != "7" {
				t.Errorf("%s", cmp.Diff(facade.Comparison{Result: c.result, Differences: c.differences}, got))
			}
			if want := fmt.Sprintf(`ficus_facade_compared_total{migration="pages",result=%q} 1`, c.result); !strings.Contains(f.scrape(t), want) {
				t.Errorf("the metrics lack %s", want)
			}
		})
	}
}

// TestOnlyReadingIsShadowed: after the answer, marked, with what the main request had; never what changes something, nor
// beyond the budget, nor a back end that has enough to do.
func TestOnlyReadingIsShadowed(t *testing.T) {
	asked := make(chan *http.Request, 100)
	slow := make(chan bool)
	f, told := compared(t, text("text/html", "old"), func(w http.ResponseWriter, r *http.Request) {
		asked <- r
		if r.URL.Path == "/tickets/slow" {
			<-slow
		}
		text("text/html", "old")(w, r)
	}, func(c *facade.Config) {
		c.Shadow.Concurrency = 1
		b := c.Backends["tickets"]
		b.MaxConnections = 2
		c.Backends["tickets"] = b
	})
	for _, method := range []string{"POST", "PUT", "PATCH", "DELETE", "OPTIONS"} {
		send(t, method, f.URL+"/tickets/1", "")
	}
	send(t, "GET", f.URL+"/tickets/1", "a body")
	send(t, "GET", f.URL+"/elsewhere", "")
	send(t, "GET", f.URL+"/tickets/1", "", "If-None-Match: x")
	send(t, "GET", f.URL+"/tickets/1", "", "Ficus-Shadow: 1")
	send(t, "HEAD", f.URL+"/tickets/1", "", "Cookie: a=b", "Host: www.example.com")
	if c := <-told; c.Method != "HEAD" {
		t.Errorf("%s was compared", c.Method)
	}
	r := <-asked
	if r.Method != "HEAD" || r.Header.Get("Cookie") != "a=b" || r.Host != "www.example.com" || r.Header.Get("Ficus-Shadow") != "pages" ||
		r.Header.Get("Baggage") != "ficus-shadow=pages" || len(asked) != 0 {
		t.Errorf("asked was %s %s %v, and %d more", r.Method, r.Host, r.Header, len(asked))
	}
	start := time.Now()
	send(t, "GET", f.URL+"/tickets/slow", "")
	<-asked
	send(t, "GET", f.URL+"/tickets/2", "")
	if took := time.Since(start); took > 2*time.Second {
		t.Errorf("the main answer waited %s", took)
	}
	for end := time.Now().Add(5 * time.Second); !strings.Contains(f.scrape(t), `result="no room"} 1`); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal(f.scrape(t))
		}
	}
	close(slow)
}
