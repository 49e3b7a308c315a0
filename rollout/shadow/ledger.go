package shadow

import (
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/ficusgraph/ficus/rollout"
	"github.com/ficusgraph/ficus/rollout/comparison"
)

// ledger is what comparing one migration came to, since the comparison began anew.
type ledger struct {
	budget budget

	mu          sync.Mutex
	numbers     rollout.Compared
	why         map[string]uint64
	coordinates map[string]*Counted
	unaligned   uint64
	kept        []*Mismatch
	bytes       int
	last        uint64
}

// Counted are the numbers of one moved coordinate.
type Counted struct {
	Coordinate string `json:"coordinate"`
	// Compared are the samples that had it, Raw those where the other side differs, Noise those where the same side does,
	// or where the difference was gone when both were asked once more, Confirmed those where it stayed.
	Compared  uint64 `json:"compared"`
	Raw       uint64 `json:"raw"`
	Noise     uint64 `json:"noise"`
	Confirmed uint64 `json:"confirmed"`
	// Mismatch: there is more than noise.
	Mismatch bool `json:"mismatch"`
}

// judge says whether there is more than noise: more differences from the other side than from the same, by more than a
// fifth of both together and by more than three in ten thousand samples.
func (c *Counted) judge() {
	raw, noise := float64(c.Raw), float64(c.Noise)
	c.Mismatch = c.Confirmed > 0 && raw > noise && (raw-noise)/(raw+noise) > 0.20 && (raw-noise)/float64(c.Compared) > 0.0003
}

// ledgers by migration.
type ledgers struct {
	mu  sync.Mutex
	all map[string]*ledger
}

// of is the ledger of a migration. It begins anew when the comparison does.
func (l *ledgers) of(m *rollout.Shadowed) *ledger {
	l.mu.Lock()
	defer l.mu.Unlock()
	one := l.all[m.Name]
	if one == nil || !one.numbers.Since.Equal(m.Since) {
		one = &ledger{numbers: rollout.Compared{Since: m.Since}, why: map[string]uint64{}, coordinates: map[string]*Counted{}}
		if l.all == nil {
			l.all = map[string]*ledger{}
		}
		l.all[m.Name] = one
	}
	return one
}

// find is the ledger of a migration that was compared, nil if it was not.
func (l *ledgers) find(name string) *ledger {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.all[name]
}

func (l *ledger) sample() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.numbers.Sampled++
}

// drop counts a sample that was not asked for.
func (l *ledger) drop(why string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.numbers.Sampled++
	l.numbers.Shed++
	l.why["shed: "+why]++
}

// fail counts one that could not be compared.
func (l *ledger) fail(why string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.numbers.Failed++
	l.why["failed: "+why]++
}

// note counts what a sample came to, each coordinate once.
func (l *ledger) note(v verdict) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.numbers.Compared++
	if len(v.noise) > 0 {
		l.numbers.Noise++
	}
	if len(v.real) > 0 {
		l.numbers.Mismatched++
	}
	l.unaligned += uint64(v.unaligned)
	add := func(list []string, n func(*Counted) *uint64) {
		for _, c := range slices.Compact(slices.Sorted(slices.Values(list))) {
			if l.coordinates[c] == nil {
				l.coordinates[c] = &Counted{Coordinate: c}
			}
			*n(l.coordinates[c])++
		}
	}
	add(v.seen, func(c *Counted) *uint64 { return &c.Compared })
	add(v.raw, func(c *Counted) *uint64 { return &c.Raw })
	add(v.noise, func(c *Counted) *uint64 { return &c.Noise })
	add(places(v.real), func(c *Counted) *uint64 { return &c.Confirmed })
}

// Bounds of what is kept of a migration.
const (
	maxKept  = 100
	maxBytes = 1 << 20
	// maxCase is how large one may be.
	maxCase = 64 << 10
)

// keep keeps a mismatch, and reports whether it is the first of its kind: at one coordinate, of one operation, in one way.
// Others of a kind are counted with it, and take the place of none. The oldest make room.
func (l *ledger) keep(m *Mismatch) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, other := range l.kept {
		if other.alike(m) {
			other.Count++
			other.Last = m.Last
			return false
		}
	}
	if m.size() > maxCase {
		m.Case = nil
	}
	l.last++
	m.ID = number(l.last)
	for len(l.kept) > 0 && (len(l.kept) >= maxKept || l.bytes+m.size() > maxBytes) {
		l.bytes -= l.kept[0].size()
		l.kept = slices.Delete(l.kept, 0, 1)
	}
	l.kept = append(l.kept, m)
	l.bytes += m.size()
	return true
}

// Report is what comparing a migration came to on one replica.
type Report struct {
	Migration string `json:"migration"`
	rollout.Compared
	// Why samples were shed or failed.
	Why map[string]uint64 `json:"why,omitempty"`
	// Unaligned are lists on the way to what moves that changed between two answers, and were not compared.
	Unaligned   uint64    `json:"unaligned,omitempty"`
	Coordinates []Counted `json:"coordinates"`
	// Ended are coordinates whose rules have ended: they are compared as they are.
	Ended      []string    `json:"ended,omitempty"`
	Mismatches []*Mismatch `json:"mismatches"`
}

// Report is what comparing a migration came to; false if it was not compared.
func (s *Shadow) Report(name string) (Report, bool) {
	l := s.ledgers.find(name)
	if l == nil {
		return Report{}, false
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	out := Report{Migration: name, Compared: l.numbers, Why: maps.Clone(l.why), Unaligned: l.unaligned, Coordinates: []Counted{}, Mismatches: []*Mismatch{}}
	for _, c := range slices.Sorted(maps.Keys(l.coordinates)) {
		one := *l.coordinates[c]
		one.judge()
		out.Coordinates = append(out.Coordinates, one)
	}
	for _, m := range slices.Backward(l.kept) {
		one := *m
		out.Mismatches = append(out.Mismatches, &one)
	}
	out.Ended = s.endedRules(name)
	return out, true
}

// endedRules are the coordinates of a migration's rules that have ended.
func (s *Shadow) endedRules(name string) []string {
	for _, m := range s.Migrations() {
		if m.Name == name {
			_, ended := m.Compare.At(s.Now())
			return ended
		}
	}
	return nil
}

var _ rollout.Comparing = (*Shadow)(nil)

// Compared implements rollout.Comparing.
func (s *Shadow) Compared(name string) (rollout.Compared, bool) {
	l := s.ledgers.find(name)
	if l == nil {
		return rollout.Compared{}, false
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.numbers, true
}

// Mismatch is a difference that was confirmed, with what it takes to see it again.
type Mismatch struct {
	ID string `json:"id"`
	// First and Last are when it was seen; Count is how often.
	First time.Time `json:"first"`
	Last  time.Time `json:"last"`
	Count uint64    `json:"count"`
	// Coordinate that moves, Field the one that differs, Path where it is in the response, Kind in what way.
	Coordinate string          `json:"coordinate"`
	Field      string          `json:"field"`
	Path       string          `json:"path"`
	Kind       comparison.Kind `json:"kind"`
	// From and To are what the owners answered, FromCode and ToCode the codes of their errors.
	From     Value  `json:"from"`
	To       Value  `json:"to"`
	FromCode string `json:"fromCode,omitempty"`
	ToCode   string `json:"toCode,omitempty"`
	// Case is nil where it was too large to be kept.
	Case *Case `json:"case,omitempty"`
}

// alike reports whether both are of one kind.
func (m *Mismatch) alike(o *Mismatch) bool {
	return m.Field == o.Field && m.Kind == o.Kind && m.Coordinate == o.Coordinate && shape(m.Path) == shape(o.Path) && m.Case.query() == o.Case.query()
}
