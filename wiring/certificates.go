package wiring

import (
	"maps"
	"slices"

	"github.com/ficusgraph/ficus/config"
	"github.com/ficusgraph/ficus/telemetry"
	"github.com/ficusgraph/ficus/transport"
)

// Files are the certificates' files, which lie where all do that the configuration names.
func Files(cfg *config.Config) transport.Files {
	return transport.Files{Read: cfg.ReadFile, Stat: cfg.Stat, Origin: cfg.Origin}
}

// WatchCertificates has the metrics say when the listeners' certificates expire.
func WatchCertificates(metrics *telemetry.Metrics, server *transport.Server) error {
	all := server.Certificates()
	for _, listener := range slices.Sorted(maps.Keys(all)) {
		if err := metrics.WatchCertificate(listener, all[listener]); err != nil {
			return err
		}
	}
	return nil
}
