package telemetry

import (
	"maps"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// maxSubgraphs bounds the series, whatever reloads bring; what comes later is reported as "other".
const maxSubgraphs = 1000

// fetchVectors make the series of subgraphs.
type fetchVectors struct {
	total, bytes *prometheus.CounterVec
	took         *prometheus.HistogramVec
}

func newFetchVectors(r *prometheus.Registry) fetchVectors {
	v := fetchVectors{
		total: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "ficus_fetches_total", Help: "Requests to subgraphs, by what became of them; code is that of a fetch that failed.",
		}, []string{"subgraph", "outcome", "code"}),
		bytes: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "ficus_fetch_response_bytes_total", Help: "Bytes that subgraphs answered with.",
		}, []string{"subgraph"}),
		took: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "ficus_fetch_duration_seconds", Help: "Time that a subgraph took to answer.", Buckets: seconds,
		}, []string{"subgraph"}),
	}
	r.MustRegister(v.total, v.bytes, v.took)
	return v
}

// fetchSeries are those of one subgraph.
type fetchSeries struct {
	subgraph  string
	ok, bytes prometheus.Counter
	took      prometheus.Observer
}

// FetchDone counts a request to a subgraph: how long it took, how many bytes the answer has, and the code of
// its failure, empty for none.
func (m *Metrics) FetchDone(subgraph string, took time.Duration, bytes int, code string) {
	if m == nil {
		return
	}
	s, ok := (*m.subgraphs.Load())[subgraph]
	if !ok {
		s = m.subgraph(subgraph)
	}
	if code == "" {
		s.ok.Inc()
	} else {
		m.fetches.total.WithLabelValues(s.subgraph, "failed", code).Inc()
	}
	s.bytes.Add(float64(bytes))
	s.took.Observe(took.Seconds())
}

// subgraph makes the series of a subgraph that is seen for the first time.
func (m *Metrics) subgraph(name string) *fetchSeries {
	m.mu.Lock()
	defer m.mu.Unlock()
	known := *m.subgraphs.Load()
	if s, ok := known[name]; ok {
		return s
	}
	if len(known) >= maxSubgraphs {
		return m.series("other")
	}
	s := m.series(name)
	more := maps.Clone(known)
	more[name] = s
	m.subgraphs.Store(&more)
	return s
}

func (m *Metrics) series(subgraph string) *fetchSeries {
	return &fetchSeries{
		subgraph: subgraph,
		ok:       m.fetches.total.WithLabelValues(subgraph, "ok", ""),
		bytes:    m.fetches.bytes.WithLabelValues(subgraph),
		took:     m.fetches.took.WithLabelValues(subgraph),
	}
}
