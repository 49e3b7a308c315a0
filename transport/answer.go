package transport

import (
	"cmp"
	"context"
	"log/slog"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/ficusgraph/ficus/auth"
	"github.com/ficusgraph/ficus/engine"
	"github.com/ficusgraph/ficus/ratelimit"
	"github.com/ficusgraph/ficus/telemetry/trace"
)

// call is one request under way. Its buffers are used again; nothing of it outlives finish.
type call struct {
	body, out []byte
	// sharing is what is written for engine.Request.Sharing, size how long the answer was.
	sharing []byte
	size    int
	request engine.Request
	start   time.Time
	// refused is why the engine is not asked, nil if it is; result is what it said, status what was answered.
	refused *refusal
	result  engine.Outcome
	status  int
	outcome string
	// form is that of the client's stream, where it takes nothing else.
	form form
	// batched says that the request held a list of operations, which were counted one by one.
	batched bool
}

var calls = sync.Pool{New: func() any { return new(call) }}

// maxKept is the largest buffer that is kept for later requests: a rare large one must not hold memory.
const maxKept = 1 << 20

func newCall(start time.Time) *call {
	c := calls.Get().(*call)
	c.start = start
	return c
}

// release gives the buffers back.
func (c *call) release() {
	keep := call{body: c.body[:0], out: c.out[:0], sharing: c.sharing[:0]}
	if cap(keep.body) > maxKept {
		keep.body = nil
	}
	if cap(keep.out) > maxKept {
		keep.out = nil
	}
	*c = keep
	calls.Put(c)
}

// execute asks the engine and writes its answer.
func (s *Server) execute(w http.ResponseWriter, r *http.Request, c *call, m media, p params) {
	ctx := s.context(w, r)
	c.request.Query, c.request.OperationName, c.request.Variables = p.query, p.operationName, p.variables
	if s.cfg.Dedupe {
		c.sharing = appendSharing(c.sharing[:0], r)
		c.sharing = appendOperation(c.sharing, p)
		c.request.Sharing = c.sharing
	}
	var body []byte
	body, c.result, c.refused = s.ask(ctx, &c.request, c.start, c.out[:0])
	ratelimit.FromContext(ctx).Headers(w.Header())
	if c.refused != nil {
		if c.result.Release != nil {
			c.result.Release()
		}
		return
	}
	if c.result.Code == engine.CodeSubscription {
		if f := cmp.Or(c.form, streaming(r.Header["Accept"])); f != formNone {
			s.stream(ctx, w, r, c, f)
			return
		}
	}
	if c.size = len(body); c.result.Release != nil {
		defer c.result.Release()
	} else {
		c.out = body
	}
	c.outcome, c.status = outcomeName(c.result), statusOf(c.result, m)
	reply(w.Header(), c.result)
	s.head(ctx, w, c.status)
	if c.form != formNone && (c.status == http.StatusOK || c.status == http.StatusBadRequest) {
		c.status = http.StatusOK
		s.newStream(w, c.form, func() {}).once(body, c.result.Refused)
		return
	}
	s.send(w, r, m, c.status, body)
}

// head adds what a status wants in the answer's header.
func (s *Server) head(ctx context.Context, w http.ResponseWriter, status int) {
	switch status {
	case http.StatusMethodNotAllowed:
		w.Header()["Allow"] = []string{http.MethodPost}
	case http.StatusTooManyRequests:
		ratelimit.FromContext(ctx).RetryAfter(w.Header())
	case http.StatusUnauthorized:
		w.Header()["Www-Authenticate"] = []string{s.parts.Challenge}
	}
}

// reply writes what sources said that goes back to the client. Who refuses an operation has asked none of them.
func reply(to http.Header, o engine.Outcome) {
	if o.Reply == nil {
		return
	}
	for name, values := range o.Reply.Header {
		to[name] = append(slices.Clip(to[name]), values...)
	}
}

// context is the one that a request is executed in.
func (s *Server) context(w http.ResponseWriter, r *http.Request) context.Context {
	ctx := withRequestID(r.Context(), requestID(w))
	if s.parts.Context != nil {
		ctx = s.parts.Context(ctx, r)
	}
	return s.visit(ctx, r)
}

// statusOf is the status of the engine's answer.
// https://graphql.github.io/graphql-over-http/draft/#sec-Status-Codes
func statusOf(o engine.Outcome, m media) int {
	switch {
	case o.Reply != nil && o.Reply.Status != 0:
		return o.Reply.Status
	case !o.Refused:
		return http.StatusOK
	case o.Code == engine.CodeMutationForbidden:
		return http.StatusMethodNotAllowed
	case o.Code == ratelimit.Code:
		return http.StatusTooManyRequests
	case o.Code == auth.CodeUnauthenticated:
		return http.StatusUnauthorized
	case o.Code == CodeInternal:
		return http.StatusInternalServerError
	case m == mediaGraphQL:
		return http.StatusBadRequest
	}
	return http.StatusOK
}

func outcomeName(o engine.Outcome) string {
	switch {
	case o.Refused:
		return OutcomeRefused
	case o.Errors == 0:
		return OutcomeOK
	case o.DataNull:
		return OutcomeFailed
	}
	return OutcomePartial
}

// write sends an answer.
func (s *Server) write(w http.ResponseWriter, m media, status int, body []byte) {
	s.writeHead(w, m, status, len(body))
	s.backlog.write(w, body, len(body))
}

// writeHead begins an answer with a body of that length.
func (s *Server) writeHead(w http.ResponseWriter, m media, status, length int) {
	h := w.Header()
	h["Content-Type"] = contentTypes[m]
	h["Content-Length"] = []string{strconv.Itoa(length)}
	if s.draining.Load() {
		h["Connection"] = closeConnection
	}
	w.WriteHeader(status)
}

// closeConnection is the value of a Connection header, shared by all answers.
var closeConnection = []string{"close"}

// finish ends a call: it answers what was refused, catches what panicked, counts and logs. It is deferred.
func (s *Server) finish(w http.ResponseWriter, r *http.Request, c *call) {
	if v := recover(); v != nil {
		s.caught(r.Context(), requestID(w), v)
		if c.outcome == "" {
			s.refuse(w, r, internal())
		}
		c.outcome, c.status, c.result.Code = OutcomePanic, http.StatusInternalServerError, CodeInternal
		s.traceCall(w, r, c)
		trace.FromContext(r.Context()).Trace().Keep()
		s.parts.Observer.RequestDone(kindName(c.result.Kind), OutcomePanic, time.Since(c.start))
		// Not released: whoever panicked may have left a reader of these buffers behind.
		return
	}
	if c.refused != nil {
		c.outcome, c.status, c.result.Code = OutcomeRefused, c.refused.status, c.refused.code
		s.refuse(w, r, c.refused)
	}
	s.traceCall(w, r, c)
	took := time.Since(c.start)
	if !c.batched {
		s.parts.Observer.RequestDone(kindName(c.result.Kind), c.outcome, took)
	}
	if s.parts.Logger.Enabled(r.Context(), slog.LevelDebug) {
		s.logCall(w, r, c, took)
	}
	c.release()
}

func kindName(k ast.Operation) string {
	if k == "" {
		return "unknown"
	}
	return string(k)
}

func (s *Server) logCall(w http.ResponseWriter, r *http.Request, c *call, took time.Duration) {
	s.parts.Logger.LogAttrs(r.Context(), slog.LevelDebug, "request",
		slog.String("request_id", requestID(w)), slog.String("method", r.Method), slog.Int("status", c.status),
		slog.String("kind", kindName(c.result.Kind)), slog.String("operation", c.result.OperationName),
		slog.String("outcome", c.outcome), slog.String("code", c.result.Code), slog.Int("errors", c.result.Errors),
		slog.Int("fetches", c.result.Fetches), slog.Int("bytes", c.size), slog.Duration("took", took))
}
