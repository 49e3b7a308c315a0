package facade_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ficusgraph/ficus/facade"
)

// TestOnlyWhatDoesNoHarmIsSentAgain: a connection that breaks before the answer. Out of the budget, not even that.
func TestOnlyWhatDoesNoHarmIsSentAgain(t *testing.T) {
	var connections, failing atomic.Int64
	url := raw(t, func(c net.Conn, _ *bufio.Reader) {
		connections.Add(1)
		if failing.Add(-1) >= 0 {
			return
		}
		_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok")
	})
	f := serve(t, to(url), facade.Parts{})
	for _, c := range []struct {
		method, body   string
		failing, sends int64
		status         int
	}{
		{"GET", "", 1, 2, 200},
		{"HEAD", "", 1, 2, 200},
		{"GET", "", 2, 2, 503},
		{"GET", "a body", 1, 1, 503},
		{"POST", "", 1, 1, 503},
		{"PUT", "x", 1, 1, 503},
		{"DELETE", "", 1, 1, 503},
	} {
		connections.Store(0)
		failing.Store(c.failing)
		if got := send(t, c.method, f.URL, c.body); got.status != c.status || connections.Load() != c.sends {
			t.Errorf("%s %q: HTTP %d after %d sends, want %d after %d", c.method, c.body, got.status, connections.Load(), c.status, c.sends)
		}
	}
	connections.Store(0)
	failing.Store(1000)
	for range 50 {
		send(t, "GET", f.URL, "")
	}
	if n := connections.Load(); n < 52 || n > 75 {
		t.Errorf("50 requests were sent %d times: the budget is a fifth, and a few", n)
	}
}

// TestARequestThatNobodyGotGoesElsewhere: whatever it does, also with a body.
func TestARequestThatNobodyGotGoesElsewhere(t *testing.T) {
	b := backend(t, func(w http.ResponseWriter, r *http.Request) { _, _ = io.Copy(w, r.Body) })
	cfg := with(to(""), func(x *facade.Backend) { x.URLs = []string{refusing(t), b.URL, refusing(t)} })
	f := serve(t, cfg, facade.Parts{})
	for i := range 10 {
		if got := send(t, "POST", f.URL, "pay"); got.status != 200 || got.body != "pay" {
			t.Errorf("%d: HTTP %d %s", i, got.status, got.body)
		}
	}
}

// TestARequestWaitsForABackEndThatBoots.
func TestARequestWaitsForABackEndThatBoots(t *testing.T) {
	url := refusing(t)
	f := serve(t, with(to(url), func(b *facade.Backend) { b.Timeouts.Boot = 5 * time.Second }), facade.Parts{})
	time.AfterFunc(200*time.Millisecond, func() {
		l, err := net.Listen("tcp", strings.TrimPrefix(url, "http://"))
		if err != nil {
			return
		}
		s := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = io.Copy(w, r.Body) }), ReadHeaderTimeout: time.Second}
		t.Cleanup(func() { _ = s.Close() })
		_ = s.Serve(l)
	})
	if got := send(t, "POST", f.URL, "pay"); got.status != 200 || got.body != "pay" {
		t.Errorf("HTTP %d %s", got.status, got.body)
	}
}

// TestAnUnwellAddressIsLeftOut: as its health check says, and asked again when it is well.
func TestAnUnwellAddressIsLeftOut(t *testing.T) {
	var ill atomic.Bool
	ill.Store(true)
	sick := backend(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/health" && ill.Load() {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
		_, _ = io.WriteString(w, "sick")
	})
	cfg := with(to(""), func(b *facade.Backend) {
		b.URLs, b.Health = []string{sick.URL, named(t, "well").URL}, facade.Health{Path: "/health", Interval: 20 * time.Millisecond}
	})
	f := serve(t, cfg, facade.Parts{})
	time.Sleep(100 * time.Millisecond)
	counts := map[string]int{}
	for range 10 {
		counts[send(t, "GET", f.URL, "").body]++
	}
	if counts["well"] != 10 {
		t.Errorf("%v", counts)
	}
	ill.Store(false)
	time.Sleep(100 * time.Millisecond)
	for range 10 {
		counts[send(t, "GET", f.URL, "").body]++
	}
	if counts["sick"] != 5 {
		t.Errorf("it gets no turn again: %v", counts)
	}
}

// TestFaultsOfTheConfiguration: each names its key.
func TestFaultsOfTheConfiguration(t *testing.T) {
	for want, change := range map[string]func(*facade.Config){
		"facade.default: there is no back end x":       func(c *facade.Config) { c.Default = "x" },
		"facade.backends.monolith.url: ":               func(c *facade.Config) { with(*c, func(b *facade.Backend) { b.URL += "/base" }) },
		"facade.backends.monolith: has no url":         func(c *facade.Config) { with(*c, func(b *facade.Backend) { b.URL = "" }) },
		"facade.backends.monolith.timeouts.idle: ":     func(c *facade.Config) { with(*c, func(b *facade.Backend) { b.Timeouts.Idle = -1 }) },
		"facade.backends.monolith.shared_limit: ":      func(c *facade.Config) { with(*c, func(b *facade.Backend) { b.SharedLimit = "db" }) },
		"facade.shared_limits.db: must be more than 0": func(c *facade.Config) { c.SharedLimits = map[string]int{"db": 0} },
		"facade.cookie_keys[0].secret: has 5":          func(c *facade.Config) { c.CookieKeys = []facade.CookieKey{{ID: "a", Secret: "short"}} },
		"facade.shadow.percent: 101 is not":            func(c *facade.Config) { c.Shadow.Percent = 101 },
		"facade: has no back ends":                     func(c *facade.Config) { *c = facade.Config{Default: "a"} },
		"facade.routes[0].timeouts: takes first_byte": func(c *facade.Config) {
			c.Routes = []facade.Fixed{{Path: "/a", To: "monolith", Timeouts: facade.Timeouts{Boot: 1}}}
		},
		"facade.backends.monolith.url: and urls are both":    func(c *facade.Config) { with(*c, func(b *facade.Backend) { b.URLs = []string{"http://a"} }) },
		"facade.backends.monolith.health.path: \"x\" is not": func(c *facade.Config) { with(*c, func(b *facade.Backend) { b.Health.Path = "x" }) },
	} {
		cfg := to("http://127.0.0.1:1")
		change(&cfg)
		if err := cfg.Validate(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
}

// TestAKeptConnectionIsGivenUpBeforeTheBackEndDoes.
func TestAKeptConnectionIsGivenUpBeforeTheBackEndDoes(t *testing.T) {
	ports := map[string]bool{}
	b := backend(t, func(_ http.ResponseWriter, r *http.Request) { ports[r.RemoteAddr] = true })
	f := serve(t, with(to(b.URL), func(b *facade.Backend) { b.Timeouts.KeepAlive = 100 * time.Millisecond }), facade.Parts{})
	for i, wait := range []time.Duration{0, 10 * time.Millisecond, 300 * time.Millisecond} {
		time.Sleep(wait)
		send(t, "GET", f.URL, "")
		if want := []int{1, 1, 2}[i]; len(ports) != want {
			t.Errorf("%s connections after %d requests", fmt.Sprint(ports), i+1)
		}
	}
}
