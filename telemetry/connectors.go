package telemetry

import (
	"maps"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// ConnectorCall is one call of a connector.
type ConnectorCall struct {
	// Subgraph declares the connector, and Connector is its coordinate there.
	Subgraph, Connector string
	Source              Sourced
	// Status of the response, 0 if there was none; Code of the failure, "" if there was none.
	Status int
	Code   string
	Took   time.Duration
	// Bytes of the response.
	Bytes int
	// Shared: the response to the same request of another call was used; the rest is that call's.
	Shared bool
	// Attempts is how often the request was sent, Waited how long it waited to be, Refused why it was not.
	Attempts int
	Waited   time.Duration
	Refused  string
	// Breaker is the state of the source's circuit breaker: closed, half-open, open, "" without one.
	Breaker string
	// Lost counts the mapping problems by which a value was lost, Absent those of what is not in the response.
	Lost, Absent int
}

// Sourced knows the name of a connector's source, and is asked for it once.
type Sourced interface{ SourceName() string }

// connectorVectors make the series of connectors and their sources.
type connectorVectors struct {
	calls, bytes, retries, problems *prometheus.CounterVec
	took                            *prometheus.HistogramVec
	waited, refusals                *prometheus.CounterVec
	breaker                         *prometheus.GaugeVec

	// known is replaced as a whole when a connector is seen for the first time; mu is held meanwhile, and guards the rest.
	mu      sync.Mutex
	known   atomic.Pointer[map[connectorKey]*connectorSeries]
	sources map[string]*sourceSeries
	// codes are those that failures had so far: the schema's author may take them from a response.
	codes map[string]bool
}

// connectorKey tells connectors apart.
type connectorKey struct{ subgraph, connector string }

// connectorSeries are those of one connector.
type connectorSeries struct {
	subgraph, connector                      string
	ok, shared, bytes, retries, lost, absent prometheus.Counter
	took                                     prometheus.Observer
	source                                   *sourceSeries
}

// sourceSeries are those of one source.
type sourceSeries struct {
	name    string
	waited  prometheus.Counter
	breaker prometheus.Gauge
}

// maxCodes bounds the codes of failures that are told apart; the others count as "other".
const maxCodes = 50

// breakerStates are the values of the gauge.
var breakerStates = map[string]float64{"closed": 0, "half-open": 1, "open": 2}

func newConnectorVectors(r *prometheus.Registry) *connectorVectors {
	connector := []string{"subgraph", "connector"}
	counter := func(name, help string, labels ...string) *prometheus.CounterVec {
		return prometheus.NewCounterVec(prometheus.CounterOpts{Name: name, Help: help}, labels)
	}
	v := &connectorVectors{
		calls:    counter("ficus_connector_calls_total", "Calls of connectors, by what became of them; code is that of a call that failed, the status that of the response.", "subgraph", "connector", "outcome", "code", "http_response_status_code"),
		bytes:    counter("ficus_connector_response_bytes_total", "Bytes of the responses to connectors.", connector...),
		retries:  counter("ficus_connector_retries_total", "Requests of connectors that were sent again.", connector...),
		problems: counter("ficus_connector_mapping_problems_total", "Problems of mappings: kind is lost where a value was lost, absent where what is named is not in the response.", "subgraph", "connector", "kind"),
		took: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "ficus_connector_call_duration_seconds", Help: "Time that a call took, from making the request to the mapped value.", Buckets: seconds,
		}, connector),
		waited:   counter("ficus_source_wait_seconds_total", "Time that requests waited for a place among those under way to their source.", "source"),
		refusals: counter("ficus_source_refusals_total", "Requests that were not sent, by why: busy, rate_limited, open (the circuit breaker).", "source", "reason"),
		breaker: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "ficus_source_breaker_state", Help: "State of a source's circuit breaker at the last call: 0 closed, 1 half-open, 2 open.",
		}, []string{"source"}),
		codes: map[string]bool{}, sources: map[string]*sourceSeries{},
	}
	v.known.Store(&map[connectorKey]*connectorSeries{})
	r.MustRegister(v.calls, v.bytes, v.retries, v.problems, v.took, v.waited, v.refusals, v.breaker)
	return v
}

// ConnectorCalled counts a call of a connector.
func (m *Metrics) ConnectorCalled(c *ConnectorCall) {
	if m == nil {
		return
	}
	v := m.connectors
	s, ok := (*v.known.Load())[connectorKey{c.Subgraph, c.Connector}]
	if !ok {
		s = v.connector(c)
	}
	switch {
	case c.Code != "":
		v.calls.WithLabelValues(s.subgraph, s.connector, "failed", v.code(c.Code), statusText(c.Status)).Inc()
	case c.Shared:
		s.shared.Inc()
	case c.Status == 200:
		s.ok.Inc()
	default:
		v.calls.WithLabelValues(s.subgraph, s.connector, "ok", "", statusText(c.Status)).Inc()
	}
	s.lost.Add(float64(c.Lost))
	s.absent.Add(float64(c.Absent))
	if c.Shared {
		return
	}
	s.took.Observe(c.Took.Seconds())
	s.bytes.Add(float64(c.Bytes))
	s.retries.Add(float64(max(c.Attempts-1, 0)))
	s.source.waited.Add(c.Waited.Seconds())
	if c.Refused != "" {
		v.refusals.WithLabelValues(s.source.name, c.Refused).Inc()
	}
	if state, known := breakerStates[c.Breaker]; known {
		s.source.breaker.Set(state)
	}
}

// statusText is the status as a label, "" where there was no response.
func statusText(status int) string {
	if status < 100 || status > 999 {
		return ""
	}
	return strconv.Itoa(status)
}

// code is the code as a label.
func (v *connectorVectors) code(code string) string {
	v.mu.Lock()
	defer v.mu.Unlock()
	switch {
	case v.codes[code]:
	case len(v.codes) >= maxCodes:
		return "other"
	default:
		v.codes[code] = true
	}
	return code
}

// connector makes the series of a connector that is seen for the first time.
func (v *connectorVectors) connector(c *ConnectorCall) *connectorSeries {
	v.mu.Lock()
	defer v.mu.Unlock()
	known, key := *v.known.Load(), connectorKey{c.Subgraph, c.Connector}
	if s, ok := known[key]; ok {
		return s
	}
	if len(known) >= maxSubgraphs {
		return v.series("other", "other", v.source("other"))
	}
	s := v.series(c.Subgraph, c.Connector, v.source(c.Source.SourceName()))
	more := maps.Clone(known)
	more[key] = s
	v.known.Store(&more)
	return s
}

func (v *connectorVectors) series(subgraph, connector string, source *sourceSeries) *connectorSeries {
	return &connectorSeries{
		subgraph: subgraph, connector: connector, source: source,
		ok:      v.calls.WithLabelValues(subgraph, connector, "ok", "", "200"),
		shared:  v.calls.WithLabelValues(subgraph, connector, "shared", "", ""),
		bytes:   v.bytes.WithLabelValues(subgraph, connector),
		retries: v.retries.WithLabelValues(subgraph, connector),
		lost:    v.problems.WithLabelValues(subgraph, connector, "lost"),
		absent:  v.problems.WithLabelValues(subgraph, connector, "absent"),
		took:    v.took.WithLabelValues(subgraph, connector),
	}
}

// source is the series of a source. The lock is held.
func (v *connectorVectors) source(name string) *sourceSeries {
	if s, ok := v.sources[name]; ok {
		return s
	}
	s := &sourceSeries{name: name, waited: v.waited.WithLabelValues(name), breaker: v.breaker.WithLabelValues(name)}
	v.sources[name] = s
	return s
}
