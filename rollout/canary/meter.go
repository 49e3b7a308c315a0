package canary

import (
	"sync"
	"sync/atomic"
	"time"

	"github.com/ficusgraph/ficus/rollout"
)

// Meter counts the requests of migrations, by side. Its methods may be called from many goroutines; migrations that it
// does not follow cost a look into a map.
type Meter struct {
	mu sync.Mutex
	// followed is replaced as a whole when there is another migration.
	followed atomic.Pointer[map[string]*sides]
	now      func() time.Time
}

// NewMeter is a meter that follows no migration yet.
func NewMeter(now func() time.Time) *Meter {
	m := &Meter{now: now}
	m.followed.Store(&map[string]*sides{})
	return m
}

// sides are the windows of a migration.
type sides struct {
	mu         sync.Mutex
	length     time.Duration
	generation int
	old, new   window
	// differing are the numbers of the comparison at the beginnings of the parts.
	differing [slices + 1]dated
}

type dated struct {
	number int64
	rollout.Compared
}

// Done counts a request of a migration that went to one of its sides.
func (m *Meter) Done(migration string, fresh bool, took time.Duration, failed bool) {
	s := (*m.followed.Load())[migration]
	if s == nil {
		return
	}
	bucket, now := bucketOf(took), m.now()
	s.mu.Lock()
	defer s.mu.Unlock()
	w := &s.old
	if fresh {
		w = &s.new
	}
	sums := w.at(s.number(now))
	sums.Requests++
	if failed {
		sums.Errors++
	}
	sums.Latencies[bucket]++
}

// number is that of the part that a time is in. The caller holds the lock.
func (s *sides) number(t time.Time) int64 { return t.UnixNano() / int64(s.length/slices) }

// window is what was seen of a migration in its window; false if that begins now, as after each start: what was seen
// before has been judged.
func (m *Meter) window(of rollout.Under, length time.Duration, now time.Time) (Seen, bool) {
	s := (*m.followed.Load())[of.Name]
	if s == nil || s.length != length || s.generation != of.State.Generation {
		m.follow(of.Name, &sides{length: length, generation: of.State.Generation})
		return Seen{}, false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	n := s.number(now)
	return Seen{Migration: of.Migration, Old: s.old.sums(n), New: s.new.sums(n)}, true
}

func (m *Meter) follow(name string, s *sides) {
	m.mu.Lock()
	defer m.mu.Unlock()
	next := map[string]*sides{name: s}
	for other, s := range *m.followed.Load() {
		if other != name {
			next[other] = s
		}
	}
	m.followed.Store(&next)
}

// compared is what was compared in the window: the numbers of now without those of its beginning.
func (m *Meter) compared(name string, of rollout.Comparing, now time.Time) rollout.Compared {
	if of == nil {
		return rollout.Compared{}
	}
	c, ok := of.Compared(name)
	s := (*m.followed.Load())[name]
	if !ok || s == nil {
		return rollout.Compared{}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	n := s.number(now)
	if at := &s.differing[n%int64(len(s.differing))]; at.number != n {
		*at = dated{n, c}
	}
	first := dated{n, c}
	for _, d := range s.differing {
		if d.number > n-int64(len(s.differing)) && d.number < first.number && d.Since.Equal(c.Since) {
			first = d
		}
	}
	return rollout.Compared{
		Since: c.Since, Sampled: c.Sampled - first.Sampled, Compared: c.Compared - first.Compared.Compared, Mismatched: c.Mismatched - first.Mismatched, Noise: c.Noise - first.Noise,
	}
}

// Share is how many percent of a migration's requests in its window went to the new side; false if there were none.
func (m *Meter) Share(migration string) (float64, bool) {
	s := (*m.followed.Load())[migration]
	if s == nil {
		return 0, false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	n := s.number(m.now())
	before, after := s.old.sums(n).Requests, s.new.sums(n).Requests
	if before+after == 0 {
		return 0, false
	}
	return 100 * float64(after) / float64(before+after), true
}
