package main_test

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// backRules let something of each kind go back.
const backRules = `
headers:
  all:
    response:
      - propagate: {named: x-cost, algorithm: append}
      - propagate: {named: set-cookie}
  cache_control: {enabled: true}
`

// beside serves JSON with a header beside it.
func beside(t *testing.T, header http.Header, body string) string {
	t.Helper()
	return serving(t, func(w http.ResponseWriter, _ *http.Request) {
		for name, values := range header {
			w.Header()[name] = values
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, body)
	}).URL
}

func TestHeadersOfSeveralServicesGoBack(t *testing.T) {
	books := beside(t, http.Header{"X-Cost": {"1"}, "Set-Cookie": {"a=1", "b=2"}, "Cache-Control": {"max-age=60"}, "X-Secret": {"s"}}, book)
	reviews := beside(t, http.Header{"X-Cost": {"2"}, "Set-Cookie": {"c=3"}, "Cache-Control": {"private, max-age=30"}}, `{"data":{"_entities":[{"stars":5}]}}`)
	_, url := gateway(t, books, reviews, backRules+"batching: {enabled: true}\n")
	shown := func(got reply) map[string][]string {
		return map[string][]string{"cost": got.header["X-Cost"], "cookies": got.header["Set-Cookie"], "cache": got.header["Cache-Control"], "secret": got.header["X-Secret"]}
	}
	got := inquire(t, url, `{ book(id: 1) { title stars } }`, nil)
	want := map[string][]string{"cost": {"1, 2"}, "cookies": {"a=1", "b=2", "c=3"}, "cache": {"private, max-age=30"}, "secret": nil}
	if diff := cmp.Diff(want, shown(got)); diff != "" {
		t.Error(diff)
	}
	got = inquire(t, url, `{ book(id: 1) { title } __schema { queryType { name } } }`, nil)
	if c := got.header.Get("Cache-Control"); c != "no-store" {
		t.Errorf("what is not of a service may be kept: %q", c)
	}
	got = inquire(t, url, `mutation { shelve(id: 1) }`, nil)
	if c := got.header.Get("Cache-Control"); c != "no-store" {
		t.Errorf("a mutation may be kept: %q", c)
	}
	one := query(`{ book(id: 1) { title } }`)
	got = send(t, http.MethodPost, url, []byte("["+one+","+one+"]"), http.Header{"Content-Type": {"application/json"}})
	want = map[string][]string{"cost": {"1"}, "cookies": {"a=1", "b=2", "a=1", "b=2"}, "cache": {"no-store"}, "secret": nil}
	if diff := cmp.Diff(want, shown(got)); diff != "" {
		t.Error(diff)
	}
}

// raw is a server that answers each request with this text, byte for byte.
func raw(t *testing.T, text string) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			_, _ = c.Read(make([]byte, 4096))
			_, _ = io.WriteString(c, text)
			_ = c.Close()
		}
	}()
	return "http://" + l.Addr().String()
}

// TestNoHeaderIsSmuggledBack: what a source writes into a header's value is a value, or the answer is none.
func TestNoHeaderIsSmuggledBack(t *testing.T) {
	head := "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 69\r\n"
	body := book
	head = strings.Replace(head, "69", fmt.Sprint(len(body)), 1)
	cases := []struct{ name, header string }{
		{"a lone carriage return", "X-Cost: 1\rSet-Cookie: evil=1\r\n"},
		{"a zero", "X-Cost: 1\x00Set-Cookie: evil=1\r\n"},
		{"a folded line", "X-Cost: 1\r\n Set-Cookie: evil=1\r\n"},
		{"a space before the colon", "X-Cost : 1\r\nSet-Cookie : evil=1\r\n"},
		{"in a cookie", "Set-Cookie: a=1\rSet-Cookie: evil=1\r\n"},
		{"in another header", "X-Cost: Set-Cookie: evil=1\r\n"},
		{"under a name that is not asked for", "Set-Cookie2: evil=1\r\n"},
		{"a website let in", "Access-Control-Allow-Origin: https://evil.test\r\n"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			url := raw(t, head+c.header+"\r\n"+body)
			_, url = gateway(t, url, url, backRules)
			got := inquire(t, url, `{ book(id: 1) { title } }`, nil)
			for _, cookie := range got.header["Set-Cookie"] {
				if strings.Contains(cookie, "evil") {
					t.Errorf("the client got the cookie %q", cookie)
				}
			}
			if got.header["Access-Control-Allow-Origin"] != nil {
				t.Errorf("a service let a website in")
			}
		})
	}
}

// TestNoClientGetsTheCookieOfAnother: equal queries are answered once, but for those that begin a session.
func TestNoClientGetsTheCookieOfAnother(t *testing.T) {
	var sessions atomic.Int32
	books := serving(t, func(w http.ResponseWriter, _ *http.Request) {
		time.Sleep(100 * time.Millisecond) // so that all are under way at one time
		w.Header().Set("Set-Cookie", fmt.Sprintf("sid=%d", sessions.Add(1)))
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, book)
	})
	_, url := gateway(t, books.URL, books.URL, backRules+"traffic_shaping: {router: {dedupe: {enabled: true}}}\n")
	const clients = 10
	cookies := make([]string, clients)
	var all sync.WaitGroup
	for i := range clients {
		all.Go(func() { cookies[i] = inquire(t, url, `{ book(id: 1) { title } }`, nil).header.Get("Set-Cookie") })
	}
	all.Wait()
	seen := map[string]int{}
	for _, c := range cookies {
		seen[c]++
	}
	if len(seen) != clients || seen[""] > 0 {
		t.Errorf("%d clients got %v", clients, seen)
	}
}

func TestAServicesStatusIsPassedOnByRule(t *testing.T) {
	gone := serving(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", "7")
		w.WriteHeader(http.StatusServiceUnavailable)
		_, _ = io.WriteString(w, "<h1>Maintenance at legacy.internal</h1>")
	})
	const rule = "subgraph_status: {subgraphs: {books: [503]}}\nheaders: {all: {response: [{propagate: {named: retry-after}}]}}\n"
	_, url := gateway(t, gone.URL, gone.URL, rule)
	if got := inquire(t, url, `{ book(id: 1) { title } }`, nil); got.status != http.StatusServiceUnavailable || got.header.Get("Retry-After") != "7" {
		t.Errorf("got %d, %v", got.status, got.header)
	}
	if got := inquire(t, url, `{ a: book(id: 1) { title } b: book(id: 2) { title } }`, nil); got.status != http.StatusOK {
		t.Errorf("of two fields: %d", got.status)
	}
	_, url = gateway(t, gone.URL, gone.URL, "")
	if got := inquire(t, url, `{ book(id: 1) { title } }`, nil); got.status != http.StatusOK || got.header.Get("Retry-After") != "" {
		t.Errorf("without a rule: %d, %v", got.status, got.header)
	}
}
