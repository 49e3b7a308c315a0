// Package shaping is how a source is asked without being hurt: what a request passes before it leaves, from the
// outside in.
//
//	request -> rate limit -> places -> attempt -> breaker -> timeout -> source
//	                                      ^                    |
//	                                      +--- retry, if safe -+
//
// Whatever stops a request here has not reached the source, and says so with a Refusal. The package knows
// nothing of HTTP: an attempt tells what became of it with a Verdict. Waiting is always bounded, by max_wait and by
// the context; nothing is decided by a timer of its own.
//
// Invariants. A place among the requests under way is given back on every way out. An attempt that was begun is
// judged exactly once. A request that may not be repeated is attempted once.
package shaping

import "time"

// Passage is how a request got to its source and back, for logs and metrics.
type Passage struct {
	// Attempts is how often it was sent; 0 if it never was.
	Attempts int
	// Hedged is how often it was sent a second time beside an attempt, as that took long.
	Hedged int
	// Waited is how long it waited for a place among the requests under way.
	Waited time.Duration
	// Refused is why it was not sent; "" if it was.
	Refused Reason
	// Breaker is the state of the source's circuit breaker afterwards: closed, half-open, open; "" without one.
	Breaker string
	// ResponseBytes is the size of the answer's body as it came, before decompression; of the last attempt.
	ResponseBytes int
}

// Reason is why a request was not sent.
type Reason string

// The reasons.
const (
	// RateLimited: there were as many requests in the interval as the source is to get.
	RateLimited Reason = "rate_limited"
	// Busy: no place became free within max_wait.
	Busy Reason = "busy"
	// Open: the source failed too often of late, and is left alone for a while.
	Open Reason = "open"
)

// Refusal is the error of a request that was not sent.
type Refusal struct{ Reason Reason }

// Error says why.
func (r *Refusal) Error() string {
	switch r.Reason {
	case RateLimited:
		return "not sent: global_rate_limit is reached"
	case Busy:
		return "not sent: as many requests as max_concurrency allows are under way, and none ended within max_wait"
	default:
		return "not sent: the circuit breaker is open, as the source failed too often of late"
	}
}
