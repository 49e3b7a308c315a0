package telemetry

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// WatchCertificate reports when the certificate of a listener expires. Expires is called at each scrape; a listener is
// watched once.
func (m *Metrics) WatchCertificate(listener string, expires func() time.Time) error {
	return m.registry.Register(prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "ficus_tls_certificate_expires_timestamp_seconds",
		Help: "When the certificate that a listener shows, or one of its chain, expires, in seconds since 1970.",

		ConstLabels: prometheus.Labels{"listener": listener},
	}, func() float64 { return float64(expires().Unix()) }))
}
