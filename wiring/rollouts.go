package wiring

import (
	"fmt"
	"log/slog"
	"path/filepath"
	"sync/atomic"

	"github.com/ficusgraph/ficus/config"
	"github.com/ficusgraph/ficus/events"
	"github.com/ficusgraph/ficus/rollout"
)

// Migrations keeps where migrations stand, once there are any.
type Migrations struct {
	Config *config.Config
	Logger *slog.Logger

	broker atomic.Pointer[events.Broker]
	// writers are those whom the replicas tell each other of.
	writers *rollout.Writers
}

// Writers remember who wrote through which side of a migration, here and on the other replicas.
func (m *Migrations) Writers() *rollout.Writers {
	m.writers = rollout.NewWriters(func(text []byte) {
		if b := m.broker.Load(); b != nil {
			b.Topic(writersTopic).Tell(text)
		}
	})
	return m.writers
}

const writersTopic = "writers"

// Store opens where the replicas keep it; Close closes that.
func (m *Migrations) Store() (rollout.Store, error) {
	broker, err := events.Open(m.Config.NATS, m.Logger)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", m.Config.Name, err)
	}
	m.broker.Store(broker)
	if m.writers != nil {
		if err := broker.Topic(writersTopic).Hear(m.writers.Heard); err != nil {
			return nil, err
		}
	}
	return broker.KeyValue(rollout.StoreName, rollout.Kept), nil
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
	if b := m.broker.Load(); b != nil {
		b.Close()
	}
}
