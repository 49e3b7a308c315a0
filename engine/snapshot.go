package engine

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/maypok86/otter/v2"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/ficusgraph/ficus/engine/executor"
	"github.com/ficusgraph/ficus/engine/operation"
	"github.com/ficusgraph/ficus/engine/planner"
	"github.com/ficusgraph/ficus/engine/queryplan"
	"github.com/ficusgraph/ficus/engine/supergraph"
)

// Snapshot is one graph with all that is derived from it. It is safe for use by many goroutines.
type Snapshot struct {
	// Graph that is served.
	Graph *supergraph.Supergraph

	cfg     Config
	fetcher executor.Fetcher
	planner *planner.Planner
	caches
	access  *access
	callers *callers
}

// NewSnapshot prepares the graph to be served through the fetcher.
func NewSnapshot(graph *supergraph.Supergraph, fetcher executor.Fetcher, cfg Config) (*Snapshot, error) {
	s := &Snapshot{
		Graph: graph, cfg: cfg, planner: planner.New(graph, planner.Config{MaxPaths: cfg.PlanPaths, SharePaths: true}),
	}
	// Who may not see the schema is not told of it in errors either.
	s.cfg.Limits.HideNames = cfg.Limits.HideNames || !cfg.Introspection || cfg.Authorization.FilterIntrospection
	var err error
	if s.caches, err = newCaches(cfg.CacheSize); err != nil {
		return nil, err
	}
	s.access = newAccess(graph, cfg.Authorization)
	if s.fetcher, err = newIntrospecting(graph.API, s.access, fetcher); err != nil {
		return nil, err
	}
	if s.callers, err = newCallers(s, s.variants.GetMaximum()); err != nil {
		return nil, fmt.Errorf("cache of what matters: %w", err)
	}
	return s, nil
}

// prepare parses and validates, or finds the document in the cache, and picks the operation.
func (s *Snapshot) prepare(ctx context.Context, r *Request, count *lookups, observer Observer) (*operation.Prepared, error) {
	doc, err := s.document(ctx, r.Query, count, observer)
	if err != nil {
		return nil, err
	}
	return doc.Operation(r.OperationName)
}

// document parses and validates, or finds the document in the cache.
func (s *Snapshot) document(ctx context.Context, text string, count *lookups, observer Observer) (*operation.Document, error) {
	doc, ok := s.documents.GetIfPresent(text)
	count.count(ok)
	if !ok {
		start := time.Now()
		var err error
		doc, err = operation.Parse(s.Graph.API, text, s.cfg.Limits)
		if observer != nil {
			observer.ParseDone(ctx, time.Since(start), err)
		}
		if err != nil {
			return nil, err
		}
		s.documents.Set(text, doc)
	}
	return doc, nil
}

// allowed refuses what this request may not do.
func (s *Snapshot) allowed(p *operation.Prepared, r *Request, streamed bool) error {
	switch {
	case p.Kind() == ast.Mutation && r.ReadOnly:
		return &operation.Error{Code: CodeMutationForbidden, Message: "mutations cannot be sent with GET; use POST"}
	case p.Kind() == ast.Subscription && !streamed:
		return &operation.Error{Code: CodeSubscription, Message: "a subscription is answered by a stream of responses; send accept: text/event-stream, or ask over a WebSocket"}
	case !s.cfg.Introspection && p.Introspects():
		return &operation.Error{Code: CodeIntrospection, Message: "introspection is turned off; supergraph.introspection turns it on"}
	}
	return nil
}

// program finds or makes the program for the operation under its values' conditions and the labels.
func (s *Snapshot) program(ctx context.Context, p *operation.Prepared, values operation.Values, r *Request, e *Engine) (*use, error) {
	mask, err := p.Mask(values)
	if err != nil {
		return nil, err
	}
	d := decided{p, mask}
	who, err := s.callers.of(ctx, d, values, r)
	if err != nil {
		return nil, err
	}
	u, err := s.plan(ctx, variant{d, who}, r, &e.plans, e.observer)
	if err != nil {
		return nil, err
	}
	if !r.aside {
		u.times.Add(1)
	}
	return u, u.err
}

// plan finds what planning the variant came to, or plans it. Of those who ask for the same at the same time one
// plans, and the others wait.
func (s *Snapshot) plan(ctx context.Context, v variant, r *Request, count *lookups, observer Observer) (*use, error) {
	if u, ok := s.variants.GetIfPresent(v); ok {
		count.count(true)
		return u, nil
	}
	op, err := v.prepared.Decide(v.mask)
	if err != nil {
		return nil, err
	}
	made := false
	// The context ends the waiting and not the planning: the plan is for all who wait for it.
	result, err := s.plans.Get(ctx, planKey{op.Key, v.caller}, otter.LoaderFunc[planKey, *planned](
		func(context.Context, planKey) (*planned, error) {
			made = true
			program, err := s.compile(ctx, op, v.caller, observer)
			out := &planned{program: program, estimate: s.cfg.Demand.estimate(s.Graph, op), err: err}
			if err == nil {
				out.shares = s.cfg.Demand.shares(s.Graph, program.Plan())
			}
			return out, nil
		}))
	count.count(!made)
	if err != nil {
		return nil, fmt.Errorf("plan: %w", err)
	}
	u, _ := s.variants.SetIfAbsent(v, &use{planned: result, exceeded: op.Exceeded, text: r.Query, operation: r.OperationName, deciding: s.callers.deciding(v.decided), active: v.labels})
	return u, nil
}

func (s *Snapshot) compile(ctx context.Context, op *operation.Operation, who caller, observer Observer) (*executor.Program, error) {
	plan, err := s.makePlan(ctx, op, who, observer)
	if err != nil {
		return nil, err
	}
	return executor.Compile(plan)
}

func (s *Snapshot) makePlan(ctx context.Context, op *operation.Operation, who caller, observer Observer) (*queryplan.Plan, error) {
	op, denied, err := s.access.restrict(op, who.grant)
	if err != nil {
		return nil, err
	}
	set := planner.Labels{}
	for l := range strings.SplitSeq(who.labels, labelEnd) {
		set[l] = true
	}
	start := time.Now()
	plan, err := s.planner.Plan(op, set)
	if observer != nil {
		observer.PlanDone(ctx, time.Since(start), considered(plan, err), err)
	}
	if plan != nil {
		plan.Denied = denied
	}
	return plan, err
}

// considered is how many paths it took to make the plan, or to give up.
func considered(plan *queryplan.Plan, err error) int {
	var spent *planner.BudgetError
	switch {
	case plan != nil:
		return plan.Considered
	case errors.As(err, &spent):
		return spent.Considered
	}
	return 0
}

// Plan makes the plan of a request anew, for people and for a caller who may read everything. Without variables,
// those of conditions are true.
func (s *Snapshot) Plan(r *Request) (*queryplan.Plan, error) {
	prepared, err := s.prepare(context.Background(), r, nil, nil)
	if err != nil {
		return nil, err
	}
	values := assumed(prepared)
	if len(r.Variables) > 0 {
		if values, err = prepared.Coerce(r.Variables); err != nil {
			return nil, err
		}
	}
	mask, err := prepared.Mask(values)
	if err != nil {
		return nil, err
	}
	op, err := prepared.Decide(mask)
	if err != nil {
		return nil, err
	}
	return s.makePlan(context.Background(), op, caller{labels: strings.Join(r.Labels, labelEnd), grant: everything}, nil)
}

// assumed are values for the variables of conditions: all true.
func assumed(p *operation.Prepared) operation.Values {
	var out operation.Values
	for _, name := range p.Conditions() {
		out = append(out, operation.Value{Name: name, JSON: []byte("true")})
	}
	return out
}
