// Package rollout decides which side answers what moves: the old owner or the new one.
//
//	who asks -> key -> bucket(salt, key) in [0, 10^10) -> the label is active if bucket < percent * 10^8
//
// A label is the condition of an `@override(from:, label:)`: active, the new owner answers. The decision is a pure
// function of the label's rule and the key, so all replicas agree without talking, and a caller sees one side for
// as long as the rule stands. The salt is the migration's name: the labels of one migration nest (who is among the
// first 10 % is among the first 20 %), those of two are independent, and raising a percentage takes nobody out.
//
// The order is fixed: kill, deny, allow, percent. Who has no key stays with the old owner, whatever the percentage.
// docs/rollout-vectors.json has the function's values for other languages to agree with.
package rollout

import "slices"

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
}

// rule is how one label is decided.
type rule struct {
	salt        string
	kill        bool
	allow, deny map[string]bool
	percent     Percent
	// keys are the rule's own; without any those of the table count.
	keys []Key
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

// Active are those of the labels that are active for the request, in their order.
func (t *Table) Active(f Facts, labels []string) []string {
	var out []string
	common, known := keyOf(t.keys, f)
	for _, l := range labels {
		r, ok := t.rule(l)
		if !ok {
			continue
		}
		key, known := common, known
		if len(r.keys) > 0 {
			key, known = keyOf(r.keys, f)
		}
		if r.active(key, known) {
			out = append(out, l)
		}
	}
	return out
}

// rule is the label's: configured, or, for percent(x), what it says itself.
func (t *Table) rule(label string) (*rule, bool) {
	if r, ok := t.rules[label]; ok {
		return r, true
	}
	p, ok := percentOf(label)
	return &rule{salt: percentSalt, percent: p}, ok
}

// active is the decision.
func (r *rule) active(key string, known bool) bool {
	switch {
	case r.kill, !known, r.deny[key]:
		return false
	case r.allow[key]:
		return true
	}
	return Bucket(r.salt, key) < r.percent.limit()
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
