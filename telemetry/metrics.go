package telemetry

import (
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// Metrics counts and measures. Its methods may be called from many goroutines. A nil one takes what happened on a
// request's way, and counts nothing.
type Metrics struct {
	registry *prometheus.Registry
	requests [len(kinds)]requestSeries
	panics   prometheus.Counter
	plans    planSeries
	costs    costSeries
	limits   *prometheus.CounterVec
	fetches  fetchVectors
	// connectors make the series of connectors.
	connectors *connectorVectors
	passages   *passageVectors
	reloads    reloadSeries
	migrations migrationVectors
	spans      spanSeries
	// facade is made with its first request.
	facade     *facadeSeries
	facadeOnce sync.Once
	// subscriptions of clients.
	subscriptions subscriptionSeries

	// subgraphs is replaced as a whole when a subgraph is seen for the first time; mu is held meanwhile.
	mu        sync.Mutex
	subgraphs atomic.Pointer[map[string]*fetchSeries]
}

// kinds and outcomes are the values of the labels of requests; what is none of them counts as the last.
var (
	kinds    = [...]string{"query", "mutation", "subscription", "unknown"}
	outcomes = [...]string{"ok", "partial", "failed", "refused", "panic", "other"}
)

// requestSeries are those of one kind of request.
type requestSeries struct {
	total [len(outcomes)]prometheus.Counter
	took  prometheus.Observer
}

// planSeries are those of planning.
type planSeries struct {
	made, failed prometheus.Counter
	took, paths  prometheus.Histogram
}

// costSeries are those of what operations are estimated to cost.
type costSeries struct {
	within, tooMuch prometheus.Counter
	estimated       prometheus.Histogram
}

// seconds are the buckets of durations, from half a millisecond to half a minute.
var seconds = []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30}

// NewMetrics is a set of metrics with a registry of its own, which also holds those of Go and of the process.
func NewMetrics() *Metrics {
	m := &Metrics{registry: prometheus.NewRegistry()}
	m.subgraphs.Store(&map[string]*fetchSeries{})
	m.registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	m.addRequests()
	m.addPlans()
	m.addCosts()
	m.limits = newLimitVector(m.registry)
	m.fetches = newFetchVectors(m.registry)
	m.connectors = newConnectorVectors(m.registry)
	m.passages = newPassageVectors(m.registry)
	m.reloads = newReloadSeries(m.registry)
	m.migrations = newMigrationVectors(m.registry)
	m.spans = newSpanSeries(m.registry)
	m.subscriptions = newSubscriptionSeries(m.registry)
	m.panics = prometheus.NewCounter(prometheus.CounterOpts{Name: "ficus_panics_total", Help: "Panics that were caught."})
	m.registry.MustRegister(m.panics)
	return m
}

// Handler serves the metrics in Prometheus' formats.
func (m *Metrics) Handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{EnableOpenMetrics: true, Registry: m.registry})
}

func (m *Metrics) addRequests() {
	total := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "ficus_requests_total", Help: "Requests of clients, by kind of operation and what became of them.",
	}, []string{"kind", "outcome"})
	took := prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name: "ficus_request_duration_seconds", Help: "Time from a request's header to its answer.", Buckets: seconds,
	}, []string{"kind"})
	m.registry.MustRegister(total, took)
	for i, kind := range kinds {
		m.requests[i].took = took.WithLabelValues(kind)
		for j, outcome := range outcomes {
			m.requests[i].total[j] = total.WithLabelValues(kind, outcome)
		}
	}
}

func (m *Metrics) addPlans() {
	total := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "ficus_plans_total", Help: "Query plans made; a plan that is in the cache is not made again.",
	}, []string{"outcome"})
	m.plans = planSeries{
		made: total.WithLabelValues("ok"), failed: total.WithLabelValues("failed"),
		took: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "ficus_plan_duration_seconds", Help: "Time to make a query plan.",
			Buckets: []float64{.0001, .0005, .001, .005, .01, .05, .1, .5, 1, 5},
		}),
		paths: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "ficus_plan_paths", Help: "Paths that the planner considered for a query plan.",
			Buckets: prometheus.ExponentialBuckets(1, 10, 7),
		}),
	}
	m.registry.MustRegister(total, m.plans.took, m.plans.paths)
}

func (m *Metrics) addCosts() {
	total := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "ficus_operation_costs_total", Help: "Operations whose cost was estimated, and whether it was within demand_control's max.",
	}, []string{"result"})
	m.costs = costSeries{
		within: total.WithLabelValues("ok"), tooMuch: total.WithLabelValues("too_expensive"),
		estimated: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "ficus_operation_cost", Help: "What operations are estimated to cost.", Buckets: prometheus.ExponentialBuckets(1, 10, 7),
		}),
	}
	m.registry.MustRegister(total, m.costs.estimated)
}

// CostDone counts an estimate of what an operation costs, and whether that is too much.
func (m *Metrics) CostDone(estimated int, tooMuch bool) {
	if m == nil {
		return
	}
	if tooMuch {
		m.costs.tooMuch.Inc()
	} else {
		m.costs.within.Inc()
	}
	m.costs.estimated.Observe(float64(estimated))
}

// RequestDone counts a request: its kind, what became of it, and how long that took.
func (m *Metrics) RequestDone(kind, outcome string, took time.Duration) {
	if m == nil {
		return
	}
	s := &m.requests[position(kinds[:], kind)]
	s.total[position(outcomes[:], outcome)].Inc()
	s.took.Observe(took.Seconds())
}

// position is that of v among the values, the last if it is none of them.
func position(values []string, v string) int {
	for i := range values {
		if values[i] == v {
			return i
		}
	}
	return len(values) - 1
}

// Panicked counts a panic that was caught.
func (m *Metrics) Panicked() {
	if m != nil {
		m.panics.Inc()
	}
}

// PlanDone counts a planning: how long it took and how many paths it considered.
func (m *Metrics) PlanDone(took time.Duration, considered int, err error) {
	if m == nil {
		return
	}
	if err != nil {
		m.plans.failed.Inc()
	} else {
		m.plans.made.Inc()
	}
	m.plans.took.Observe(took.Seconds())
	m.plans.paths.Observe(float64(considered))
}
