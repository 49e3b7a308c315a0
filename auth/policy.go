package auth

import (
	"encoding/json"
	"fmt"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/types"
)

// Policies decide which of the policies that @policy names hold for an identity. They are immutable.
type Policies struct {
	programs map[string]cel.Program
	failed   func(policy string, err error)
}

// policyCost bounds what one decision may cost, in CEL's units: a few milliseconds at most.
const policyCost = 100_000

// NewPolicies compiles the expressions by policy. A decision that fails (a claim that is not there, a cost that
// is too high) denies, and is reported to failed, which may be nil.
func NewPolicies(expressions map[string]string, failed func(policy string, err error)) (*Policies, error) {
	p := &Policies{programs: make(map[string]cel.Program, len(expressions)), failed: failed}
	for name, text := range expressions {
		program, err := compilePolicy(text)
		if err != nil {
			return nil, fmt.Errorf("policy %s: %w", name, err)
		}
		p.programs[name] = program
	}
	return p, nil
}

// Held are those of the policies that hold for the identity, which may be nil.
func (p *Policies) Held(i *Identity, names []string) []string {
	if p == nil {
		return nil
	}
	var out []string
	var facts map[string]any
	for _, name := range names {
		program := p.programs[name]
		if program == nil {
			continue
		}
		if facts == nil {
			facts = factsOf(i)
		}
		result, _, err := program.Eval(facts)
		if err == nil && result == types.True {
			out = append(out, name)
		} else if err != nil && p.failed != nil {
			p.failed(name, err)
		}
	}
	return out
}

func compilePolicy(text string) (cel.Program, error) {
	env, err := cel.NewEnv(
		cel.Variable("authenticated", cel.BoolType),
		cel.Variable("subject", cel.StringType),
		cel.Variable("issuer", cel.StringType),
		cel.Variable("scopes", cel.ListType(cel.StringType)),
		cel.Variable("claims", cel.MapType(cel.StringType, cel.DynType)),
	)
	if err != nil {
		return nil, fmt.Errorf("prepare CEL: %w", err)
	}
	ast, issues := env.Compile(text)
	if issues.Err() != nil {
		return nil, fmt.Errorf("%q is not a CEL expression over authenticated, subject, issuer, scopes and claims: %w", text, issues.Err())
	}
	if ast.OutputType() != cel.BoolType && ast.OutputType() != cel.DynType {
		return nil, fmt.Errorf("%q is of type %s; a policy is true or false", text, ast.OutputType())
	}
	program, err := env.Program(ast, cel.EvalOptions(cel.OptOptimize), cel.CostLimit(policyCost))
	if err != nil {
		return nil, fmt.Errorf("%q: %w", text, err)
	}
	return program, nil
}

// factsOf is what expressions see of an identity.
func factsOf(i *Identity) map[string]any {
	if i == nil {
		return map[string]any{"authenticated": false, "subject": "", "issuer": "", "scopes": []string{}, "claims": map[string]any{}}
	}
	return map[string]any{
		"authenticated": true, "subject": i.Subject, "issuer": i.Issuer, "scopes": i.Scopes, "claims": plain(i.Claims),
	}
}

// plain is a claim with its numbers as CEL knows them: whole ones as int, others as double.
func plain(v any) any {
	switch v := v.(type) {
	case json.Number:
		if n, err := v.Int64(); err == nil {
			return n
		}
		f, err := v.Float64()
		if err != nil {
			return v.String()
		}
		return f
	case map[string]any:
		out := make(map[string]any, len(v))
		for k, e := range v {
			out[k] = plain(e)
		}
		return out
	case []any:
		out := make([]any, len(v))
		for k, e := range v {
			out[k] = plain(e)
		}
		return out
	}
	return v
}
