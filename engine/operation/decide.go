package operation

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/vektah/gqlparser/v2/ast"
)

// typenameField is the definition of __typename, which no type declares.
var typenameField = &ast.FieldDefinition{
	Name: "__typename", Description: "The name of the current Object type at runtime.",
	Type: ast.NonNullNamedType("String", nil),
}

// Decide is the operation under the mask's conditions. Its error is Errors: the inlined operation is too large.
func (p *Prepared) Decide(mask uint64) (*Operation, error) {
	if _, err := p.Mask(nil); len(p.conditions) > maxConditions {
		return nil, err
	}
	in := newInliner(p, mask)
	selections := in.expand(nil, p.root, p.definition.SelectionSet, 1)
	if in.err != nil {
		return nil, Errors{in.err}
	}
	told, errs := p.bounds.judge(in.cost, in.depth, in.height, in.aliases, in.roots)
	if len(errs) > 0 {
		return nil, errs
	}
	op := &Operation{Kind: p.Kind(), Name: p.Name(), Selections: selections, Exceeded: slices.Concat(p.exceeded, told)}
	names := map[string]bool{}
	used(selections, names)
	for _, v := range p.definition.VariableDefinitions {
		if names[v.Variable] {
			op.Variables = append(op.Variables, v)
		}
	}
	op.Key = op.text(false)
	return op, nil
}

// inliner expands one operation. Once it is done it only unwinds. What is limited is counted to the end, so that
// whoever is refused is told how much it is; only selections and depth end the work, which they bound.
type inliner struct {
	*Prepared
	mask  uint64
	types *types
	// cost is the selections visited so far, with their arguments.
	cost, depth, height, aliases, roots reading
	// at is the place whose fields are being expanded, if their number is limited.
	at   *heights
	done bool
	err  *Error
}

func newInliner(p *Prepared, mask uint64) *inliner {
	return &inliner{
		Prepared: p, mask: mask, types: newTypes(p.api), at: &heights{},
		cost: reading{key: "max_selections"}, depth: reading{key: "max_depth"}, height: reading{key: "max_height"},
		aliases: reading{key: "max_aliases"}, roots: reading{key: "max_root_fields"},
	}
}

// heights are the fields that were seen at a place, by name.
type heights struct{ fields map[string]*heights }

// expand appends what the selection set selects on the type.
func (in *inliner) expand(dst []*Selection, parent *ast.Definition, set ast.SelectionSet, depth int) []*Selection {
	for _, s := range set {
		if !in.pay(1, s.GetPosition()) {
			return dst
		}
		switch s := s.(type) {
		case *ast.Field:
			if in.included(s.Directives) {
				dst = in.field(dst, parent, s, depth)
			}
		case *ast.InlineFragment:
			if in.included(s.Directives) {
				dst = in.fragment(dst, parent, s.TypeCondition, s.SelectionSet, depth)
			}
		case *ast.FragmentSpread:
			if in.included(s.Directives) {
				f := in.fragments[s.Name]
				dst = in.fragment(dst, parent, f.TypeCondition, f.SelectionSet, depth)
			}
		}
	}
	return dst
}

func (in *inliner) field(dst []*Selection, parent *ast.Definition, f *ast.Field, depth int) []*Selection {
	for _, arg := range f.Arguments {
		if !in.pay(weight(arg.Value), f.Position) {
			return dst
		}
	}
	if !in.within(f, depth) {
		return dst
	}
	if in.bounds.configured.MaxHeight > 0 {
		defer in.rise(f)()
	}
	out := &Selection{Key: f.Alias, Name: f.Name, Arguments: f.Arguments, Definition: typenameField, Parent: parent.Name}
	if f.Name != typenameField.Name {
		out.Definition = parent.Fields.ForName(f.Name)
	}
	if out.Definition == nil {
		in.fail(CodeValidation, fmt.Sprintf("Cannot query field %q on type %q.", f.Name, parent.Name), f.Position)
		return dst
	}
	if len(f.SelectionSet) > 0 {
		out.Selections = in.expand(nil, in.api.Types[out.Definition.Type.Name()], f.SelectionSet, depth+1)
	}
	return append(dst, out)
}

// fragment appends the selections on the type condition: in place if it always holds, not at all if it never
// does. What stands in place is selected on the parent, whose fields may have narrower types.
func (in *inliner) fragment(dst []*Selection, parent *ast.Definition, on string, set ast.SelectionSet, depth int) []*Selection {
	if on == "" {
		return in.expand(dst, parent, set, depth)
	}
	switch in.types.relate(parent, on) {
	case always:
		return in.expand(dst, parent, set, depth)
	case never:
		return dst
	}
	selections := in.expand(nil, in.api.Types[on], set, depth)
	if len(selections) == 0 {
		return dst
	}
	return append(dst, &Selection{On: on, Selections: selections})
}

func (in *inliner) included(list ast.DirectiveList) bool {
	for _, d := range list {
		v := condition(d)
		if v == nil {
			continue
		}
		holds := v.Raw == "true"
		if v.Kind == ast.Variable {
			holds = in.mask&(1<<slices.Index(in.conditions, v.Raw)) != 0
		}
		if holds == (d.Name == "skip") {
			return false
		}
	}
	return true
}

// pay accounts for work, and reports whether there may be more of it.
func (in *inliner) pay(cost int, where *ast.Position) bool {
	in.cost.rise(in.cost.actual+cost, cmp.Or(in.bounds.configured.MaxSelections, in.bounds.enforced.MaxSelections), where)
	if in.cost.actual > in.bounds.enforced.MaxSelections {
		in.done = true
	}
	return !in.done
}

// within counts the field, and reports whether what is beneath may be looked at.
func (in *inliner) within(f *ast.Field, depth int) bool {
	soft := &in.bounds.configured
	in.depth.rise(depth, cmp.Or(soft.MaxDepth, in.bounds.enforced.MaxDepth), f.Position)
	if depth > max(in.bounds.enforced.MaxDepth, defaultDepth) {
		in.done = true // fragments within fragments can nest as deep as there are selections
	}
	if f.Alias != f.Name {
		in.aliases.rise(in.aliases.actual+1, soft.MaxAliases, f.Position)
	}
	if depth == 1 {
		in.roots.rise(in.roots.actual+1, soft.MaxRootFields, f.Position)
	}
	return !in.done
}

// rise counts the field if it is a new one at its place, and goes there until the returned function is called.
func (in *inliner) rise(f *ast.Field) func() {
	above := in.at
	next := above.fields[f.Name]
	if next == nil {
		next = &heights{}
		if above.fields == nil {
			above.fields = map[string]*heights{}
		}
		above.fields[f.Name] = next
		in.height.rise(in.height.actual+1, in.bounds.configured.MaxHeight, f.Position)
	}
	in.at = next
	return func() { in.at = above }
}

func (in *inliner) fail(code, message string, where *ast.Position) {
	in.done = true
	if in.err == nil {
		in.err = &Error{Code: code, Message: message, Locations: at(where)}
	}
}

// weight is what a value costs where it is written again: its nodes, and long texts as several.
func weight(v *ast.Value) int {
	out := 1 + len(v.Raw)/64
	for _, c := range v.Children {
		out += weight(c.Value)
	}
	return out
}

// used gathers the variables that the selections mention.
func used(set []*Selection, into map[string]bool) {
	for _, s := range set {
		for _, arg := range s.Arguments {
			mentioned(arg.Value, into)
		}
		used(s.Selections, into)
	}
}

func mentioned(v *ast.Value, into map[string]bool) {
	if v.Kind == ast.Variable {
		into[v.Raw] = true
	}
	for _, c := range v.Children {
		mentioned(c.Value, into)
	}
}
