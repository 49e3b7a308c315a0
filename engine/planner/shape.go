package planner

import (
	"slices"
	"strconv"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/ficusgraph/ficus/engine/operation"
	"github.com/ficusgraph/ficus/engine/queryplan"
	"github.com/ficusgraph/ficus/engine/supergraph"
)

// answered is one response key of an object: all selections that contribute to it.
type answered struct {
	key        string
	selections []*operation.Selection
	typ        *ast.Type // in the API schema, on the run-time type
	denied     bool      // as all of the selections are
}

// shape says how the objects of a place are written, for a type of the API and the selections made there. It
// marks places whose answer depends on run-time types.
func (w *wanting) shape(p *place, typ string, sets [][]*operation.Selection) *queryplan.Shape {
	id := w.shapeID(typ, sets)
	if s, ok := p.shapes[id]; ok {
		return s
	}
	out := &queryplan.Shape{}
	p.shapes[id] = out
	byFields := map[string]*queryplan.Variant{}
	possible := []string{typ}
	static := w.sg.Type(typ)
	if static != nil {
		possible = w.members(static)
	}
	asksTypename := false
	for _, x := range possible {
		fields := w.collectFields(x, sets)
		sign := w.signature(p, x, fields)
		v := byFields[sign]
		if v == nil {
			v = &queryplan.Variant{Fields: w.fields(p, x, len(possible) == 1, fields)}
			byFields[sign] = v
			out.Variants = append(out.Variants, v)
		}
		v.Types = append(v.Types, x)
		asksTypename = asksTypename || len(fields) > 0 && hasTypename(fields)
	}
	hidden := static != nil && len(possible) < len(static.Members)
	out.Typed = len(out.Variants) > 1 || len(possible) > 1 && asksTypename || hidden && static.IsAbstract()
	if len(out.Variants) == 0 {
		out.Variants, out.Typed = []*queryplan.Variant{{}}, false
	}
	if !out.Typed {
		out.Variants[0].Types = nil
	}
	p.typed = p.typed || out.Typed
	return out
}

func hasTypename(fields []*answered) bool {
	for _, f := range fields {
		if f.selections[0].Name == queryplan.Typename {
			return true
		}
	}
	return false
}

// collectFields is CollectFields of the specification for one run-time type, conditions being decided already.
// https://spec.graphql.org/October2021/#CollectFields()
func (w *wanting) collectFields(typ string, sets [][]*operation.Selection) []*answered {
	var out []*answered
	byKey := map[string]*answered{}
	var walk func(set []*operation.Selection)
	walk = func(set []*operation.Selection) {
		for _, s := range set {
			if s.On != "" {
				if w.satisfies(typ, s.On) {
					walk(s.Selections)
				}
				continue
			}
			denied := slices.Contains(s.Denied, typ)
			a := byKey[s.Key]
			switch {
			case a == nil:
				a = &answered{key: s.Key, typ: w.typeOf(typ, s), denied: denied}
				byKey[s.Key] = a
				out = append(out, a)
			case denied && !a.denied:
				continue
			case a.denied && !denied:
				a.selections, a.denied = nil, false
			}
			a.selections = append(a.selections, s)
		}
	}
	for _, set := range sets {
		walk(set)
	}
	return out
}

func (w *wanting) satisfies(typ, condition string) bool {
	if typ == condition {
		return true
	}
	t := w.sg.Type(condition)
	return t != nil && slices.Contains(t.Members, typ)
}

// typeOf is the field's type on the run-time type; the selection's own where it was made on an interface whose
// implementation says no more.
func (w *wanting) typeOf(typ string, s *operation.Selection) *ast.Type {
	if w.sg.API != nil {
		if def := w.sg.API.Types[typ]; def != nil {
			if f := def.Fields.ForName(s.Name); f != nil {
				return f.Type
			}
		}
	}
	return s.Definition.Type
}

func (w *wanting) fields(p *place, typ string, only bool, list []*answered) []*queryplan.Field {
	out := make([]*queryplan.Field, len(list))
	for i, a := range list {
		first := a.selections[0]
		f := &queryplan.Field{Key: a.key, Name: first.Name, Type: planType(a.typ)}
		out[i] = f
		if first.Name == queryplan.Typename {
			f.Leaf = &queryplan.Leaf{Kind: queryplan.String}
			if only {
				f.Typename = typ
			}
			continue
		}
		if f.Null = a.denied || slices.Contains(p.uncommon, typ) && !f.Type.NonNull; f.Null {
			continue
		}
		child := newPlace()
		if slot := p.slotOf(first, typ); slot != nil {
			f.Name = slot.name
			if slot.child != nil {
				child = slot.child
			}
		} else {
			f.Name = a.key // introspection, whose selections are sent as they are
		}
		if f.Leaf = w.leaf(f.Type.Named); f.Leaf == nil {
			var sets [][]*operation.Selection
			for _, s := range a.selections {
				sets = append(sets, s.Selections)
			}
			f.Shape = w.shape(child, f.Type.Named, sets)
		}
	}
	return out
}

func planType(t *ast.Type) *queryplan.Type {
	out := &queryplan.Type{NonNull: t.NonNull, Named: t.Name()}
	if t.Elem != nil {
		out.Elem = planType(t.Elem)
	}
	return out
}

// leaf says how values of a scalar or enum are checked; nil for composite types.
func (w *wanting) leaf(name string) *queryplan.Leaf {
	switch name {
	case "Int":
		return &queryplan.Leaf{Kind: queryplan.Int}
	case "Float":
		return &queryplan.Leaf{Kind: queryplan.Float}
	case "String":
		return &queryplan.Leaf{Kind: queryplan.String}
	case "Boolean":
		return &queryplan.Leaf{Kind: queryplan.Boolean}
	case "ID":
		return &queryplan.Leaf{Kind: queryplan.ID}
	}
	if t := w.sg.Type(name); t != nil {
		return leafOf(t)
	}
	if strings.HasPrefix(name, "__") && strings.HasSuffix(name, "Kind") || name == "__DirectiveLocation" {
		return &queryplan.Leaf{Kind: queryplan.String}
	}
	if strings.HasPrefix(name, "__") {
		return nil
	}
	return &queryplan.Leaf{Kind: queryplan.Any}
}

func leafOf(t *supergraph.Type) *queryplan.Leaf {
	switch t.Kind {
	case ast.Scalar:
		return &queryplan.Leaf{Kind: queryplan.Any}
	case ast.Enum:
		out := &queryplan.Leaf{Kind: queryplan.Enum, Values: []string{}}
		for _, v := range t.Values {
			if !v.Inaccessible {
				out.Values = append(out.Values, v.Name)
			}
		}
		return out
	default:
		return nil
	}
}

// signature tells lists of fields apart: the same selections with the same types and names answer alike.
func (w *wanting) signature(p *place, typ string, list []*answered) string {
	var b []byte
	if slices.Contains(p.uncommon, typ) {
		b = append(b, '-')
	}
	for _, a := range list {
		b = append(append(append(b, a.key...), ':'), a.typ.String()...)
		if a.denied {
			b = append(b, '!')
		}
		if slot := p.slotOf(a.selections[0], typ); slot != nil {
			b = append(append(b, ' '), slot.name...)
		}
		b = append(w.number(b, a.selections), '\n')
	}
	return string(b)
}

func (w *wanting) shapeID(typ string, sets [][]*operation.Selection) string {
	b := []byte(typ)
	for _, set := range sets {
		b = append(w.number(b, set), ';')
	}
	return string(b)
}

// number appends what identifies selections.
func (w *wanting) number(b []byte, list []*operation.Selection) []byte {
	for _, s := range list {
		n, ok := w.numbers[s]
		if !ok {
			n = len(w.numbers)
			w.numbers[s] = n
		}
		b = strconv.AppendInt(append(b, ' '), int64(n), 10)
	}
	return b
}
