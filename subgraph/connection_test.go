package subgraph_test

import (
	"fmt"
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

	"github.com/ficusgraph/ficus/subgraph"
)

// shaped is a configuration for all subgraphs.
func shaped(s subgraph.Shaping) subgraph.Config {
	return subgraph.Config{TrafficShaping: subgraph.TrafficShaping{All: s}}
}

// protocols is a server that says in which protocol it was asked; connections counts those made.
func protocols(t *testing.T, secure bool, edit func(*httptest.Server)) (s *httptest.Server, connections *atomic.Int32) {
	t.Helper()
	s = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprintf(w, `{"data":%q}`, r.Proto)
	}))
	connections = new(atomic.Int32)
	s.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			connections.Add(1)
		}
	}
	if edit != nil {
		edit(s)
	}
	if secure {
		s.StartTLS()
	} else {
		s.Start()
	}
	t.Cleanup(s.Close)
	return s, connections
}

func TestProtocols(t *testing.T) {
	const broken = "SUBREQUEST_HTTP_ERROR"
	unencrypted := func(s *httptest.Server) {
		s.Config.Protocols = new(http.Protocols)
		s.Config.Protocols.SetHTTP1(true)
		s.Config.Protocols.SetUnencryptedHTTP2(true)
	}
	alpn := func(s *httptest.Server) { s.EnableHTTP2 = true }
	for _, c := range []struct {
		name   string
		secure bool
		server func(*httptest.Server)
		http2  subgraph.HTTP2
		want   string
	}{
		{"plain", false, unencrypted, "", `{"data":"HTTP/1.1"}`},
		{"plain, disabled", false, unencrypted, subgraph.HTTP2Disable, `{"data":"HTTP/1.1"}`},
		{"plain, by prior knowledge", false, unencrypted, subgraph.HTTP2Only, `{"data":"HTTP/2.0"}`},
		{"plain, by prior knowledge that is wrong", false, nil, subgraph.HTTP2Only, broken},
		{"TLS, agreed on", true, alpn, "", `{"data":"HTTP/2.0"}`},
		{"TLS, not offered by the server", true, nil, subgraph.HTTP2Enable, `{"data":"HTTP/1.1"}`},
		{"TLS, disabled", true, alpn, subgraph.HTTP2Disable, `{"data":"HTTP/1.1"}`},
		{"TLS, only", true, alpn, subgraph.HTTP2Only, `{"data":"HTTP/2.0"}`},
		{"TLS, only, not offered by the server", true, nil, subgraph.HTTP2Only, broken},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, connections := protocols(t, c.secure, c.server)
			cfg := shaped(subgraph.Shaping{ExperimentalHTTP2: c.http2, Timeout: 5 * time.Second})
			if c.secure {
				cfg.TLS.Subgraph.All.CertificateAuthorities = certificate(s)
			}
			f := remote(t, s.URL, cfg)
			for range 3 {
				got := fetch(t.Context(), f, `{}`)
				if got.Body+got.Code != c.want {
					t.Fatalf("%+v, want %s", got, c.want)
				}
			}
			if n := connections.Load(); n != 1 && c.want != broken {
				t.Errorf("%d connections for 3 fetches in turn", n)
			}
		})
	}
}

// TestHTTP2SharesConnections: as many fetches as are to share a connection do. Where the service allows less than
// is configured, the number of connections is not foretold, but each fetch is answered.
func TestHTTP2SharesConnections(t *testing.T) {
	for _, c := range []struct{ allowed, streams, connections, atOnce int }{
		{allowed: 250, connections: 1, atOnce: 100},
		{allowed: 10, atOnce: 10},
		{allowed: 10, streams: 60, atOnce: 10},
		{allowed: 10, streams: 10, connections: 10, atOnce: 100},
		{allowed: 250, streams: 1, connections: 16, atOnce: 100},
	} {
		t.Run(fmt.Sprintf("%d of %d", c.streams, c.allowed), func(t *testing.T) {
			open := make(chan struct{})
			var waiting, answered atomic.Int32
			s, connections := protocols(t, true, func(s *httptest.Server) {
				s.EnableHTTP2 = true
				s.Config.HTTP2 = &http.HTTP2Config{MaxConcurrentStreams: c.allowed}
				answer := s.Config.Handler
				s.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					if r.ContentLength > 2 {
						waiting.Add(1)
						<-open
					}
					answer.ServeHTTP(w, r)
				})
			})
			cfg := shaped(subgraph.Shaping{HTTP2MaxStreams: c.streams})
			cfg.TLS.Subgraph.All.CertificateAuthorities = certificate(s)
			f := remote(t, s.URL, cfg)
			fetch(t.Context(), f, `{}`) // so that there is a connection, which says its limit
			const fetches = 100
			var wg sync.WaitGroup
			for range fetches {
				wg.Go(func() {
					if got := fetch(t.Context(), f, `{"a":1}`); got.Body == `{"data":"HTTP/2.0"}` {
						answered.Add(1)
					}
				})
			}
			for end := time.Now().Add(5 * time.Second); waiting.Load() < int32(c.atOnce) && time.Now().Before(end); {
				time.Sleep(time.Millisecond)
			}
			if n := int(waiting.Load()); n < c.atOnce {
				t.Errorf("%d fetches at once, want %d at least", n, c.atOnce)
			}
			close(open)
			wg.Wait()
			if n := answered.Load(); n != fetches {
				t.Errorf("%d of %d fetches were answered", n, fetches)
			}
			if n := int(connections.Load()); n != c.connections && c.connections > 0 {
				t.Errorf("%d connections, want %d", n, c.connections)
			}
		})
	}
}

func TestConnectionsAreBounded(t *testing.T) {
	var busy, most atomic.Int32
	s, connections := protocols(t, false, func(s *httptest.Server) {
		answer := s.Config.Handler
		s.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			most.Store(max(most.Load(), busy.Add(1)))
			time.Sleep(2 * time.Millisecond)
			answer.ServeHTTP(w, r)
			busy.Add(-1)
		})
	})
	f := remote(t, s.URL, shaped(subgraph.Shaping{MaxConnsPerHost: 3}))
	var wg sync.WaitGroup
	for range 30 {
		wg.Go(func() {
			if got := fetch(t.Context(), f, `{}`); got.Code != "" {
				t.Errorf("%+v", got)
			}
		})
	}
	wg.Wait()
	if connections.Load() > 3 || most.Load() > 3 {
		t.Errorf("%d connections, %d requests at once; want 3", connections.Load(), most.Load())
	}
}

// TestFetchesWaitForAConnectionWithinTheirTimeout: and those that gave up leave no place taken.
func TestFetchesWaitForAConnectionWithinTheirTimeout(t *testing.T) {
	open := make(chan struct{})
	s, _ := protocols(t, false, func(s *httptest.Server) {
		answer := s.Config.Handler
		s.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.ContentLength > 2 {
				<-open
			}
			answer.ServeHTTP(w, r)
		})
	})
	f := remote(t, s.URL, shaped(subgraph.Shaping{MaxConnsPerHost: 1, Timeout: 100 * time.Millisecond}))
	want := result{Code: "GATEWAY_TIMEOUT", Message: "the service did not answer in time"}
	var wg sync.WaitGroup
	for range 5 {
		wg.Go(func() {
			if diff := cmp.Diff(want, fetch(t.Context(), f, `{"a":1}`)); diff != "" {
				t.Error(diff)
			}
		})
	}
	wg.Wait()
	close(open)
	if got := fetch(t.Context(), f, `{}`); got.Code != "" {
		t.Errorf("then %+v", got)
	}
}

// TestConnectionsAreMadeAnew: a connection that is never idle is replaced after a time, and a fetch on it ends.
func TestConnectionsAreMadeAnew(t *testing.T) {
	for _, http2 := range []subgraph.HTTP2{subgraph.HTTP2Disable, subgraph.HTTP2Only} {
		t.Run(string(http2), func(t *testing.T) {
			open := make(chan struct{})
			var active sync.Map
			s, connections := protocols(t, false, func(s *httptest.Server) {
				s.Config.Protocols = new(http.Protocols)
				s.Config.Protocols.SetHTTP1(true)
				s.Config.Protocols.SetUnencryptedHTTP2(true)
				count := s.Config.ConnState
				s.Config.ConnState = func(c net.Conn, state http.ConnState) {
					active.Store(c, state)
					count(c, state)
				}
				answer := s.Config.Handler
				s.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					if r.ContentLength > 2 {
						<-open
					}
					answer.ServeHTTP(w, r)
				})
			})
			f := remote(t, s.URL, shaped(subgraph.Shaping{PoolMaxAge: 100 * time.Millisecond, PoolIdleTimeout: 200 * time.Millisecond, ExperimentalHTTP2: http2}))
			long := make(chan result)
			go func() { long <- fetch(t.Context(), f, `{"a":1}`) }()
			for end := time.Now().Add(350 * time.Millisecond); time.Now().Before(end); {
				if got := fetch(t.Context(), f, `{}`); got.Code != "" {
					t.Fatalf("%+v", got)
				}
			}
			if n := connections.Load(); n < 3 || n > 12 {
				t.Errorf("%d connections in three generations", n)
			}
			close(open)
			if got := <-long; got.Code != "" {
				t.Errorf("the fetch that was under way: %+v", got)
			}
			f.Close()
			for end := time.Now().Add(5 * time.Second); ; time.Sleep(5 * time.Millisecond) {
				left := 0
				active.Range(func(_, state any) bool {
					if state != http.StateClosed {
						left++
					}
					return true
				})
				if left == 0 {
					return
				}
				if time.Now().After(end) {
					t.Fatalf("%d connections were left open", left)
				}
			}
		})
	}
}

func TestAddressesOfAName(t *testing.T) {
	s, _ := protocols(t, false, nil)
	url := strings.Replace(s.URL, "127.0.0.1", "localhost", 1)
	for strategy, ok := range map[subgraph.DNSStrategy]bool{
		"": true, subgraph.IPv4Only: true, subgraph.IPv4AndIPv6: true, subgraph.IPv4ThenIPv6: true,
		subgraph.IPv6ThenIPv4: true, subgraph.IPv6Only: false, // the server listens at 127.0.0.1
	} {
		f := remote(t, url, shaped(subgraph.Shaping{DNSResolutionStrategy: strategy}))
		got := fetch(t.Context(), f, `{}`)
		if (got.Code == "") != ok {
			t.Errorf("%s: %+v, want %v", strategy, got, ok)
		}
		if !ok && got.Message != "the service could not be reached" {
			t.Errorf("%s: %s", strategy, got.Message)
		}
	}
}

// TestHandshakeTimeout: a host that takes a connection and says nothing costs the time for the handshake, not the
// fetch's.
func TestHandshakeTimeout(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	s := shaped(subgraph.Shaping{TLSHandshakeTimeout: 100 * time.Millisecond, Timeout: 20 * time.Second})
	began := time.Now()
	got := fetch(t.Context(), remote(t, "https://"+l.Addr().String(), s), `{}`)
	if got.Code != "GATEWAY_TIMEOUT" || time.Since(began) > 5*time.Second {
		t.Errorf("%+v after %s", got, time.Since(began))
	}
}
