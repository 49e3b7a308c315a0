package auth

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/types"
)

// Policies decide which of the policies that @policy names hold for an identity: those with an expression here, the
// others by a decision endpoint, if there is one. They are safe for use by many goroutines.
type Policies struct {
	programs map[string]cel.Program
	// byArguments are the policies whose expressions look at arguments, sorted.
	byArguments []string
	decisions   *decisions
	failed      func(policy string, err error)
}

// Question is whether a policy holds.
type Question struct {
	Policy string
	// Arguments of the field that is asked for, a JSON object; nil where the policy does not look at them.
	Arguments []byte
}

// policyCost bounds what one decision may cost, in CEL's units: a few milliseconds at most.
const policyCost = 100_000

// maxByArguments is how many different arguments policies are evaluated for in one operation, whose aliases a client
// repeats as it likes. Beyond that they do not hold.
const maxByArguments = 256

var errTooManyArguments = fmt.Errorf("the operation asks for it with more than %d different arguments", maxByArguments)

// NewPolicies compiles the expressions by policy. A decision that fails (a claim that is not there, a cost that
// is too high, an endpoint that does not answer) denies, and is reported to failed, which may be nil.
func NewPolicies(d Directives, failed func(policy string, err error)) (*Policies, error) {
	if failed == nil {
		failed = func(string, error) {}
	}
	p := &Policies{programs: make(map[string]cel.Program, len(d.Policies)), failed: failed}
	for _, name := range slices.Sorted(maps.Keys(d.Policies)) {
		program, byArguments, err := compilePolicy(d.Policies[name])
		if err != nil {
			return nil, fmt.Errorf("policy %s: %w", name, err)
		}
		p.programs[name] = program
		if byArguments {
			p.byArguments = append(p.byArguments, name)
		}
	}
	var err error
	if d.Decisions != nil {
		p.decisions, err = newDecisions(*d.Decisions)
	}
	return p, err
}

// ByArguments are the policies that look at the arguments of the field that they restrict, sorted.
func (p *Policies) ByArguments() []string { return p.byArguments }

// Ask says for each question whether the policy holds for the identity, which may be nil.
func (p *Policies) Ask(ctx context.Context, i *Identity, about Asked, questions []Question) []bool {
	out := make([]bool, len(questions))
	var facts map[string]any
	var others []string
	byArguments := map[string]bool{}
	for n, q := range questions {
		program := p.programs[q.Policy]
		if program == nil {
			others = append(others, q.Policy)
			continue
		}
		if facts == nil {
			facts = factsOf(i, about)
		}
		if q.Arguments == nil {
			out[n] = p.eval(program, q, facts)
			continue
		}
		key := q.Policy + "\x00" + string(q.Arguments)
		yes, known := byArguments[key]
		switch {
		case known:
		case len(byArguments) >= maxByArguments:
			p.failed(q.Policy, errTooManyArguments)
		default:
			yes = p.eval(program, q, facts)
			byArguments[key] = yes
		}
		out[n] = yes
	}
	if len(others) == 0 || p.decisions == nil {
		return out
	}
	held, err := p.decisions.ask(ctx, i, about, others)
	if err != nil {
		p.failed(others[0], err)
	}
	for n, q := range questions {
		if p.programs[q.Policy] == nil {
			out[n] = held[q.Policy]
		}
	}
	return out
}

func (p *Policies) eval(program cel.Program, q Question, facts map[string]any) bool {
	facts["arguments"] = map[string]any{}
	if q.Arguments != nil {
		var arguments map[string]any
		d := json.NewDecoder(bytes.NewReader(q.Arguments))
		d.UseNumber()
		if err := d.Decode(&arguments); err != nil {
			p.failed(q.Policy, err)
			return false
		}
		facts["arguments"] = plain(arguments)
	}
	result, _, err := program.Eval(facts)
	if err != nil {
		p.failed(q.Policy, err)
	}
	return err == nil && result == types.True
}

// compilePolicy is the program of an expression, and whether it looks at arguments.
func compilePolicy(text string) (program cel.Program, byArguments bool, err error) {
	env, err := cel.NewEnv(
		cel.Variable("authenticated", cel.BoolType),
		cel.Variable("subject", cel.StringType),
		cel.Variable("issuer", cel.StringType),
		cel.Variable("scopes", cel.ListType(cel.StringType)),
		cel.Variable("claims", cel.MapType(cel.StringType, cel.DynType)),
		cel.Variable("arguments", cel.MapType(cel.StringType, cel.DynType)),
		cel.Variable("operation", cel.MapType(cel.StringType, cel.StringType)),
	)
	if err != nil {
		return nil, false, fmt.Errorf("prepare CEL: %w", err)
	}
	ast, issues := env.Compile(text)
	if issues.Err() != nil {
		return nil, false, fmt.Errorf("%q is not a CEL expression over authenticated, subject, issuer, scopes, claims, arguments and operation: %w", text, issues.Err())
	}
	if ast.OutputType() != cel.BoolType && ast.OutputType() != cel.DynType {
		return nil, false, fmt.Errorf("%q is of type %s; a policy is true or false", text, ast.OutputType())
	}
	if program, err = env.Program(ast, cel.EvalOptions(cel.OptOptimize), cel.CostLimit(policyCost)); err != nil {
		return nil, false, fmt.Errorf("%q: %w", text, err)
	}
	for _, ref := range ast.NativeRep().ReferenceMap() {
		byArguments = byArguments || ref.Name == "arguments"
	}
	return program, byArguments, nil
}

// factsOf is what expressions see of an identity and an operation.
func factsOf(i *Identity, about Asked) map[string]any {
	out := map[string]any{
		"authenticated": i != nil, "subject": "", "issuer": "", "scopes": []string{}, "claims": map[string]any{},
		"operation": map[string]string{"kind": about.Kind, "name": about.Name},
	}
	if i != nil {
		out["subject"], out["issuer"], out["scopes"], out["claims"] = i.Subject, i.Issuer, i.Scopes, plain(i.Claims)
	}
	return out
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
