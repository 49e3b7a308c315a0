package transport_test

import (
	"context"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ficusgraph/ficus/transport"
)

// serving is a server that runs on listeners of its own.
type serving struct {
	url, admin string
	stop       context.CancelFunc
	ended      chan error
}

func serve(t *testing.T, cfg transport.Config, edit func(*transport.Parts)) serving {
	t.Helper()
	s := newServer(t, cfg, edit)
	public, admin := listen(t), listen(t)
	ctx, stop := context.WithCancel(context.Background())
	r := serving{"http://" + public.Addr().String(), "http://" + admin.Addr().String(), stop, make(chan error, 1)}
	go func() { r.ended <- s.Serve(ctx, public, admin) }()
	t.Cleanup(stop)
	return r
}

func listen(t *testing.T) net.Listener {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// wait is how Serve ended.
func (s serving) wait(t *testing.T) error {
	t.Helper()
	select {
	case err := <-s.ended:
		return err
	case <-time.After(10 * time.Second):
		t.Fatal("the server did not end")
		return nil
	}
}

// gate holds executions until it is opened.
type gate struct {
	once          sync.Once
	entered, open chan struct{}
}

func newGate() *gate { return &gate{entered: make(chan struct{}), open: make(chan struct{})} }

func (g *gate) pass(ctx context.Context) {
	g.once.Do(func() { close(g.entered) })
	select {
	case <-g.open:
	case <-ctx.Done():
	}
}

// TestDrain: a request in flight completes after the end was asked for, readiness goes down at once, new
// connections are refused, and the admin listener outlives the public one.
func TestDrain(t *testing.T) {
	g := newGate()
	cfg := transport.Config{Shutdown: transport.Shutdown{Delay: 150 * time.Millisecond}}
	s := serve(t, cfg, func(p *transport.Parts) { p.Engine = small{before: g.pass} })
	if got := send(t, "GET", s.url+"/health/ready", ""); got.status != 200 || got.closes {
		t.Fatalf("ready: %d before the drain, connection closed %v", got.status, got.closes)
	}
	slow := make(chan answer, 1)
	go func() { slow <- send(t, "POST", s.url+"/graphql", `{"query":"{hello}"}`, isJSON) }()
	<-g.entered
	s.stop()
	eventually(t, "readiness goes down during the delay", func() bool {
		return send(t, "GET", s.url+"/health/ready", "").status == 503
	})
	if got := send(t, "GET", s.url+"/health/live", ""); got.status != 200 || !got.closes {
		t.Errorf("live: %d while draining, connection closed %v; want 200, true", got.status, got.closes)
	}
	eventually(t, "new connections are refused", func() bool {
		c, err := net.Dial("tcp", strings.TrimPrefix(s.url, "http://"))
		if err == nil {
			c.Close()
		}
		return err != nil
	})
	if got := send(t, "GET", s.admin+"/health?ready", ""); got.status != 503 {
		t.Errorf("admin ready: %d while draining, want 503", got.status)
	}
	close(g.open)
	if got := <-slow; got.status != 200 || !strings.Contains(got.body, `"data"`) {
		t.Errorf("the request in flight got %d %s", got.status, got.body)
	}
	if err := s.wait(t); err != nil {
		t.Errorf("ended with %v", err)
	}
}

// TestDrainTimeout: a request that does not end is cut off, and Serve says so.
func TestDrainTimeout(t *testing.T) {
	g := newGate()
	cfg := transport.Config{Shutdown: transport.Shutdown{Timeout: 50 * time.Millisecond}}
	s := serve(t, cfg, func(p *transport.Parts) { p.Engine = small{before: g.pass} })
	go func() {
		req, _ := http.NewRequest("POST", s.url+"/graphql", strings.NewReader(`{"query":"{hello}"}`))
		req.Header.Set("Content-Type", "application/json")
		if res, err := http.DefaultTransport.RoundTrip(req); err == nil {
			res.Body.Close()
		}
	}()
	<-g.entered
	s.stop()
	if err := s.wait(t); err == nil || !strings.Contains(err.Error(), "cut off after 50ms") {
		t.Errorf("ended with %v, want that requests were cut off", err)
	}
}

// TestServeBrokenListener: a listener that fails ends the server with its error.
func TestServeBrokenListener(t *testing.T) {
	public := listen(t)
	public.Close()
	err := newServer(t, transport.Config{}, nil).Serve(context.Background(), public, nil)
	if err == nil || !strings.Contains(err.Error(), "serve public") {
		t.Errorf("ended with %v, want an error of the public listener", err)
	}
}

// eventually waits for what happens soon.
func eventually(t *testing.T, what string, is func() bool) {
	t.Helper()
	for end := time.Now().Add(5 * time.Second); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		if is() {
			return
		}
	}
	t.Fatalf("not so: %s", what)
}

// TestSlowAndLargeHeaders: a header that does not end, or is too large, costs the client its connection.
func TestSlowAndLargeHeaders(t *testing.T) {
	s := serve(t, transport.Config{
		Server: transport.Connections{HeaderReadTimeout: 50 * time.Millisecond},
		Limits: transport.Limits{HTTP1MaxRequestBufSize: 1000},
	}, nil)
	c, err := net.Dial("tcp", strings.TrimPrefix(s.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if _, err := c.Write([]byte("POST /graphql HTTP/1.1\r\nHost: x\r\n")); err != nil {
		t.Fatal(err)
	}
	if err := c.SetReadDeadline(time.Now().Add(5 * time.Second)); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadAll(c); err != nil {
		t.Errorf("a header that does not end: %v, want that the connection is closed", err)
	}
	if got := send(t, "GET", s.url+"/health", "", "X-Large: "+strings.Repeat("a", 10_000)); got.status != 431 {
		t.Errorf("a large header: %d, want 431", got.status)
	}
}

// TestSlowBody: a body that does not come in time is answered, and the connection closed.
func TestSlowBody(t *testing.T) {
	s := serve(t, transport.Config{Server: transport.Connections{ReadTimeout: 50 * time.Millisecond}}, nil)
	c, err := net.Dial("tcp", strings.TrimPrefix(s.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if _, err := c.Write([]byte("POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{")); err != nil {
		t.Fatal(err)
	}
	if err := c.SetReadDeadline(time.Now().Add(5 * time.Second)); err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(c)
	if err != nil || !strings.HasPrefix(string(text), "HTTP/1.1 408") || !strings.Contains(string(text), "REQUEST_TIMEOUT") {
		t.Errorf("%s %v, want 408", text, err)
	}
}

// TestClientGone: a client that leaves cancels the execution of its request.
func TestClientGone(t *testing.T) {
	entered, cancelled := make(chan struct{}), make(chan struct{})
	s := serve(t, transport.Config{}, func(p *transport.Parts) {
		p.Engine = small{before: func(ctx context.Context) {
			close(entered)
			<-ctx.Done()
			close(cancelled)
		}}
	})
	ctx, leave := context.WithCancel(t.Context())
	go func() {
		req, _ := http.NewRequestWithContext(ctx, "POST", s.url+"/graphql", strings.NewReader(`{"query":"{hello}"}`))
		req.Header.Set("Content-Type", "application/json")
		if res, err := http.DefaultTransport.RoundTrip(req); err == nil {
			res.Body.Close()
		}
	}()
	<-entered
	leave()
	select {
	case <-cancelled:
	case <-time.After(5 * time.Second):
		t.Error("the execution went on")
	}
}
