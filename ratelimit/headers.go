package ratelimit

import (
	"net/http"
	"strconv"
	"strings"
	"time"
)

// State is how much a key may still take.
type State struct {
	Rule string
	// Quota is how much may be taken in Window, Remaining how much at once now.
	Quota, Remaining int
	Window           time.Duration
	// Reset is how long it takes until all can be taken again.
	Reset time.Duration
}

// state is the rule's with what was taken.
func (r *rule) state(of take, t taken) State {
	return State{
		Rule: r.Name, Quota: of.capacity, Window: r.Interval, Reset: t.back,
		Remaining: int(max(of.burst-t.back, 0) / of.each),
	}
}

// Headers tells the client of the rules that it was held against, none if there are none.
// https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/
func (v *Visit) Headers(h http.Header) {
	if v == nil {
		return
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	if len(v.states) == 0 {
		return
	}
	var policy, now strings.Builder
	for i, s := range v.states {
		if i > 0 {
			policy.WriteString(", ")
			now.WriteString(", ")
		}
		quota, window := s.Quota, s.Window
		if window < time.Second { // windows are whole seconds
			quota, window = int(float64(quota)*float64(time.Second)/float64(window)), time.Second
		}
		name := strconv.Quote(s.Rule)
		policy.WriteString(name + ";q=" + strconv.Itoa(quota) + ";w=" + strconv.Itoa(Seconds(window)))
		now.WriteString(name + ";r=" + strconv.Itoa(s.Remaining) + ";t=" + strconv.Itoa(Seconds(s.Reset)))
	}
	h["Ratelimit-Policy"] = []string{policy.String()}
	h["Ratelimit"] = []string{now.String()}
}

// RetryAfter tells a client that was refused when to come again, if that is of use.
func (v *Visit) RetryAfter(h http.Header) {
	if v == nil {
		return
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.retry > 0 {
		h["Retry-After"] = []string{strconv.Itoa(Seconds(v.retry))}
	}
}

// Seconds are whole seconds, rounded up: who comes again after them does not come too early.
func Seconds(d time.Duration) int { return int((d + time.Second - 1) / time.Second) }
