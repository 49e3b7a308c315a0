package composition

import (
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// contextRules: a context gives one value, so its selection names one field at each level.
var contextRules = fieldSetRules{"@fromContext", ContextInvalidSelection, "", ContextInvalidSelection, "", "", false}

// contextReader reads what a @fromContext selects, for each type that sets the context.
type contextReader struct {
	*schema
	context, coord string
	pos            *ast.Position
	arg            *contextArg
	errs           Errors
	// matched are the type conditions that some type satisfies.
	matched []string
}

func (r *contextReader) bad(format string, args ...any) {
	r.errs = append(r.errs, r.errorAt(ContextInvalidSelection, r.pos, "Context %q is used in %q but the selection is invalid"+format, append([]any{r.context, r.coord}, args...)...))
}

func (r *contextReader) read(types []*typeDef) Errors {
	body := strings.TrimSpace(r.arg.text)
	if strings.HasPrefix(body, "{") {
		end := len(body) - 1
		if body[end] != '}' {
			r.bad(": Syntax Error: Expected \"}\" at the end.")
			return r.errs
		}
		body = body[1:end]
	}
	set, err := parseSelection(body)
	if err != nil {
		r.bad(": Syntax Error: %s", err)
		return r.errs
	}
	if !r.form(set) {
		return r.errs
	}
	for _, t := range types {
		if !r.at(body, t) {
			return r.errs
		}
	}
	for _, n := range set {
		if f, ok := n.(*ast.InlineFragment); ok && !slices.Contains(r.matched, f.TypeCondition) {
			r.bad(": type condition %q is never used.", f.TypeCondition)
		}
	}
	return r.errs
}

// form reports whether the selection is one field, or one for each of several types.
func (r *contextReader) form(set ast.SelectionSet) bool {
	conditions := map[string]bool{}
	fields := 0
	for _, n := range set {
		switch n := n.(type) {
		case *ast.Field:
			fields++
			if n.Alias != n.Name {
				r.bad(": aliases are not allowed in the selection")
				return false
			}
		case *ast.InlineFragment:
			switch {
			case n.TypeCondition == "":
				r.bad(": inline fragments must have type conditions")
				return false
			case conditions[n.TypeCondition]:
				r.bad(": type conditions have same name")
				return false
			}
			conditions[n.TypeCondition] = true
		default:
			r.bad(": fragment spread is not allowed")
			return false
		}
	}
	switch {
	case fields == 0 && len(conditions) == 0:
		r.bad(": no selection is made")
		return false
	case fields > 0 && len(conditions) > 0:
		r.bad(": multiple fields could be selected")
		return false
	case fields > 1:
		r.bad(": multiple selections are made")
		return false
	}
	return true
}

// at reads the selection for a type that sets the context, and reports whether it can be read for others too.
func (r *contextReader) at(body string, t *typeDef) bool {
	sel, ps := r.readFieldSet(body, t, contextRules)
	if len(ps) > 0 {
		r.bad(" for type %s. Error: %s", t.name, ps[0].text)
		return false
	}
	sel.each(r.schema, func(f *fieldDef) { f.used = true })
	r.arg.on, r.arg.sels = append(r.arg.on, t), append(r.arg.sels, sel)
	if sel[0].on == "" {
		return r.value(sel, t)
	}
	found := false
	for _, x := range sel {
		on := r.byName[x.on]
		switch {
		case on.kind != ast.Object:
			r.bad(": type conditions must be an object type")
		case slices.Contains(t.runtimeTypes(), on.name):
			found = true
			r.matched = append(r.matched, on.name)
			if !r.value(x.sub, on) {
				return false
			}
		}
	}
	if !found {
		r.bad(": no type condition matches the location %q", t.name)
	}
	return found
}

// value checks the type of the one value that is selected of a type.
func (r *contextReader) value(sel selection, t *typeDef) bool {
	before := len(r.errs)
	leaf := r.leafOf(sel, t)
	switch {
	case len(r.errs) > before:
	case leaf == nil && len(sel) == 1 && sel[0].def == nil:
		r.bad(": __typename is no field of %q, and fragments cannot stand within others", t.name)
	case leaf == nil:
		r.bad(": multiple selections are made")
	case !r.subtype(leaf, r.arg.arg.typ):
		r.bad(": the type of the selection %q does not match the expected type %q", leaf, r.arg.arg.typ)
	}
	return len(r.errs) == before
}

// leafOf is the type of the value; nil if there are several. It can be null: the value above it may be.
func (r *contextReader) leafOf(sel selection, t *typeDef) *ast.Type {
	if t.has(dInterfaceObject) {
		r.bad(": One of the types in the selection is an interfaceObject: %q", t.name)
		return nil
	}
	if len(sel) != 1 || sel[0].def == nil {
		return nil
	}
	x := sel[0]
	if len(x.sub) == 0 {
		return wrap(ast.NamedType(x.def.typ.Name(), nil), x.def.typ)
	}
	inner := r.leafOf(x.sub, r.byName[x.def.typ.Name()])
	if inner == nil {
		return nil
	}
	return wrap(inner, x.def.typ)
}

// wrap puts the lists of the outer type around the inner one.
func wrap(inner, outer *ast.Type) *ast.Type {
	if outer.Elem == nil {
		return inner
	}
	return &ast.Type{Elem: wrap(inner, outer.Elem)}
}
