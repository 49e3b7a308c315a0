package monolith

import (
	"cmp"
	"slices"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"

	"github.com/ficusgraph/ficus/engine/supergraph"
)

// contract is one subgraph's schema as far as connectors are concerned, whether it was read from its own SDL or
// from a composed graph.
type contract struct {
	subgraph string
	// written: it was read from the subgraph's own SDL.
	written bool
	spec    spec
	types   []*objectType
	byName  map[string]*objectType
	sources []written
	roots   map[ast.Operation]string
}

// objectType is a type of the schema.
type objectType struct {
	name   string
	kind   ast.DefinitionKind
	fields []*field
	// members are the object types that an interface or a union can be.
	members  []string
	connects []written
	// keys that are resolvable.
	keys []supergraph.FieldSet
	// stubs are the keys that are not: by them the type refers to entities of other subgraphs.
	stubs []supergraph.FieldSet
	at    *ast.Position
}

// field is a field of a type.
type field struct {
	name     string
	typ      *ast.Type
	args     ast.ArgumentDefinitionList
	connects []written
	// batched are those of @batched.
	batched []written
	// foreign: another subgraph resolves it, although it is mentioned here.
	foreign bool
	// hidden: it is in the graph but not this subgraph's any longer; selections may still name it.
	hidden bool
	at     *ast.Position
}

func (t *objectType) field(name string) *field {
	for _, f := range t.fields {
		if f.name == name {
			return f
		}
	}
	return nil
}

// root is the kind of operation of which the type is the root, or "".
func (c *contract) root(name string) ast.Operation {
	for _, kind := range []ast.Operation{ast.Query, ast.Mutation, ast.Subscription} {
		if c.roots[kind] == name {
			return kind
		}
	}
	return ""
}

func (c *contract) index() {
	c.byName = make(map[string]*objectType, len(c.types))
	for _, t := range c.types {
		c.byName[t.name] = t
	}
}

// graphContract reads what subgraph id says from the composed graph.
func graphContract(sg *supergraph.Supergraph, id int) *contract {
	c := &contract{subgraph: sg.Subgraphs[id].Name, roots: map[ast.Operation]string{}}
	linked := appliedBy(sg.Applied, id, "link")
	links := make([]*ast.Value, len(linked))
	for i, a := range linked {
		links[i] = a.Args
	}
	c.spec = readSpec(links)
	for _, a := range appliedBy(sg.Applied, id, c.spec.source, "source") {
		c.sources = append(c.sources, written{args: a.Args, at: position(a.Args)})
	}
	for kind, t := range map[ast.Operation]*supergraph.Type{ast.Query: sg.Query, ast.Mutation: sg.Mutation, ast.Subscription: sg.Subscription} {
		if t != nil {
			c.roots[kind] = t.Name
		}
	}
	for _, t := range sg.Types {
		if t.In[id] != nil {
			c.types = append(c.types, c.graphType(t, id))
		}
	}
	c.index()
	return c
}

func (c *contract) graphType(t *supergraph.Type, id int) *objectType {
	out := &objectType{name: t.Name, kind: t.Kind, members: t.In[id].Members}
	if t.In[id].InterfaceObject {
		out.kind = ast.Object
	}
	for _, k := range t.In[id].Keys {
		if k.Resolvable {
			out.keys = append(out.keys, k.Fields)
		} else {
			out.stubs = append(out.stubs, k.Fields)
		}
	}
	out.connects = graphWritten(appliedBy(t.Applied, id, c.spec.connect, "connect"), t.Name)
	for _, f := range t.Fields {
		coordinate := t.Name + "." + f.Name
		g := &field{
			name: f.Name, typ: f.Type, args: f.Args, connects: graphWritten(appliedBy(f.Applied, id, c.spec.connect, "connect"), coordinate),
			batched: graphWritten(appliedBy(f.Applied, id, batchedName), coordinate),
		}
		if in := f.In[id]; in == nil {
			g.hidden = true
		} else {
			g.typ, g.foreign = in.Type, in.External || in.UsedOverridden
		}
		out.fields = append(out.fields, g)
	}
	return out
}

func graphWritten(applied []*supergraph.Applied, coordinate string) []written {
	out := make([]written, len(applied))
	for i, a := range applied {
		out[i] = written{coordinate: coordinate, args: a.Args, at: position(a.Args)}
	}
	return out
}

func appliedBy(list []*supergraph.Applied, id int, names ...string) []*supergraph.Applied {
	var out []*supergraph.Applied
	for _, a := range list {
		if slices.Contains(names, a.Name) && slices.Contains(a.Graphs, id) {
			out = append(out, a)
		}
	}
	return out
}

func position(v *ast.Value) *ast.Position {
	if v == nil {
		return nil
	}
	return v.Position
}

// schemaContract reads a subgraph's own SDL.
func schemaContract(subgraph, file, sdl string) (*contract, error) {
	doc, err := parser.ParseSchema(&ast.Source{Name: file, Input: sdl})
	if err != nil {
		return nil, err
	}
	c := &contract{subgraph: subgraph, roots: map[ast.Operation]string{ast.Query: "Query", ast.Mutation: "Mutation", ast.Subscription: "Subscription"}}
	var links []*ast.Value
	schemas := slices.Concat(doc.Schema, doc.SchemaExtension)
	for _, s := range schemas {
		for _, op := range s.OperationTypes {
			c.roots[op.Operation] = op.Type
		}
		for _, d := range s.Directives.ForNames("link") {
			links = append(links, object(d))
		}
	}
	c.spec = readSpec(links)
	c.spec.key, c.spec.contexts, c.written = keyName(links), contextImports(links), true
	c.spec.federation1 = c.spec.key == ""
	c.spec.batched = readBatchedName(links)
	for _, s := range schemas {
		for _, d := range s.Directives.ForNames(c.spec.source) {
			c.sources = append(c.sources, written{args: object(d), at: d.Position})
		}
	}
	for _, def := range slices.Concat(doc.Definitions, doc.Extensions) {
		if err := c.schemaType(def); err != nil {
			return nil, err
		}
	}
	for _, def := range slices.Concat(doc.Definitions, doc.Extensions) {
		c.implement(def)
	}
	return c, nil
}

// implement adds what a definition says of members.
func (c *contract) implement(def *ast.Definition) {
	add := func(name, member string) {
		if t := c.byName[name]; t != nil && !slices.Contains(t.members, member) {
			t.members = append(t.members, member)
		}
	}
	if def.Kind == ast.Object {
		for _, name := range def.Interfaces {
			add(name, def.Name)
		}
	}
	for _, member := range def.Types {
		add(def.Name, member)
	}
}

// schemaType adds a definition, or an extension to what is there of its type.
func (c *contract) schemaType(def *ast.Definition) error {
	if c.byName == nil {
		c.index()
	}
	t := c.byName[def.Name]
	if t == nil {
		t = &objectType{name: def.Name, kind: def.Kind, at: def.Position}
		c.types, c.byName[def.Name] = append(c.types, t), t
	}
	t.connects = append(t.connects, schemaWritten(def.Directives.ForNames(c.spec.connect), def.Name)...)
	for _, d := range def.Directives.ForNames(cmp.Or(c.spec.key, "key")) {
		set, err := supergraph.ParseFieldSet(text(object(d), "fields"))
		if err != nil {
			return err
		}
		if r := d.Arguments.ForName("resolvable"); r != nil && r.Value.Raw == "false" {
			t.stubs = append(t.stubs, set)
		} else {
			t.keys = append(t.keys, set)
		}
	}
	for _, f := range def.Fields {
		t.fields = append(t.fields, &field{
			name: f.Name, typ: f.Type, args: f.Arguments, at: f.Position, foreign: f.Directives.ForName("external") != nil,
			hidden:   f.Directives.ForName("mock") != nil && len(f.Directives.ForNames(c.spec.connect)) == 0,
			connects: schemaWritten(f.Directives.ForNames(c.spec.connect), def.Name+"."+f.Name),
			batched:  schemaWritten(f.Directives.ForNames(c.spec.batched), def.Name+"."+f.Name),
		})
	}
	return nil
}

func schemaWritten(applied []*ast.Directive, coordinate string) []written {
	out := make([]written, len(applied))
	for i, d := range applied {
		out[i] = written{coordinate: coordinate, args: object(d), at: d.Position}
	}
	return out
}

// object is the arguments of a directive as an object value.
func object(d *ast.Directive) *ast.Value {
	v := &ast.Value{Kind: ast.ObjectValue, Position: d.Position}
	for _, a := range d.Arguments {
		v.Children = append(v.Children, &ast.ChildValue{Name: a.Name, Value: a.Value, Position: a.Position})
	}
	return v
}
