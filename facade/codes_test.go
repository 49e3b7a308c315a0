package facade_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/ficusgraph/ficus/facade"
)

// raw is a back end that speaks for itself on each connection, from the header of the first request on.
func raw(t *testing.T, speak func(c net.Conn, in *bufio.Reader)) string {
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
			go func() {
				defer c.Close()
				in := bufio.NewReader(c)
				for {
					line, err := in.ReadString('\n')
					if err != nil {
						return
					}
					if line == "\r\n" {
						break
					}
				}
				speak(c, in)
			}()
		}
	}()
	return "http://" + l.Addr().String()
}

// silent takes a request and never answers.
func silent(_ net.Conn, in *bufio.Reader) { _, _ = io.Copy(io.Discard, in) }

// refusing is an address that refuses connections.
func refusing(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_ = l.Close()
	return "http://" + l.Addr().String()
}

// with changes the back end of a configuration.
func with(cfg facade.Config, change func(*facade.Backend)) facade.Config {
	b := cfg.Backends["monolith"]
	change(&b)
	cfg.Backends["monolith"] = b
	return cfg
}

// says checks an answer of the facade's own, and its line in the log.
func says(t *testing.T, f *front, got got, code string, status int) {
	t.Helper()
	if got.status != status || got.header.Get("Ficus-Error") != code || !strings.HasPrefix(got.body, code+": ") {
		t.Errorf("HTTP %d %s %q, want %d %s", got.status, got.header.Get("Ficus-Error"), got.body, status, code)
	}
	f.log.has(t, "code="+code, "at=error", "status="+fmt.Sprint(status), "method=", "path=/x")
	if want := `code="` + code + `"`; !strings.Contains(f.scrape(t), want) {
		t.Errorf("the metrics lack %s", want)
	}
}

// TestCodesOfBackEnds: each code of what a back end does instead of answering.
func TestCodesOfBackEnds(t *testing.T) {
	short := func(b *facade.Backend) { b.Timeouts.FirstByte = 50 * time.Millisecond }
	plainHTTP := backend(t, func(http.ResponseWriter, *http.Request) {})
	secure := httptest.NewTLSServer(http.NotFoundHandler())
	t.Cleanup(secure.Close)
	cases := []struct {
		name, code string
		status     int
		cfg        facade.Config
		method     string
	}{
		{"does not answer in time", "H12", 503, with(to(raw(t, silent)), short), "GET"},
		{"closes the connection", "H13", 503, to(raw(t, func(net.Conn, *bufio.Reader) {})), "POST"},
		{"has a name that stands for nothing", "H14", 503, to("http://nobody.invalid"), "GET"},
		{"answers what is no HTTP", "H17", 503, to(raw(t, func(c net.Conn, _ *bufio.Reader) { _, _ = io.WriteString(c, "220 mail ready\r\n\r\n") })), "GET"},
		{"answers a status that is none", "H17", 503, to(raw(t, func(c net.Conn, _ *bufio.Reader) { _, _ = io.WriteString(c, "HTTP/1.1 abc OK\r\n\r\n") })), "GET"},
		{"refuses connections", "H21", 503, to(refusing(t)), "GET"},
		{"does not boot in time", "H20", 503, with(to(refusing(t)), func(b *facade.Backend) { b.Timeouts.Boot = 120 * time.Millisecond }), "POST"},
		{"answers a header without end", "H25", 502, to(raw(t, func(c net.Conn, _ *bufio.Reader) {
			_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nX-Long: ")
			for range 40 {
				_, _ = io.WriteString(c, strings.Repeat("x", 64<<10))
			}
		})), "GET"},
		{"speaks no TLS", "H32", 503, to(strings.Replace(plainHTTP.URL, "http:", "https:", 1)), "GET"},
		{"has a certificate of nobody's", "H32", 503, to(secure.URL), "GET"},
		{"is being maintained", "H80", 503, with(to(plainHTTP.URL), func(b *facade.Backend) { b.Maintenance = true }), "GET"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			f := serve(t, c.cfg, facade.Parts{})
			body := ""
			if c.method == "POST" {
				body = "hello"
			}
			says(t, f, send(t, c.method, f.URL+"/x", body), c.code, c.status)
		})
	}
}

// TestH10IsABackEndThatIsKnownToBeDown: refusals in a row, and back when it takes connections.
func TestH10IsABackEndThatIsKnownToBeDown(t *testing.T) {
	down := refusing(t)
	f := serve(t, to(down), facade.Parts{})
	for range 3 {
		says(t, f, send(t, "GET", f.URL+"/x", ""), "H21", 503)
	}
	says(t, f, send(t, "GET", f.URL+"/x", ""), "H10", 503)
	l, err := net.Listen("tcp", strings.TrimPrefix(down, "http://"))
	if err != nil {
		t.Skip("the address was taken meanwhile")
	}
	up := &http.Server{Handler: http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}), ReadHeaderTimeout: time.Second}
	go func() { _ = up.Serve(l) }()
	defer up.Close()
	if got := send(t, "GET", f.URL+"/x", ""); got.status != 200 {
		t.Errorf("HTTP %d %s", got.status, got.body)
	}
}

// TestH19IsAConnectionThatIsNotMadeInTime: a listener whose backlog is full takes no more.
func TestH19IsAConnectionThatIsNotMadeInTime(t *testing.T) {
	address := deaf(t)
	f := serve(t, with(to("http://"+address), func(b *facade.Backend) { b.Timeouts.Connect = 100 * time.Millisecond }), facade.Parts{})
	says(t, f, send(t, "GET", f.URL+"/x", ""), "H19", 503)
}

// TestH11AndH22AreOfTheBudget: as many as may are under way; one more waits and finds no place, and beyond that nobody may
// wait.
func TestH11AndH22AreOfTheBudget(t *testing.T) {
	release, entered := make(chan bool), make(chan bool, 1)
	b := backend(t, func(http.ResponseWriter, *http.Request) { entered <- true; <-release })
	cfg := to(b.URL)
	cfg.SharedLimits = map[string]int{"database": 5}
	f := serve(t, with(cfg, func(b *facade.Backend) {
		b.MaxConnections, b.MaxWaiting, b.MaxWait, b.SharedLimit = 1, 1, 200*time.Millisecond, "database"
	}), facade.Parts{})
	first, second := make(chan got, 1), make(chan got, 1)
	go func() { first <- send(t, "GET", f.URL+"/x", "") }()
	<-entered
	go func() { second <- send(t, "GET", f.URL+"/x", "") }()
	time.Sleep(50 * time.Millisecond)
	third := send(t, "GET", f.URL+"/x", "")
	says(t, f, third, "H11", 503)
	if third.header.Get("Retry-After") != "1" {
		t.Errorf("%v", third.header)
	}
	says(t, f, <-second, "H22", 503)
	close(release)
	if got := <-first; got.status != 200 {
		t.Errorf("the first: HTTP %d", got.status)
	}
	if got := send(t, "GET", f.URL+"/x", ""); got.status != 200 {
		t.Errorf("after it: HTTP %d", got.status)
	}
}

// TestH15IsAStreamThatFallsSilent, and one that goes on is not cut however long it takes.
func TestH15IsAStreamThatFallsSilent(t *testing.T) {
	b := backend(t, func(w http.ResponseWriter, r *http.Request) {
		for i := range 6 {
			_, _ = fmt.Fprint(w, i)
			_ = http.NewResponseController(w).Flush()
			time.Sleep(60 * time.Millisecond)
		}
		if r.URL.Path == "/x" {
			<-r.Context().Done()
		}
	})
	f := serve(t, with(to(b.URL), func(b *facade.Backend) { b.Timeouts.Idle = 200 * time.Millisecond }), facade.Parts{})
	if got := send(t, "GET", f.URL+"/y", ""); got.body != "012345" || got.err != nil {
		t.Errorf("%q %v", got.body, got.err)
	}
	if got := send(t, "GET", f.URL+"/x", ""); got.body != "012345" || got.err == nil {
		t.Errorf("%q %v: the end must be seen as none", got.body, got.err)
	}
	f.log.has(t, "code=H15", "path=/x", "bytes=6")
}

// TestH18IsAnAnswerThatBreaksOff: the client sees that it did.
func TestH18IsAnAnswerThatBreaksOff(t *testing.T) {
	for name, answer := range map[string]string{
		"with its length":  "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf",
		"in chunks":        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n",
		"within the chunk": "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n40\r\nhalf",
	} {
		t.Run(name, func(t *testing.T) {
			f := serve(t, to(raw(t, func(c net.Conn, _ *bufio.Reader) { _, _ = io.WriteString(c, answer) })), facade.Parts{})
			if got := send(t, "GET", f.URL+"/x", ""); got.body != "half" || got.err == nil {
				t.Errorf("%q %v", got.body, got.err)
			}
			f.log.has(t, "code=H18", "path=/x", "status=200", "bytes=4")
		})
	}
}

// TestH18IsARequestThatTheBackEndHangsUpOn.
func TestH18IsARequestThatTheBackEndHangsUpOn(t *testing.T) {
	f := serve(t, to(raw(t, func(c net.Conn, in *bufio.Reader) { _, _ = io.ReadFull(in, make([]byte, 10)) })), facade.Parts{})
	r, w := io.Pipe()
	go func() {
		for range 200 {
			if _, err := w.Write(make([]byte, 1<<10)); err != nil {
				return
			}
			time.Sleep(5 * time.Millisecond)
		}
		_ = w.Close()
	}()
	req, err := http.NewRequestWithContext(t.Context(), "POST", f.URL+"/x", r)
	if err != nil {
		t.Fatal(err)
	}
	res, err := plain.RoundTrip(req)
	if err == nil {
		if code := res.Header.Get("Ficus-Error"); code != "H18" {
			t.Errorf("HTTP %d %s", res.StatusCode, code)
		}
		_ = res.Body.Close()
	}
	_ = r.CloseWithError(errors.New("enough"))
	f.log.has(t, "code=H18", "path=/x", "method=POST")
}

// TestH23ToH31AreOfRequests that cannot be passed on.
func TestH23ToH31AreOfRequests(t *testing.T) {
	b := named(t, "old")
	cfg := to(b.URL)
	cfg.Default = ""
	f := serve(t, cfg, facade.Parts{})
	says(t, f, send(t, "GET", f.URL+"/x", ""), "H23", 404)

	cfg = with(to(b.URL), func(b *facade.Backend) { b.MaxRequestBytes = 10 })
	cfg.Hosts = []string{"www.example.com"}
	f = serve(t, cfg, facade.Parts{})
	says(t, f, send(t, "GET", f.URL+"/x", ""), "H31", 421)
	says(t, f, send(t, "POST", f.URL+"/x", "more than ten", "Host: www.example.com:80"), "H25", 413)
	says(t, f, send(t, "GET", f.URL+"/x%00", "", "Host: WWW.example.com."), "H26", 400)
	if got := send(t, "POST", f.URL+"/x", "exactly 10", "Host: www.example.com"); got.status != 200 {
		t.Errorf("HTTP %d %s", got.status, got.body)
	}
	long, err := http.NewRequestWithContext(t.Context(), "POST", f.URL+"/x", io.MultiReader(strings.NewReader("eleven"), strings.NewReader(" bytes")))
	if err != nil {
		t.Fatal(err)
	}
	long.Host = "www.example.com"
	res, err := plain.RoundTrip(long)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusRequestEntityTooLarge || res.Header.Get("Ficus-Error") != "H25" {
		t.Errorf("in chunks: HTTP %d %v", res.StatusCode, res.Header)
	}
}

// TestH27IsAClientThatLeaves: before the answer and within it. It is no error.
func TestH27IsAClientThatLeaves(t *testing.T) {
	left := make(chan bool, 1)
	b := backend(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/within" {
			_, _ = io.WriteString(w, "half")
			_ = http.NewResponseController(w).Flush()
		}
		<-r.Context().Done()
		left <- true
	})
	f := serve(t, to(b.URL), facade.Parts{})
	for _, path := range []string{"/before", "/within"} {
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		r, err := http.NewRequestWithContext(ctx, "GET", f.URL+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		if res, err := plain.RoundTrip(r); err == nil {
			_, _ = io.Copy(io.Discard, res.Body)
			_ = res.Body.Close()
		}
		cancel()
		f.log.has(t, "code=H27", "at=info", "path="+path, "status=499", "level=INFO")
		select {
		case <-left:
		case <-time.After(5 * time.Second):
			t.Fatal("the back end goes on")
		}
	}
}

// TestH28IsAClientThatFallsSilent within its request.
func TestH28IsAClientThatFallsSilent(t *testing.T) {
	b := backend(t, func(_ http.ResponseWriter, r *http.Request) { _, _ = io.Copy(io.Discard, r.Body) })
	f := serve(t, with(to(b.URL), func(b *facade.Backend) { b.Timeouts.Idle = 100 * time.Millisecond }), facade.Parts{})
	c, err := net.Dial("tcp", f.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	_, _ = io.WriteString(c, "POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nhalf")
	res, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusRequestTimeout || res.Header.Get("Ficus-Error") != "H28" {
		t.Errorf("HTTP %d %v", res.StatusCode, res.Header)
	}
	f.log.has(t, "code=H28", "path=/x", "status=408")
}

// TestH28IsAClientThatTakesNothing of its answer.
func TestH28IsAClientThatTakesNothing(t *testing.T) {
	b := backend(t, func(w http.ResponseWriter, _ *http.Request) {
		for range 1000 {
			if _, err := w.Write(make([]byte, 64<<10)); err != nil {
				return
			}
		}
	})
	f := serve(t, with(to(b.URL), func(b *facade.Backend) { b.Timeouts.Idle = 200 * time.Millisecond }), facade.Parts{})
	c, err := net.Dial("tcp", f.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	_, _ = io.WriteString(c, "GET /x HTTP/1.1\r\nHost: a\r\n\r\n")
	f.log.has(t, "code=H28", "path=/x")
}

// TestH99IsARequestThatGoesInCircles: a back end that is the gateway itself.
func TestH99IsARequestThatGoesInCircles(t *testing.T) {
	var f *front
	b := backend(t, func(w http.ResponseWriter, r *http.Request) { f.facade.ServeHTTP(w, r) })
	f = serve(t, to(b.URL), facade.Parts{})
	got := send(t, "GET", f.URL+"/x", "")
	if got.status != http.StatusLoopDetected {
		t.Errorf("HTTP %d %s", got.status, got.body)
	}
	f.log.has(t, "code=H99", "circles")
}

// TestThePageIsInTheFormThatTheClientAccepts.
func TestThePageIsInTheFormThatTheClientAccepts(t *testing.T) {
	f := serve(t, to(refusing(t)), facade.Parts{})
	got := send(t, "GET", f.URL+"/x", "", "Accept: text/html,application/xhtml+xml;q=0.9", "X-Request-Id: <b>7")
	if got.header.Get("Content-Type") != "text/html; charset=utf-8" || !strings.Contains(got.body, "<title>H21</title>") || strings.Contains(got.body, "<b>") {
		t.Errorf("%v %s", got.header, got.body)
	}
	got = send(t, "GET", f.URL+"/x", "", "Accept: application/json, text/html", "X-Request-Id: 7")
	var out struct {
		Error struct {
			Code      string
			RequestID string `json:"request_id"`
		}
	}
	if err := json.Unmarshal([]byte(got.body), &out); err != nil || out.Error.Code != "H21" || out.Error.RequestID != "7" {
		t.Errorf("%v %s", err, got.body)
	}
	if got := send(t, "HEAD", f.URL+"/x", ""); got.status != 503 || got.body != "" {
		t.Errorf("HTTP %d %q", got.status, got.body)
	}
	if strings.Contains(got.body, "127.0.0.1") {
		t.Errorf("it says where the back end is: %s", got.body)
	}
}
