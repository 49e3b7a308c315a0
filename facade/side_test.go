package facade_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ficusgraph/ficus/facade"
	"github.com/ficusgraph/ficus/rollout"
)

// pages is the migration of the tickets' pages.
func pages(cookie *rollout.Cookie, keys ...rollout.Key) *rollout.Migration {
	return &rollout.Migration{
		Name: "pages", File: "pages.yaml", From: "monolith", To: "tickets", Paths: []rollout.Path{{Path: "/tickets/*"}}, Cookie: cookie, Key: keys,
	}
}

// standing is a facade with the migration, at a percentage that can be changed.
type standing struct {
	*front
	board *rollout.Board
}

func newStanding(t *testing.T, m *rollout.Migration, percent string, change func(*facade.Config), now func() time.Time) *standing {
	t.Helper()
	cfg := shop(t)
	if change != nil {
		change(&cfg)
	}
	if now == nil {
		now = time.Now
	}
	cookies := facade.NewCookies(cfg.CookieKeys, now)
	s := &standing{board: rollout.NewBoard(rollout.Config{}, rollout.Parts{Facts: cookies.Facts})}
	s.front = serve(t, cfg, facade.Parts{Cookies: cookies, Now: now, Decide: func(r *http.Request) (*rollout.Decision, bool) {
		d, told, _ := s.board.Begin(rollout.Request{Headers: r.Header}, true)
		return d, told
	}}, m)
	s.set(t, m, percent)
	return s
}

func (s *standing) set(t *testing.T, m *rollout.Migration, percent string) {
	t.Helper()
	if err := s.board.Define([]*rollout.Migration{m}, map[string]string{m.Name: "percent(" + percent + ")"}); err != nil {
		t.Fatal(err)
	}
}

var tenant = rollout.Key{Header: "x-tenant"}

// TestAPathMovesByTheDecisionOfTheGraph: for each tenant the side is that of the label, on the next request after a change.
func TestAPathMovesByTheDecisionOfTheGraph(t *testing.T) {
	m := pages(nil, tenant)
	m.Deny = []rollout.Entry{{Key: "tenant-1"}}
	s := newStanding(t, m, "50", nil, nil)
	news := 0
	for i := range 40 {
		name := fmt.Sprint("tenant-", i)
		facts := rollout.Request{Headers: http.Header{"X-Tenant": {name}}}
		want := "monolith"
		if len(s.board.Table().Active(facts, []string{m.Label()})) > 0 {
			want = "tickets"
			news++
		}
		if got := send(t, "GET", s.URL+"/tickets/1", "", "X-Tenant: "+name); got.body != want || got.header.Get("Ficus-Sides") != "pages="+map[string]string{"monolith": "old", "tickets": "new"}[want] {
			t.Errorf("%s is on %s (%s), want %s", name, got.body, got.header.Get("Ficus-Sides"), want)
		}
	}
	if news < 10 || news > 30 {
		t.Errorf("%d of 40 are on the new side", news)
	}
	s.set(t, m, "100")
	for name, want := range map[string]string{"tenant-1": "monolith", "tenant-2": "tickets", "": "monolith"} {
		if got := send(t, "GET", s.URL+"/tickets", "", "X-Tenant: "+name); got.body != want {
			t.Errorf("%q is on %s, want %s", name, got.body, want)
		}
	}
	if got := send(t, "GET", s.URL+"/other", "", "X-Tenant: tenant-2"); got.body != "monolith" || got.header.Get("Ficus-Sides") != "" {
		t.Errorf("what does not move: %s %v", got.body, got.header)
	}
	if got := send(t, "GET", s.URL+"/tickets", "", "X-Tenant: tenant-2", "Ficus-Sides: pages=old"); got.body != "monolith" {
		t.Errorf("who chooses the old side gets %s", got.body)
	}
	if want := `ficus_facade_requests_total{backend="tickets",migration="pages",side="new",status="2xx"}`; !strings.Contains(s.scrape(t), want) {
		t.Errorf("the metrics lack %s", want)
	}
}

// TestTheCookieOfPeriscope: set for a year on the new side, taken away on the old one, and worth nothing by itself.
func TestTheCookieOfPeriscope(t *testing.T) {
	m := pages(&rollout.Cookie{Name: "periscope_web_kube"}, tenant)
	s := newStanding(t, m, "100", nil, nil)
	const has = "Cookie: periscope_web_kube=1"
	got := send(t, "GET", s.URL+"/tickets", "", "X-Tenant: a").header.Get("Set-Cookie")
	if !strings.HasPrefix(got, "periscope_web_kube=1; Path=/; Expires=") || !strings.Contains(got, "; Max-Age=31536000") {
		t.Errorf("set is %q", got)
	}
	if got := send(t, "GET", s.URL+"/tickets", "", "X-Tenant: a", has).header.Get("Set-Cookie"); got != "" {
		t.Errorf("it is set again: %q", got)
	}
	if got := send(t, "GET", s.URL+"/elsewhere", "", "X-Tenant: a").header.Get("Set-Cookie"); got != "" {
		t.Errorf("it is set on a path that does not move: %q", got)
	}
	s.set(t, m, "0")
	back := send(t, "GET", s.URL+"/tickets", "", "X-Tenant: a", has)
	if set := back.header.Get("Set-Cookie"); back.body != "monolith" || !strings.HasPrefix(set, "periscope_web_kube=; Path=/; Max-Age=0") {
		t.Errorf("after the way back: %s, %q", back.body, set)
	}
	if got := send(t, "GET", s.URL+"/tickets", "", "X-Tenant: a").header.Get("Set-Cookie"); got != "" {
		t.Errorf("taken away from who has none: %q", got)
	}
}

// TestASignedCookieIsAKey: it brings who had a key before, when nothing else says who asks; nobody can make one up, nor use
// one of another migration, nor one that has ended.
func TestASignedCookieIsAKey(t *testing.T) {
	keys := []facade.CookieKey{{ID: "new", Secret: strings.Repeat("n", 32)}, {ID: "old", Secret: strings.Repeat("o", 32)}}
	signed := &rollout.Cookie{Name: "side", Signed: true, MaxAge: "30d"}
	m := pages(signed, tenant, rollout.Key{Cookie: "side"})
	if err := m.Validate(); err != nil {
		t.Fatal(err)
	}
	var passed atomic.Int64
	clock := func() time.Time { return time.Now().Add(time.Duration(passed.Load())) }
	s := newStanding(t, m, "100", func(c *facade.Config) { c.CookieKeys = keys[1:] }, clock)
	set := send(t, "GET", s.URL+"/tickets", "", "X-Tenant: acme").header.Get("Set-Cookie")
	value, _, _ := strings.Cut(set, ";")
	if !strings.HasPrefix(value, "side=v1.old.") {
		t.Fatalf("set is %q", set)
	}
	side := func(s *standing, cookie string) string {
		return send(t, "GET", s.URL+"/tickets", "", "Cookie: "+cookie).body
	}
	rotated := newStanding(t, m, "100", func(c *facade.Config) { c.CookieKeys = keys }, clock)
	other := newStanding(t, func() *rollout.Migration { o := *m; o.Name = "other"; return &o }(), "100", func(c *facade.Config) { c.CookieKeys = keys }, clock)
	gone := newStanding(t, m, "100", func(c *facade.Config) { c.CookieKeys = keys[:1] }, clock)
	parts := strings.Split(value, ".")
	for name, c := range map[string]struct {
		at           *standing
		cookie, want string
	}{
		"as it was signed":          {s, value, "tickets"},
		"after a rotation":          {rotated, value, "tickets"},
		"once the key is gone":      {gone, value, "monolith"},
		"at another migration":      {other, value, "monolith"},
		"for somebody else":         {s, strings.Replace(value, parts[3], "ZXZpbA", 1), "monolith"},
		"for longer":                {s, strings.Replace(value, parts[2], "99999999999", 1), "monolith"},
		"made up":                   {s, "side=1", "monolith"},
		"with the other key's name": {rotated, strings.Replace(value, "old", "new", 1), "monolith"},
	} {
		if got := side(c.at, c.cookie); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
	m.Deny = []rollout.Entry{{Key: "acme"}}
	s.set(t, m, "100")
	if got := side(s, value); got != "monolith" {
		t.Errorf("a list goes before the cookie: %s", got)
	}
	m.Deny = nil
	s.set(t, m, "100")
	passed.Store(int64(20 * 24 * time.Hour))
	if got := send(t, "GET", s.URL+"/tickets", "", "Cookie: "+value); got.body != "tickets" || got.header.Get("Set-Cookie") == "" {
		t.Errorf("it is not renewed in its second half: %s %v", got.body, got.header)
	}
	passed.Store(int64(31 * 24 * time.Hour))
	if got := side(s, value); got != "monolith" {
		t.Errorf("after its end: %s", got)
	}
}
