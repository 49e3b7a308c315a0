package telemetry

import (
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// FacadeRequest is one request that the facade passed on, or answered itself.
type FacadeRequest struct {
	// Backend that it went to, "" for none; Migration by which its path moves, "" for none, and whether to the new side.
	Backend, Migration string
	New                bool
	// Status of the answer; Code of the failure, "" if there was none.
	Status int
	Code   string
	// Took is until the end of the answer, FirstByte until its begin, 0 where there was none.
	Took, FirstByte time.Duration
}

// side is the value of the label: which of a migration's two.
func (r *FacadeRequest) side() string {
	switch {
	case r.Migration == "":
		return ""
	case r.New:
		return "new"
	}
	return "old"
}

// class is the status without its details.
func (r *FacadeRequest) class() string {
	if r.Status < 100 || r.Status > 599 {
		return "none"
	}
	return strconv.Itoa(r.Status/100) + "xx"
}

// facadeSeries are those of the facade. They are registered with its first request: gateways without one do not show them.
type facadeSeries struct {
	requests, errors, compared *prometheus.CounterVec
	took, firstByte            *prometheus.HistogramVec
}

func newFacadeSeries() *facadeSeries {
	of := []string{"backend", "migration", "side"}
	return &facadeSeries{
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "ficus_facade_requests_total", Help: "Requests beside the graph, by back end, migration, side and class of status.",
		}, append(of[:3:3], "status")),
		errors: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "ficus_facade_errors_total", Help: "Requests beside the graph that did not end well, by code (H10 to H99).",
		}, append(of[:3:3], "code")),
		compared: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "ficus_facade_compared_total", Help: "Requests that the other side was asked too, and what the comparison came to.",
		}, []string{"migration", "result"}),
		took: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "ficus_facade_request_duration_seconds", Help: "Time from a request beside the graph to the end of its answer.", Buckets: seconds,
		}, of),
		firstByte: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "ficus_facade_first_byte_seconds", Help: "Time that a back end took to begin its answer.", Buckets: seconds,
		}, of),
	}
}

// facadeVectors are made and registered at the first use.
func (m *Metrics) facadeVectors() *facadeSeries {
	m.facadeOnce.Do(func() {
		s := newFacadeSeries()
		m.registry.MustRegister(s.requests, s.errors, s.compared, s.took, s.firstByte)
		m.facade = s
	})
	return m.facade
}

// FacadeRequestDone counts a request of the facade. Back ends, migrations and codes are the configuration's and the
// program's: there is a bounded number of each.
func (m *Metrics) FacadeRequestDone(r *FacadeRequest) {
	if m == nil {
		return
	}
	s := m.facadeVectors()
	of := []string{r.Backend, r.Migration, r.side()}
	s.requests.WithLabelValues(append(of[:3:3], r.class())...).Inc()
	if r.Code != "" {
		s.errors.WithLabelValues(append(of[:3:3], r.Code)...).Inc()
	}
	s.took.WithLabelValues(of...).Observe(r.Took.Seconds())
	if r.FirstByte > 0 {
		s.firstByte.WithLabelValues(of...).Observe(r.FirstByte.Seconds())
	}
}

// FacadeCompared counts what a comparison of both sides came to: equal, mismatch, or why there was none.
func (m *Metrics) FacadeCompared(migration, result string) {
	if m != nil {
		m.facadeVectors().compared.WithLabelValues(migration, result).Inc()
	}
}
