package subgraph

import (
	"context"
	"errors"
	"net"
	"net/http"
	"strconv"
	"time"

	"github.com/ficusgraph/ficus/engine/executor"
	"github.com/ficusgraph/ficus/subgraph/shaping"
)

// Verdict is what an answer says of who gave it: 5xx are its failures, and some statuses ask to come again, perhaps
// not before a time.
func Verdict(status int, h executor.Header) shaping.Verdict {
	v := shaping.Verdict{Failed: status >= 500}
	switch status {
	case http.StatusTooManyRequests, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		v.Retry, v.After = true, retryAfter(h.Get("Retry-After"), time.Now())
	}
	return v
}

// verdict is what an attempt at a service says of it: timeouts, broken connections and 5xx are its failures; what
// the client broke off is not, nor is an answer that is too large to be read.
func verdict(ctx context.Context, a *reply, err error) shaping.Verdict {
	switch {
	case errors.Is(ctx.Err(), context.Canceled):
		return shaping.Verdict{Uncounted: true}
	case errors.Is(err, errTooLarge):
		return shaping.Verdict{}
	case err != nil && (timedOut(err) || ctx.Err() != nil):
		return shaping.Verdict{Failed: true}
	case err != nil:
		return shaping.Verdict{Failed: true, Retry: a.Status == 0}
	}
	return Verdict(a.Status, a.header)
}

func timedOut(err error) bool {
	var timeout net.Error
	return errors.Is(err, context.DeadlineExceeded) || errors.As(err, &timeout) && timeout.Timeout()
}

// retryAfter reads seconds or a date; 0 if there is neither.
func retryAfter(v string, now time.Time) time.Duration {
	if n, err := strconv.ParseUint(v, 10, 31); err == nil {
		return time.Duration(n) * time.Second
	}
	if at, err := http.ParseTime(v); err == nil {
		return max(0, at.Sub(now))
	}
	return 0
}
