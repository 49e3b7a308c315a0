package shadow

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/ficusgraph/ficus/engine"
	"github.com/ficusgraph/ficus/rollout"
	"github.com/ficusgraph/ficus/rollout/comparison"
)

// Replayed is what both owners answer to a case now, and where they differ.
type Replayed struct {
	From        json.RawMessage `json:"from"`
	To          json.RawMessage `json:"to"`
	Differences []Told          `json:"differences"`
}

// Told is a difference with the values of both owners.
type Told struct {
	Field    string          `json:"field"`
	Path     string          `json:"path"`
	Kind     comparison.Kind `json:"kind"`
	From     any             `json:"from"`
	To       any             `json:"to"`
	FromCode string          `json:"fromCode,omitempty"`
	ToCode   string          `json:"toCode,omitempty"`
}

// Errors of replays.
var (
	ErrNoMismatch = errors.New("there is no such mismatch on this replica")
	ErrNoCase     = errors.New("the case cannot be replayed")
)

// Case is that of a mismatch.
func (s *Shadow) Case(migration, id string) (Case, error) {
	r, _ := s.Report(migration)
	for _, m := range r.Mismatches {
		if m.ID == id {
			if m.Case == nil {
				return Case{}, fmt.Errorf("%w: it was too large to be kept", ErrNoCase)
			}
			return *m.Case, nil
		}
	}
	return Case{}, ErrNoMismatch
}

// Replay asks both owners for a case, as whoever the context says, and compares them by the migration's rules of now.
// Values that the case does not have must be given with it: the answer then holds what the owners answer to them.
func (s *Shadow) Replay(ctx context.Context, m *rollout.Migration, c Case) (Replayed, error) {
	var missing []string
	for _, name := range slices.Sorted(maps.Keys(c.Redacted)) {
		if _, ok := c.Variables[name]; !ok {
			missing = append(missing, "$"+name)
		}
	}
	if missing != nil {
		return Replayed{}, fmt.Errorf("%w: the value of %s was not kept; give it with --variables, or list it under keep in %s", ErrNoCase, strings.Join(missing, ", "), m.File)
	}
	shadow := rollout.Shadow{}
	if m.Shadow != nil {
		shadow = *m.Shadow
	}
	moving := &rollout.Shadowed{Migration: m, Shadow: shadow.Filled()}
	short, err := s.Graph().prune(c.Query, c.OperationName, m.Coordinates, moving.Shadow.SideEffects)
	switch {
	case err != nil:
		return Replayed{}, fmt.Errorf("%w: %w", ErrNoCase, err)
	case short == nil:
		return Replayed{}, fmt.Errorf("%w: the query has nothing in it that moves with %s, or something with side effects", ErrNoCase, m.Name)
	}
	variables, err := json.Marshal(c.Variables)
	if err != nil {
		return Replayed{}, fmt.Errorf("%w: %w", ErrNoCase, err)
	}
	l := &ledger{}
	one := &sample{shadow: s, migration: moving, ledger: l, pruned: short, variables: variables}
	rest := slices.DeleteFunc(slices.Clone(c.Labels), func(l string) bool { return l == m.Label() })
	rules, _ := m.Compare.At(s.Now())
	var out Replayed
	var answers [2]comparison.Answer
	for i, side := range []struct {
		into   *json.RawMessage
		labels []string
	}{{&out.From, rest}, {&out.To, append(slices.Clone(rest), m.Label())}} {
		body, err := one.fetch(ctx, side.labels)
		if err != nil {
			return Replayed{}, fmt.Errorf("%w: %w", ErrNoCase, err)
		}
		*side.into = body
		if answers[i], err = comparison.Read(body); err != nil {
			return Replayed{}, fmt.Errorf("%w: %w", ErrNoCase, err)
		}
	}
	out.Differences = []Told{}
	for _, d := range comparison.Compare(short.root, rules, answers[0], answers[1]).Differences {
		out.Differences = append(out.Differences, Told{Field: d.Field, Path: d.At, Kind: d.Kind, From: d.A, To: d.B, FromCode: d.CodeA, ToCode: d.CodeB})
	}
	return out, nil
}

// fetch asks one side and gives what it answers.
func (s *sample) fetch(ctx context.Context, labels []string) ([]byte, error) {
	variables, err := s.pruned.values(s.variables)
	if err != nil {
		return nil, err
	}
	ctx, whole, cancel := s.shadow.aside(ctx, s.migration)
	defer cancel()
	body, out := s.shadow.Engine.Aside(ctx, &engine.Request{Query: s.pruned.text, OperationName: s.pruned.name, Variables: variables, Labels: labels}, nil)
	switch {
	case ctx.Err() != nil:
		return nil, fmt.Errorf("ask: %w", ctx.Err())
	case !whole():
		return nil, errEffects
	case out.Refused:
		return nil, fmt.Errorf("%w: %.300s", errRefused, body)
	case !s.ledger.budget.hold(s.migration.Shadow, len(body)):
		return nil, errRoom
	}
	s.held += len(body)
	return body, nil
}

// With is the case with more variables.
func (c Case) With(more map[string]any) (Case, error) {
	all := maps.Clone(c.Variables)
	if all == nil {
		all = map[string]json.RawMessage{}
	}
	for name, v := range more {
		text, err := json.Marshal(v)
		if err != nil {
			return c, fmt.Errorf("%s: %w", name, err)
		}
		all[name] = text
	}
	c.Variables = all
	return c, nil
}
