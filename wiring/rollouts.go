package wiring

import (
	"fmt"
	"log/slog"
	"path/filepath"

	"github.com/ficusgraph/ficus/config"
	"github.com/ficusgraph/ficus/events"
	"github.com/ficusgraph/ficus/rollout"
)

// Migrations keeps where migrations stand, once there are any.
type Migrations struct {
	Config *config.Config
	Logger *slog.Logger

	broker *events.Broker
}

// Store opens where the replicas keep it; Close closes that.
func (m *Migrations) Store() (rollout.Store, error) {
	var err error
	if m.broker, err = events.Open(m.Config.NATS, m.Logger); err != nil {
		return nil, fmt.Errorf("%s: %w", m.Config.Name, err)
	}
	return m.broker.KeyValue(rollout.StoreName, rollout.Kept), nil
}

// Memory is where a replica keeps what it knew last, which the server in process does by itself.
func (m *Migrations) Memory() string {
	if m.Config.NATS.URL == "" {
		return ""
	}
	return filepath.Join(m.Config.NATS.Place(), "rollout.json")
}

// Close closes the store, if it was opened.
func (m *Migrations) Close() {
	if m.broker != nil {
		m.broker.Close()
	}
}
