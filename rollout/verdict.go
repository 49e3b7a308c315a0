package rollout

import "time"

// Outcome is what the figures of a window say.
type Outcome string

// The outcomes of a window.
const (
	// Healthy: there were enough requests on both sides, and the new one is not worse.
	Healthy Outcome = "healthy"
	// Waiting: there were too few to say anything, which is neither good nor bad.
	Waiting Outcome = "waiting"
	// Failing: the new side is worse than the analysis permits.
	Failing Outcome = "failing"
)

// Verdict is what one replica found of a migration's last window.
type Verdict struct {
	Outcome Outcome `json:"outcome"`
	// Why, with figures.
	Why string    `json:"why"`
	At  time.Time `json:"at"`
	Old Figures   `json:"old"`
	New Figures   `json:"new"`
}

// Figures are those of one side in a window.
type Figures struct {
	Requests uint64        `json:"requests"`
	Errors   uint64        `json:"errors"`
	P50      time.Duration `json:"p50"`
	P99      time.Duration `json:"p99"`
}

// Under is a migration with where it stands, for whoever judges it.
type Under struct {
	*Migration
	State    State
	Revision uint64
}

// Led are all migrations, by name.
func (b *Board) Led() []Under {
	b.mu.Lock()
	defer b.mu.Unlock()
	out := make([]Under, 0, len(b.moving))
	for _, m := range b.inOrder() {
		s := b.state(m)
		out = append(out, Under{m.Migration, s.State, s.revision})
	}
	return out
}

// Judged keeps what was found of a migration, for those who ask how it stands.
func (b *Board) Judged(name string, v Verdict) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if m, ok := b.moving[name]; ok {
		m.verdict = &v
	}
}
