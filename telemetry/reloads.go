package telemetry

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// reloadSeries are those of changes of the graph.
type reloadSeries struct {
	ok, failed, warmed prometheus.Counter
	stale              prometheus.Gauge
	took               prometheus.Histogram
}

func newReloadSeries(r *prometheus.Registry) reloadSeries {
	total := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "ficus_reloads_total", Help: "Changes of the graph after the start; of a failed one the last good graph stays.",
	}, []string{"outcome"})
	s := reloadSeries{
		ok: total.WithLabelValues("ok"), failed: total.WithLabelValues("failed"),
		warmed: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "ficus_reload_warmed_plans_total", Help: "Operations that were planned on a new graph before it was served.",
		}),
		stale: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "ficus_graph_stale", Help: "1 while the graph is an old one, because the newest cannot be served.",
		}),
		took: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "ficus_reload_duration_seconds", Help: "Time from a changed graph to serving it, planning of popular operations included.", Buckets: seconds,
		}),
	}
	r.MustRegister(total, s.warmed, s.stale, s.took)
	return s
}

// Reloaded counts a change of the graph: how long it took and how many operations were planned before, or why the
// last good graph stays.
func (m *Metrics) Reloaded(took time.Duration, warmed int, err error) {
	if err != nil {
		m.reloads.failed.Inc()
		m.reloads.stale.Set(1)
		return
	}
	m.reloads.ok.Inc()
	m.reloads.stale.Set(0)
	m.reloads.warmed.Add(float64(warmed))
	m.reloads.took.Observe(took.Seconds())
}
