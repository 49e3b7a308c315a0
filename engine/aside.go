package engine

import (
	"context"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/ficusgraph/ficus/engine/operation"
	"github.com/ficusgraph/ficus/engine/queryplan"
)

// Decided is what labels had to do with an answer.
type Decided struct {
	// Labels are those that matter to the operation, sorted, shared with other requests; nil if none does.
	Labels []string
	// Plan by which it was answered.
	Plan *queryplan.Plan

	active string
}

// Active are those of the labels that were active.
func (d Decided) Active() []string {
	if d.active == "" {
		return nil
	}
	return strings.Split(d.active, labelEnd)
}

// IsActive reports whether a label was.
func (d Decided) IsActive(label string) bool { return slices.Contains(d.Active(), label) }

// CodeAside is the code of an operation that cannot be asked aside.
const CodeAside = "NOT_ASKED_ASIDE"

// Aside answers a query that the gateway itself asks, with exactly the labels of the request, whatever the caller would
// have. Authorization is the caller's. It is not a client's request: it is not admitted, limited, estimated, observed or
// counted, shares no answer, says no extensions, and is not taken over to another graph. It refuses all but queries.
func (e *Engine) Aside(ctx context.Context, r *Request, dst []byte) ([]byte, Outcome) {
	s := e.current.Load()
	alone := *r
	alone.aside, alone.Sharing, alone.Spent = true, nil, nil
	out := Outcome{Kind: ast.Query, OperationName: r.OperationName}
	prepared, err := s.prepare(ctx, &alone, nil, nil)
	if err != nil {
		return refuse(dst, out, refusals(err))
	}
	if prepared.Kind() != ast.Query {
		return refuse(dst, out, refusals(&operation.Error{Code: CodeAside, Message: "only queries are asked aside"}))
	}
	values, _, err := prepared.Measure(r.Variables)
	if err != nil {
		return refuse(dst, out, refusals(err))
	}
	planned, err := s.program(ctx, prepared, values, &alone, &Engine{})
	if err != nil {
		return refuse(dst, out, refusals(err))
	}
	dst, run := planned.program.Run(ctx, s.fetcher, input(values, nil), dst)
	out.Errors, out.DataNull, out.Fetches, out.Decided = run.Errors, run.DataNull, run.Fetches, planned.decided()
	return dst, out
}

// decided is what labels had to do with the plan.
func (u *use) decided() Decided {
	if len(u.deciding) == 0 {
		return Decided{}
	}
	return Decided{Labels: u.deciding, Plan: u.program.Plan(), active: u.active}
}
