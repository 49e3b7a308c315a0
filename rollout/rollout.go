// Package rollout decides which side answers what moves: the old owner or the new one.
//
//	who asks -> key -> bucket(salt, key) in [0, 10^10) -> the label is active if bucket < percent * 10^8
//
// A label is the condition of an `@override(from:, label:)`: active, the new owner answers. The decision is a pure
// function of the label's rule and the key, so all replicas agree without talking, and a caller sees one side for
// as long as the rule stands. The salt is the migration's name: the labels of one migration nest (who is among the
// first 10 % is among the first 20 %), those of two are independent, and raising a percentage takes nobody out.
//
// The order is fixed: kill, pin, deny, allow, sticky record, percent. A pin is a side that a request chose that may; a
// sticky record says where who asks was a moment ago, because they wrote there, or because they are to stay. Who has no
// key stays with the old owner, whatever the percentage.
// docs/rollout-vectors.json has the function's values for other languages to agree with.
package rollout

import (
	"slices"
	"time"
)

// Facts are what is known of a request. Each method reports false for what the request does not have.
type Facts interface {
	Claim(name string) (string, bool)
	Cookie(name string) (string, bool)
	Header(name string) (string, bool)
}

// Table decides labels. It is immutable.
type Table struct {
	keys  []Key
	rules map[string]*rule
	// moves: some of the rules are migrations'.
	moves bool
}

// rule is how one label is decided.
type rule struct {
	salt        string
	kill        bool
	allow, deny map[string]bool
	percent     Percent
	// keys are the rule's own; without any those of the table count.
	keys []Key
	// keep: who came to the new side stays there when the percentage is lowered, for as long as the generation lasts.
	keep       bool
	generation int
	// reads is how long whoever wrote through a side reads from it.
	reads time.Duration
	// fallback: a query that fails on the new side is asked again of the old one.
	fallback bool
}

// New prepares the configuration, which must be valid.
func New(cfg Config) *Table {
	t := &Table{keys: cfg.Key, rules: map[string]*rule{}}
	if len(t.keys) == 0 {
		t.keys = defaultKeys
	}
	for name, l := range cfg.Labels {
		t.rules[name] = l.rule(name)
	}
	return t
}

// Unknown are those of a graph's labels that nothing decides, sorted: they are never active.
func (t *Table) Unknown(labels []string) []string {
	var out []string
	for _, l := range labels {
		if _, ok := t.rule(l); !ok {
			out = append(out, l)
		}
	}
	slices.Sort(out)
	return out
}

// Active are those of the labels that are active for a request of which nothing but the facts is known, in their order.
func (t *Table) Active(f Facts, labels []string) []string { return t.Begin(f).Active(labels) }

// Begin begins the decision of a request of which nothing but the facts is known.
func (t *Table) Begin(f Facts) *Decision { return &Decision{table: t, facts: f} }

// keysOf are those by which a rule knows who asks.
func (t *Table) keysOf(r *rule) []Key {
	if len(r.keys) > 0 {
		return r.keys
	}
	return t.keys
}

// rule is the label's: configured, or, for percent(x), what it says itself.
func (t *Table) rule(label string) (*rule, bool) {
	if r, ok := t.rules[label]; ok {
		return r, true
	}
	p, ok := percentOf(label)
	return &rule{salt: percentSalt, percent: p}, ok
}

// keyOf is who asks: the first of the configured ones that the request has.
func keyOf(keys []Key, f Facts) (string, bool) {
	for _, k := range keys {
		if v, ok := k.of(f); ok && v != "" {
			return v, true
		}
	}
	return "", false
}

func set(list []string) map[string]bool {
	out := make(map[string]bool, len(list))
	for _, v := range list {
		out[v] = true
	}
	return out
}
