package wiring

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"github.com/ficusgraph/ficus/admin"
	"github.com/ficusgraph/ficus/engine"
	"github.com/ficusgraph/ficus/engine/queryplan"
	"github.com/ficusgraph/ficus/mocks"
	"github.com/ficusgraph/ficus/owners"
	"github.com/ficusgraph/ficus/rollout"
	"github.com/ficusgraph/ficus/rollout/shadow"
	"github.com/ficusgraph/ficus/subgraph"
	"github.com/ficusgraph/ficus/telemetry/trace"
	"github.com/ficusgraph/ficus/transport"
)

// Shadows joins the comparison of owners to the rooms that it needs.
type Shadows struct {
	Board  *rollout.Board
	Served *atomic.Pointer[owners.Graph]
	Made   *mocks.Names
	Logger *slog.Logger

	strain shadow.Strain
	graph  atomic.Pointer[described]
	// busy is the transport's, once there is one.
	busy atomic.Pointer[func() bool]
}

// described is a graph as the comparison knows it.
type described struct {
	of *owners.Graph
	*shadow.Graph
}

// Over has the answers of an engine compared.
func (s *Shadows) Over(gateway *engine.Engine) *shadow.Shadow {
	return shadow.New(shadow.Parts{
		Engine: gateway, Migrations: s.Board.Shadowing, Graph: s.describe, RequestID: transport.RequestID, Aside: asideOf,
		MadeUp:   func(ctx context.Context, plan *queryplan.Plan) bool { return s.Made.In(plan) || mocks.Chosen(ctx) },
		Busy:     s.isBusy,
		Strained: func(owner string) bool { return s.strain.Under(owner, time.Now()) },
		Logger:   s.Logger,
	})
}

// Spare has comparisons wait while the transport has as much to do as it may.
func (s *Shadows) Spare(server *transport.Server) {
	busy := server.Busy
	s.busy.Store(&busy)
}

func (s *Shadows) isBusy() bool {
	busy := s.busy.Load()
	return busy != nil && (*busy)()
}

// describe is the graph that is served.
func (s *Shadows) describe() *shadow.Graph {
	now := s.Served.Load()
	if d := s.graph.Load(); d != nil && d.of == now {
		return d.Graph
	}
	d := &described{now, shadow.NewGraph(now.Supergraph)}
	s.graph.Store(d)
	return d.Graph
}

// Fetched tells of a request to a subgraph that a client's request made.
func (s *Shadows) Fetched(name string, took time.Duration, err error) {
	if s == nil || s.Board.Shadowing() == nil || errors.Is(err, context.Canceled) {
		return
	}
	s.strain.Note(s.describe().Owner(name), took, err != nil, time.Now())
}

// asideOf is the context of what is asked to compare: of the client's request, without its trace and its mocked session.
func asideOf(ctx context.Context, safe []string) (context.Context, func() bool) {
	mark := &subgraph.Aside{Safe: safe}
	ctx = mocks.NewContext(trace.NewContext(ctx, nil), nil)
	return subgraph.NewAside(ctx, mark), func() bool { return !mark.Refused() }
}

// As is the context of a client's request with some headers, as authentication and header rules make it.
func As(parts *transport.Parts) func(ctx context.Context, headers map[string]string) (context.Context, error) {
	return func(ctx context.Context, headers map[string]string) (context.Context, error) {
		r, err := http.NewRequestWithContext(ctx, http.MethodPost, "/", http.NoBody)
		if err != nil {
			return nil, err
		}
		for name, v := range headers {
			r.Header.Set(name, v)
		}
		var out context.Context
		var next http.Handler = http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { out = parts.Context(r.Context(), r) })
		if parts.Authenticate != nil {
			next = parts.Authenticate(next)
		}
		answer := &refusal{header: http.Header{}}
		if next.ServeHTTP(answer, r); out == nil {
			return nil, errors.New("such a client is refused: " + answer.text.String())
		}
		return out, nil
	}
}

// refusal is what a client is told who is refused.
type refusal struct {
	header http.Header
	text   strings.Builder
}

// Header implements http.ResponseWriter.
func (r *refusal) Header() http.Header { return r.header }

// WriteHeader implements http.ResponseWriter.
func (r *refusal) WriteHeader(int) {}

// Write implements http.ResponseWriter.
func (r *refusal) Write(b []byte) (int, error) { return r.text.Write(b) }

// Mismatches adds to the operators' API what the comparisons came to.
func (s *Shadows) Mismatches(api *admin.API, compared *shadow.Shadow, parts *transport.Parts) {
	api.Mismatches(admin.Shadows{Shadow: compared, Board: s.Board, As: As(parts)})
}
