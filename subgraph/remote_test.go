package subgraph_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ficusgraph/ficus/engine/executor"
	"github.com/ficusgraph/ficus/engine/queryplan"
	"github.com/ficusgraph/ficus/subgraph"
)

// result is what a fetch came to, for tables.
type result struct {
	Body, Code, Message string
	Status              int
}

// fetch sends one request and copies what came of it.
func fetch(ctx context.Context, f executor.Fetcher, body string) result {
	res, err := f.Fetch(ctx, &executor.Request{Fetch: &queryplan.Fetch{Subgraph: "products"}, Body: []byte(body)})
	var fault *executor.Error
	switch {
	case errors.As(err, &fault):
		return result{Code: fault.Code, Message: fault.Message, Status: fault.Status}
	case err != nil:
		return result{Message: "not an *executor.Error: " + err.Error()}
	}
	out := result{Body: string(res.Body)}
	res.Free()
	return out
}

func remote(t *testing.T, url string, cfg subgraph.Config) *subgraph.Remote {
	t.Helper()
	r, err := subgraph.NewRemote("products", url, cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.Close)
	return r
}

// senders are two services at one URL: spoken to by package wire, and by net/http.
func senders(t *testing.T, url string, cfg subgraph.Config) map[string]*subgraph.Remote {
	t.Helper()
	hosted := remote(t, url, cfg)
	subgraph.Hosted(t, hosted, cfg)
	return map[string]*subgraph.Remote{"wired": remote(t, url, cfg), "hosted": hosted}
}

func serve(t *testing.T, h http.HandlerFunc) string {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s.URL
}

// write answers with a status, a content type ("-" for none at all) and a body.
func write(status int, kind, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		if kind == "-" {
			w.Header()["Content-Type"] = nil
		} else {
			w.Header().Set("Content-Type", kind)
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

func TestRemoteSendsTheRequestAndHandsOnTheAnswer(t *testing.T) {
	var got *http.Request
	var body []byte
	url := serve(t, func(w http.ResponseWriter, r *http.Request) {
		got = r
		body, _ = io.ReadAll(r.Body)
		write(200, "application/json", `{"data":{"a":1}}`)(w, r)
	})
	res := fetch(t.Context(), remote(t, url+"/graphql?x=1", subgraph.Config{}), `{"query":"{a}"}`)
	if diff := cmp.Diff(result{Body: `{"data":{"a":1}}`}, res); diff != "" {
		t.Fatal(diff)
	}
	want := http.Header{
		"Accept": {"application/json, application/graphql-response+json"}, "Accept-Encoding": {"zstd, gzip, br"},
		"Content-Length": {"15"}, "Content-Type": {"application/json"}, "User-Agent": {"ficus"},
	}
	if diff := cmp.Diff(want, got.Header); diff != "" {
		t.Error(diff)
	}
	if got.Method != http.MethodPost || got.RequestURI != "/graphql?x=1" || string(body) != `{"query":"{a}"}` {
		t.Errorf("%s %s %s", got.Method, got.RequestURI, body)
	}
}

func TestRemoteJudgesAnswers(t *testing.T) {
	const data, errs = `{"data":{"a":1}}`, `{"errors":[{"message":"no"}]}`
	cases := []struct {
		name   string
		answer http.HandlerFunc
		want   result
	}{
		{"graphql-response+json", write(200, "application/graphql-response+json", data), result{Body: data}},
		{"odd case and parameters", write(200, "Application/JSON ;charset=UTF-8", data), result{Body: data}},
		{"another JSON type", write(200, "application/problem+json", data), result{Body: data}},
		{"no content type", write(200, "-", data), result{Body: data}},
		{"guessed content type", write(200, "text/plain; charset=utf-8", data), result{Body: data}},
		{"plain text", write(200, "text/plain", "ok"), result{Code: "SUBREQUEST_HTTP_ERROR", Status: 200, Message: "the service answered text/plain (HTTP 200) where JSON was expected"}},
		{"HTML with 200", write(200, "text/html; charset=utf-8", "<html>login at db7.internal"), result{Code: "SUBREQUEST_HTTP_ERROR", Status: 200, Message: "the service answered HTML (HTTP 200) where JSON was expected"}},
		{"JSON said to be HTML", write(200, "text/html", data), result{Code: "SUBREQUEST_HTTP_ERROR", Status: 200, Message: "the service answered HTML (HTTP 200) where JSON was expected"}},
		{"a broken content type", write(200, ";;;", "x"), result{Code: "SUBREQUEST_HTTP_ERROR", Status: 200, Message: "the service answered something without a content type (HTTP 200) where JSON was expected"}},
		{"nothing", write(200, "-", ""), result{Code: "SUBREQUEST_HTTP_ERROR", Status: 200, Message: "the service answered nothing (HTTP 200)"}},
		{"no content", write(204, "-", ""), result{Code: "SUBREQUEST_HTTP_ERROR", Status: 204, Message: "the service answered nothing (HTTP 204)"}},
		{"500 with errors", write(500, "application/json", errs), result{Body: errs}},
		{"400 with data", write(400, "application/graphql-response+json", data), result{Body: data}},
		{"500 with other JSON", write(500, "application/json", `{"message":"boom"}`), result{Code: "SUBREQUEST_HTTP_ERROR", Status: 500, Message: "the service answered HTTP 500: Internal Server Error"}},
		{"500 with data null", write(500, "application/json", `{"data":null}`), result{Code: "SUBREQUEST_HTTP_ERROR", Status: 500, Message: "the service answered HTTP 500: Internal Server Error"}},
		{"503 with HTML", write(503, "text/html", "<html>"), result{Code: "SUBREQUEST_HTTP_ERROR", Status: 503, Message: "the service answered HTTP 503: Service Unavailable"}},
		{"redirect", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/elsewhere", http.StatusFound) }, result{Code: "SUBREQUEST_HTTP_ERROR", Status: 302, Message: "the service answered with a redirect (HTTP 302), which is not followed"}},
		{"unknown coding", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Encoding", "rot13")
			write(200, "application/json", data)(w, r)
		}, result{Code: "SUBREQUEST_HTTP_ERROR", Status: 200, Message: "the service's answer ended too early or could not be read"}},
		{"gzip that is none", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			write(200, "application/json", data)(w, r)
		}, result{Code: "SUBREQUEST_HTTP_ERROR", Status: 200, Message: "the service's answer ended too early or could not be read"}},
		{"too short", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Length", "1000")
			write(200, "application/json", data)(w, r)
		}, result{Code: "SUBREQUEST_HTTP_ERROR", Status: 200, Message: "the service's answer ended too early or could not be read"}},
		{"hung up", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, result{Code: "SUBREQUEST_HTTP_ERROR", Message: "the connection to the service broke before it answered"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			for name, f := range senders(t, serve(t, c.answer), subgraph.Config{}) {
				if diff := cmp.Diff(c.want, fetch(t.Context(), f, `{"query":"{a}"}`)); diff != "" {
					t.Error(name, diff)
				}
			}
		})
	}
}

func TestRemoteThatIsNotThere(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_ = l.Close()
	f := remote(t, "http://"+l.Addr().String(), subgraph.Config{})
	got := fetch(t.Context(), f, `{}`)
	if diff := cmp.Diff(result{Code: "SUBREQUEST_HTTP_ERROR", Message: "the service could not be reached"}, got); diff != "" {
		t.Error(diff)
	}
	_, err = f.Fetch(t.Context(), &executor.Request{Fetch: &queryplan.Fetch{}})
	for _, want := range []string{"products", l.Addr().String(), "refused"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("the operator is not told %q: %v", want, err)
		}
	}
}

func TestRemoteThatIsSlow(t *testing.T) {
	cfg := subgraph.Config{TrafficShaping: subgraph.TrafficShaping{Subgraphs: map[string]subgraph.Shaping{"products": {Timeout: 50 * time.Millisecond}}}}
	done := make(chan struct{})
	wait := func(r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body) // the server notices that the client left once the body is read
		select {
		case <-r.Context().Done():
		case <-done:
		}
	}
	before := serve(t, func(_ http.ResponseWriter, r *http.Request) { wait(r) })
	within := serve(t, func(w http.ResponseWriter, r *http.Request) {
		write(200, "application/json", `{"data":`)(w, r)
		w.(http.Flusher).Flush()
		wait(r)
	})
	t.Cleanup(func() { close(done) })
	want := result{Code: "GATEWAY_TIMEOUT", Message: "the service did not answer in time"}
	for name, f := range senders(t, before, cfg) {
		if diff := cmp.Diff(want, fetch(t.Context(), f, `{}`)); diff != "" {
			t.Error(name, diff)
		}
	}
	want.Status = 200
	for name, f := range senders(t, within, cfg) {
		if diff := cmp.Diff(want, fetch(t.Context(), f, `{}`)); diff != "" {
			t.Error(name, diff)
		}
	}
	for name, f := range senders(t, before, subgraph.Config{}) {
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(10*time.Millisecond, cancel)
		if diff := cmp.Diff(result{Code: "SUBREQUEST_HTTP_ERROR", Message: "the request was canceled"}, fetch(ctx, f, `{}`)); diff != "" {
			t.Error(name, diff)
		}
	}
}

func TestRemoteBoundsAnswers(t *testing.T) {
	cfg := subgraph.Config{TrafficShaping: subgraph.TrafficShaping{All: subgraph.Shaping{HTTPMaxResponseBytes: 10 << 20}}}
	answer := func(n int) string { return `{"data":"` + strings.Repeat("x", n-11) + `"}` }
	send := map[string]func(w http.ResponseWriter, body string){
		"announced": func(w http.ResponseWriter, body string) { _, _ = io.WriteString(w, body) },
		"chunked": func(w http.ResponseWriter, body string) {
			w.(http.Flusher).Flush()
			_, _ = io.WriteString(w, body)
		},
		"zipped": func(w http.ResponseWriter, body string) {
			w.Header().Set("Content-Encoding", "gzip")
			z := gzip.NewWriter(w)
			_, _ = io.WriteString(z, body)
			_ = z.Close()
		},
	}
	for name, send := range send {
		t.Run(name, func(t *testing.T) {
			for _, size := range []int{100, 20 << 10, 10 << 20} {
				url := serve(t, func(w http.ResponseWriter, _ *http.Request) {
					w.Header().Set("Content-Type", "application/json")
					send(w, answer(size))
				})
				for name, f := range senders(t, url, cfg) {
					if got := fetch(t.Context(), f, `{}`); got.Body != answer(size) {
						t.Errorf("%s, %d bytes: got %d bytes, %s %s", name, size, len(got.Body), got.Code, got.Message)
					}
				}
			}
			url := serve(t, func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", "application/json")
				send(w, answer(10<<20+1))
			})
			want := result{Code: "SUBREQUEST_HTTP_ERROR", Status: 200, Message: "the service's answer is larger than 10485760 bytes"}
			for name, f := range senders(t, url, cfg) {
				if diff := cmp.Diff(want, fetch(t.Context(), f, `{}`)); diff != "" {
					t.Error(name, diff)
				}
			}
		})
	}
}

func TestRemoteIsSafeAndReusesConnections(t *testing.T) {
	var dialed atomic.Int32
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(bytes.Repeat(body, 1+len(body)%7))
	}))
	s.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			dialed.Add(1)
		}
	}
	s.Start()
	t.Cleanup(s.Close)
	f := remote(t, s.URL, subgraph.Config{})
	var wg sync.WaitGroup
	for worker := range 8 {
		wg.Go(func() {
			for i := range 100 {
				body := `{"worker":"` + strings.Repeat(string(rune('a'+worker)), 1+i) + `"}`
				if got := fetch(t.Context(), f, body); got.Body != strings.Repeat(body, 1+len(body)%7) {
					t.Errorf("got another's answer: %s, %+v", body, got)
					return
				}
			}
		})
	}
	wg.Wait()
	if n := dialed.Load(); n > 16 {
		t.Errorf("%d connections for 8 callers", n)
	}
}

func TestTableHandsOn(t *testing.T) {
	url := serve(t, write(200, "application/json", `{"data":1}`))
	if got := fetch(t.Context(), subgraph.NewTable(map[string]executor.Fetcher{"products": remote(t, url, subgraph.Config{})}), `{}`); got.Body != `{"data":1}` {
		t.Errorf("%+v", got)
	}
	want := result{Code: "INTERNAL_SERVER_ERROR", Message: "no source is configured for this field"}
	if diff := cmp.Diff(want, fetch(t.Context(), subgraph.NewTable(nil), `{}`)); diff != "" {
		t.Error(diff)
	}
}
