package universe

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// draw makes the decisions of a graph, one after the other.
type draw struct {
	*rand.Rand
	g      *Graph
	serial int
}

// chance of so many percent.
func (d *draw) chance(percent int) bool { return d.IntN(100) < percent }

func one[T any](r *rand.Rand, of []T) T { return of[r.IntN(len(of))] }

// name is a new one.
func (d *draw) name(prefix string) string {
	d.serial++
	return prefix + strconv.Itoa(d.serial)
}

func (d *draw) subgraphs() {
	for id := range 2 + d.IntN(5) {
		s := &Subgraph{ID: id, Name: string(rune('a' + id)), Query: "Query", Mutation: "Mutation", Fed1: d.chance(15)}
		if !s.Fed1 && d.chance(20) {
			s.Prefix = "fed__"
		}
		if d.chance(15) {
			s.Query, s.Mutation = "Root", "Changes"
		}
		d.g.Subgraphs = append(d.g.Subgraphs, s)
	}
}

// inputs are the types of arguments, the same in all subgraphs.
func (d *draw) inputs() {
	mode := d.g.add(&Type{Name: "Mode", Kind: ast.Enum})
	opts := d.g.add(&Type{Name: "Options", Kind: ast.InputObject})
	for _, f := range []struct {
		name, fallback string
		typ            *ast.Type
	}{
		{"limit", "10", ast.NamedType("Int", nil)},
		{"mode", "FAST", ast.NamedType("Mode", nil)},
		{"tags", "", ast.ListType(ast.NonNullNamedType("String", nil), nil)},
		{"more", "", ast.NamedType("Options", nil)},
	} {
		field := d.g.newField(f.name, f.typ)
		field.Default = f.fallback
		opts.Fields = append(opts.Fields, field)
	}
	for s := range d.g.Subgraphs {
		mode.In[s], opts.In[s] = &TypeIn{Values: []string{"FAST", "SLOW"}}, &TypeIn{}
		for _, f := range opts.Fields {
			f.In[s] = &FieldIn{}
		}
	}
}

// values are enums that are only answered, of which each subgraph knows some values, and value types.
func (d *draw) values() {
	color := d.g.add(&Type{Name: "Color", Kind: ast.Enum})
	for s := range d.g.Subgraphs {
		values := []string{"RED"}
		for _, v := range []string{"GREEN", "BLUE"} {
			if d.chance(70) {
				values = append(values, v)
			}
		}
		color.In[s] = &TypeIn{Values: values}
	}
	for range 1 + d.IntN(3) {
		d.valueType(d.name("Value"), 2+d.IntN(2))
	}
}

func (d *draw) valueType(name string, leaves int) *Type {
	t := &Type{Name: name, Kind: ast.Object}
	for range leaves {
		t.Fields = append(t.Fields, d.g.newField(d.name("v"), d.leafType()))
	}
	return d.g.add(t)
}

// leafType is a random type of a leaf, at times of a list of them.
func (d *draw) leafType() *ast.Type {
	return d.wrap(one(d.Rand, []string{"Int", "Float", "String", "String", "Boolean", "ID", "Color", "Mode", "JSON"}), 15)
}

// wrap makes a type of a name: so many percent are lists.
func (d *draw) wrap(name string, lists int) *ast.Type {
	t := ast.NamedType(name, nil)
	t.NonNull = d.chance(30)
	for d.chance(lists) {
		t = ast.ListType(t, nil)
		t.NonNull = d.chance(30)
		lists /= 2
	}
	return t
}

// weaken takes a ! off the type.
func weaken(t *ast.Type) *ast.Type {
	weak := *t
	if !t.NonNull && t.Elem != nil {
		weak.Elem = weaken(t.Elem)
	}
	weak.NonNull = false
	return &weak
}

// arguments of a field.
func (d *draw) arguments() ast.ArgumentDefinitionList {
	var args ast.ArgumentDefinitionList
	for _, a := range []struct {
		percent int
		name    string
		typ     *ast.Type
		value   string
	}{
		{12, "n", ast.NamedType("Int", nil), "3"},
		{8, "must", ast.NonNullNamedType("Int", nil), ""},
		{8, "mode", ast.NamedType("Mode", nil), "SLOW"},
		{8, "opts", ast.NamedType("Options", nil), ""},
		{6, "ids", ast.ListType(ast.NonNullNamedType("ID", nil), nil), ""},
	} {
		if !d.chance(a.percent) {
			continue
		}
		def := &ast.ArgumentDefinition{Name: a.name, Type: a.typ}
		if a.value != "" && d.chance(60) {
			kind := ast.IntValue
			if a.name == "mode" {
				kind = ast.EnumValue
			}
			def.DefaultValue = &ast.Value{Kind: kind, Raw: a.value}
		}
		args = append(args, def)
	}
	return args
}

// declare makes a subgraph have a field, and the types that it needs.
func (d *draw) declare(f *Field, s int) *FieldIn {
	if f.In[s] == nil {
		f.In[s] = &FieldIn{}
		d.ensure(d.g.types[f.Type.Name()], s)
	}
	return f.In[s]
}

// share declares the field as one that others resolve too.
func (d *draw) share(f *Field, s int) {
	d.declare(f, s).Shareable = true
}

// ensure makes a subgraph have a type, by any of its keys if it is an entity.
func (d *draw) ensure(t *Type, s int) {
	switch {
	case t == nil || t.In[s] != nil:
	case t.Entity:
		d.enter(t, s, nil)
	case t.Kind == ast.Object:
		t.In[s] = &TypeIn{}
		for _, f := range t.Fields {
			d.share(f, s)
		}
	default:
		panic(fmt.Sprintf("%s must not be in %s", t.Name, d.g.Subgraphs[s].Name))
	}
}

// leaves are the fields of a type that need no selection.
func (g *Graph) leaves(t *Type) []*Field {
	var fields []*Field
	for _, f := range t.Fields {
		if k := g.types[f.Type.Name()]; k == nil || k.Kind == ast.Enum {
			fields = append(fields, f)
		}
	}
	return fields
}

// within is the field set of a field with what must be selected of it.
func within(f *Field, args string, inner ...string) string {
	return f.Name + args + " { " + strings.Join(inner, " ") + " }"
}
