package telemetry

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Side is a fetch that went to one side of a migration.
type Side struct {
	Migration   string
	New         bool
	Coordinates []string
	Took        time.Duration
	Failed      bool
}

// migrationVectors make the series of migrations. Their labels come from the files of migrations, and are as many.
type migrationVectors struct {
	fetches, coordinates *prometheus.CounterVec
	fallbacks            *prometheus.CounterVec
	took                 *prometheus.HistogramVec
}

func newMigrationVectors(r *prometheus.Registry) migrationVectors {
	v := migrationVectors{
		fetches: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "ficus_migration_fetches_total", Help: "Requests to owners for what a migration moves, by side (old, new) and what became of them.",
		}, []string{"migration", "side", "outcome"}),
		coordinates: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "ficus_migration_coordinate_fetches_total", Help: "The same for each coordinate that was asked for; one request may ask for several.",
		}, []string{"migration", "side", "coordinate", "outcome"}),
		fallbacks: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "ficus_migration_fallbacks_total", Help: "Queries that failed on the new side and were asked again of the old one.",
		}, []string{"migration"}),
		took: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "ficus_migration_fetch_duration_seconds", Help: "Time that the owner on a side of a migration took to answer.", Buckets: seconds,
		}, []string{"migration", "side"}),
	}
	r.MustRegister(v.fetches, v.coordinates, v.fallbacks, v.took)
	return v
}

// SideDone counts a fetch that went to one side of a migration.
func (m *Metrics) SideDone(s Side) {
	if m == nil {
		return
	}
	side, outcome := "old", "ok"
	if s.New {
		side = "new"
	}
	if s.Failed {
		outcome = "failed"
	}
	m.migrations.fetches.WithLabelValues(s.Migration, side, outcome).Inc()
	m.migrations.took.WithLabelValues(s.Migration, side).Observe(s.Took.Seconds())
	for _, c := range s.Coordinates {
		m.migrations.coordinates.WithLabelValues(s.Migration, side, c, outcome).Inc()
	}
}

// FellBack counts a query that failed on the new side of a migration and was asked again of the old one.
func (m *Metrics) FellBack(migration string) {
	if m != nil {
		m.migrations.fallbacks.WithLabelValues(migration).Inc()
	}
}

// Migration is where a migration stands, for the metrics.
type Migration struct {
	Name, Stage     string
	Aborted, Paused bool
	// Wanted is the percentage that is to be on the new side; Seen that of the last window's requests, nil if there were none.
	Wanted float64
	Seen   *float64
	// Changed is when it was changed last, zero if never.
	Changed time.Time
	// Compared counts comparisons, Mismatched those that differ, Noise those that differ from themselves.
	Compared, Mismatched, Noise uint64
}

// migrationGauges asks where migrations stand whenever the metrics are read.
type migrationGauges struct {
	list                            func() []Migration
	stage, aborted, paused, changed *prometheus.Desc
	wanted, seen                    *prometheus.Desc
	compared, mismatched, noise     *prometheus.Desc
}

// WatchMigrations reports where migrations stand.
func (m *Metrics) WatchMigrations(list func() []Migration) error {
	desc := func(name, help string, labels ...string) *prometheus.Desc {
		return prometheus.NewDesc("ficus_migration_"+name, help, append([]string{"migration"}, labels...), nil)
	}
	return m.registry.Register(&migrationGauges{
		list:       list,
		stage:      desc("stage_info", "1 for the stage that a migration is in.", "stage"),
		aborted:    desc("aborted", "1 while a migration is aborted: the old owner answers for everybody."),
		paused:     desc("paused", "1 while a migration is paused."),
		changed:    desc("changed_timestamp_seconds", "When a migration was changed last."),
		wanted:     desc("share_wanted_percent", "Percentage of the keys that are to be on the new side."),
		seen:       desc("share_seen_percent", "Percentage of the requests to owners, in this replica's last window, that went to the new side."),
		compared:   desc("compared_total", "Requests whose answers were compared on both sides."),
		mismatched: desc("mismatched_total", "Compared requests whose answers differ."),
		noise:      desc("noise_total", "Compared requests in which the same side differs from itself."),
	})
}

var _ prometheus.Collector = (*migrationGauges)(nil)

// Describe implements prometheus.Collector.
func (g *migrationGauges) Describe(to chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{g.stage, g.aborted, g.paused, g.changed, g.wanted, g.seen, g.compared, g.mismatched, g.noise} {
		to <- d
	}
}

// Collect implements prometheus.Collector.
func (g *migrationGauges) Collect(to chan<- prometheus.Metric) {
	for _, m := range g.list() {
		gauge := func(d *prometheus.Desc, v float64, labels ...string) {
			to <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, append([]string{m.Name}, labels...)...)
		}
		count := func(d *prometheus.Desc, v uint64) {
			to <- prometheus.MustNewConstMetric(d, prometheus.CounterValue, float64(v), m.Name)
		}
		gauge(g.stage, 1, m.Stage)
		gauge(g.aborted, flag(m.Aborted))
		gauge(g.paused, flag(m.Paused))
		gauge(g.wanted, m.Wanted)
		if m.Seen != nil {
			gauge(g.seen, *m.Seen)
		}
		if !m.Changed.IsZero() {
			gauge(g.changed, float64(m.Changed.UnixMilli())/1000)
		}
		count(g.compared, m.Compared)
		count(g.mismatched, m.Mismatched)
		count(g.noise, m.Noise)
	}
}

func flag(b bool) float64 {
	if b {
		return 1
	}
	return 0
}
