package telemetry

import "github.com/prometheus/client_golang/prometheus"

// newLimitVector counts limits that requests pass, by the limit's key in the configuration.
func newLimitVector(r *prometheus.Registry) *prometheus.CounterVec {
	v := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "ficus_limits_passed_total", Help: "Requests that passed a limit, and whether they were refused for it or it is only measured.",
	}, []string{"limit", "result"})
	r.MustRegister(v)
	return v
}

// LimitPassed counts a request that passed the limit with that key, and whether it was refused for it.
func (m *Metrics) LimitPassed(limit string, refused bool) {
	if m == nil {
		return
	}
	result := "measured"
	if refused {
		result = "refused"
	}
	m.limits.WithLabelValues(limit, result).Inc()
}
