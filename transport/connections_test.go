package transport_test

import (
	"bufio"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/ficusgraph/ficus/transport"
)

func open(t *testing.T, s serving, text string) net.Conn {
	t.Helper()
	c, err := net.Dial("tcp", strings.TrimPrefix(s.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	if _, err := io.WriteString(c, text); err != nil {
		t.Fatal(err)
	}
	return c
}

// ended says whether the server closed the connection.
func ended(c net.Conn) bool {
	_ = c.SetReadDeadline(time.Now().Add(20 * time.Millisecond))
	_, err := io.Copy(io.Discard, c)
	return !errors.Is(err, os.ErrDeadlineExceeded)
}

// TestManyConnections: those that ask nothing make room for one that does, the eldest first; those on which
// something is asked stay.
func TestManyConnections(t *testing.T) {
	seen := &counts{}
	g := newGate()
	s := serve(t, transport.Config{Server: transport.Connections{MaxConnections: 40}}, func(p *transport.Parts) {
		p.Observer, p.Engine = seen, small{before: g.pass}
	})
	const body = `{"query":"{hello}"}`
	busy := open(t, s, "POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 19\r\n\r\n"+body)
	<-g.entered
	var slow []net.Conn
	for range 39 {
		slow = append(slow, open(t, s, "GET /health HTTP/1.1\r\nHost: x\r\nX-Slow"))
	}
	for range 100 { // each would be one too many, and is answered
		if got := raw(t, s, "GET /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"); !strings.Contains(got, "200 OK") {
			t.Fatalf("beside those who send nothing: %q", got)
		}
	}
	if !ended(slow[0]) {
		t.Error("the eldest is open still")
	}
	if ended(slow[38]) {
		t.Error("the youngest was closed, where one had to be")
	}
	if _, ok := seen.passed.Load("server.max_connections true"); !ok {
		t.Error("nobody counted it")
	}
	close(g.open)
	_ = busy.SetReadDeadline(time.Now().Add(5 * time.Second))
	if res, err := http.ReadResponse(bufio.NewReader(busy), nil); err != nil || res.StatusCode != 200 {
		t.Errorf("what was under way: %v", err)
	}
}

// TestAllConnectionsAreBusy: then a further one is closed at once.
func TestAllConnectionsAreBusy(t *testing.T) {
	g := newGate()
	s := serve(t, transport.Config{Server: transport.Connections{MaxConnections: 1}}, func(p *transport.Parts) { p.Engine = small{before: g.pass} })
	open(t, s, "POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 19\r\n\r\n"+`{"query":"{hello}"}`)
	<-g.entered
	if !ended(open(t, s, "")) {
		t.Error("a further connection is open")
	}
	close(g.open)
	eventually(t, "there is room again", func() bool {
		return strings.Contains(raw(t, s, "GET /health HTTP/1.1\r\nHost: x\r\n\r\n"), "200 OK")
	})
}

// TestHeadersThatProtect: on all answers, and those of TLS only there.
func TestHeadersThatProtect(t *testing.T) {
	s := serve(t, transport.Config{}, nil)
	for _, at := range []string{s.url + "/graphql", s.url + "/health", s.url + "/nowhere", s.admin + "/health", s.admin + "/metrics"} {
		got := send(t, "GET", at, "")
		if got.header.Get("X-Content-Type-Options") != "nosniff" || got.header.Get("Server") != "" || got.header.Get("Strict-Transport-Security") != "" {
			t.Errorf("%s: %v", at, got.header)
		}
	}
	authority := sign(t, "authority", nil, nil)
	server := sign(t, "gateway", &authority, nil)
	for _, c := range []struct{ configured, name, want string }{
		{"", "gateway.test", "max-age=31536000"},
		{"", "localhost", ""},
		{"max-age=60; includeSubDomains", "gateway.test", "max-age=60; includeSubDomains"},
		{"off", "gateway.test", ""},
	} {
		s := serve(t, transport.Config{
			TLS:    transport.TLS{Supergraph: transport.ServerTLS{Certificate: server.pem, Key: server.own}},
			Server: transport.Connections{StrictTransportSecurity: c.configured},
		}, nil)
		conn, err := tls.Dial("tcp", strings.TrimPrefix(s.url, "http://"), &tls.Config{InsecureSkipVerify: true})
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		_, _ = io.WriteString(conn, "GET /health HTTP/1.1\r\nHost: "+c.name+":4000\r\n\r\n")
		res, err := http.ReadResponse(bufio.NewReader(conn), nil)
		if err != nil || res.Header.Get("Strict-Transport-Security") != c.want || res.Header.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%+v: %v %v", c, res, err)
		}
	}
}
