package engine

import (
	"context"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/ficusgraph/ficus/engine/authorization"
	"github.com/ficusgraph/ficus/engine/executor"
	"github.com/ficusgraph/ficus/engine/operation"
	"github.com/ficusgraph/ficus/engine/queryplan"
	"github.com/ficusgraph/ficus/engine/supergraph"
)

// Authorization says how a graph's restrictions are enforced; the zero value takes out of each operation what
// the caller may not read, and reports it.
type Authorization struct {
	// Disabled: nothing is restricted.
	Disabled bool
	// Reject refuses operations that ask for anything that the caller may not read.
	Reject bool
	// DryRun reports what would be denied, and answers it.
	DryRun bool
	// Silent reports nothing: what is denied is null without an error.
	Silent bool
	// FilterIntrospection has callers see of the schema only what they may read.
	FilterIntrospection bool
	// Access is what the caller of a request may do; nil means that nobody is authenticated.
	Access func(context.Context, authorization.Asked) authorization.Access
	// ByArguments are the policies that look at the arguments of the field that they restrict.
	ByArguments []string
}

// access enforces the restrictions of one graph; nil where there are none.
type access struct {
	Authorization
	rules *authorization.Rules
}

// everything is the grant of a caller who may read all.
const everything authorization.Grant = "*"

func newAccess(graph *supergraph.Supergraph, cfg Authorization) *access {
	rules := authorization.New(graph, cfg.ByArguments)
	if rules == nil || cfg.Disabled {
		return nil
	}
	return &access{Authorization: cfg, rules: rules}
}

// grant is what the caller has of the needs.
func (a *access) grant(ctx context.Context, p *operation.Prepared, values operation.Values, needs authorization.Needs) authorization.Grant {
	switch {
	case a == nil:
		return ""
	case a.Access == nil:
		return needs.Grant(authorization.Access{}, values)
	}
	return needs.Grant(a.Access(ctx, authorization.Asked{Kind: string(p.Kind()), Name: p.Name()}), values)
}

// whole is what the caller has of all that decides about the graph.
func (a *access) whole(ctx context.Context, all authorization.Needs) authorization.Grant {
	if a.Access == nil {
		return all.Grant(authorization.Access{}, nil)
	}
	return all.Grant(a.Access(ctx, authorization.Asked{Kind: string(ast.Query)}), nil)
}

// restrict marks in the operation what the grant does not allow, and says what is reported of it.
func (a *access) restrict(op *operation.Operation, grant authorization.Grant) (*operation.Operation, []queryplan.Denied, error) {
	if a == nil || grant == everything {
		return op, nil, nil
	}
	restricted, denials := a.rules.Restrict(op, grant)
	if len(denials) > 0 && a.Reject && !a.DryRun {
		return nil, nil, rejected(denials)
	}
	if a.DryRun {
		restricted = op
	}
	var denied []queryplan.Denied
	for _, d := range denials {
		if !a.Silent {
			denied = append(denied, d.Path)
		}
	}
	return restricted, denied, nil
}

// rejected is the refusal of an operation that asks for more than the caller may read.
func rejected(denials []authorization.Denial) operation.Errors {
	var out operation.Errors
	for _, d := range denials {
		out = append(out, &operation.Error{
			Code:    executor.CodeDenied,
			Message: "Unauthorized field or type: " + strings.Join(d.Path, "."),
		})
	}
	return out
}
