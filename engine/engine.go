// Package engine answers requests from the composed graph. It reads as the way of a request:
//
//	text       -> document    parsed and validated, cached by text         (operation)
//	variables  -> values      coerced; their conditions decide @skip/@include
//	document   -> operation   normalized                                   (operation)
//	operation  -> plan        cached by normalized text and labels         (planner)
//	plan       -> program     flat tables, cached with the plan            (executor)
//	program    -> response    fetches made, data and errors written once   (executor)
//
// Everything that depends on the graph lives in one immutable Snapshot behind an atomic pointer, which a
// request loads once: a reload swaps it, requests in flight end on the one that they began with.
//
// The engine does no I/O. It is given a Fetcher, and sees neither tokens nor addresses.
package engine

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/ficusgraph/ficus/engine/executor"
	"github.com/ficusgraph/ficus/engine/operation"
)

// Config bounds the engine; the zero value is the default.
type Config struct {
	// Introspection lets clients ask for the schema.
	Introspection bool
	// Limits of a request's document.
	Limits operation.Limits
	// Demand says what an operation may cost.
	Demand Demand
	// Client is the name of the client that asks, for Demand.Clients; nil means that none has one.
	Client func(ctx context.Context) string
	// CacheSize is how many documents, and how many plans, are kept; 0 means 1024. One with much text counts as
	// several.
	CacheSize int
	// Warm is how many of the operations used most are planned on a new graph before it is served; 0 means
	// a third of CacheSize, a negative number none.
	Warm int
	// PlanPaths is how many paths the planner looks at before it gives up; 0 means its default.
	PlanPaths int
	// Labels decides which of some override labels are active for a request; nil means none. It is asked once a
	// request, and only for those that matter to its operation.
	Labels func(ctx context.Context, labels []string) []string
	// Fallback says for which of some labels, whose new owner failed in a query, that is asked again with them off; nil means
	// for none.
	Fallback func(ctx context.Context, lost []string) []string
	// RateLimit may refuse an operation before it is executed; nil refuses none. An operation.Error is what the client gets.
	RateLimit func(ctx context.Context, op Executing) error
	// Extensions are what responses have beside data and errors; nil means nothing.
	Extensions Extensions
	// Reply gathers what sources say beside their answers that goes back to the client; nil for nothing.
	Reply Replying
	// Admit refuses operations that the caller may not ask at all, by an error of package operation; nil means none.
	Admit func(ctx context.Context, p *operation.Prepared) error
	// Authorization says how @authenticated, @requiresScopes and @policy are enforced.
	Authorization Authorization
}

// Engine answers requests from the current snapshot.
type Engine struct {
	current  atomic.Pointer[Snapshot]
	observer Observer
	// documents and plans count what was found in the caches of all snapshots.
	documents, plans lookups
	flights          flights
}

// Observer is told what the engine did; it is called from many goroutines and must be quick.
type Observer interface {
	executor.Observer
	// ParseDone is called after each parsing with validation: how long it took.
	ParseDone(ctx context.Context, took time.Duration, err error)
	// PlanDone is called after each planning: how long it took, how many paths it considered.
	PlanDone(ctx context.Context, took time.Duration, considered int, err error)
	// CostDone is called for each operation whose cost is estimated: what it is, and whether that is too much.
	CostDone(ctx context.Context, estimated int, tooMuch bool)
	// LimitPassed is called for each limit that a request passes, by which it is refused unless that is only measured.
	LimitPassed(ctx context.Context, name string, x operation.Excess, refused bool)
}

// New is an engine that answers from the snapshot. The observer may be nil.
func New(s *Snapshot, observer Observer) *Engine {
	e := &Engine{observer: observer}
	e.Swap(s)
	return e
}

// Reload makes the snapshot the current one once the operations that are asked most are planned on it, and says
// how many those are. Requests are answered from the old one meanwhile.
func (e *Engine) Reload(ctx context.Context, s *Snapshot) int {
	warmed := s.Warm(ctx, e.Snapshot(), e.observer)
	e.Swap(s)
	return warmed
}

// Swap makes the snapshot the current one, for requests that begin from now on.
func (e *Engine) Swap(s *Snapshot) { e.current.Store(s) }

// Snapshot is the current one.
func (e *Engine) Snapshot() *Snapshot { return e.current.Load() }

// Schema is the current API schema.
func (e *Engine) Schema() *ast.Schema { return e.Snapshot().Graph.API }

// Request is one GraphQL request.
type Request struct {
	Query, OperationName string
	// Variables is a JSON object, or empty.
	Variables []byte
	// ReadOnly refuses mutations, as for GET.
	ReadOnly bool
	// Labels are active override labels, beside those that Config.Labels decides.
	Labels []string
	// Sharing, if not nil, lets a query share the answer to the same one that is under way. It holds whatever else
	// may change the answer and differs between clients: requests with equal bytes here may see each other's.
	Sharing []byte
	// Spent, if not nil, is what other operations of the request cost, which this one adds to: a batch may cost as much
	// as one operation may.
	Spent *atomic.Int64

	// aside: Labels are all that are active, and nobody is to find a trace of the request.
	aside bool
}

// Executing is an operation that is about to be executed: its name, "" if it has none, its kind, and what it is
// estimated to cost, 0 if it is not.
type Executing struct {
	Operation string
	Kind      ast.Operation
	Cost      int
}

// Outcome says how a request ended, for the transport and the metrics.
type Outcome struct {
	Kind          ast.Operation
	OperationName string
	// Refused: nothing was executed; the body holds errors and no data. Code is the first error's.
	Refused bool
	Code    string
	// Errors counts the errors in the body, DataNull says that data is null, Fetches counts subgraph requests.
	Errors   int
	DataNull bool
	Fetches  int
	// Cost is the estimate of what was asked for, if there is one.
	Cost int
	// Reply is what goes back to the client beside the response, nil for nothing. It may be shared, and must not be changed.
	Reply *Reply
	// Decided is what labels had to do with it; the zero value if nothing.
	Decided Decided
	// Release, if not nil, must be called when the response was written: its bytes are shared and are not dst.
	Release func()
}

// Execute answers the request: the response, a JSON object, is appended to dst, unless it is shared.
func (e *Engine) Execute(ctx context.Context, r *Request, dst []byte) ([]byte, Outcome) {
	s := e.current.Load()
	out := Outcome{Kind: ast.Query, OperationName: r.OperationName}
	planned, prepared, values, err := e.decide(ctx, s, r, &out, false)
	if err != nil {
		return e.refuse(ctx, dst, out, err)
	}
	ctx, extensions, r := s.cfg.extend(ctx, Executed{Document: r.Query, Operation: out.OperationName, Plan: planned.program.Plan(), Variables: r.Variables}, r)
	try := attempt{s, prepared, values, r, input(values, e.observer)}
	var run executor.Outcome
	if out.Kind == ast.Query && r.Sharing != nil {
		dst, run, out.Reply, out.Release = e.flights.run(ctx, planned.program, values, r.Sharing, func(dst []byte) ([]byte, executor.Outcome, *Reply) {
			return try.run(ctx, e, planned.program, dst)
		})
	} else {
		dst, run, out.Reply = try.run(ctx, e, planned.program, dst)
	}
	if out.Kind == ast.Mutation {
		e.flights.mutations.Add(1)
	}
	out.Errors, out.DataNull, out.Fetches, out.Decided = run.Errors, run.DataNull, run.Fetches, planned.decided()
	return appendExtensions(dst, extensions), out
}

// decide leads a request to its program, or says why it is refused; out gets what is known of it on the way. Streamed
// says that it may be answered more than once.
func (e *Engine) decide(ctx context.Context, s *Snapshot, r *Request, out *Outcome, streamed bool) (*use, *operation.Prepared, operation.Values, error) {
	prepared, err := s.prepare(ctx, r, &e.documents, e.observer)
	if err != nil {
		return nil, nil, nil, err
	}
	out.Kind, out.OperationName = prepared.Kind(), prepared.Name()
	if err := s.allowed(prepared, r, streamed); err != nil {
		return nil, nil, nil, err
	}
	if s.cfg.Admit != nil {
		if err := s.cfg.Admit(ctx, prepared); err != nil {
			return nil, nil, nil, err
		}
	}
	values, passed, err := prepared.Measure(r.Variables)
	if err != nil {
		return nil, nil, nil, err
	}
	planned, err := s.program(ctx, prepared, values, r, e)
	if err != nil {
		return nil, nil, nil, err
	}
	e.tell(ctx, out.OperationName, passed)
	e.tell(ctx, out.OperationName, planned.exceeded)
	if planned.estimate != nil {
		if out.Cost, err = s.cfg.afford(ctx, planned.estimate, values, r, e.observer); err != nil {
			return nil, nil, nil, err
		}
		if err = e.spare(ctx, s.cfg.Demand, planned.shares, values, out.OperationName); err != nil {
			return nil, nil, nil, err
		}
	}
	if s.cfg.RateLimit != nil {
		if err := s.cfg.RateLimit(ctx, Executing{out.OperationName, out.Kind, out.Cost}); err != nil {
			return nil, nil, nil, err
		}
	}
	return planned, prepared, values, nil
}

// refuse answers with the error, and tells of the limits that it is about.
func (e *Engine) refuse(ctx context.Context, dst []byte, out Outcome, err error) ([]byte, Outcome) {
	list := refusals(err)
	for _, one := range list {
		if one.Excess != nil && e.observer != nil {
			e.observer.LimitPassed(ctx, out.OperationName, *one.Excess, true)
		}
	}
	return refuse(dst, out, list)
}

// tell tells of limits that are only measured.
func (e *Engine) tell(ctx context.Context, name string, passed []operation.Excess) {
	if e.observer == nil {
		return
	}
	for _, x := range passed {
		e.observer.LimitPassed(ctx, name, x, false)
	}
}

func input(values operation.Values, observer Observer) executor.Input {
	in := executor.Input{Variables: make([]executor.Variable, len(values))}
	for i, v := range values {
		in.Variables[i] = executor.Variable{Name: v.Name, JSON: v.JSON}
	}
	if observer != nil {
		in.Observer = observer
	}
	return in
}
