package transport

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"time"
)

// What a request may have where nothing is configured.
const (
	defaultBody    = 2_000_000
	defaultHeader  = 128 << 10
	defaultHeaders = 200
)

// Keys of the limits that hold before the engine is asked.
const (
	limitBody    = "http_max_request_bytes"
	limitHeader  = "http1_max_request_buf_size"
	limitHeaders = "http1_max_request_headers"
)

// LimitKeys are the keys of the limits that may be only measured.
func LimitKeys() []string { return []string{limitBody, limitHeader, limitHeaders} }

// bound is one limit of requests as it is enforced.
type bound struct {
	key string
	// most is what is enforced, told what an excess of is told of. They differ where the limit is only measured.
	most, told int
}

// bounds are the limits of what comes over HTTP.
type bounds struct{ body, header, headers bound }

// bounds are the enforced limits of a configuration without gaps.
func (l Limits) bounds() bounds {
	of := func(key string, configured, builtIn int) bound {
		if slices.Contains(l.Measured, key) {
			return bound{key, max(configured, builtIn), configured}
		}
		return bound{key, configured, configured}
	}
	return bounds{
		of(limitBody, l.HTTPMaxRequestBytes, defaultBody), of(limitHeader, l.HTTP1MaxRequestBufSize, defaultHeader),
		of(limitHeaders, l.HTTP1MaxRequestHeaders, defaultHeaders),
	}
}

// excess is a limit that a request passes: its key in the configuration, what may be, and what is.
type excess struct {
	limit       string
	max, actual int
}

func (b bound) excess(actual, most int) *excess { return &excess{"limits." + b.key, most, actual} }

// measure tells of a limit that is passed and only measured.
func (s *Server) measure(r *http.Request, b bound, actual int) {
	if actual > b.told && actual <= b.most {
		s.passed(r, b.excess(actual, b.told), false)
	}
}

// passed is tell for a request.
func (s *Server) passed(r *http.Request, x *excess, refused bool) { s.tell(r.Context(), x, refused) }

// tell counts and logs a limit that is passed: where one client does, many do, so a line a minute says it.
func (s *Server) tell(ctx context.Context, x *excess, refused bool) {
	s.parts.Observer.LimitPassed(x.limit, refused)
	if skipped, ok := s.seldom.Pass(x.limit, time.Now()); ok {
		s.parts.Logger.LogAttrs(ctx, slog.LevelWarn, "limit passed", slog.String("limit", x.limit), slog.Int("max", x.max),
			slog.Int("actual", x.actual), slog.Bool("refused", refused), slog.Int("not_said", skipped))
	}
}

// slack is how much longer than the limit a header may be for net/http, whose refusal says less than ours.
const slack = 32 << 10

// checkHeader refuses a request whose header is too long, or has too many lines.
func (s *Server) checkHeader(r *http.Request) *refusal {
	size := len(r.Method) + len(r.RequestURI) + len(r.Proto) + len("Host: ") + len(r.Host) + 6
	lines := 1
	for name, values := range r.Header {
		lines += len(values)
		for _, v := range values {
			size += len(name) + len(v) + len(": \r\n")
		}
	}
	b := &s.bounds
	s.measure(r, b.headers, lines)
	s.measure(r, b.header, size)
	switch {
	case lines > b.headers.most:
		return b.headers.refuse(http.StatusRequestHeaderFieldsTooLarge, CodeHeaderTooLarge, lines, "the request has %d header lines, and may have %d; send fewer headers")
	case size > b.header.most:
		return b.header.refuse(http.StatusRequestHeaderFieldsTooLarge, CodeHeaderTooLarge, size, "the request's line and headers have %d bytes, and may have %d bytes; send long queries with POST, and shorter headers")
	}
	return nil
}

// refuse is the refusal of what passes the bound; the format takes what is and what may be.
func (b bound) refuse(status int, code string, actual int, format string) *refusal {
	out := &refusal{status: status, code: code, message: fmt.Sprintf(format, actual, b.most), excess: b.excess(actual, b.most)}
	return out
}

// tooLarge is the refusal of a body of which so many bytes are known.
func (b bound) tooLarge(actual int) *refusal {
	r := b.refuse(http.StatusRequestEntityTooLarge, CodePayloadTooLarge, actual, "the request's body has %d bytes or more, and may have %d bytes; send large values in parts, or raise limits.http_max_request_bytes")
	r.closes = true
	return r
}
