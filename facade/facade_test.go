package facade_test

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ficusgraph/ficus/facade"
	"github.com/ficusgraph/ficus/rollout"
	"github.com/ficusgraph/ficus/telemetry"
)

// front is a facade behind a server on a socket.
type front struct {
	*httptest.Server
	facade  *facade.Facade
	metrics *telemetry.Metrics
	log     *lines
}

// lines is a log that is read while it is written.
type lines struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// has waits until the log has a line with all of the words.
func (l *lines) has(t *testing.T, words ...string) {
	t.Helper()
	for end := time.Now().Add(5 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		for line := range strings.Lines(l.String()) {
			missing := false
			for _, w := range words {
				missing = missing || !strings.Contains(line, w)
			}
			if !missing {
				return
			}
		}
		if time.Now().After(end) {
			t.Fatalf("no line with %v in\n%s", words, l.String())
		}
	}
}

// serve starts a facade of the configuration and migrations.
func serve(t *testing.T, cfg facade.Config, parts facade.Parts, migrations ...*rollout.Migration) *front {
	t.Helper()
	if err := cfg.Validate(); err != nil {
		t.Fatal(err)
	}
	b := facade.NewBuilder(cfg, []string{"/graphql"})
	for _, m := range migrations {
		if err := b.Add(m); err != nil {
			t.Fatal(err)
		}
	}
	out := &front{metrics: telemetry.NewMetrics(), log: &lines{}}
	parts.Metrics, parts.Logger = out.metrics, slog.New(slog.NewTextHandler(out.log, nil))
	out.facade = facade.New(cfg, b.Table(), parts)
	out.Server = httptest.NewServer(out.facade)
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		out.facade.End()
		_ = out.facade.Wait(ctx)
		out.CloseClientConnections()
		out.Close()
		out.facade.Close()
	})
	return out
}

// to is a configuration with one back end, which is the default.
func to(url string) facade.Config {
	return facade.Config{Default: "monolith", Backends: map[string]facade.Backend{"monolith": {URL: url}}}
}

// backend is a server that answers so.
func backend(t *testing.T, h http.HandlerFunc) *httptest.Server {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(func() {
		s.CloseClientConnections()
		s.Close()
	})
	return s
}

// named answers with its name.
func named(t *testing.T, name string) *httptest.Server {
	return backend(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, name) })
}

type got struct {
	status int
	header http.Header
	body   string
	err    error
}

// send sends a request with headers, each "Name: value"; Host is one of them.
func send(t *testing.T, method, url, body string, headers ...string) got {
	t.Helper()
	var content io.Reader
	if body != "" {
		content = strings.NewReader(body)
	}
	r, err := http.NewRequestWithContext(t.Context(), method, url, content)
	if err != nil {
		t.Fatal(err)
	}
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		if name == "Host" {
			r.Host = value
			continue
		}
		r.Header.Add(name, value)
	}
	res, err := plain.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	return got{res.StatusCode, res.Header, string(text), err}
}

// plain follows nothing and adds nothing.
var plain = &http.Transport{DisableCompression: true, DisableKeepAlives: true}

// scrape is what the metrics say.
func (f *front) scrape(t *testing.T) string {
	t.Helper()
	w := httptest.NewRecorder()
	f.metrics.Handler().ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/metrics", nil))
	return w.Body.String()
}

// TestARequestIsPassedOnAsItCame: method, path, query and body, byte for byte; the answer likewise.
func TestARequestIsPassedOnAsItCame(t *testing.T) {
	var seen *http.Request
	var body string
	b := backend(t, func(w http.ResponseWriter, r *http.Request) {
		text, _ := io.ReadAll(r.Body)
		seen, body = r, string(text)
		w.Header().Add("Set-Cookie", "a=1")
		w.Header().Add("Set-Cookie", "b=2")
		w.Header().Set("Trailer", "Checksum")
		w.Header().Set("Ficus-Error", "H12")
		w.WriteHeader(http.StatusTeapot)
		_, _ = io.WriteString(w, "short and stout")
		w.Header().Set("Checksum", "beef")
	})
	f := serve(t, to(b.URL), facade.Parts{})
	got := send(t, "PUT", f.URL+"/a%2Fb/%e4?x=1;y=%zz&z", "hello", "Connection: X-Gone", "X-Gone: 1", "Te: trailers", "Host: www.example.com", "User-Agent: test")
	if seen.RequestURI != "/a%2Fb/%e4?x=1;y=%zz&z" || body != "hello" || seen.Method != "PUT" || seen.Host != "www.example.com" {
		t.Errorf("the back end saw %s %s %s with %q", seen.Method, seen.Host, seen.RequestURI, body)
	}
	if seen.Header.Get("X-Gone") != "" || seen.Header.Get("User-Agent") != "test" || seen.Header.Get("Via") != "1.1 ficus" {
		t.Errorf("the back end saw %v", seen.Header)
	}
	if got.status != http.StatusTeapot || got.body != "short and stout" || len(got.header["Set-Cookie"]) != 2 || got.header.Get("Ficus-Error") != "" {
		t.Errorf("%d %q %v", got.status, got.body, got.header)
	}
	for _, want := range []string{
		`ficus_facade_requests_total{backend="monolith",migration="",side="",status="4xx"} 1`,
		`ficus_facade_first_byte_seconds_count{backend="monolith",migration="",side=""} 1`,
	} {
		if !strings.Contains(f.scrape(t), want) {
			t.Errorf("the metrics lack %s", want)
		}
	}
}
