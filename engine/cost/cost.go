// Package cost estimates, before anything is fetched, what an operation takes at most: how many objects it asks
// for, weighted by what the graph says of them with @cost and @listSize.
//
//	operation         -> Estimate   a formula, once for each operation; it is kept with the plan
//	Estimate + values -> number     once for each request: variables say how long lists are
//
// The model is IBM's cost specification as Apollo's and Hive's routers read it. An object costs 1, a leaf nothing, a
// mutation 10 beside its fields; @cost on a type, a field or an argument says otherwise, and what stands on a
// field counts instead of its type's. A list costs as often as it is long:
//
//	field = arguments + size * (weight + fields beneath)
//
// Of fragments for different object types the dearest counts, as an object is of one type. Fields that are asked for
// twice count twice, although they are fetched once: the estimate is a bound.
package cost

import (
	"slices"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/ficusgraph/ficus/engine/operation"
	"github.com/ficusgraph/ficus/engine/supergraph"
)

// Max is the largest estimate; what would be more is this.
const Max = 1 << 53

// mutation is what a mutation costs beside its fields.
const mutation = 10

// Estimate is the formula of one operation. It is immutable.
type Estimate struct {
	base   int
	fields []*node
}

// node is a field, or a fragment, which has neither arguments nor weight.
type node struct {
	// arguments that cost something when they are given.
	arguments []argument
	// sizes of the lists around a value, the outer first.
	sizes  []size
	weight int
	fields []*node
	// rivals are fragments for different object types: one of them applies.
	rivals []*node
}

type argument struct {
	value  *ast.Value
	weight int
	// typ of an input object within which something costs something too; "" if nothing does.
	typ string
	sg  *supergraph.Supergraph
}

// size is how long a list is.
type size struct {
	// assumed where no argument says it.
	assumed int
	// given are the values of the arguments that may say it.
	given []*ast.Value
	// one of them must be there.
	one  bool
	of   string
	args []string
}

// New makes the formula of an operation. List is how long a list is of which nothing is known.
func New(sg *supergraph.Supergraph, op *operation.Operation, list int) *Estimate {
	c := &compiler{sg: sg, list: list}
	e := &Estimate{fields: c.set(op.Selections, nil)}
	if op.Kind == ast.Mutation {
		e.base = mutation
	}
	return e
}

// compiler makes one formula.
type compiler struct {
	sg   *supergraph.Supergraph
	list int
}

// set is the selections of one object. Above is the field that it stands beneath, if that says how long the lists
// in it are.
func (c *compiler) set(list []*operation.Selection, above *sized) []*node {
	var out, rivals []*node
	byType := map[string]*node{}
	for _, s := range list {
		if s.On == "" {
			out = append(out, c.field(s, above))
			continue
		}
		inner := c.set(s.Selections, above)
		if t := c.sg.Type(s.On); t == nil || t.Kind != ast.Object {
			out = append(out, &node{fields: inner})
			continue
		}
		if byType[s.On] == nil {
			byType[s.On] = &node{}
			rivals = append(rivals, byType[s.On])
		}
		byType[s.On].fields = append(byType[s.On].fields, inner...)
	}
	if len(rivals) > 0 {
		out = append(out, &node{rivals: rivals})
	}
	return out
}

// sized is the size that a field says of lists beneath it.
type sized struct {
	fields []string
	size   size
}

func (c *compiler) field(s *operation.Selection, above *sized) *node {
	n := &node{}
	var own supergraph.Cost
	if t := c.sg.Type(s.Parent); t != nil && t.Field(s.Name) != nil {
		own = t.Field(s.Name).Cost
	}
	n.weight = c.weight(own, s.Definition.Type.Name())
	for _, a := range s.Definition.Arguments {
		v := given(s, a)
		if v == nil {
			continue
		}
		w, said := own.Arguments[a.Name]
		if t := c.sg.Type(a.Type.Name()); !said && t != nil {
			w = t.Cost.Weight
		}
		typ := ""
		if c.weighs(a.Type.Name(), map[string]bool{}) {
			typ = a.Type.Name()
		}
		if w != 0 || typ != "" {
			n.arguments = append(n.arguments, argument{v, w, typ, c.sg})
		}
	}
	beneath := c.sizes(n, s, own, above)
	n.fields = c.set(s.Selections, beneath)
	return n
}

// weight of one value of a field.
func (c *compiler) weight(own supergraph.Cost, typ string) int {
	if own.Weighted {
		return own.Weight
	}
	t := c.sg.Type(typ)
	switch {
	case t == nil:
		return 0
	case t.Cost.Weighted:
		return t.Cost.Weight
	case t.IsLeaf():
		return 0
	}
	dearest := 1
	if t.IsAbstract() {
		for _, m := range t.Members {
			dearest = max(dearest, c.sg.Type(m).Cost.Weight)
		}
	}
	return dearest
}

// sizes says how long the field's lists are, and gives what it says of those beneath it.
func (c *compiler) sizes(n *node, s *operation.Selection, own supergraph.Cost, above *sized) *sized {
	for t := s.Definition.Type; t.Elem != nil; t = t.Elem {
		n.sizes = append(n.sizes, size{assumed: c.list})
	}
	if above != nil && len(n.sizes) > 0 && slices.Contains(above.fields, s.Name) {
		n.sizes[0] = above.size
	}
	if own.List == nil {
		return nil
	}
	said := size{assumed: c.list, one: own.List.One && len(own.List.Slicing) > 0, of: s.Parent + "." + s.Name, args: own.List.Slicing}
	if own.List.Assumed >= 0 {
		said.assumed = own.List.Assumed
	}
	for _, name := range own.List.Slicing {
		if a := s.Definition.Arguments.ForName(name); a != nil {
			if v := given(s, a); v != nil {
				said.given = append(said.given, v)
			}
		}
	}
	if len(own.List.Sized) > 0 {
		return &sized{own.List.Sized, said}
	}
	if len(n.sizes) > 0 {
		n.sizes[0] = said
	}
	return nil
}

// given is an argument's value, or its default; nil if it has none. A variable may turn out to have none.
func given(s *operation.Selection, a *ast.ArgumentDefinition) *ast.Value {
	v := a.DefaultValue
	if arg := s.Arguments.ForName(a.Name); arg != nil {
		v = arg.Value
	}
	if v == nil || v.Kind == ast.NullValue {
		return nil
	}
	return v
}
