package monolith

import (
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/ficusgraph/ficus/monolith-adapter/mapping"
)

// shape is what can be told of an expression's value without running it. What comes from the data, from $config
// or from $context can be anything.
type shape uint8

const (
	anything shape = iota
	aNull
	aText
	aNumber
	aBoolean
	aList
	anObject
	// aComposite is an object, or a list of objects.
	aComposite
)

// String is the shape in words.
func (s shape) String() string {
	return [...]string{"something", "null", "a text", "a number", "a boolean", "a list", "an object", "an object"}[s]
}

func (s shape) scalar() bool { return s <= aBoolean }

// results are the shapes that methods give, whatever they are called on.
var results = map[string]shape{
	"joinNotNull": aText, "toString": aText, "jsonStringify": aText, "trim": aText, "trimStart": aText, "trimEnd": aText,
	"size": aNumber, "parseInt": aNumber, "add": aNumber, "sub": aNumber, "mul": aNumber, "div": aNumber, "mod": aNumber,
	"eq": aBoolean, "ne": aBoolean, "gt": aBoolean, "gte": aBoolean, "lt": aBoolean, "lte": aBoolean,
	"and": aBoolean, "or": aBoolean, "not": aBoolean, "contains": aBoolean, "in": aBoolean,
	"map": aList, "filter": aList, "entries": aList, "split": aList,
}

// shapes tells the shapes of a connector's expressions; c is nil for those of a source.
type shapes struct {
	contract *contract
	c        *Connector
}

func (s shapes) of(e mapping.Expr) shape {
	switch e := e.(type) {
	case *mapping.Literal:
		return literal(e.Value)
	case *mapping.Array:
		return aList
	case *mapping.Dict:
		return anObject
	case *mapping.Block:
		if len(e.Items) == 1 && e.Items[0].Spread {
			return s.of(e.Items[0].Value)
		}
		return anObject
	case *mapping.Chain:
		return s.common(e.Operands)
	case *mapping.Path:
		return s.path(e)
	}
	return anything
}

func literal(v mapping.Value) shape {
	switch v.Kind() {
	case mapping.String:
		return aText
	case mapping.Number:
		return aNumber
	case mapping.Null:
		return aNull
	case mapping.List:
		return aList
	case mapping.Object:
		return anObject
	}
	return aBoolean
}

// common is the shape that all of the expressions have, but for null.
func (s shapes) common(exprs []mapping.Expr) shape {
	out := aNull
	for _, e := range exprs {
		switch one := s.of(e); {
		case one == aNull:
		case out == aNull || out == one:
			out = one
		default:
			return anything
		}
	}
	return out
}

func (s shapes) path(p *mapping.Path) shape {
	steps := p.Steps
	cur := anything
	switch p.Head {
	case mapping.HeadExpr:
		cur = s.of(p.Expr)
	case mapping.HeadVar:
		var keys []string
		for len(steps) > 0 && steps[0].Kind != mapping.StepMethod {
			if steps[0].Kind == mapping.StepKey {
				keys = append(keys, steps[0].Name)
			}
			steps = steps[1:]
		}
		cur = s.variable(p.Name, keys)
	}
	for _, step := range steps {
		switch step.Kind {
		case mapping.StepKey:
			cur = anything
		case mapping.StepMethod:
			cur = s.method(cur, step)
		}
	}
	switch {
	case p.Sub == nil:
		return cur
	case cur == aList || cur == anObject:
		return cur
	}
	return aComposite
}

func (s shapes) method(in shape, m *mapping.Step) shape {
	switch m.Name {
	case "slice", "as":
		return in
	case "echo":
		if len(m.Args) == 1 && !isAt(m.Args[0]) {
			return s.of(m.Args[0])
		}
		return in
	case "match":
		var values []mapping.Expr
		for _, a := range m.Args {
			if pair, ok := a.(*mapping.Array); ok && len(pair.Elems) == 2 {
				values = append(values, pair.Elems[1])
			}
		}
		return s.common(values)
	}
	return results[m.Name]
}

func isAt(e mapping.Expr) bool {
	p, ok := e.(*mapping.Path)
	return ok && p.Head == mapping.HeadAt
}

// variable is the shape of a variable, or of what is at keys in it.
func (s shapes) variable(name string, keys []string) shape {
	switch name {
	case "status":
		return aNumber
	case "batch":
		return aList
	case "request", "response":
		if len(keys) > 1 {
			return aList
		}
		return anObject
	case "env":
		if len(keys) == 1 {
			return aText
		}
	case "args":
		if s.c == nil || s.c.field == "" {
			return anything
		}
		if len(keys) == 0 {
			return anObject
		}
		if a := s.c.args.ForName(keys[0]); a != nil {
			return s.typed(a.Type, keys[1:])
		}
	case "this":
		if t := s.this(); t != nil && len(keys) > 0 && s.contract.field(t, keys[0]) != nil {
			return s.typed(s.contract.field(t, keys[0]).typ, keys[1:])
		}
		if len(keys) == 0 {
			return anObject
		}
	}
	return anything
}

func (s shapes) this() *objectType {
	if s.c == nil {
		return nil
	}
	return s.contract.byName[s.c.typ]
}

func (s shapes) typed(typ *ast.Type, keys []string) shape {
	if typ.Elem != nil {
		return aList
	}
	t := s.contract.byName[typ.NamedType]
	composed := t != nil && t.kind != ast.Scalar && t.kind != ast.Enum
	switch {
	case composed && len(keys) == 0:
		return anObject
	case composed && t.field(keys[0]) != nil:
		return s.typed(t.field(keys[0]).typ, keys[1:])
	case composed || len(keys) > 0:
		return anything
	case t != nil && t.kind == ast.Enum:
		return aText
	}
	switch typ.NamedType {
	case "String", "ID":
		return aText
	case "Int", "Float":
		return aNumber
	case "Boolean":
		return aBoolean
	}
	return anything
}
