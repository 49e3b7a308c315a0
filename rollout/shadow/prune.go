package shadow

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/formatter"
	"github.com/vektah/gqlparser/v2/parser"

	"github.com/ficusgraph/ficus/rollout/comparison"
)

// pruned is what of an operation leads to what moves: the paths to it with their aliases, arguments and conditions, all
// beneath it, and the keys of entities on the way that the client asked for. What was written into the operation stands
// in variables, so that its text holds no values.
type pruned struct {
	text, name string
	root       *comparison.Field
	// variables are the client's that are left; defaults are the values of those that it may leave out.
	variables []string
	defaults  map[string]json.RawMessage
	// written are values that stood in the operation, by the variables that took their place.
	written []written
}

// written is a value that stood in an operation, as an argument of a field.
type written struct {
	name, coordinate string
	json             json.RawMessage
}

// Bounds of what is compared: an operation beyond them is left alone.
const (
	maxText   = 64 << 10
	maxTokens = 20_000
	maxNodes  = 5_000
	maxDepth  = 100
)

var errLarge = errors.New("the operation is too large to compare")

// pruner prunes one operation.
type pruner struct {
	*Graph
	doc    *ast.QueryDocument
	moved  map[string]bool
	avoid  map[string]bool
	out    pruned
	op     *ast.OperationDefinition
	used   map[string]bool
	vars   ast.VariableDefinitionList
	nodes  int
	avoids bool
}

// prune leaves of the operation what leads to the moved coordinates; nil where nothing does, or where something that is
// left has side effects.
func (g *Graph) prune(text, name string, moved, avoid []string) (*pruned, error) {
	if len(text) > maxText {
		return nil, errLarge
	}
	doc, err := parser.ParseQueryWithTokenLimit(&ast.Source{Input: text}, maxTokens)
	if err != nil {
		return nil, fmt.Errorf("prune: %w", err)
	}
	op := doc.Operations.ForName(name)
	if name == "" && len(doc.Operations) == 1 {
		op = doc.Operations[0]
	}
	if op == nil || op.Operation != ast.Query || g.API.Query == nil {
		return nil, nil //nolint:nilnil // nothing of it is compared
	}
	p := &pruner{Graph: g, doc: doc, op: op, moved: set(moved), avoid: set(avoid), used: map[string]bool{}}
	left, _, err := p.selections(op.SelectionSet, g.API.Query, false, 0)
	if err != nil || len(left) == 0 || p.avoids {
		return nil, err
	}
	p.declare()
	short := &ast.OperationDefinition{Operation: ast.Query, Name: op.Name, VariableDefinitions: p.vars, SelectionSet: left}
	var b strings.Builder
	formatter.NewFormatter(&b, formatter.WithIndent(" ")).FormatQueryDocument(&ast.QueryDocument{Operations: ast.OperationList{short}})
	p.out.text, p.out.name = b.String(), op.Name
	p.out.root = &comparison.Field{}
	p.describe(left, g.API.Query, p.out.root)
	return &p.out, nil
}

func set(list []string) map[string]bool {
	out := make(map[string]bool, len(list))
	for _, v := range list {
		out[v] = true
	}
	return out
}

// selections are what is left of a selection set on a type, and whether anything in it moves. With all, everything is left.
func (p *pruner) selections(list ast.SelectionSet, on *ast.Definition, all bool, depth int) (left ast.SelectionSet, moves bool, err error) {
	if p.nodes += len(list); p.nodes > maxNodes || depth > maxDepth {
		return nil, false, errLarge
	}
	keys := ast.SelectionSet{}
	for _, s := range list {
		var kept ast.Selection
		var moved bool
		switch s := s.(type) {
		case *ast.Field:
			kept, moved, err = p.field(s, on, all, depth)
			if kept == nil && err == nil && p.identifies(s, on) {
				keys = append(keys, &ast.Field{Alias: s.Alias, Name: s.Name, Directives: p.conditions(s.Directives)})
			}
		case *ast.InlineFragment:
			kept, moved, err = p.fragment(s.TypeCondition, s.Directives, s.SelectionSet, on, all, depth)
		case *ast.FragmentSpread:
			if f := p.doc.Fragments.ForName(s.Name); f != nil {
				kept, moved, err = p.fragment(f.TypeCondition, s.Directives, f.SelectionSet, on, all, depth)
			}
		}
		if err != nil {
			return nil, false, err
		}
		moves = moves || moved
		if kept != nil {
			left = append(left, kept)
		}
	}
	if len(left) > 0 {
		left = append(keys, left...)
	}
	return left, moves, nil
}

// field is the field with what is left beneath it, nil if nothing is.
func (p *pruner) field(f *ast.Field, on *ast.Definition, all bool, depth int) (ast.Selection, bool, error) {
	def := on.Fields.ForName(f.Name)
	if def == nil { // __typename and introspection
		if all && f.Name == "__typename" {
			return &ast.Field{Alias: f.Alias, Name: f.Name, Directives: p.conditions(f.Directives)}, false, nil
		}
		return nil, false, nil
	}
	coordinates := p.coordinates(on, f.Name)
	moves := slices.ContainsFunc(coordinates, func(c string) bool { return p.moved[c] })
	out := &ast.Field{Alias: f.Alias, Name: f.Name}
	if below := p.API.Types[def.Type.Name()]; below != nil && len(f.SelectionSet) > 0 {
		var beneath bool
		var err error
		if out.SelectionSet, beneath, err = p.selections(f.SelectionSet, below, all || moves, depth+1); err != nil {
			return nil, false, err
		}
		if len(out.SelectionSet) == 0 {
			return nil, false, nil
		}
		moves = moves || beneath
	} else if !all && !moves {
		return nil, false, nil
	}
	p.avoids = p.avoids || slices.ContainsFunc(coordinates, func(c string) bool { return p.avoid[c] })
	out.Directives = p.conditions(f.Directives)
	for _, a := range f.Arguments {
		arg := def.Arguments.ForName(a.Name)
		if arg == nil {
			continue
		}
		v, err := p.lift(a.Value, arg.Type, coordinates[0])
		if err != nil {
			return nil, false, err
		}
		out.Arguments = append(out.Arguments, &ast.Argument{Name: a.Name, Value: v})
	}
	return out, moves, nil
}

// fragment is what is left of a fragment, in place.
func (p *pruner) fragment(condition string, directives ast.DirectiveList, list ast.SelectionSet, on *ast.Definition, all bool, depth int) (ast.Selection, bool, error) {
	within := on
	if condition != "" {
		if within = p.API.Types[condition]; within == nil {
			return nil, false, nil
		}
	}
	left, moves, err := p.selections(list, within, all, depth+1)
	if err != nil || len(left) == 0 {
		return nil, false, err
	}
	return &ast.InlineFragment{TypeCondition: condition, Directives: p.conditions(directives), SelectionSet: left}, moves, nil
}

// identifies reports whether a field is part of what lists of its objects are brought together by.
func (p *pruner) identifies(f *ast.Field, on *ast.Definition) bool {
	if f.Name == "__typename" {
		return true
	}
	if len(f.SelectionSet) > 0 || len(f.Arguments) > 0 {
		return false
	}
	for _, t := range p.members(on) {
		for _, key := range p.Keys[t] {
			if slices.Contains(key, f.Name) {
				return true
			}
		}
	}
	return false
}

// members are the types that objects of a type can have, the type itself first.
func (p *pruner) members(on *ast.Definition) []string {
	out := []string{on.Name}
	if on.IsAbstractType() {
		for _, t := range p.API.GetPossibleTypes(on) {
			out = append(out, t.Name)
		}
		slices.Sort(out[1:])
	}
	return out
}

// coordinates of a field on a type: those that move first, so that the first is why it is compared.
func (p *pruner) coordinates(on *ast.Definition, field string) []string {
	var out []string
	for _, t := range p.members(on) {
		out = append(out, t+"."+field)
	}
	slices.SortStableFunc(out, func(a, b string) int { return cmp.Compare(rank(p.moved[a]), rank(p.moved[b])) })
	return out
}

func rank(first bool) int {
	if first {
		return 0
	}
	return 1
}

// conditions are @skip and @include.
func (p *pruner) conditions(list ast.DirectiveList) ast.DirectiveList {
	var out ast.DirectiveList
	for _, d := range list {
		if d.Name != "skip" && d.Name != "include" {
			continue
		}
		for _, a := range d.Arguments {
			p.uses(a.Value)
		}
		out = append(out, d)
	}
	return out
}
