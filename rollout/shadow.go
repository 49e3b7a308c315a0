package rollout

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Shadow says how the other owner is asked beside the one that answers, to compare them: while the migration is in shadow
// or in canary, for queries only.
type Shadow struct {
	// Percent of the requests that are compared; 10 by default.
	Percent *float64 `yaml:"percent"`
	// Concurrency is how many comparisons are under way at one time, 4 by default, PerSecond how many begin in a second,
	// 20 by default.
	Concurrency int     `yaml:"concurrency"`
	PerSecond   float64 `yaml:"per_second"`
	// Bytes is how much the answers of the comparisons under way may hold together; 8 MiB by default.
	Bytes int `yaml:"bytes"`
	// Timeout of each request that is made to compare; 5s by default.
	Timeout time.Duration `yaml:"timeout"`
	// SideEffects are coordinates that are never asked for twice, though they are queries.
	SideEffects []string `yaml:"side_effects"`
	// Safe are coordinates whose connectors send something else than GET or HEAD and yet change nothing.
	Safe []string `yaml:"safe"`
}

// Defaults of Shadow.
const (
	defaultSampled     = 10
	defaultConcurrency = 4
	defaultPerSecond   = 20
	defaultBytes       = 8 << 20
	defaultTimeout     = 5 * time.Second
)

// Filled is the shadow with its defaults.
func (s Shadow) Filled() Shadow {
	if s.Percent == nil {
		p := float64(defaultSampled)
		s.Percent = &p
	}
	s.Concurrency = cmp.Or(s.Concurrency, defaultConcurrency)
	s.PerSecond = cmp.Or(s.PerSecond, defaultPerSecond)
	s.Bytes = cmp.Or(s.Bytes, defaultBytes)
	s.Timeout = cmp.Or(s.Timeout, defaultTimeout)
	return s
}

// Samples reports whether a request, by its id, is among those that are compared.
func (s Shadow) Samples(migration, request string) bool {
	return Bucket("shadow:"+migration, request) < PercentOf(*s.Filled().Percent).limit()
}

// validate returns what is wrong, joined.
func (s *Shadow) validate() error {
	if s == nil {
		return nil
	}
	var errs []error
	add := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }
	if p := s.Percent; p != nil && !(*p >= 0 && *p <= 100) {
		add("shadow.percent: %v is not between 0 and 100", *p)
	}
	for _, n := range []struct {
		key string
		is  float64
	}{{"concurrency", float64(s.Concurrency)}, {"per_second", s.PerSecond}, {"bytes", float64(s.Bytes)}, {"timeout", float64(s.Timeout)}} {
		if !(n.is >= 0) {
			add("shadow.%s: is below 0", n.key)
		}
	}
	for _, list := range []struct {
		key         string
		coordinates []string
	}{{"side_effects", s.SideEffects}, {"safe", s.Safe}} {
		for i, c := range list.coordinates {
			if !coordinateShape.MatchString(c) {
				add("shadow.%s[%d]: %q is not a coordinate; write Type.field", list.key, i, c)
			}
		}
	}
	for i, c := range s.Safe {
		if slices.Contains(s.SideEffects, c) {
			add("shadow.safe[%d]: %s is among side_effects too; keep one", i, c)
		}
	}
	return errors.Join(errs...)
}

// validKept says which entries of keep name neither a coordinate nor a variable.
func validKept(list []string) []error {
	var errs []error
	for i, k := range list {
		name, variable := strings.CutPrefix(k, "$")
		if variable && name != "" || coordinateShape.MatchString(k) {
			continue
		}
		errs = append(errs, fmt.Errorf("keep[%d]: %q is neither a coordinate such as Site.health nor a variable such as $id", i, k))
	}
	return errs
}

// Shadowed is a migration whose sides are compared now.
type Shadowed struct {
	*Migration
	// Shadow is filled with its defaults.
	Shadow Shadow
	// Since is when the comparison began anew.
	Since time.Time
}

// Shadowing are the migrations whose sides are compared now, by label; nil if there is none.
func (b *Board) Shadowing() map[string]*Shadowed { return *b.shadowing.Load() }

// compared are those of the migrations. The caller holds the lock.
func (b *Board) compared() map[string]*Shadowed {
	var out map[string]*Shadowed
	for _, m := range b.moving {
		s := b.state(m)
		if m.Shadow == nil || s.Aborted || s.Stage != InShadow && s.Stage != Canary {
			continue
		}
		if out == nil {
			out = map[string]*Shadowed{}
		}
		out[m.Label()] = &Shadowed{Migration: m.Migration, Shadow: m.Shadow.Filled(), Since: s.Began}
	}
	return out
}
