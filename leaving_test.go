package main_test

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ficusgraph/ficus/internal/free"
)

// watched is a subgraph that reports when a request arrives and when it is cancelled.
type watched struct {
	*httptest.Server
	arrived, cancelled chan time.Time
	requests           atomic.Int32
}

// watch serves a subgraph that sends what begin says and then, unless that is all, nothing until the gateway leaves.
func watch(t *testing.T, begin string, http2 bool) *watched {
	t.Helper()
	s := &watched{arrived: make(chan time.Time, 100), cancelled: make(chan time.Time, 100)}
	s.Server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.requests.Add(1)
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, begin)
		if begin == book {
			return
		}
		if begin != "" {
			w.(http.Flusher).Flush()
		}
		s.arrived <- time.Now()
		select {
		case <-r.Context().Done():
			s.cancelled <- time.Now()
		case <-time.After(10 * time.Second):
		}
	}))
	if http2 {
		s.Config.Protocols = new(http.Protocols)
		s.Config.Protocols.SetUnencryptedHTTP2(true)
	}
	s.Start()
	t.Cleanup(s.Close)
	return s
}

// client sends a request on a connection of its own.
func client(t *testing.T, url, request string) net.Conn {
	t.Helper()
	host, _, _ := strings.Cut(strings.TrimPrefix(url, "http://"), "/")
	c, err := net.Dial("tcp", host)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	if _, err := io.WriteString(c, request); err != nil {
		t.Fatal(err)
	}
	return c
}

func request(query string) string {
	body := fmt.Sprintf(`{"query":%q}`, query)
	return fmt.Sprintf("POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", len(body), body)
}

// TestAClientThatLeaves: whatever the gateway waits for, subgraphs see within 100 ms that nobody waits for them.
func TestAClientThatLeaves(t *testing.T) {
	const within = 100 * time.Millisecond
	const query = `{ book(id: 1) { title stars } }`
	for _, c := range []struct {
		name           string
		books, reviews string // what they send before they stop
		http2          bool
	}{
		{name: "before the first answer begins"},
		{name: "within the first answer", books: book[:10]},
		{name: "before the second answer begins", books: book},
		{name: "within the second answer", books: book, reviews: `{"data":`},
		{name: "before the first answer begins, HTTP/2", http2: true},
		{name: "within the second answer, HTTP/2", books: book, reviews: `{"data":`, http2: true},
	} {
		t.Run(c.name, func(t *testing.T) {
			books, reviews := watch(t, c.books, c.http2), watch(t, c.reviews, c.http2)
			slow, config := books, ""
			if c.books == book {
				slow = reviews
			}
			if c.http2 {
				config = "traffic_shaping: {all: {experimental_http2: http2only}}\n"
			}
			_, url := gateway(t, books.URL, reviews.URL, config)
			for _, reset := range []bool{false, true} {
				least := time.Hour // of some: a busy machine is late now and then
				for try := 0; try < 5 && least > within; try++ {
					least = min(least, leave(t, client(t, url, request(query)), slow, reset))
				}
				if least > within {
					t.Errorf("cancelled after %s", least)
				}
			}
			if slow == books && reviews.requests.Load() > 0 {
				t.Error("a further subgraph was asked")
			}
		})
	}
}

// leave closes the connection when the subgraph has its request, and says how long that took to get there.
func leave(t *testing.T, conn net.Conn, slow *watched, reset bool) time.Duration {
	t.Helper()
	<-slow.arrived
	if reset {
		_ = conn.(*net.TCPConn).SetLinger(0)
	}
	left := time.Now()
	_ = conn.Close()
	select {
	case at := <-slow.cancelled:
		return at.Sub(left)
	case <-time.After(5 * time.Second):
		t.Fatal("the subgraph's request goes on")
		return 0
	}
}

// TestAClientThatLeavesEarly: what did not arrive whole is not executed.
func TestAClientThatLeavesEarly(t *testing.T) {
	books := watch(t, "", false)
	_, url := gateway(t, books.URL, books.URL, "")
	whole := request(`{ book(id: 1) { title } }`)
	for _, part := range []string{whole[:20], whole[:strings.Index(whole, "\r\n\r\n")+4], whole[:len(whole)-1]} {
		_ = client(t, url, part).Close()
	}
	time.Sleep(200 * time.Millisecond)
	if n := books.requests.Load(); n != 0 {
		t.Errorf("%d requests of nobody", n)
	}
}

// TestWhatLeftIsGivenBack: hundreds of clients leave at each point; then the gateway is what it was.
func TestWhatLeftIsGivenBack(t *testing.T) {
	title := strings.Repeat("x", 4<<20)
	long := fmt.Sprintf(`{"data":{"book":{"__typename":"Book","id":"1","title":%q}}}`, title)
	books := serving(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		w.Header().Set("Content-Type", "application/json")
		if strings.Contains(string(body), "title") {
			_, _ = io.WriteString(w, long)
			return
		}
		<-r.Context().Done()
	})
	admin := free.Address(t)
	_, url := gateway(t, books.URL, books.URL, "admin: {listen: '"+admin+"'}\n")
	for range 20 { // so that what is pooled is there
		post(t, url, `{ book(id: 1) { title } }`, nil)
	}
	goroutines, memory := metric(t, admin, "go_goroutines"), metric(t, admin, "go_memstats_heap_inuse_bytes")
	for range 3 {
		var conns []net.Conn
		for range 100 {
			conns = append(conns, client(t, url, request(`{ book(id: 1) { id stars } }`)), client(t, url, "POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n"))
		}
		for range 20 { // while the answer is being written
			c := client(t, url, request(`{ book(id: 1) { title } }`))
			_, _ = io.ReadFull(c, make([]byte, 1000))
			conns = append(conns, c)
		}
		for _, c := range conns {
			_ = c.Close()
		}
	}
	// Connections to the subgraph are kept for 15 seconds.
	end := time.Now().Add(30 * time.Second)
	for {
		g, m := metric(t, admin, "go_goroutines")-goroutines, metric(t, admin, "go_memstats_heap_inuse_bytes")-memory
		if g <= 4 && m < 64<<20 {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("%.0f goroutines and %.0f MB more than before", g, m/(1<<20))
		}
		post(t, url, `{ __typename }`, nil)
		time.Sleep(100 * time.Millisecond)
	}
}

// metric is a value of the gateway's metrics.
func metric(t *testing.T, admin, name string) float64 {
	t.Helper()
	res, err := http.Get("http://" + admin + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	text, _ := io.ReadAll(res.Body)
	m := regexp.MustCompile(`(?m)^` + name + ` (\S+)$`).FindSubmatch(text)
	if m == nil {
		t.Fatalf("no %s", name)
	}
	v, err := strconv.ParseFloat(string(m[1]), 64)
	if err != nil {
		t.Fatal(err)
	}
	return v
}
