package operation

import (
	"fmt"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// call is the field's name with its arguments, equal for fields that are called alike.
func (o *overlap) call(id uint32) string {
	out, ok := o.calls[id]
	if !ok {
		out = call(o.fields[id])
		o.calls[id] = out
	}
	return out
}

func call(f *ast.Field) string {
	if len(f.Arguments) == 0 {
		return f.Name
	}
	args := slices.Clone(f.Arguments)
	slices.SortStableFunc(args, func(a, b *ast.Argument) int { return strings.Compare(a.Name, b.Name) })
	p := &printer{}
	p.write(f.Name, "(")
	for _, arg := range args {
		p.write(arg.Name, ":")
		p.value(ordered(arg.Value))
		p.write(",")
	}
	return string(p.out)
}

// ordered is the value with the fields of its objects in order, for which order has no meaning.
func ordered(v *ast.Value) *ast.Value {
	if len(v.Children) == 0 {
		return v
	}
	out := *v
	out.Children = make(ast.ChildValueList, len(v.Children))
	for i, c := range v.Children {
		child := *c
		child.Value = ordered(c.Value)
		out.Children[i] = &child
	}
	if v.Kind == ast.ObjectValue {
		slices.SortStableFunc(out.Children, func(a, b *ast.ChildValue) int { return strings.Compare(a.Name, b.Name) })
	}
	return &out
}

func sameShape(a, b *ast.Field) bool {
	x, y := a.Definition.Type, b.Definition.Type
	for {
		if x.NonNull != y.NonNull || (x.Elem == nil) != (y.Elem == nil) {
			return false
		}
		if x.Elem == nil {
			break
		}
		x, y = x.Elem, y.Elem
	}
	// A field with selections is of a composite type: what is selected there is checked, not the type's name.
	return len(a.SelectionSet) > 0 && len(b.SelectionSet) > 0 || x.NamedType == y.NamedType
}

func difference(a, b *ast.Field) string {
	if a.Name != b.Name {
		return fmt.Sprintf("%q and %q are different fields", a.Name, b.Name)
	}
	return "they have differing arguments"
}
