package shadow_test

import (
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/ficusgraph/ficus/engine"
	"github.com/ficusgraph/ficus/engine/executor"
	"github.com/ficusgraph/ficus/rollout"
	"github.com/ficusgraph/ficus/rollout/shadow"
)

// BenchmarkAnswer is what an answer costs the client's goroutine: without a shadow, with one and nothing that is compared
// now, and with one of which no request is sampled.
func BenchmarkAnswer(b *testing.B) {
	w := newWorld(b, &owners{old: healthy, new: healthy}, func(m *rollout.Migration, _ *shadow.Parts) { m.Shadow.Percent = new(float64) })
	engines := map[string]interface {
		Execute(context.Context, *engine.Request, []byte) ([]byte, engine.Outcome)
	}{"without": w.Engine, "unsampled": w.Shadow}
	resting := newWorld(b, &owners{old: healthy, new: healthy}, nil)
	resting.Migrations = func() map[string]*rollout.Shadowed { return nil }
	engines["resting"] = resting.Shadow
	for _, name := range []string{"without", "resting", "unsampled"} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			var dst []byte
			for b.Loop() {
				r := engine.Request{Query: page}
				dst, _ = engines[name].Execute(b.Context(), &r, dst[:0])
			}
		})
	}
}

// far are owners that take a while, as over a network.
type far struct {
	*owners
	away time.Duration
}

func (f far) Fetch(ctx context.Context, r *executor.Request) (*executor.Response, error) {
	time.Sleep(f.away)
	return f.owners.Fetch(ctx, r)
}

// BenchmarkTail is the slowest hundredth of answers by owners two milliseconds away, 16 clients at a time, with a shadow
// and without, taken by turns: the ratio is to be below 1.03.
func BenchmarkTail(b *testing.B) {
	w := newWorld(b, far{&owners{old: healthy, new: healthy}, 2 * time.Millisecond}, func(m *rollout.Migration, p *shadow.Parts) {
		ten := 10.0
		m.Shadow = &rollout.Shadow{Percent: &ten}
		p.Now = time.Now
	})
	var tails [2][]time.Duration
	for b.Loop() {
		for side, e := range [2]shadow.Engine{w.Engine, nil} {
			execute := w.Execute
			if side == 0 {
				execute = e.Execute
			}
			tails[side] = append(tails[side], tail(b, execute))
		}
	}
	slices.Sort(tails[0])
	slices.Sort(tails[1])
	without, with := tails[0][len(tails[0])/2], tails[1][len(tails[1])/2]
	c, _ := w.Compared("site-health")
	b.ReportMetric(float64(with)/float64(without), "p99-ratio")
	b.ReportMetric(float64(without.Microseconds()), "p99-us")
	b.ReportMetric(float64(c.Compared), "compared")
}

// tail is the slowest hundredth of some thousand answers.
func tail(b *testing.B, execute func(context.Context, *engine.Request, []byte) ([]byte, engine.Outcome)) time.Duration {
	const clients, each = 16, 200
	all := make([]time.Duration, clients*each)
	var under sync.WaitGroup
	for i := range clients {
		under.Go(func() {
			for j := range each {
				start := time.Now()
				r := engine.Request{Query: page}
				_, out := execute(b.Context(), &r, nil)
				all[i*each+j] = time.Since(start)
				if out.Release != nil {
					out.Release()
				}
			}
		})
	}
	under.Wait()
	slices.Sort(all)
	return all[len(all)*99/100]
}

// TestAtRestItCostsNothing: no allocation more than the engine's own, where nothing is compared now.
func TestAtRestItCostsNothing(t *testing.T) {
	w := newWorld(t, &owners{old: healthy, new: healthy}, nil)
	w.Migrations = func() map[string]*rollout.Shadowed { return nil }
	count := func(execute func(context.Context, *engine.Request, []byte) ([]byte, engine.Outcome)) float64 {
		var dst []byte
		return testing.AllocsPerRun(200, func() {
			r := engine.Request{Query: page}
			dst, _ = execute(t.Context(), &r, dst[:0])
		})
	}
	if without, with := count(w.Engine.Execute), count(w.Execute); with > without {
		t.Errorf("%v allocations without it, %v with it", without, with)
	}
}
