package telemetry

import "github.com/prometheus/client_golang/prometheus"

// spanSeries are those of what is traced.
type spanSeries struct{ exported, dropped prometheus.Counter }

func newSpanSeries(r *prometheus.Registry) spanSeries {
	total := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "ficus_trace_spans_total", Help: "Spans of traces, by whether the collector took them or they were dropped.",
	}, []string{"outcome"})
	r.MustRegister(total)
	return spanSeries{total.WithLabelValues("exported"), total.WithLabelValues("dropped")}
}

// SpansDone counts the spans that a collector took, and those that were dropped.
func (m *Metrics) SpansDone(exported, dropped int) {
	if m == nil {
		return
	}
	m.spans.exported.Add(float64(exported))
	m.spans.dropped.Add(float64(dropped))
}
