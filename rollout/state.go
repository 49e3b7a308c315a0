package rollout

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Stage is how far a migration has moved.
type Stage string

// The stages, in order.
const (
	// Monolith: the old owner answers. It is where a migration begins, whatever the schema says.
	Monolith Stage = "monolith"
	// InShadow: the old owner answers, and the new one is asked too, to compare them.
	InShadow Stage = "shadow"
	// Canary: the new owner answers for a share of the keys.
	Canary Stage = "canary"
	// Service: the new owner answers for all.
	Service Stage = "service"
)

// State is where a migration stands. It is immutable: each change is a new one.
type State struct {
	Stage Stage `json:"stage"`
	// Percent of the keys that are on the new side, while it is in canary.
	Percent Percent `json:"percent"`
	// Aborted: nobody is on the new side, whatever else is said; Paused: it goes no further until it is resumed.
	Aborted bool `json:"aborted,omitempty"`
	Paused  bool `json:"paused,omitempty"`
	// Generation counts the starts: what was learned in an earlier one does not count.
	Generation int `json:"generation,omitempty"`
	// Allow and Deny are beside those of the migration's file.
	Allow []Entry `json:"allow,omitempty"`
	Deny  []Entry `json:"deny,omitempty"`
	// Began is when the migration was last started, or put in shadow: what was compared before says nothing any more.
	Began time.Time `json:"began,omitzero"`
	// Change made this state of the one before.
	Change Change `json:"change"`
}

// Change is who changed what, when, and why.
type Change struct {
	Verb string    `json:"verb"`
	By   string    `json:"by"`
	Why  string    `json:"why,omitempty"`
	At   time.Time `json:"at"`
}

// String is the change in a line; of nobody's it is the schema's.
func (c Change) String() string {
	if c.Verb == "" {
		return "none: as the schema says"
	}
	out := c.Verb + " by " + c.By + " at " + c.At.Format(time.RFC3339)
	if c.Why != "" {
		out += ": " + c.Why
	}
	return out
}

// Order is what an operator asks for.
type Order struct {
	// Verb is one of shadow, start, set, pause, resume, abort, finish, allow, deny, forget.
	Verb string `json:"verb"`
	// Percent for set; nil is the next step.
	Percent *Percent `json:"percent,omitempty"`
	// Entry for allow, deny and forget.
	Entry Entry  `json:"entry,omitzero"`
	By    string `json:"by"`
	Why   string `json:"why,omitempty"`
}

// Verbs are those of an Order.
var Verbs = []string{"shadow", "start", "set", "pause", "resume", "abort", "finish", "allow", "deny", "forget"}

// ErrRefused is an order that the state does not permit.
var ErrRefused = errors.New("refused")

func refused(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrRefused, fmt.Sprintf(format, args...))
}

// After is the state after an order. It is an ErrRefused where the order has no sense in this state.
func (s State) After(m *Migration, o Order, at time.Time) (State, error) {
	next := s
	var err error
	switch o.Verb {
	case "shadow":
		err = next.shadow(m, at)
	case "start":
		err = next.start(m, at)
	case "set":
		err = next.set(m, o.Percent)
	case "pause":
		if s.Paused {
			err = refused("%s is paused already", m.Name)
		}
		next.Paused = true
	case "resume":
		if !s.Paused {
			err = refused("%s is not paused", m.Name)
		}
		next.Paused = false
	case "abort":
		// Always, in every stage, also twice: who asks for it wants to be sure.
		next.Aborted = true
	case "finish":
		err = next.finish(m)
	case "allow", "deny", "forget":
		err = next.list(o)
	default:
		err = refused("there is no verb %q; there are %s", o.Verb, strings.Join(Verbs, ", "))
	}
	next.Change = Change{Verb: o.Verb, By: o.By, Why: o.Why, At: at}
	return next, err
}

// shadow has the old owner answer for everybody, and the sides compared.
func (s *State) shadow(m *Migration, at time.Time) error {
	switch {
	case m.Shadow == nil:
		return refused("%s does not say how it is compared; write shadow: {} in %s", m.Name, m.File)
	case s.Stage == Service:
		return refused("%s is finished; abort first", m.Name)
	}
	s.Stage, s.Aborted, s.Paused, s.Percent, s.Began = InShadow, false, false, 0, at
	return nil
}

// start begins, or begins again after an abort, with the first step.
func (s *State) start(m *Migration, at time.Time) error {
	if s.Stage != Monolith && s.Stage != InShadow && !s.Aborted {
		return refused("%s has been started, and is at %s %%; set takes it further", m.Name, s.Percent)
	}
	s.Stage, s.Aborted, s.Paused, s.Began = Canary, false, false, at
	s.Generation++
	s.Percent, _ = m.next(0)
	return nil
}

func (s *State) set(m *Migration, to *Percent) error {
	switch {
	case s.Aborted:
		return refused("%s was aborted (%s); start begins again", m.Name, s.Change.Why)
	case s.Stage == Monolith, s.Stage == InShadow:
		return refused("%s has not been started; start begins with its first step", m.Name)
	case to == nil:
		next, ok := m.next(s.Percent)
		if !ok {
			return refused("%s is at its last step; finish makes the new owner answer for all", m.Name)
		}
		to = &next
	}
	if s.Paused && *to > s.Percent {
		return refused("%s is paused; resume first, or set a lower percentage", m.Name)
	}
	s.Stage, s.Percent = Canary, *to
	return nil
}

func (s *State) finish(m *Migration) error {
	switch {
	case s.Aborted:
		return refused("%s was aborted; start begins again", m.Name)
	case s.Paused:
		return refused("%s is paused; resume first", m.Name)
	case s.Percent != hundred:
		return refused("%s is at %s %%; set 100 first, and see that it holds", m.Name, s.Percent)
	}
	s.Stage = Service
	return nil
}

func (s *State) list(o Order) error {
	if o.Entry.Key == "" {
		return refused("%s needs a key", o.Verb)
	}
	same := func(e Entry) bool { return e.Key == o.Entry.Key }
	s.Allow, s.Deny = slices.DeleteFunc(slices.Clone(s.Allow), same), slices.DeleteFunc(slices.Clone(s.Deny), same)
	switch o.Verb {
	case "allow":
		s.Allow = append(s.Allow, o.Entry)
	case "deny":
		s.Deny = append(s.Deny, o.Entry)
	}
	return nil
}

// initial is where a migration stands that nobody has changed: where the label in the schema says percent(x), there.
func initial(label string) State {
	p, ok := percentOf(label)
	if !ok || p == 0 {
		return State{Stage: Monolith}
	}
	return State{Stage: Canary, Percent: p}
}

// rule is how the migration's label is decided, and when that ends by itself: at the next end of an entry of a list.
func (s State) rule(m *Migration, now time.Time) (r *rule, until time.Time) {
	r = &rule{
		salt: m.Name, kill: s.Aborted || s.Stage == Monolith || s.Stage == InShadow, percent: s.Percent, keys: m.Key,
		keep: m.Lowering == Keep, generation: s.Generation, reads: m.ReadYourWrites, fallback: m.Fallback,
	}
	if s.Stage == Service {
		r.percent = hundred
	}
	hold := func(entries ...Entry) map[string]bool {
		out := map[string]bool{}
		for _, e := range entries {
			if !e.Until.IsZero() && !now.Before(e.Until) {
				continue
			}
			out[e.Key] = true
			if !e.Until.IsZero() && (until.IsZero() || e.Until.Before(until)) {
				until = e.Until
			}
		}
		return out
	}
	r.allow, r.deny = hold(slices.Concat(m.Allow, s.Allow)...), hold(slices.Concat(m.Deny, s.Deny)...)
	return r, until
}

// Share is the percentage of the keys that are on the new side, whatever the lists say.
func (s State) Share() Percent {
	switch {
	case s.Aborted:
		return 0
	case s.Stage == Service:
		return hundred
	case s.Stage == Canary:
		return s.Percent
	}
	return 0
}

// Float is the percentage as a number.
func (p Percent) Float() float64 { return float64(p) / float64(perPercent) }

// String is the percentage in as few digits as it takes.
func (p Percent) String() string {
	return strconv.FormatFloat(p.Float(), 'f', -1, 64)
}

// MarshalJSON implements json.Marshaler: a number.
func (p Percent) MarshalJSON() ([]byte, error) { return []byte(p.String()), nil }

// UnmarshalJSON implements json.Unmarshaler.
func (p *Percent) UnmarshalJSON(text []byte) error {
	out, err := ParsePercent(string(text))
	if err == nil {
		*p = out
	}
	return err
}

// ParsePercent reads a number from 0 to 100, of which eight decimals count.
func ParsePercent(text string) (Percent, error) {
	f, err := strconv.ParseFloat(text, 64)
	if err != nil || !(f >= 0 && f <= 100) {
		return 0, fmt.Errorf("%q is not a percentage; write a number from 0 to 100", text)
	}
	return PercentOf(f), nil
}
