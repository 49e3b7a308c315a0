package rollout_test

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ficusgraph/ficus/events"
	"github.com/ficusgraph/ficus/rollout"
)

// memory is a store in memory.
type memory struct {
	mu       sync.Mutex
	last     map[string]events.Entry
	revision uint64
}

func (s *memory) Put(_ context.Context, name string, state []byte, revision uint64) (uint64, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.last[name].Revision != revision {
		return 0, events.ErrConflict
	}
	s.revision++
	s.last[name] = events.Entry{Key: name, Value: state, Revision: s.revision}
	return s.revision, nil
}
func (s *memory) Announce(string, []byte)                                 {}
func (s *memory) History(context.Context, string) ([]events.Entry, error) { return nil, nil }

func (s *memory) Watch(ctx context.Context, _ events.Watcher) error { <-ctx.Done(); return nil }

const secret = "a secret of thirty-two bytes, at least"

// gated is a gateway of nothing but a gate: its answers say which labels are active.
type gated struct {
	*testing.T
	board *rollout.Board
	gate  *rollout.Gate
	now   time.Time
	// writes, if not nil, is the side through which requests write.
	writes *bool
}

func newGated(t *testing.T, m rollout.Migration) *gated {
	t.Helper()
	g := &gated{T: t, now: time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)}
	store := &memory{last: map[string]events.Entry{}}
	g.board = rollout.NewBoard(rollout.Config{Secret: secret, Key: []rollout.Key{{Header: "x-tenant"}}}, rollout.Parts{
		Store: func() (rollout.Store, error) { return store, nil }, Logger: slog.New(slog.DiscardHandler), Now: func() time.Time { return g.now }, Writers: rollout.NewWriters(nil),
	})
	if err := m.Validate(); err != nil {
		t.Fatal(err)
	}
	if err := g.board.Define([]*rollout.Migration{&m}, map[string]string{}); err != nil {
		t.Fatal(err)
	}
	g.gate = &rollout.Gate{Board: g.board}
	return g
}

func (g *gated) order(verb string, percent string) {
	g.Helper()
	o := rollout.Order{Verb: verb}
	if percent != "" {
		o.Percent = g.percent(percent)
	}
	do(g.T, g.board, o)
}

func (g *gated) percent(text string) *rollout.Percent { return percent(g.T, text) }

// ask has somebody ask, with headers in pairs of name and value, and gives the side that answered, and the answer.
func (g *gated) ask(tenant string, headers ...string) (string, *http.Response) {
	g.Helper()
	r := httptest.NewRequest(http.MethodPost, "/graphql", nil)
	r.Header.Set("X-Tenant", tenant)
	for i := 0; i < len(headers); i += 2 {
		r.Header.Add(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	g.gate.Wrap(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		d := rollout.FromContext(r.Context())
		active := len(d.Active([]string{health.Label()})) == 1
		if g.writes != nil {
			d.Wrote(health.Label(), *g.writes, g.now)
		}
		_, _ = io.WriteString(w, map[bool]string{true: "new", false: "old"}[active])
	})).ServeHTTP(w, r)
	return w.Body.String(), w.Result()
}

func (g *gated) want(side, tenant string, headers ...string) *http.Response {
	g.Helper()
	got, answer := g.ask(tenant, headers...)
	if got != side {
		g.Errorf("%s with %v: %q, want %q", tenant, headers, got, side)
	}
	return answer
}

// TestWhoIsKeptStays on the new side when the percentage is lowered, by a cookie that is nobody else's; until an abort, and
// not in the next generation.
func TestWhoIsKeptStays(t *testing.T) {
	m := *health
	m.Lowering = rollout.Keep
	g := newGated(t, m)
	g.order("start", "")
	g.order("set", "100")
	answer := g.want("new", "acme")
	cookies := answer.Header.Values("Set-Cookie")
	if len(cookies) != 1 || !strings.Contains(cookies[0], "ficus-kept-site-health=1.") || !strings.Contains(cookies[0], "HttpOnly") {
		t.Fatalf("cookies %q", cookies)
	}
	cookie, _, _ := strings.Cut(cookies[0], ";")
	if again := g.want("new", "acme", "Cookie", cookie).Header.Values("Set-Cookie"); len(again) > 0 {
		t.Errorf("a cookie that is good is set anew: %q", again)
	}
	g.order("set", "0")
	g.want("old", "acme")
	g.want("old", "globex", "Cookie", cookie)
	g.want("old", "acme", "Cookie", cookie+"x")
	g.want("old", "acme", "Cookie", strings.Replace(cookie, "=1.", "=2.", 1))
	g.want("new", "acme", "Cookie", cookie)
	g.now = g.now.Add(20 * 24 * time.Hour)
	renewed, _, _ := strings.Cut(g.want("new", "acme", "Cookie", cookie).Header.Get("Set-Cookie"), ";")
	g.now = g.now.Add(20 * 24 * time.Hour)
	g.want("old", "acme", "Cookie", cookie)
	g.want("new", "acme", "Cookie", renewed)
	do(t, g.board, rollout.Order{Verb: "deny", Entry: rollout.Entry{Key: "acme"}})
	g.want("old", "acme", "Cookie", renewed)
	do(t, g.board, rollout.Order{Verb: "forget", Entry: rollout.Entry{Key: "acme"}})
	g.order("abort", "")
	g.want("old", "acme", "Cookie", renewed)
	g.order("start", "")
	g.want("old", "acme", "Cookie", renewed)

	strict := newGated(t, *health)
	strict.order("start", "")
	strict.order("set", "100")
	if set := strict.want("new", "acme").Header.Values("Set-Cookie"); len(set) > 0 {
		t.Errorf("a strict migration sets %q", set)
	}
	strict.order("set", "0")
	strict.want("old", "acme", "Cookie", cookie)
}

func TestKeepingNeedsASecret(t *testing.T) {
	m := *health
	m.Lowering, m.File = rollout.Keep, "migrations/site-health.yaml"
	b := rollout.NewBoard(rollout.Config{}, rollout.Parts{})
	if err := b.Define([]*rollout.Migration{&m}, nil); err == nil || !strings.Contains(err.Error(), "site-health.yaml: lowering: keep needs rollout.secret") {
		t.Error(err)
	}
	if err := (rollout.Config{Secret: "short"}).Validate(); err == nil || !strings.Contains(err.Error(), "rollout.secret: is 5 bytes long") {
		t.Error(err)
	}
	for _, bad := range []rollout.Migration{{Lowering: "soft"}, {ReadYourWrites: -1}, {ReadYourWrites: 2 * time.Hour}} {
		m := *health
		m.Lowering, m.ReadYourWrites = bad.Lowering, bad.ReadYourWrites
		if err := m.Validate(); err == nil || !strings.Contains(err.Error(), "lowering: ") && !strings.Contains(err.Error(), "read_your_writes: ") {
			t.Errorf("%+v: %v", bad, err)
		}
	}
}

// TestARequestChoosesItsSide with a grant, or where it is free to; what it may not, or what cannot be, is refused.
func TestARequestChoosesItsSide(t *testing.T) {
	g := newGated(t, *health)
	g.order("start", "")
	g.order("set", "0")
	cfg := rollout.Config{Secret: secret}
	grant := func(of rollout.Grant) string {
		of.Subject, of.Expires = "ada", g.now.Add(time.Hour)
		token, err := cfg.Sign(of, g.now)
		if err != nil {
			t.Fatal(err)
		}
		return token
	}
	all, one, other := grant(rollout.Grant{All: true}), grant(rollout.Grant{Migrations: []string{"site-health"}}), grant(rollout.Grant{Migrations: []string{"checkout"}})
	const choose, with = rollout.HeaderSides, rollout.HeaderGrant
	for _, token := range []string{all, one} {
		answer := g.want("new", "acme", choose, "site-health=new", with, token)
		if got := answer.Header.Get(choose); got != "site-health=new" {
			t.Errorf("the answer says %q", got)
		}
	}
	g.want("new", "never", choose, "site-health=new", with, one) // a pin goes before the lists
	g.want("new", "", choose, "site-health=new", with, one)      // and takes no key
	g.want("new", "acme", "Cookie", choose+"=site-health=new; "+with+"="+one)
	g.want("old", "acme", "Cookie", choose+"=site-health=new")
	if got := g.want("old", "acme", with, one).Header.Get(choose); got != "site-health=old" {
		t.Errorf("with a grant the answer says %q", got)
	}
	if got := g.want("old", "acme").Header.Get(choose); got != "" {
		t.Errorf("without one it says %q", got)
	}
	for _, test := range []struct {
		headers []string
		status  int
		want    string
	}{
		{[]string{choose, "site-health=new"}, 403, "needs a grant here; ficus rollout grant makes one"},
		{[]string{choose, "site-health=new", with, other}, 403, "needs a grant here"},
		{[]string{choose, "site-health=new", with, "x"}, 403, "this is no grant of this gateway"},
		{[]string{choose, "site-health=maybe", with, all}, 400, `\"site-health=maybe\" is no side of a migration`},
		{[]string{choose, "nothing=new", with, all}, 400, `there is no migration \"nothing\"`},
	} {
		text, answer := g.ask("acme", test.headers...)
		if answer.StatusCode != test.status || !strings.Contains(text, test.want) {
			t.Errorf("%v: HTTP %d %s", test.headers, answer.StatusCode, text)
		}
	}
	before := g.now
	g.now = g.now.Add(2 * time.Hour)
	if text, answer := g.ask("acme", with, one); answer.StatusCode != 403 || !strings.Contains(text, "has expired") {
		t.Errorf("an old grant: HTTP %d %s", answer.StatusCode, text)
	}
	g.want("old", "acme", "Cookie", choose+"=site-health=new; "+with+"="+one)
	g.now = before
	g.order("abort", "")
	g.want("old", "acme", choose, "site-health=new", with, one) // nothing goes before a kill

	free := newGated(t, *health)
	free.gate.Free = true
	free.order("start", "")
	free.order("set", "0")
	if got := free.want("new", "acme", choose, "site-health=new").Header.Get(choose); got != "site-health=new" {
		t.Errorf("in development the answer says %q", got)
	}
}

// TestWhoWroteReadsFromThere for as long as the migration says, whatever becomes of the percentage; others do not.
func TestWhoWroteReadsFromThere(t *testing.T) {
	m := *health
	m.ReadYourWrites = 30 * time.Second
	g := newGated(t, m)
	g.order("start", "")
	g.order("set", "0")
	old, fresh := false, true
	g.writes = &old
	g.want("old", "acme")
	g.writes = nil
	g.order("set", "100")
	g.want("old", "acme")
	g.want("new", "globex")
	g.now = g.now.Add(31 * time.Second)
	g.want("new", "acme")
	g.writes = &fresh
	g.want("new", "acme")
	g.writes = nil
	g.order("set", "0")
	g.want("new", "acme")
	g.want("old", "globex")
	g.gate.Free, g.writes = true, &fresh
	g.want("new", "chooses", rollout.HeaderSides, "site-health=new")
	g.writes = nil
	g.want("old", "chooses")
	g.order("abort", "")
	g.want("old", "acme")
}

// TestWritersAreToldToOtherReplicas, and bounded.
func TestWritersAreToldToOtherReplicas(t *testing.T) {
	var told []string
	here := rollout.NewWriters(func(text []byte) { told = append(told, string(text)) })
	there := rollout.NewWriters(nil)
	m := *health
	m.ReadYourWrites = 30 * time.Second
	at := func(w *rollout.Writers) *rollout.Board {
		b := rollout.NewBoard(rollout.Config{}, rollout.Parts{Writers: w})
		if err := b.Define([]*rollout.Migration{&m}, map[string]string{m.Name: "percent(50)"}); err != nil {
			t.Fatal(err)
		}
		return b
	}
	side := func(b *rollout.Board, key string) bool {
		d, _, _ := b.Begin(tenant(key), false)
		return len(d.Active([]string{m.Label()})) == 1
	}
	a, b := at(here), at(there)
	was := side(b, "acme")
	d, _, _ := a.Begin(tenant("acme"), false)
	d.Wrote(m.Label(), !was, time.Now())
	if len(told) != 1 || strings.Contains(told[0], "acme") {
		t.Fatalf("told %q", told)
	}
	if side(b, "acme") != was {
		t.Error("it is known before it was told")
	}
	there.Heard([]byte(told[0]))
	there.Heard([]byte("rubbish"))
	if side(b, "acme") == was {
		t.Error("another replica reads from elsewhere")
	}
}

// TestOneDecisionForARequest: whatever changes meanwhile, all operations of a request see one side.
func TestOneDecisionForARequest(t *testing.T) {
	g := newGated(t, *health)
	g.order("start", "")
	g.order("set", "100")
	d, _, _ := g.board.Begin(request{"header x-tenant": "acme"}, false)
	label := []string{health.Label()}
	if len(d.Active(label)) != 1 {
		t.Fatal("not on the new side")
	}
	g.order("abort", "")
	if len(d.Active(label)) != 1 {
		t.Error("the side changes within a request")
	}
	g.want("old", "acme")
}
