package planner

import (
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/ficusgraph/ficus/engine/queryplan"
)

// representationsName is the variable that an entity fetch takes its representations in.
const representationsName = "representations"

// setAside gives the client's variable of that name another one, which none of its variables has: the variables
// as an entity fetch may use them, and what that one is called there. Without such a variable nothing changes.
func setAside(variables ast.VariableDefinitionList) (_ ast.VariableDefinitionList, name string) {
	if variables.ForName(representationsName) == nil {
		return variables, representationsName
	}
	name = representationsName + "_"
	for variables.ForName(name) != nil {
		name += "_"
	}
	out := make(ast.VariableDefinitionList, len(variables))
	for i, v := range variables {
		if out[i] = v; v.Variable == representationsName {
			other := *v
			other.Variable = name
			out[i] = &other
		}
	}
	return out, name
}

// renameVariable is the selections with the client's variable of that name called by another.
func renameVariable(list []*queryplan.Selection, name string) []*queryplan.Selection {
	out := make([]*queryplan.Selection, len(list))
	for i, s := range list {
		renamed := *s
		renamed.Selections = renameVariable(s.Selections, name)
		renamed.Arguments = make([]*queryplan.Argument, len(s.Arguments))
		for k, a := range s.Arguments {
			renamed.Arguments[k] = &queryplan.Argument{Name: a.Name, Value: renameInValue(a.Value, name)}
		}
		out[i] = &renamed
	}
	return out
}

func renameInValue(v *ast.Value, name string) *ast.Value {
	out := *v
	if v.Kind == ast.Variable && v.Raw == representationsName {
		out.Raw = name
	}
	out.Children = make(ast.ChildValueList, len(v.Children))
	for i, c := range v.Children {
		child := *c
		child.Value = renameInValue(c.Value, name)
		out.Children[i] = &child
	}
	return &out
}
