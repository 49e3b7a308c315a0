package rollout

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Analysis says when a migration is aborted by itself: when the new owner is worse than the old one by more than this, so
// surely that chance does not explain it. What is not said has its default.
type Analysis struct {
	// Window is the time of which requests are judged; 1m by default.
	Window time.Duration `yaml:"window" json:"window,omitempty"`
	// Minimum of requests on a side within the window, without which nothing is said of it; 50 by default.
	Minimum int `yaml:"minimum" json:"minimum,omitempty"`
	// ErrorRate bounds the requests that fail, in percent.
	ErrorRate ErrorRule `yaml:"error_rate" json:"error_rate,omitzero"`
	// P50 and P99 bound how long requests take. By default p99 may be 1.5 times that of the old owner.
	P50 LatencyRule `yaml:"p50" json:"p50,omitzero"`
	P99 LatencyRule `yaml:"p99" json:"p99,omitzero"`
	// Mismatch is how many percent of the compared requests may differ, noise taken off; 1 by default.
	Mismatch *float64 `yaml:"mismatch" json:"mismatch,omitempty"`
}

// ErrorRule bounds an error rate, in percent.
type ErrorRule struct {
	// AboveOld is by how much it may be above the old owner's; 2 by default.
	AboveOld *float64 `yaml:"above_old" json:"above_old,omitempty"`
	// Above counts instead while the old owner has too few requests to compare with, as at 100 %; 20 by default.
	Above *float64 `yaml:"above" json:"above,omitempty"`
}

// LatencyRule bounds a quantile of the latency.
type LatencyRule struct {
	// TimesOld is how many times that of the old owner it may be; 0 does not bound it.
	TimesOld *float64 `yaml:"times_old" json:"times_old,omitempty"`
}

// defaults of an Analysis.
const (
	defaultWindow   = time.Minute
	defaultMinimum  = 50
	defaultAboveOld = 2
	defaultAbove    = 20
	defaultTimesOld = 1.5
	defaultMismatch = 1
)

// Filled is the analysis with its defaults.
func (a Analysis) Filled() Analysis {
	if a.Window == 0 {
		a.Window = defaultWindow
	}
	if a.Minimum == 0 {
		a.Minimum = defaultMinimum
	}
	fill := func(p **float64, v float64) {
		if *p == nil {
			*p = &v
		}
	}
	fill(&a.ErrorRate.AboveOld, defaultAboveOld)
	fill(&a.ErrorRate.Above, defaultAbove)
	fill(&a.P50.TimesOld, 0)
	fill(&a.P99.TimesOld, defaultTimesOld)
	fill(&a.Mismatch, defaultMismatch)
	return a
}

// bounds of an Analysis.
const (
	leastWindow  = time.Second
	longestOne   = 24 * time.Hour
	mostRequests = 1_000_000
)

// validate says what is wrong, each from the key on.
func (a *Analysis) validate() []error {
	if a == nil {
		return nil
	}
	var errs []error
	add := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }
	if a.Window != 0 && (a.Window < leastWindow || a.Window > longestOne) {
		add("analysis.window: %s is not between %s and %s", a.Window, leastWindow, longestOne)
	}
	if a.Minimum < 0 || a.Minimum > mostRequests {
		add("analysis.minimum: %d is not between 1 and %d", a.Minimum, mostRequests)
	}
	for _, p := range []struct {
		key   string
		value *float64
	}{{"error_rate.above_old", a.ErrorRate.AboveOld}, {"error_rate.above", a.ErrorRate.Above}, {"mismatch", a.Mismatch}} {
		if p.value != nil && !(*p.value >= 0 && *p.value <= 100) {
			add("analysis.%s: %v is not a percentage between 0 and 100", p.key, *p.value)
		}
	}
	for _, p := range []struct {
		key   string
		value *float64
	}{{"p50", a.P50.TimesOld}, {"p99", a.P99.TimesOld}} {
		if p.value != nil && *p.value != 0 && !(*p.value >= 1 && *p.value <= 1000) {
			add("analysis.%s.times_old: %v is not between 1 and 1000; 0 does not bound it", p.key, *p.value)
		}
	}
	return errs
}

// Schedule takes a migration further by itself, a step at a time, each only if the last window was healthy.
type Schedule struct {
	// Every is how long a step lasts at least.
	Every time.Duration `yaml:"every" json:"every"`
	// Until is the percentage beyond which only people go; 100 by default.
	Until *float64 `yaml:"until" json:"until,omitempty"`
	// From and To are the times of day between which steps are taken, such as 09:00; without them, at any.
	From string `yaml:"from" json:"from,omitempty"`
	To   string `yaml:"to" json:"to,omitempty"`
	// Days are those on which steps are taken: mon, tue, wed, thu, fri, sat, sun; without them, any.
	Days []string `yaml:"days" json:"days,omitempty"`
	// Zone that From, To and Days are in, such as Europe/Berlin; UTC by default.
	Zone string `yaml:"zone" json:"zone,omitempty"`
}

var days = []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}

const timeOfDay = "15:04"

func (s *Schedule) validate(analysed bool) []error {
	if s == nil {
		return nil
	}
	var errs []error
	add := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }
	if !analysed {
		add("schedule: needs analysis, which says whether a step was healthy; write analysis: {} for its defaults")
	}
	if s.Every < time.Second {
		add("schedule.every: %s is shorter than a second; say how long a step lasts, such as 1h", s.Every)
	}
	if s.Until != nil && !(*s.Until > 0 && *s.Until <= 100) {
		add("schedule.until: %v is not between 0 and 100", *s.Until)
	}
	from, err := time.Parse(timeOfDay, or(s.From, "00:00"))
	if err != nil {
		add("schedule.from: %q is not a time of day, such as 09:00", s.From)
	}
	to, err2 := time.Parse(timeOfDay, or(s.To, "23:59"))
	if err2 != nil {
		add("schedule.to: %q is not a time of day, such as 17:00", s.To)
	}
	if err == nil && err2 == nil && !from.Before(to) {
		add("schedule.to: %s is not after %s", s.To, or(s.From, "00:00"))
	}
	for i, d := range s.Days {
		if !slices.Contains(days, d) {
			add("schedule.days[%d]: %q is not a day; there are %s", i, d, strings.Join(days, ", "))
		}
	}
	if _, err := time.LoadLocation(s.Zone); err != nil {
		add("schedule.zone: %w", err)
	}
	return errs
}

// Step is the percentage to which the schedule takes a migration now, if the step that it is at was healthy.
func (s *Schedule) Step(m *Migration, at State, now time.Time) (Percent, bool) {
	if s == nil || at.Stage != Canary || at.Aborted || at.Paused || now.Sub(at.Change.At) < s.Every || !s.open(now) {
		return 0, false
	}
	until := hundred
	if s.Until != nil {
		until = PercentOf(*s.Until)
	}
	next, ok := m.next(at.Percent)
	if !ok || at.Percent >= until {
		return 0, false
	}
	return min(next, until), true
}

// open reports whether steps are taken at that time.
func (s *Schedule) open(now time.Time) bool {
	zone, err := time.LoadLocation(s.Zone)
	if err != nil {
		return false
	}
	now = now.In(zone)
	clock := now.Format(timeOfDay)
	return clock >= or(s.From, "00:00") && clock <= or(s.To, "23:59") && (len(s.Days) == 0 || slices.Contains(s.Days, days[now.Weekday()]))
}

func or(text, otherwise string) string {
	if text == "" {
		return otherwise
	}
	return text
}

// measured says what is wrong with the keys of a migration by which it is judged.
func (m *Migration) measured() error {
	return errors.Join(append(m.Analysis.validate(), m.Schedule.validate(m.Analysis != nil)...)...)
}
