package engine

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/maypok86/otter/v2"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/ficusgraph/ficus/engine/executor"
	"github.com/ficusgraph/ficus/engine/introspection"
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
	// documents by text; variants lead from a document and its conditions to a program without normalizing
	// again; programs by normalized text and labels.
	documents *otter.Cache[string, *operation.Document]
	variants  *otter.Cache[variant, *executor.Program]
	programs  *otter.Cache[planKey, *executor.Program]
	access    *access
	callers   *callers
}

// variant is one way to run an operation of a document: what conditions and the caller made of it.
type variant struct {
	decided
	caller
}

// planKey identifies a plan.
type planKey struct {
	operation string
	caller
}

// defaultCacheSize is how many documents and plans are kept where the configuration does not say.
const defaultCacheSize = 1024

// NewSnapshot prepares the graph to be served through the fetcher.
func NewSnapshot(graph *supergraph.Supergraph, fetcher executor.Fetcher, cfg Config) (*Snapshot, error) {
	size := cfg.CacheSize
	if size == 0 {
		size = defaultCacheSize
	}
	s := &Snapshot{
		Graph: graph, cfg: cfg, planner: planner.New(graph, planner.Config{MaxPaths: cfg.PlanPaths, SharePaths: true}),
		fetcher: &introspecting{schema: introspection.New(graph.API), next: fetcher},
	}
	var err error
	if s.documents, err = otter.New(&otter.Options[string, *operation.Document]{MaximumSize: size}); err != nil {
		return nil, fmt.Errorf("document cache: %w", err)
	}
	if s.variants, err = otter.New(&otter.Options[variant, *executor.Program]{MaximumSize: size}); err != nil {
		return nil, fmt.Errorf("plan cache: %w", err)
	}
	if s.programs, err = otter.New(&otter.Options[planKey, *executor.Program]{MaximumSize: size}); err != nil {
		return nil, fmt.Errorf("plan cache: %w", err)
	}
	s.access = newAccess(graph, cfg.Authorization)
	if s.callers, err = newCallers(s, size); err != nil {
		return nil, fmt.Errorf("cache of what matters: %w", err)
	}
	return s, nil
}

// prepare parses and validates, or finds the document in the cache, and picks the operation.
func (s *Snapshot) prepare(r *Request) (*operation.Prepared, error) {
	doc, ok := s.documents.GetIfPresent(r.Query)
	if !ok {
		var err error
		if doc, err = operation.Parse(s.Graph.API, r.Query, s.cfg.Limits); err != nil {
			return nil, err
		}
		s.documents.Set(r.Query, doc)
	}
	return doc.Operation(r.OperationName)
}

// allowed refuses what this request may not do.
func (s *Snapshot) allowed(p *operation.Prepared, r *Request) error {
	switch {
	case p.Kind() == ast.Mutation && r.ReadOnly:
		return &operation.Error{Code: CodeMutationForbidden, Message: "mutations cannot be sent with GET; use POST"}
	case p.Kind() == ast.Subscription:
		return &operation.Error{Code: CodeSubscription, Message: "subscriptions are not served yet"}
	case !s.cfg.Introspection && p.Introspects():
		return &operation.Error{Code: CodeIntrospection, Message: "introspection is turned off; supergraph.introspection turns it on"}
	}
	return nil
}

// program finds or makes the program for the operation under its values' conditions and the labels.
func (s *Snapshot) program(ctx context.Context, p *operation.Prepared, values operation.Values, labels []string, observer Observer) (*executor.Program, error) {
	mask, err := p.Mask(values)
	if err != nil {
		return nil, err
	}
	who, err := s.callers.of(ctx, p, mask, labels)
	if err != nil {
		return nil, err
	}
	v := variant{decided{p, mask}, who}
	if program, ok := s.variants.GetIfPresent(v); ok {
		return program, nil
	}
	op, err := p.Decide(mask)
	if err != nil {
		return nil, err
	}
	program, err := s.programs.Get(ctx, planKey{op.Key, who}, otter.LoaderFunc[planKey, *executor.Program](
		func(context.Context, planKey) (*executor.Program, error) { return s.compile(op, who, observer) }))
	if err != nil {
		return nil, err
	}
	s.variants.Set(v, program)
	return program, nil
}

func (s *Snapshot) compile(op *operation.Operation, who caller, observer Observer) (*executor.Program, error) {
	plan, err := s.makePlan(op, who, observer)
	if err != nil {
		return nil, err
	}
	return executor.Compile(plan)
}

func (s *Snapshot) makePlan(op *operation.Operation, who caller, observer Observer) (*queryplan.Plan, error) {
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
		considered := 0
		if plan != nil {
			considered = plan.Considered
		}
		observer.PlanDone(time.Since(start), considered, err)
	}
	if plan != nil {
		plan.Denied = denied
	}
	return plan, err
}

// Plan makes the plan of a request anew, for people and for a caller who may read everything. Without variables,
// those of conditions are true.
func (s *Snapshot) Plan(r *Request) (*queryplan.Plan, error) {
	prepared, err := s.prepare(r)
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
	return s.makePlan(op, caller{labels: strings.Join(r.Labels, labelEnd), grant: everything}, nil)
}

// assumed are values for the variables of conditions: all true.
func assumed(p *operation.Prepared) operation.Values {
	var out operation.Values
	for _, name := range p.Conditions() {
		out = append(out, operation.Value{Name: name, JSON: []byte("true")})
	}
	return out
}

// introspecting answers the introspection fetches of plans from the API schema, and passes on all others.
type introspecting struct {
	schema *introspection.Schema
	next   executor.Fetcher
}

var _ executor.Fetcher = (*introspecting)(nil)

// Fetch implements executor.Fetcher.
func (i *introspecting) Fetch(ctx context.Context, r *executor.Request) (*executor.Response, error) {
	if r.Fetch.Subgraph != queryplan.Introspection {
		return i.next.Fetch(ctx, r)
	}
	body, err := i.schema.Execute(r.Fetch.Selections, r.Variables)
	if err != nil {
		return nil, fmt.Errorf("introspection: %w", err)
	}
	return &executor.Response{Body: body}, nil
}
