package planner

import (
	"bytes"
	"encoding/json"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/ficusgraph/ficus/engine/queryplan"
)

// document prints what is sent to a subgraph, compactly: it is sent with every request.
type document struct {
	variables ast.VariableDefinitionList
	entities  bool
	// contextual, if not nil, gets the parts of the document.
	contextual *queryplan.Contextual
	last       int // where in the body its last part ended
	used       map[string]bool
	b          strings.Builder
}

// print is the text, and the client's variables that it uses, in the client's order.
func (d *document) print(kind ast.Operation, selections []*queryplan.Selection) (string, []*queryplan.Variable) {
	d.used = map[string]bool{}
	d.set(selections)
	body := d.b.String()
	d.part(len(body))
	var variables []*queryplan.Variable
	var declared []string
	if d.entities {
		declared = append(declared, "$representations:[_Any!]!")
		body = "{_entities(representations:$representations)" + body + "}"
	}
	for _, v := range d.variables {
		if d.used[v.Variable] {
			variables = append(variables, &queryplan.Variable{Name: v.Variable, Type: v.Type})
			text := "$" + v.Variable + ":" + v.Type.String()
			if v.DefaultValue != nil { // which lets it stand where null may not
				text += "=" + literal(v.DefaultValue)
			}
			declared = append(declared, text)
		}
	}
	declared = d.declareContextual(declared)
	head := ""
	if len(declared) > 0 || kind != ast.Query {
		head = string(kind)
	}
	if len(declared) > 0 {
		head += "(" + strings.Join(declared, ",") + ")"
	}
	return head + body, variables
}

func (d *document) set(selections []*queryplan.Selection) {
	d.b.WriteByte('{')
	for i, s := range selections {
		if i > 0 && s.On == "" {
			d.b.WriteByte(' ')
		}
		d.selection(s)
	}
	d.b.WriteByte('}')
}

func (d *document) selection(s *queryplan.Selection) {
	switch {
	case s.On != "":
		d.b.WriteString("...on " + s.On)
	case s.Name != s.Field:
		d.b.WriteString(s.Name + ":" + s.Field)
	default:
		d.b.WriteString(s.Field)
	}
	for i, a := range s.Arguments {
		d.b.WriteByte("(,"[min(i, 1)])
		d.b.WriteString(a.Name + ":")
		d.usesContext(a.Value)
		d.b.WriteString(literal(a.Value))
		d.uses(a.Value)
	}
	if len(s.Arguments) > 0 {
		d.b.WriteByte(')')
	}
	if len(s.Selections) > 0 {
		d.set(s.Selections)
	}
}

func (d *document) uses(v *ast.Value) {
	if v.Kind == ast.Variable {
		d.used[v.Raw] = true
	}
	for _, c := range v.Children {
		d.uses(c.Value)
	}
}

// literal is a value as it is written in a document. Strings are escaped as JSON does, which GraphQL reads alike.
func literal(v *ast.Value) string {
	switch v.Kind {
	case ast.Variable:
		return "$" + v.Raw
	case ast.StringValue, ast.BlockValue:
		var b bytes.Buffer
		e := json.NewEncoder(&b)
		e.SetEscapeHTML(false)
		if err := e.Encode(v.Raw); err != nil {
			return `""` // a string can always be encoded
		}
		return strings.TrimSuffix(b.String(), "\n")
	case ast.ListValue, ast.ObjectValue:
		parts := make([]string, len(v.Children))
		for i, c := range v.Children {
			parts[i] = literal(c.Value)
			if v.Kind == ast.ObjectValue {
				parts[i] = c.Name + ":" + parts[i]
			}
		}
		if v.Kind == ast.ListValue {
			return "[" + strings.Join(parts, ",") + "]"
		}
		return "{" + strings.Join(parts, ",") + "}"
	default:
		return v.Raw
	}
}
