package transport

import (
	"net/http"
	"time"

	"github.com/ficusgraph/ficus/telemetry/trace"
)

// traced answers a request to the graph, and has it traced from here to its answer's last byte.
func (s *Server) traced(w http.ResponseWriter, r *http.Request) {
	ctx, t := s.parts.Tracer.Begin(r.Context(), r.Header, time.Now())
	if t == nil {
		s.checked(w, r)
		return
	}
	s.parts.Tracer.Tell(w.Header(), t)
	root := t.Root()
	root.Rename(r.Method, s.cfg.Supergraph.Path) // until the operation is known
	root.Text("http.request.method", r.Method)
	root.Text("http.route", s.cfg.Supergraph.Path)
	root.Text("url.path", s.cfg.Supergraph.Path)
	root.Text("url.scheme", scheme(r))
	answered := false
	defer func() {
		if !answered { // it panics, and enter will say so
			t.Keep() // whoever panicked may have left somebody behind
			root.Text("ficus.outcome", OutcomePanic)
			traceStatus(root, http.StatusInternalServerError, CodeInternal, true)
		}
		t.End(time.Now())
	}()
	s.checked(w, r.WithContext(ctx))
	answered = true
}

func scheme(r *http.Request) string {
	if r.TLS != nil {
		return "https"
	}
	return "http"
}

// traceCall adds to the request's span what is known at its end.
func (s *Server) traceCall(w http.ResponseWriter, r *http.Request, c *call) {
	root := trace.FromContext(r.Context())
	if root == nil || !root.Trace().Sampled {
		return
	}
	if kind := string(c.result.Kind); kind != "" {
		root.Rename(kind, c.result.OperationName)
		root.Text("graphql.operation.type", kind)
		root.Text("graphql.operation.name", c.result.OperationName)
		root.Number("ficus.fetches", c.result.Fetches)
		root.Number("graphql.errors", c.result.Errors)
	}
	if s.parts.Tracer.Documents() {
		root.Text("graphql.document", c.request.Query)
	}
	root.Text("ficus.outcome", c.outcome)
	root.Text("ficus.request_id", requestID(w))
	root.Number("http.response.body.size", c.size)
	traceStatus(root, c.status, c.result.Code, c.outcome == OutcomeFailed)
}

// traceStatus adds what was answered. A client's fault is none of the gateway's.
func traceStatus(root *trace.Span, status int, code string, failed bool) {
	root.Number("http.response.status_code", status)
	switch {
	case failed || status >= http.StatusInternalServerError:
		root.Fail(code)
	case code != "":
		root.Text("error.type", code)
	}
}

// authenticating is Authenticate around the graph, whose refusals are traced: they are written there, and their
// status is all that is seen here.
func (s *Server) authenticating(next http.Handler) http.Handler {
	inner := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if seen, ok := w.(*statusSeen); ok {
			seen.passed, w = true, seen.ResponseWriter
		} else {
			passed(w)
		}
		next.ServeHTTP(w, r)
	})
	outer := s.parts.Authenticate(inner)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		root := trace.FromContext(r.Context())
		if root == nil {
			outer.ServeHTTP(w, r)
			return
		}
		seen := &statusSeen{ResponseWriter: w}
		outer.ServeHTTP(seen, r)
		if !seen.passed {
			root.Text("ficus.outcome", OutcomeRefused)
			traceStatus(root, seen.status, "", false)
		}
	})
}

// statusSeen remembers the status of an answer.
type statusSeen struct {
	http.ResponseWriter
	status int
	passed bool
}

// WriteHeader implements http.ResponseWriter.
func (w *statusSeen) WriteHeader(status int) {
	w.status = status
	w.ResponseWriter.WriteHeader(status)
}

// Unwrap is for http.ResponseController.
func (w *statusSeen) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// passed notes that a request went on to the graph, where others wrapped the writer as well.
func passed(w http.ResponseWriter) {
	for {
		switch at := w.(type) {
		case *statusSeen:
			at.passed = true
			return
		case interface{ Unwrap() http.ResponseWriter }:
			w = at.Unwrap()
		default:
			return
		}
	}
}
