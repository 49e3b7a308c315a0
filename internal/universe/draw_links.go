package universe

import (
	"slices"

	"github.com/vektah/gqlparser/v2/ast"
)

// roots are the fields of Query and Mutation: each type of a subgraph can be had from one at least.
func (d *draw) roots() {
	query := &Type{Name: "Query", Kind: ast.Object}
	mutation := &Type{Name: "Mutation", Kind: ast.Object}
	types := slices.Clone(d.g.Types)
	d.g.add(query)
	for s := range d.g.Subgraphs {
		query.In[s] = &TypeIn{}
		d.root(query, s, d.leafType())
		for _, t := range types {
			if t.Kind != ast.Enum && t.Kind != ast.InputObject && t.In[s] != nil && !t.private() && d.chance(60) {
				d.root(query, s, d.wrap(t.Name, 40))
			}
		}
	}
	if d.chance(60) {
		return
	}
	d.g.add(mutation)
	for s := range d.g.Subgraphs {
		if s == 0 || d.chance(50) {
			mutation.In[s] = &TypeIn{}
			for range 1 + d.IntN(2) {
				f := d.root(mutation, s, d.outputType(s))
				f.Steady = true
			}
		}
	}
}

func (d *draw) root(t *Type, s int, typ *ast.Type) *Field {
	f := d.g.newField(d.name("r"), typ)
	f.Args = d.arguments()
	t.Fields = append(t.Fields, f)
	d.declare(f, s)
	other := d.IntN(len(d.g.Subgraphs))
	if t.Name == "Query" && other != s && d.canHave(typ.Name(), other) && d.chance(25) {
		if t.In[other] == nil {
			t.In[other] = &TypeIn{}
		}
		d.share(f, s)
		d.share(f, other)
		if target := d.g.types[typ.Name()]; target != nil && target.Kind != ast.Enum && len(d.g.runtime(f)) == 0 {
			f.In[other] = nil
		}
	}
	return f
}

// provides lets a subgraph answer a foreign leaf beneath one of its own fields.
func (d *draw) provides() {
	for _, t := range d.g.Types {
		for _, f := range t.Fields {
			target, owners := d.g.types[f.Type.Name()], f.owners()
			if target == nil || len(owners) != 1 || t.Kind != ast.Object || d.chance(60) {
				continue
			}
			if s := owners[0]; f.In[s].Requires == "" && f.In[s].Provides == "" && !d.g.Subgraphs[s].Fed1 {
				d.provide(f, target, s)
			}
		}
	}
}

func (d *draw) provide(f *Field, target *Type, s int) {
	switch {
	case target.Entity:
		if l := d.offered(target, s); l != "" {
			f.In[s].Provides = l
			return
		}
		for _, r := range target.Fields { // one step further, if that is resolved here too
			inner, in := d.g.types[r.Type.Name()], r.In[s]
			if inner == nil || !inner.Entity || in == nil || in.External || in.Requires != "" || in.Type != nil || len(r.Args) > 0 || r.used {
				continue
			}
			if l := d.offered(inner, s); l != "" {
				f.In[s].Provides, r.used = within(r, "", l), true
				return
			}
		}
	case target.Kind == ast.Union || target.Kind == ast.Interface:
		for _, m := range target.membersIn(s) {
			if l := d.offered(m, s); m.Entity && m.In[s] != nil && l != "" {
				f.In[s].Provides += "... on " + m.Name + " { " + l + " } "
			}
		}
	}
}

// offered is a foreign leaf of an entity that the subgraph now mentions; "" if there is none.
func (d *draw) offered(target *Type, s int) string {
	for _, l := range d.foreign(target, s) {
		k := d.g.types[l.Type.Name()]
		if k != nil && k.Kind != ast.Enum || len(l.Args) > 0 || d.shows(target, l, s) || d.chance(40) || target.In[s] == nil {
			continue
		}
		for _, o := range l.owners() {
			l.In[o].Shareable = true
		}
		d.declare(l, s).External = true
		l.Steady, l.used = true, true
		return l.Name
	}
	return ""
}

// shows reports whether an interface of the subgraph has the field, which then must not be external.
func (d *draw) shows(t *Type, f *Field, s int) bool {
	return slices.ContainsFunc(d.g.implements(t, s), func(i *Type) bool { return i.Field(f.Name) != nil && i.Field(f.Name).In[s] != nil })
}

// overrides move fields to another subgraph, some only where a label is active.
func (d *draw) overrides() {
	for _, t := range d.entityTypes() {
		for _, f := range t.Fields {
			owners := f.owners()
			if len(owners) != 1 || f.used || len(present(f.In)) != 1 || t.In[owners[0]] == nil || f.In[owners[0]].Requires != "" || f.In[owners[0]].Provides != "" || !d.chance(15) {
				continue
			}
			var to []int
			for _, s := range t.in() {
				if s != owners[0] && !d.g.Subgraphs[s].Fed1 && d.canHave(f.Type.Name(), s) && len(d.g.implements(t, s)) == 0 {
					to = append(to, s)
				}
			}
			if len(to) > 0 {
				d.override(t, f, owners[0], one(d.Rand, to))
			}
		}
	}
}

func (d *draw) override(t *Type, f *Field, from, to int) {
	in := d.declare(f, to)
	t.In[to].Keys[0].Resolvable = true
	if target := d.g.types[f.Type.Name()]; target != nil && target.Kind != ast.Enum && len(d.g.runtime(f)) == 0 {
		f.In[to] = nil
		return
	}
	in.Override, f.used = d.g.Subgraphs[from].Name, true
	if d.chance(50) {
		in.Label = d.name("label")
		d.g.Labels = append(d.g.Labels, in.Label)
	}
}

// inaccessibles hides fields from clients.
func (d *draw) inaccessibles() {
	for _, t := range d.entityTypes() {
		for _, f := range t.Fields[1:] {
			modern := len(f.owners()) > 0 && !slices.ContainsFunc(f.owners(), func(s int) bool { return d.g.Subgraphs[s].Fed1 })
			if modern && !d.inInterface(t, f) && d.chance(8) {
				f.Inaccessible = true
			}
		}
	}
}

func (d *draw) inInterface(t *Type, f *Field) bool {
	return slices.ContainsFunc(d.g.implements(t, -1), func(i *Type) bool { return i.Field(f.Name) != nil })
}

// steady keeps the objects that other fields are made of from failing.
func (d *draw) steady() {
	for _, t := range d.g.Types {
		for _, f := range t.Fields {
			target := d.g.types[f.Type.Name()]
			if !f.Steady || target == nil {
				continue
			}
			for _, inner := range target.Fields {
				inner.Steady = inner.Steady || inner.Type.NonNull
			}
		}
	}
}
