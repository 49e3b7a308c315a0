package operation

import (
	"fmt"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// variable is a variable of an operation, with what its coercion needs.
type variable struct {
	name       string
	typ        *ast.Type
	definition *ast.Definition
	// fallback is the default as JSON, nil if there is none.
	fallback []byte
}

func newVariable(api *ast.Schema, v *ast.VariableDefinition) variable {
	out := variable{name: v.Variable, typ: v.Type, definition: api.Types[v.Type.Name()]}
	if v.DefaultValue != nil {
		out.fallback = (&defaults{api: api}).appendValue(nil, v.DefaultValue, v.Type)
	}
	return out
}

// maxVariableErrors is how many errors of variables are reported.
const maxVariableErrors = 20

// smallCount is how many variables are coerced without a slice of their own for it.
const smallCount = 8

// given is what was found in the request for a variable or an input field.
type given struct {
	present bool
	json    []byte
	// errs are kept here until it is certain that the name does not come again.
	errs Errors
}

// Coerce reads the variables, a JSON object, null or nothing, as the operation's variables. Where a value
// needs no change, its JSON is a part of the input. Names that the operation does not define are ignored;
// of a name that comes twice the last counts. The error is Errors.
// https://spec.graphql.org/October2021/#sec-Coercing-Variable-Values
func (p *Prepared) Coerce(variables []byte) (Values, error) {
	values, _, err := p.Measure(variables)
	return values, err
}

// Measure is Coerce that also tells the limits which the variables pass, and which are only measured.
func (p *Prepared) Measure(variables []byte) (Values, []Excess, error) {
	c := coercion{reader: reader{text: variables}, api: p.api}
	var small [smallCount]given
	found := small[:]
	if len(p.variables) > smallCount {
		found = make([]given, len(p.variables))
	}
	c.members(p.variables, found)
	if c.broken != "" {
		return nil, nil, Errors{{
			Code: CodeVariables, Message: fmt.Sprintf("The variables are not a JSON object: %s at byte %d.", c.broken, c.pos),
		}}
	}
	told, errs := p.bounds.judgeExtent(c.extent)
	if len(errs) > 0 {
		return nil, nil, errs
	}
	values, err := collect(p.variables, found)
	return values, told, err
}

// members reads the object and coerces what is defined.
func (c *coercion) members(defined []variable, found []given) {
	switch c.peek() {
	case 0:
		return
	case 'n':
		c.skip()
	case '{':
		c.pos++
		for first := true; c.more(first, '}'); first = false {
			c.member(defined, found)
		}
	default:
		c.fail("expected {")
	}
	if c.broken == "" && c.peek() != 0 {
		c.fail("there is more after its end")
	}
}

func (c *coercion) member(defined []variable, found []given) {
	name := c.key()
	if name == nil {
		return
	}
	for i := range defined {
		if v := &defined[i]; v.name == string(name) {
			c.variable = v.name
			json, _ := c.coerce(v.typ, v.definition)
			found[i] = given{present: true, json: json, errs: c.errs}
			c.errs = nil
			return
		}
	}
	c.skip()
}

// collect puts the values in the order of definition, with defaults for those that were not given.
func collect(defined []variable, found []given) (Values, error) {
	var errs Errors
	out := make(Values, 0, len(defined))
	for i := range defined {
		v, g := &defined[i], &found[i]
		switch {
		case len(g.errs) > 0:
			errs = append(errs, g.errs...)
		case g.present:
			out = append(out, Value{v.name, g.json})
		case v.fallback != nil:
			out = append(out, Value{v.name, v.fallback})
		case v.typ.NonNull:
			errs = append(errs, variableError(v.name, fmt.Sprintf(`Variable "$%s" of required type "%s" was not provided.`, v.name, v.typ)))
		}
	}
	if len(errs) > maxVariableErrors {
		errs = append(errs[:maxVariableErrors:maxVariableErrors], &Error{
			Code: CodeVariable, Message: "Too many errors in the variables; the rest is not shown.",
		})
	}
	if len(errs) > 0 {
		return nil, errs
	}
	return out, nil
}

func variableError(name, message string) *Error {
	return &Error{Code: CodeVariable, Message: message, Extensions: map[string]any{"name": name}}
}

// shorten is JSON for a message.
func shorten(json []byte) string {
	const most = 80
	if len(json) <= most {
		return string(json)
	}
	return strings.ToValidUTF8(string(json[:most]), "") + "..."
}
