package events

import (
	"fmt"

	"github.com/nats-io/nats.go"
)

// Topic tells what happened to all replicas that are connected, once and at once. Nothing of it is stored: who is away
// misses it.
type Topic struct {
	broker *Broker
	name   string
}

// Topic is that of a name.
func (b *Broker) Topic(name string) Topic { return Topic{b, "ficus.told." + name} }

// Tell tells it, as well as it can be told now.
func (t Topic) Tell(text []byte) { _ = t.broker.conn.Publish(t.name, text) }

// Hear calls heard with all that is told, also with what this replica tells, until the broker is closed.
func (t Topic) Hear(heard func(text []byte)) error {
	if _, err := t.broker.conn.Subscribe(t.name, func(m *nats.Msg) { heard(m.Data) }); err != nil {
		return fmt.Errorf("hear %s: %w", t.name, err)
	}
	return nil
}
