package telemetry

import "github.com/prometheus/client_golang/prometheus"

// subscriptionSeries are those of subscriptions of clients.
type subscriptionSeries struct {
	open   prometheus.Gauge
	events [len(outcomes)]prometheus.Counter
}

func newSubscriptionSeries(r *prometheus.Registry) subscriptionSeries {
	s := subscriptionSeries{open: prometheus.NewGauge(prometheus.GaugeOpts{
		Name: "ficus_subscriptions_open", Help: "Subscriptions of clients that are open.",
	})}
	events := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "ficus_subscription_events_total", Help: "Responses to subscriptions, by what became of them.",
	}, []string{"outcome"})
	r.MustRegister(s.open, events)
	for i, outcome := range outcomes {
		s.events[i] = events.WithLabelValues(outcome)
	}
	return s
}

// SubscriptionsOpen counts a subscription that begins, by 1, or ends, by -1.
func (m *Metrics) SubscriptionsOpen(change int) {
	if m != nil {
		m.subscriptions.open.Add(float64(change))
	}
}

// EventDone counts a response to a subscription.
func (m *Metrics) EventDone(outcome string) {
	if m != nil {
		m.subscriptions.events[position(outcomes[:], outcome)].Inc()
	}
}
