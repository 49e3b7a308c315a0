package facade_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"net/netip"
	"net/textproto"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"github.com/ficusgraph/ficus/facade"
)

// echo is a back end that sends each message back.
func echo(t *testing.T) *httptest.Server {
	up := websocket.Upgrader{}
	return backend(t, func(w http.ResponseWriter, r *http.Request) {
		c, err := up.Upgrade(w, r, http.Header{"X-Ours": {"1"}})
		if err != nil {
			return
		}
		defer c.Close()
		for {
			kind, text, err := c.ReadMessage()
			if err != nil || c.WriteMessage(kind, text) != nil {
				return
			}
		}
	})
}

func dial(t *testing.T, f *front) *websocket.Conn {
	t.Helper()
	c, res, err := websocket.DefaultDialer.DialContext(t.Context(), "ws"+strings.TrimPrefix(f.URL, "http")+"/socket", nil)
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	t.Cleanup(func() { _ = c.Close() })
	if res.Header.Get("X-Ours") != "1" {
		t.Errorf("the answer lacks headers: %v", res.Header)
	}
	return c
}

func say(t *testing.T, c *websocket.Conn, text string) {
	t.Helper()
	if err := c.WriteMessage(websocket.BinaryMessage, []byte(text)); err != nil {
		t.Fatal(err)
	}
	if _, got, err := c.ReadMessage(); err != nil || string(got) != text {
		t.Fatalf("%d bytes came back of %d, %v", len(got), len(text), err)
	}
}

// TestWebSocketsPass: in both directions, messages of all lengths; at the gateway's end they are told to come back.
func TestWebSocketsPass(t *testing.T) {
	f := serve(t, to(echo(t).URL), facade.Parts{})
	c := dial(t, f)
	for _, n := range []int{0, 1, 125, 126, 65535, 65536, 300_000} {
		say(t, c, strings.Repeat("x", n))
	}
	f.facade.End()
	_, _, err := c.ReadMessage()
	if !websocket.IsCloseError(err, websocket.CloseGoingAway) {
		t.Errorf("at the end: %v", err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	if err := f.facade.Wait(ctx); err != nil {
		t.Error(err)
	}
	if want := `ficus_facade_requests_total{backend="monolith",migration="",side="",status="1xx"} 1`; !strings.Contains(f.scrape(t), want) {
		t.Errorf("the metrics lack %s", want)
	}
}

// TestASilentUpgradedConnectionIsH15, and one that talks is not.
func TestASilentUpgradedConnectionIsH15(t *testing.T) {
	f := serve(t, with(to(echo(t).URL), func(b *facade.Backend) { b.Timeouts.Idle = 200 * time.Millisecond }), facade.Parts{})
	c := dial(t, f)
	for range 6 {
		say(t, c, "still here")
		time.Sleep(50 * time.Millisecond)
	}
	if _, _, err := c.ReadMessage(); err == nil {
		t.Error("it stays open")
	}
	f.log.has(t, "code=H15", "path=/socket", "status=101")
}

// TestAnotherProtocolPasses, and is cut off at the end of the time for draining: H24.
func TestAnotherProtocolPasses(t *testing.T) {
	url := raw(t, func(c net.Conn, in *bufio.Reader) {
		_, _ = io.WriteString(c, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n")
		_, _ = io.Copy(c, in)
	})
	f := serve(t, to(url), facade.Parts{})
	c, err := net.Dial("tcp", f.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	_, _ = io.WriteString(c, "GET /x HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n")
	in := bufio.NewReader(c)
	res, err := http.ReadResponse(in, nil)
	if err != nil || res.StatusCode != http.StatusSwitchingProtocols {
		t.Fatal(err, res)
	}
	_, _ = io.WriteString(c, "hello")
	if text := make([]byte, 5); func() bool { _, err := io.ReadFull(in, text); return err != nil || string(text) != "hello" }() {
		t.Errorf("%q came back", text)
	}
	f.facade.End()
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if err := f.facade.Wait(ctx); err == nil {
		t.Error("it ended by itself")
	}
	if _, err := in.ReadByte(); err == nil {
		t.Error("it stays open")
	}
	f.log.has(t, "code=H24", "path=/x")
}

// TestEventsPassAsTheyCome: each is there before the next is written.
func TestEventsPassAsTheyCome(t *testing.T) {
	next := make(chan bool)
	b := backend(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		for i := range 3 {
			_, _ = fmt.Fprintf(w, "data: %d\n\n", i)
			_ = http.NewResponseController(w).Flush()
			<-next
		}
	})
	f := serve(t, to(b.URL), facade.Parts{})
	r, err := http.NewRequestWithContext(t.Context(), "GET", f.URL, nil)
	if err != nil {
		t.Fatal(err)
	}
	res, err := plain.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	in := bufio.NewReader(res.Body)
	for i := range 3 {
		if line, err := in.ReadString('\n'); err != nil || line != fmt.Sprintf("data: %d\n", i) {
			t.Fatalf("%q %v", line, err)
		}
		_, _ = in.ReadString('\n')
		next <- true
	}
}

// TestABodyPassesAsItComes: the back end has its begin before its end was written, and nothing of it is asked for before the
// back end wants it.
func TestABodyPassesAsItComes(t *testing.T) {
	begun := make(chan string, 1)
	b := backend(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/unwanted" {
			w.WriteHeader(http.StatusForbidden)
			return
		}
		first := make([]byte, 5)
		_, _ = io.ReadFull(r.Body, first)
		begun <- string(first)
		rest, _ := io.ReadAll(r.Body)
		_, _ = w.Write(rest)
	})
	f := serve(t, to(b.URL), facade.Parts{})
	body, in := io.Pipe()
	done := make(chan got, 1)
	continued := atomic.Bool{}
	ctx := httptrace.WithClientTrace(t.Context(), &httptrace.ClientTrace{Got100Continue: func() { continued.Store(true) }})
	transport := &http.Transport{ExpectContinueTimeout: 5 * time.Second, DisableKeepAlives: true}
	go func() {
		r, _ := http.NewRequestWithContext(ctx, "POST", f.URL+"/x", body)
		r.Header.Set("Expect", "100-continue")
		res, err := transport.RoundTrip(r)
		if err != nil {
			done <- got{err: err}
			return
		}
		defer res.Body.Close()
		text, _ := io.ReadAll(res.Body)
		done <- got{status: res.StatusCode, body: string(text)}
	}()
	_, _ = io.WriteString(in, "first")
	if got := <-begun; got != "first" {
		t.Errorf("the back end got %q", got)
	}
	_, _ = io.WriteString(in, "rest")
	_ = in.Close()
	if got := <-done; got.status != 200 || got.body != "rest" || !continued.Load() {
		t.Errorf("%+v, continued %v", got, continued.Load())
	}
	r, err := http.NewRequestWithContext(t.Context(), "POST", f.URL+"/unwanted", unread{t})
	if err != nil {
		t.Fatal(err)
	}
	r.ContentLength = 10
	r.Header.Set("Expect", "100-continue")
	res, err := transport.RoundTrip(r)
	if err != nil || res.StatusCode != http.StatusForbidden {
		t.Fatal(err, res)
	}
	_ = res.Body.Close()
}

type unread struct{ t *testing.T }

func (u unread) Read([]byte) (int, error) {
	u.t.Error("the body is read, though the back end does not want it")
	return 0, io.EOF
}

// TestHintsAndTrailersPass.
func TestHintsAndTrailersPass(t *testing.T) {
	b := backend(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Link", "</style.css>; rel=preload")
		w.WriteHeader(http.StatusEarlyHints)
		_, _ = io.WriteString(w, "page")
		_ = http.NewResponseController(w).Flush()
		w.Header().Set(http.TrailerPrefix+"Checksum", "beef")
	})
	f := serve(t, to(b.URL), facade.Parts{})
	var hints []int
	ctx := httptrace.WithClientTrace(t.Context(), &httptrace.ClientTrace{Got1xxResponse: func(code int, _ textproto.MIMEHeader) error {
		hints = append(hints, code)
		return nil
	}})
	r, err := http.NewRequestWithContext(ctx, "GET", f.URL, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("X-Request-Id", "7")
	res, err := plain.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	text, _ := io.ReadAll(res.Body)
	if string(text) != "page" || res.Trailer.Get("Checksum") != "beef" || !slices.Equal(hints, []int{103}) || res.Header.Get("X-Request-Id") != "7" {
		t.Errorf("%q, trailers %v, hints %v, %v", text, res.Trailer, hints, res.Header)
	}
}

// TestTheBackEndLearnsWhoAsks: of proxies only where their word is taken.
func TestTheBackEndLearnsWhoAsks(t *testing.T) {
	var seen http.Header
	b := backend(t, func(_ http.ResponseWriter, r *http.Request) { seen = r.Header })
	told := []string{
		"Host: shop.example:8443", "X-Forwarded-For: 203.0.113.7", "X-Forwarded-Proto: https", "X-Forwarded-Host: www.example.com",
		"X-Forwarded-Port: 443", "Forwarded: for=203.0.113.7", "X-Real-Ip: 203.0.113.7", "Via: 1.1 edge",
	}
	for trusted, want := range map[bool]string{
		false: "127.0.0.1 | http | shop.example:8443 | 8443 | for=127.0.0.1;host=\"shop.example:8443\";proto=http |  | 1.1 edge,1.1 ficus",
		true:  "203.0.113.7, 127.0.0.1 | https | www.example.com | 443 | for=203.0.113.7, for=127.0.0.1;host=\"shop.example:8443\";proto=http | 203.0.113.7 | 1.1 edge,1.1 ficus",
	} {
		f := serve(t, to(b.URL), facade.Parts{Client: func(*http.Request) (netip.Addr, bool) { return netip.MustParseAddr("127.0.0.1"), trusted }})
		send(t, "GET", f.URL, "", told...)
		got := strings.Join([]string{
			seen.Get("X-Forwarded-For"), seen.Get("X-Forwarded-Proto"), seen.Get("X-Forwarded-Host"), seen.Get("X-Forwarded-Port"), seen.Get("Forwarded"),
			seen.Get("X-Real-Ip"), strings.Join(seen["Via"], ","),
		}, " | ")
		if got != want {
			t.Errorf("trusted %v:\n%s\nwant\n%s", trusted, got, want)
		}
	}
}

// TestTheHostIsKeptOrRewritten by the back end's rule.
func TestTheHostIsKeptOrRewritten(t *testing.T) {
	b := backend(t, func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, r.Host) })
	for rule, want := range map[string]string{"": "a.example", "keep": "a.example", "rewrite": strings.TrimPrefix(b.URL, "http://"), "inner.example": "inner.example"} {
		f := serve(t, with(to(b.URL), func(b *facade.Backend) { b.Host = rule }), facade.Parts{})
		if got := send(t, "GET", f.URL, "", "Host: a.example").body; got != want {
			t.Errorf("%q: %s, want %s", rule, got, want)
		}
	}
}

// TestAnAnswerMayBeginBeforeTheBodyEnds: both go on.
func TestAnAnswerMayBeginBeforeTheBodyEnds(t *testing.T) {
	b := backend(t, func(w http.ResponseWriter, r *http.Request) {
		control := http.NewResponseController(w)
		if err := control.EnableFullDuplex(); err != nil {
			t.Error(err)
		}
		_, _ = io.WriteString(w, "begin ")
		_ = control.Flush()
		_, _ = io.CopyN(w, r.Body, 4)
		_ = control.Flush()
		_, _ = io.Copy(w, r.Body)
	})
	f := serve(t, to(b.URL), facade.Parts{})
	c, err := net.Dial("tcp", f.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	_, _ = io.WriteString(c, "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n")
	in := bufio.NewReader(c)
	res, err := http.ReadResponse(in, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	got := make([]byte, 10)
	if _, err := io.ReadFull(res.Body, got[:6]); err != nil {
		t.Fatal(err)
	}
	_, _ = io.WriteString(c, "4\r\nlate\r\n")
	if _, err := io.ReadFull(res.Body, got[6:]); err != nil || string(got) != "begin late" {
		t.Errorf("%q %v", got, err)
	}
	_, _ = io.WriteString(c, "0\r\n\r\n")
	if rest, err := io.ReadAll(res.Body); err != nil || len(rest) > 0 {
		t.Errorf("%q %v", rest, err)
	}
}
