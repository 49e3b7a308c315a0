package planner

import (
	"slices"
	"strconv"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/ficusgraph/ficus/engine/queryplan"
)

// contextPrefix begins the names of the variables that are filled from above.
const contextPrefix = "contextualArgument"

// contextualOf names the variables that a group fills from above; nil if there are none.
func (e *emitter) contextualOf(g *group) *queryplan.Contextual {
	if len(g.contexts) == 0 {
		return nil
	}
	out := &queryplan.Contextual{Separator: "_"}
	for slices.ContainsFunc(e.variables, func(v *ast.VariableDefinition) bool {
		return strings.HasPrefix(v.Variable, contextPrefix+out.Separator) || strings.HasPrefix(v.Variable, "representations"+out.Separator)
	}) {
		out.Separator += "_"
	}
	e.filled = g.contexts
	for i, f := range g.contexts {
		out.Variables = append(out.Variables, &queryplan.ContextVariable{
			Name: contextPrefix + out.Separator + strconv.Itoa(i), Type: f.arg.Type, Sources: f.sources,
		})
	}
	return out
}

// arguments are the client's and those that are filled from above.
func (e *emitter) arguments(f *selected) []*queryplan.Argument {
	out := arguments(f.want.args)
	if e.contextual == nil {
		return out
	}
	for _, arg := range f.answer.in.Contexts {
		i := slices.IndexFunc(e.filled, func(o *filled) bool { return same(o.arg, arg) })
		value := &ast.Value{Kind: ast.Variable, Raw: e.contextual.Variables[i].Name}
		out = append(out, &queryplan.Argument{Name: arg.Name, Value: value})
	}
	return out
}

// usesContext ends a part of the document if the value that comes next is filled from above.
func (d *document) usesContext(v *ast.Value) {
	if d.contextual == nil || v.Kind != ast.Variable {
		return
	}
	if i := slices.IndexFunc(d.contextual.Variables, func(c *queryplan.ContextVariable) bool { return c.Name == v.Raw }); i >= 0 {
		d.part(d.b.Len())
		d.last += len(literal(v))
		d.contextual.Uses = append(d.contextual.Uses, i)
	}
}

// part ends a part of the document.
func (d *document) part(end int) {
	if d.contextual != nil {
		d.contextual.Parts = append(d.contextual.Parts, d.b.String()[d.last:end])
		d.last = end
	}
}

// declareContextual adds what is filled from above to the declared variables: first the representations, then
// the client's.
func (d *document) declareContextual(declared []string) []string {
	if d.contextual == nil {
		return declared
	}
	d.contextual.Declared = strings.Join(declared[1:], ",")
	for _, v := range d.contextual.Variables {
		declared = append(declared, "$"+v.Name+":"+v.Type.String())
	}
	return declared
}
