package shaping

import (
	"errors"

	"github.com/sony/gobreaker/v2"
)

// breaker is a source's circuit breaker, or none.
type breaker struct {
	*gobreaker.TwoStepCircuitBreaker[struct{}]
}

var errFailed, errUncounted = errors.New("failed"), errors.New("not counted")

func newBreaker(b Breaker) breaker {
	if !*b.Enabled {
		return breaker{}
	}
	const buckets = 10
	return breaker{gobreaker.NewTwoStepCircuitBreaker[struct{}](gobreaker.Settings{
		MaxRequests: uint32(b.Probes), Interval: b.Window, BucketPeriod: b.Window / buckets, Timeout: b.OpenFor,
		ReadyToTrip: func(c gobreaker.Counts) bool {
			ended := c.TotalSuccesses + c.TotalFailures
			return ended >= uint32(b.MinRequests) && float64(c.TotalFailures) >= b.FailureRate*float64(ended)
		},
		IsExcluded: func(err error) bool { return err == errUncounted }, //nolint:errorlint // only judge makes it
	})}
}

// allow is false while the source is to be left alone; else judge is to be called with what became of the attempt.
func (b breaker) allow() (judge func(Verdict), ok bool) {
	if b.TwoStepCircuitBreaker == nil {
		return func(Verdict) {}, true
	}
	done, err := b.Allow()
	if err != nil {
		return nil, false
	}
	return func(v Verdict) {
		switch {
		case v.Uncounted:
			done(errUncounted)
		case v.Failed:
			done(errFailed)
		default:
			done(nil)
		}
	}, true
}

func (b breaker) state() string {
	if b.TwoStepCircuitBreaker == nil {
		return ""
	}
	return b.State().String()
}
