package telemetry

import "github.com/prometheus/client_golang/prometheus"

// Cache is the state of a cache. Hits and misses only ever grow.
type Cache struct {
	Entries, Weight int
	Hits, Misses    uint64
}

// WatchCache reports what a cache holds and what it is good for. Read is called at each scrape; a cache is
// watched once.
func (m *Metrics) WatchCache(name string, read func() Cache) error {
	return m.registry.Register(cacheCollector{
		read:     read,
		entries:  prometheus.NewDesc("ficus_cache_entries", "Entries of a cache.", nil, prometheus.Labels{"cache": name}),
		weight:   prometheus.NewDesc("ficus_cache_weight", "Weight of a cache's entries, which its size bounds: one for each, and one more for every 4 KiB of text.", nil, prometheus.Labels{"cache": name}),
		requests: prometheus.NewDesc("ficus_cache_requests_total", "Lookups in a cache, by whether they found what they wanted.", []string{"outcome"}, prometheus.Labels{"cache": name}),
	})
}

// cacheCollector makes the series of a cache when they are scraped.
type cacheCollector struct {
	read                      func() Cache
	entries, weight, requests *prometheus.Desc
}

var _ prometheus.Collector = cacheCollector{}

// Describe implements prometheus.Collector.
func (c cacheCollector) Describe(to chan<- *prometheus.Desc) {
	to <- c.entries
	to <- c.weight
	to <- c.requests
}

// Collect implements prometheus.Collector.
func (c cacheCollector) Collect(to chan<- prometheus.Metric) {
	now := c.read()
	to <- prometheus.MustNewConstMetric(c.entries, prometheus.GaugeValue, float64(now.Entries))
	to <- prometheus.MustNewConstMetric(c.weight, prometheus.GaugeValue, float64(now.Weight))
	to <- prometheus.MustNewConstMetric(c.requests, prometheus.CounterValue, float64(now.Hits), "hit")
	to <- prometheus.MustNewConstMetric(c.requests, prometheus.CounterValue, float64(now.Misses), "miss")
}
