package transport

import (
	"context"
	"net/http"

	"github.com/ficusgraph/ficus/auth"
	"github.com/ficusgraph/ficus/ratelimit"
)

// visit has the context carry who asks, for the rate limits.
func (s *Server) visit(ctx context.Context, r *http.Request) context.Context {
	if s.parts.RateLimit == nil {
		return ctx
	}
	who := auth.FromContext(ctx)
	asked := ratelimit.Asked{Claim: who.Claim, Header: r.Header, Address: s.proxies.client(r)}
	if who != nil {
		asked.Issuer, asked.Subject = who.Issuer, who.Subject
	}
	return ratelimit.NewContext(ctx, s.parts.RateLimit.Visit(asked))
}

// tooOften is the refusal of a request that a rule refuses, nil for none.
func tooOften(no *ratelimit.Refusal) *refusal {
	if no == nil {
		return nil
	}
	r := refusef(http.StatusTooManyRequests, ratelimit.Code, "%s", no)
	if no.Unavailable {
		r.status = http.StatusServiceUnavailable
	}
	r.retryAfter = ratelimit.Seconds(no.RetryAfter)
	r.excess = &excess{no.Key(), no.Quota, no.Used}
	return r
}
