package telemetry

import (
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Passage is how a fetch got to its service.
type Passage struct {
	Subgraph string
	// Attempts is how often it was sent, Hedged how often beside an attempt under way, Waited how long it waited to be, Refused why it was not.
	Attempts, Hedged int
	Waited           time.Duration
	Refused          string
	// Breaker is the state of the service's circuit breaker: closed, half-open, open, "" without one.
	Breaker string
}

// passageVectors make the series of services that fetches are shaped for.
type passageVectors struct {
	retries, hedges  *prometheus.CounterVec
	waited, refusals *prometheus.CounterVec
	tried            *prometheus.CounterVec
	breaker, well    *prometheus.GaugeVec

	mu    sync.Mutex
	known map[string]bool
	// urls are those known, with their subgraphs.
	urls map[[2]string]bool
}

func newPassageVectors(r *prometheus.Registry) *passageVectors {
	counter := func(name, help string, labels ...string) *prometheus.CounterVec {
		return prometheus.NewCounterVec(prometheus.CounterOpts{Name: name, Help: help}, labels)
	}
	v := &passageVectors{
		retries:  counter("ficus_fetch_retries_total", "Requests to subgraphs that were sent again.", "subgraph"),
		hedges:   counter("ficus_fetch_hedges_total", "Requests to subgraphs that were sent beside one that took long.", "subgraph"),
		waited:   counter("ficus_fetch_wait_seconds_total", "Time that fetches waited for a place among those under way to their subgraph.", "subgraph"),
		refusals: counter("ficus_fetch_refusals_total", "Fetches that were not sent, by why: busy, rate_limited, open (the circuit breaker).", "subgraph", "reason"),
		breaker: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "ficus_fetch_breaker_state", Help: "State of a subgraph's circuit breaker at the last fetch: 0 closed, 1 half-open, 2 open.",
		}, []string{"subgraph"}),
		tried: counter("ficus_fetch_url_attempts_total", "Attempts at the URLs of subgraphs that have several, by what became of them: ok, failed.", "subgraph", "url", "outcome"),
		well: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "ficus_fetch_url_up", Help: "Whether a URL of a subgraph that has several is asked (1), or left out as it fails (0).",
		}, []string{"subgraph", "url"}),
		known: map[string]bool{}, urls: map[[2]string]bool{},
	}
	r.MustRegister(v.retries, v.hedges, v.waited, v.refusals, v.breaker, v.tried, v.well)
	return v
}

// name is a subgraph as a label, of which there are only so many.
func (v *passageVectors) name(subgraph string) string {
	v.mu.Lock()
	defer v.mu.Unlock()
	switch {
	case v.known[subgraph]:
	case len(v.known) >= maxSubgraphs:
		return "other"
	default:
		v.known[subgraph] = true
	}
	return subgraph
}

// FetchPassed counts how a fetch got to its service.
func (m *Metrics) FetchPassed(p Passage) {
	if m == nil {
		return
	}
	v := m.passages
	name := v.name(p.Subgraph)
	v.retries.WithLabelValues(name).Add(float64(max(p.Attempts-1, 0)))
	v.hedges.WithLabelValues(name).Add(float64(p.Hedged))
	v.waited.WithLabelValues(name).Add(p.Waited.Seconds())
	if p.Refused != "" {
		v.refusals.WithLabelValues(name, p.Refused).Inc()
	}
	if state, known := breakerStates[p.Breaker]; known {
		v.breaker.WithLabelValues(name).Set(state)
	}
}

// url is a URL as labels, of which there are only so many.
func (v *passageVectors) url(subgraph, url string) (string, string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	key := [2]string{subgraph, url}
	if v.urls[key] {
		return subgraph, url
	}
	if len(v.urls) >= maxSubgraphs {
		return "other", "other"
	}
	v.urls[key] = true
	v.well.WithLabelValues(subgraph, url).Set(1)
	return subgraph, url
}

// URLAttempted counts an attempt at one of the URLs of a subgraph.
func (m *Metrics) URLAttempted(subgraph, url string, failed bool) {
	if m == nil {
		return
	}
	outcome := "ok"
	if failed {
		outcome = "failed"
	}
	subgraph, url = m.passages.url(subgraph, url)
	m.passages.tried.WithLabelValues(subgraph, url, outcome).Inc()
}

// URLJudged shows whether a URL of a subgraph is asked.
func (m *Metrics) URLJudged(subgraph, url string, well bool) {
	if m == nil {
		return
	}
	up := 0.
	if well {
		up = 1
	}
	subgraph, url = m.passages.url(subgraph, url)
	m.passages.well.WithLabelValues(subgraph, url).Set(up)
}
