package shadow_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ficusgraph/ficus/engine"
	"github.com/ficusgraph/ficus/engine/executor"
	"github.com/ficusgraph/ficus/engine/queryplan"
	"github.com/ficusgraph/ficus/engine/supergraph"
	"github.com/ficusgraph/ficus/rollout"
	"github.com/ficusgraph/ficus/rollout/comparison"
	"github.com/ficusgraph/ficus/rollout/shadow"
)

const sitesGraph = `
schema @link(url: "https://specs.apollo.dev/link/v1.0") @link(url: "https://specs.apollo.dev/join/v0.5", for: EXECUTION) { query: Query mutation: Mutation }
enum join__Graph { OLD @join__graph(name: "old", url: "http://old") NEW @join__graph(name: "new", url: "http://new") }
type Query @join__type(graph: OLD) @join__type(graph: NEW) {
  site(id: ID!): Site @join__field(graph: OLD)
  sites: [Site!] @join__field(graph: OLD)
}
type Mutation @join__type(graph: OLD) { touch: Site @join__field(graph: OLD) }
type Site @join__type(graph: OLD, key: "id") @join__type(graph: NEW, key: "id") {
  id: ID!
  name: String @join__field(graph: OLD)
  health: Health @join__field(graph: OLD) @join__field(graph: NEW, override: "old", overrideLabel: "migration:site-health")
}
type Health @join__type(graph: OLD) @join__type(graph: NEW) { status: String load: Float at: String }
`

const page = `query Page { sites { id name health { status load at } } }`

// owners answer for both sides: health is made by the side's function, for each site anew.
type owners struct {
	old, new func(site int) string
	asked    atomic.Int64
	// labels marks whether a fetch was made aside.
	slow time.Duration
}

func (o *owners) Fetch(ctx context.Context, r *executor.Request) (*executor.Response, error) {
	o.asked.Add(1)
	if o.slow > 0 && ctx.Value(aside{}) != nil {
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(o.slow):
		}
	}
	if r.Fetch.Subgraph == "new" {
		var list []string
		for i := range r.Representations {
			list = append(list, fmt.Sprintf(`{"health":%s}`, o.new(i)))
		}
		return &executor.Response{Body: fmt.Appendf(nil, `{"data":{"_entities":[%s]}}`, strings.Join(list, ","))}, nil
	}
	site := func(i int) string {
		return fmt.Sprintf(`{"__typename":"Site","id":"%d","name":"n%d","health":%s}`, i, i, o.old(i))
	}
	return &executor.Response{Body: fmt.Appendf(nil, `{"data":{"sites":[%s,%s],"site":%s,"touch":%s}}`, site(0), site(1), site(0), site(0))}, nil
}

type aside struct{}

func healthy(int) string { return `{"status":"ok","load":0.5,"at":"2026-01-01T00:00:00Z"}` }

// world is an engine with a shadow over it.
type world struct {
	*shadow.Shadow
	migration *rollout.Shadowed
	now       time.Time
}

func newWorld(t *testing.T, o *owners, change func(*rollout.Migration, *shadow.Parts)) *world {
	t.Helper()
	sg, err := supergraph.Read("sites", sitesGraph)
	if err != nil {
		t.Fatal(err)
	}
	s, err := engine.NewSnapshot(sg, o, engine.Config{})
	if err != nil {
		t.Fatal(err)
	}
	all := 100.0
	m := &rollout.Migration{
		Name: "site-health", Coordinates: []string{"Site.health"}, From: "old", To: "new",
		Shadow: &rollout.Shadow{Percent: &all, Concurrency: 1 << 20, PerSecond: 1 << 20, Bytes: 1 << 30},
	}
	graph := shadow.NewGraph(sg)
	parts := shadow.Parts{
		Logger: slog.New(slog.DiscardHandler),
		Engine: engine.New(s, nil), Graph: func() *shadow.Graph { return graph },
		Aside: func(ctx context.Context, _ []string) (context.Context, func() bool) {
			return context.WithValue(ctx, aside{}, true), func() bool { return true }
		},
	}
	w := &world{now: time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC)}
	parts.Now = func() time.Time { return w.now }
	if change != nil {
		change(m, &parts)
	}
	w.migration = &rollout.Shadowed{Migration: m, Shadow: m.Shadow.Filled()}
	parts.Migrations = func() map[string]*rollout.Shadowed {
		return map[string]*rollout.Shadowed{m.Label(): w.migration}
	}
	w.Shadow = shadow.New(parts)
	t.Cleanup(w.Close)
	return w
}

// ask asks as a transport does, n times.
func (w *world) ask(t *testing.T, n int, r engine.Request) {
	t.Helper()
	for range n {
		one := r
		body, out := w.Execute(t.Context(), &one, nil)
		if out.Refused {
			t.Fatalf("%s", body)
		}
		if out.Release != nil {
			out.Release()
		}
	}
}

// report ends the comparisons and tells.
func (w *world) report(t *testing.T) shadow.Report {
	t.Helper()
	w.Close()
	r, _ := w.Report("site-health")
	return r
}

// TestAPlantedMismatchIsFound within 200 sampled requests, also where it is one of one site in a hundred answers, whichever
// side answers; without any there is none.
func TestAPlantedMismatchIsFound(t *testing.T) {
	for _, test := range []struct {
		name   string
		new    func() func(int) string
		labels []string
		want   string
	}{
		{"none", func() func(int) string { return healthy }, nil, ""},
		{"in each answer", func() func(int) string {
			return func(int) string { return `{"status":"down","load":0.5,"at":"2026-01-01T00:00:00Z"}` }
		}, nil, "sites[0].health.status value"},
		{"of one site, to those who are on the new side", func() func(int) string {
			return func(i int) string {
				return []string{healthy(0), `{"status":"ok","load":null,"at":"2026-01-01T00:00:00Z"}`}[i]
			}
		}, []string{"migration:site-health"}, "sites[1].health.load null"},
		{"for a while", func() func(int) string {
			var n atomic.Int64
			return func(int) string {
				if n.Add(1) > 300 && n.Load() < 310 {
					return `null`
				}
				return healthy(0)
			}
		}, nil, "sites[0].health null"},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t, &owners{old: healthy, new: test.new()}, nil)
			for range 200 {
				w.ask(t, 1, engine.Request{Query: page, Labels: test.labels})
				wait(t, func() bool { // one at a time
					c, _ := w.Compared("site-health")
					return c.Compared+c.Failed == c.Sampled && c.Sampled > 0
				})
			}
			got := w.report(t)
			found := ""
			if len(got.Mismatches) > 0 {
				found = got.Mismatches[0].Path + " " + string(got.Mismatches[0].Kind)
			}
			if found != test.want || len(got.Coordinates) != 1 || got.Coordinates[0].Mismatch != (test.want != "") {
				t.Errorf("found %q, want %q: %+v", found, test.want, got)
			}
		})
	}
}

// TestNoiseRaisesNothing: in 10,000 sampled requests of a field that is the time, in each of which it is another; also
// where it is only sometimes another.
func TestNoiseRaisesNothing(t *testing.T) {
	for every, n := range map[int64]int{1: 10_000, 7: 2_000, 1000: 2_000} {
		t.Run(fmt.Sprint("every ", every), func(t *testing.T) {
			var clock atomic.Int64
			timed := func(int) string {
				at := time.Unix(clock.Add(1)/every, 0).UTC().Format(time.RFC3339)
				return fmt.Sprintf(`{"status":"ok","load":0.5,"at":%q}`, at)
			}
			w := newWorld(t, &owners{old: timed, new: timed}, nil)
			w.ask(t, n, engine.Request{Query: page})
			wait(t, func() bool { c, _ := w.Compared("site-health"); return c.Compared == uint64(n) })
			got := w.report(t)
			if got.Compared.Compared != uint64(n) {
				t.Errorf("only %d were compared, %d shed, %d failed", got.Compared.Compared, got.Shed, got.Failed)
			}
			if got.Mismatched != 0 || len(got.Mismatches) != 0 || got.Coordinates[0].Mismatch || got.Noise == 0 {
				t.Errorf("noise raises %d mismatches: %+v", got.Mismatched, got.Coordinates)
			}
		})
	}
}

// TestWhatIsNotCompared: what nothing moves in, mutations, what is made up, what has side effects, a migration at rest.
func TestWhatIsNotCompared(t *testing.T) {
	for _, test := range []struct {
		name   string
		change func(*rollout.Migration, *shadow.Parts)
		query  string
	}{
		{"another field", nil, `{ sites { name } }`},
		{"a mutation", nil, `mutation { touch { health { load } } }`},
		{"what is made up", func(_ *rollout.Migration, p *shadow.Parts) {
			p.MadeUp = func(context.Context, *queryplan.Plan) bool { return true }
		}, page},
		{"side effects", func(m *rollout.Migration, _ *shadow.Parts) { m.Shadow.SideEffects = []string{"Health.load"} }, page},
		{"no request", func(m *rollout.Migration, _ *shadow.Parts) { m.Shadow.Percent = new(float64) }, page},
	} {
		t.Run(test.name, func(t *testing.T) {
			o := &owners{old: healthy, new: healthy}
			w := newWorld(t, o, test.change)
			w.ask(t, 1, engine.Request{Query: test.query})
			if got := w.report(t); got.Sampled != 0 || o.asked.Load() != 1 {
				t.Errorf("%d requests, %+v", o.asked.Load(), got)
			}
		})
	}
}

// TestWhoAnswersClientsIsSparedFirst: beyond each budget, under strain, and in time.
func TestWhoAnswersClientsIsSparedFirst(t *testing.T) {
	for _, test := range []struct {
		name, why string
		change    func(*rollout.Migration, *shadow.Parts)
		compared  uint64
	}{
		{"the gateway is busy", "shed: gateway", func(_ *rollout.Migration, p *shadow.Parts) { p.Busy = func() bool { return true } }, 0},
		{"the old owner is under strain", "shed: strain", func(_ *rollout.Migration, p *shadow.Parts) {
			p.Strained = func(owner string) bool { return owner == "old" }
		}, 0},
		{"so many a second", "shed: budget", func(m *rollout.Migration, _ *shadow.Parts) { m.Shadow.PerSecond = 3 }, 3},
		{"so many bytes", "shed: budget", func(m *rollout.Migration, _ *shadow.Parts) { m.Shadow.Bytes = 10 }, 0},
		{"too many bytes while it is asked", "failed: budget", func(m *rollout.Migration, _ *shadow.Parts) { m.Shadow.Bytes = 300 }, 0},
		{"too slow", "failed: timeout", func(m *rollout.Migration, _ *shadow.Parts) {
			m.Shadow.Timeout, m.Shadow.Concurrency = time.Millisecond, 1
		}, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			o := &owners{old: healthy, new: healthy}
			if test.why == "failed: timeout" {
				o.slow = time.Second
			}
			w := newWorld(t, o, test.change)
			w.ask(t, 10, engine.Request{Query: page})
			wait(t, func() bool {
				r, _ := w.Report("site-health")
				return r.Compared.Compared == test.compared && r.Why[test.why] > 0
			})
			if got := w.report(t); got.Compared.Compared != test.compared || got.Why[test.why] == 0 || len(got.Mismatches) > 0 {
				t.Errorf("%+v", got)
			}
		})
	}
}

func wait(t *testing.T, until func() bool) {
	t.Helper()
	for range 20_000 {
		if until() {
			return
		}
		time.Sleep(time.Millisecond)
	}
}

// TestWhatIsKeptOfAMismatch: no value that the migration does not keep, a case that can be asked again, one entry for all
// that are alike.
func TestWhatIsKeptOfAMismatch(t *testing.T) {
	secret := func(status string) func(int) string {
		return func(int) string { return fmt.Sprintf(`{"status":%q,"load":12345,"at":"x"}`, status) }
	}
	query := `query One($id: ID!) { site(id: $id) { health { status load } } mine: site(id: "hidden-literal") { health { load status } } }`
	for _, test := range []struct {
		name             string
		keep             []string
		present, missing []string
	}{
		{"nothing", nil, []string{`"length":12`, `"hash":`, `"redacted":{"id":{"type":"string","length":15`}, []string{"old-secret-1", "new-secret-1", "hidden-variable", "hidden-literal"}},
		{"a field", []string{"Health.status"}, []string{`"value":"old-secret-1"`, `"value":"new-secret-1"`}, []string{"hidden-variable", "hidden-literal"}},
		{"a variable", []string{"$id"}, []string{`"variables":{"id":"hidden-variable"`}, []string{"old-secret-1", "hidden-literal"}},
		{"what was written", []string{"Query.site"}, []string{`"hidden-literal"`}, []string{"old-secret-1", "hidden-variable"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t, &owners{old: secret("old-secret-1"), new: secret("new-secret-1")}, func(m *rollout.Migration, _ *shadow.Parts) { m.Keep = test.keep })
			w.ask(t, 5, engine.Request{Query: query, Variables: []byte(`{"id":"hidden-variable"}`)})
			wait(t, func() bool {
				r, _ := w.Report("site-health")
				return len(r.Mismatches) == 1 && r.Mismatches[0].Count == 5
			})
			got := w.report(t)
			text, err := json.Marshal(got)
			if err != nil {
				t.Fatal(err)
			}
			for _, s := range test.present {
				if !strings.Contains(string(text), s) {
					t.Errorf("%s is missing in %s", s, text)
				}
			}
			for _, s := range test.missing {
				if strings.Contains(string(text), s) {
					t.Errorf("%s is in %s", s, text)
				}
			}
			if len(got.Mismatches) != 1 || got.Mismatches[0].Count != 5 {
				t.Errorf("%d mismatches are kept: %s", len(got.Mismatches), text)
			}
		})
	}
}

// TestWhatIsKeptIsBounded: of many operations that differ the newest are kept.
func TestWhatIsKeptIsBounded(t *testing.T) {
	down := func(int) string { return `{"status":"down"}` }
	w := newWorld(t, &owners{old: healthy, new: down}, nil)
	for i := range 150 {
		w.ask(t, 1, engine.Request{Query: fmt.Sprintf("query Q%d { sites { health { status } } }", i)})
	}
	wait(t, func() bool { r, _ := w.Report("site-health"); return r.Mismatched == 150 && len(r.Mismatches) == 100 })
	if got := w.report(t); len(got.Mismatches) != 100 || got.Mismatched != 150 {
		t.Errorf("%d are kept of %d", len(got.Mismatches), got.Mismatched)
	}
}

// TestRulesOfTheMigration hold until they end, which is said; a comparison that begins anew begins at nothing.
func TestRulesOfTheMigration(t *testing.T) {
	down := func(int) string { return `{"status":"down","load":0.5}` }
	w := newWorld(t, &owners{old: healthy, new: down}, func(m *rollout.Migration, p *shadow.Parts) {
		m.Compare = comparison.Rules{"Health.status": {Ignore: true, Until: p.Now().Add(time.Hour)}}
	})
	query := engine.Request{Query: `{ sites { health { status load } } }`}
	w.ask(t, 3, query)
	wait(t, func() bool { r, _ := w.Report("site-health"); return r.Compared.Compared == 3 })
	if got, _ := w.Report("site-health"); got.Mismatched != 0 || got.Ended != nil || got.Compared.Compared != 3 {
		t.Errorf("while the rule holds: %+v", got)
	}
	w.now = w.now.Add(2 * time.Hour)
	w.ask(t, 3, query)
	wait(t, func() bool { r, _ := w.Report("site-health"); return r.Compared.Compared == 6 })
	if got, _ := w.Report("site-health"); got.Mismatched != 3 || len(got.Ended) != 1 {
		t.Errorf("after its end: %+v", got)
	}
	again := *w.migration
	again.Since = w.now
	w.migration = &again
	w.ask(t, 1, query)
	wait(t, func() bool { r, _ := w.Report("site-health"); return len(r.Mismatches) == 1 && r.Sampled == 1 })
	if got := w.report(t); got.Sampled != 1 || got.Mismatches[0].Count != 2 {
		t.Errorf("anew: %+v", got)
	}
}

// TestTheClientIsNotTouched: its answer is the same with and without a shadow, also shared and while the gateway ends.
func TestTheClientIsNotTouched(t *testing.T) {
	o := &owners{old: healthy, new: func(int) string { panic("the new owner") }}
	w := newWorld(t, o, nil)
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			for range 50 {
				r := engine.Request{Query: page, Sharing: []byte("x")}
				body, out := w.Execute(t.Context(), &r, nil)
				want := fmt.Sprintf(`{"data":{"sites":[{"id":"0","name":"n0","health":%s},{"id":"1","name":"n1","health":%s}]}}`, healthy(0), healthy(1))
				if string(body) != want {
					t.Errorf("got %s", body)
				}
				if out.Release != nil {
					out.Release()
				}
				if i == 0 {
					_, _ = w.Report("site-health")
				}
			}
		})
	}
	all.Wait()
	got := w.report(t)
	if got.Failed+got.Compared.Compared == 0 {
		t.Errorf("%+v", got)
	}
	w.ask(t, 1, engine.Request{Query: page}) // after the end
}
