package universe

import (
	"slices"

	"github.com/vektah/gqlparser/v2/ast"
)

// keyKind is one way in which an entity can be identified.
type keyKind struct {
	text   string
	fields []*Field
	// needs is an entity that must be there with its id.
	needs *Type
}

// entities are spread so that each is connected: a subgraph that has one shares a key with another that has it.
func (d *draw) entities() {
	for range 2 + d.IntN(4) {
		t := d.entityType(d.name("Entity"))
		for _, s := range d.Perm(len(d.g.Subgraphs))[:1+d.IntN(min(3, len(d.g.Subgraphs)))] {
			d.enter(t, s, nil)
			if d.chance(30) {
				d.addKey(t, s, one(d.Rand, t.keys), d.chance(70))
			}
		}
	}
}

func (d *draw) entityType(name string) *Type {
	id := d.steadyField("id", ast.NonNullNamedType("ID", nil))
	sku := d.steadyField("sku", ast.NonNullNamedType("String", nil))
	area, code := d.steadyField("area", ast.NonNullNamedType("Int", nil)), d.steadyField("code", ast.NonNullNamedType("String", nil))
	t := &Type{Name: name, Kind: ast.Object, Entity: true}
	t.keys = []*keyKind{
		{text: "id", fields: []*Field{id}},
		{text: "sku", fields: []*Field{sku}},
		{text: "area code", fields: []*Field{area, code}},
	}
	if d.chance(40) {
		mark := d.steadyField("mark", ast.NonNullNamedType("String", nil))
		spec := d.g.add(&Type{Name: name + "Spec", Kind: ast.Object, Fields: []*Field{mark, d.g.newField(d.name("note"), d.leafType())}})
		field := d.steadyField("spec", ast.NonNullNamedType(spec.Name, nil))
		t.keys = append(t.keys, &keyKind{text: "spec { mark }", fields: []*Field{field}})
	}
	if others := d.entityTypes(); len(others) > 0 && d.chance(40) {
		other := one(d.Rand, others)
		parent, no := d.steadyField("parent", ast.NonNullNamedType(other.Name, nil)), d.steadyField("no", ast.NonNullNamedType("String", nil))
		t.keys = append(t.keys, &keyKind{text: "parent { id } no", fields: []*Field{parent, no}, needs: other})
	}
	return d.g.add(t)
}

func (d *draw) steadyField(name string, typ *ast.Type) *Field {
	f := d.g.newField(name, typ)
	f.Steady, f.Filled, f.used = true, true, true
	return f
}

func (d *draw) entityTypes() []*Type {
	return slices.DeleteFunc(slices.Clone(d.g.Types), func(t *Type) bool { return !t.Entity })
}

// enter makes a subgraph have an entity, by the key given or by one that some other subgraph resolves.
func (d *draw) enter(t *Type, s int, kind *keyKind) {
	if t.In[s] == nil {
		t.In[s] = &TypeIn{Extend: d.chance(40)}
		link := one(d.Rand, t.keys)
		if ways := d.ways(t, s); len(ways) > 0 {
			link = one(d.Rand, ways)
		}
		d.addKey(t, s, link, true)
	}
	if kind != nil {
		d.addKey(t, s, kind, true)
	}
}

// ways are the keys by which the entity can be asked for elsewhere.
func (d *draw) ways(t *Type, s int) []*keyKind {
	var ways []*keyKind
	for _, kind := range t.keys {
		for _, other := range t.in() {
			if k := t.In[other].key(kind.text); other != s && k != nil && k.Resolvable {
				ways = append(ways, kind)
			}
		}
	}
	return ways
}

func (d *draw) addKey(t *Type, s int, kind *keyKind, resolvable bool) {
	resolvable = resolvable || d.g.Subgraphs[s].Fed1
	if k := t.In[s].key(kind.text); k != nil {
		k.Resolvable = k.Resolvable || resolvable
		return
	}
	t.In[s].Keys = append(t.In[s].Keys, &Key{kind.text, resolvable})
	for _, f := range kind.fields {
		if !slices.Contains(t.Fields, f) {
			t.Fields = append(t.Fields, f)
		}
		d.share(f, s)
	}
	if kind.needs != nil {
		d.enter(kind.needs, s, kind.needs.keys[0])
	}
}

// fields gives each entity some in each subgraph that has it.
func (d *draw) fields() {
	for _, t := range d.entityTypes() {
		for _, s := range t.in() {
			for range 1 + d.IntN(3) {
				d.field(t, s)
			}
		}
	}
	for _, t := range d.g.Types {
		if t.Kind == ast.Object && !t.Entity && len(t.in()) > 0 && d.chance(40) {
			d.relation(t)
		}
	}
}

// field is a new one of an entity, resolved by the subgraph and at times by another one.
func (d *draw) field(t *Type, s int) *Field {
	f := d.g.newField(d.name("f"), d.outputType(s))
	f.Args = d.arguments()
	t.Fields = append(t.Fields, f)
	d.declare(f, s)
	if d.chance(30) && d.narrow(t, f, s) {
		return f
	}
	if others := slices.DeleteFunc(t.in(), func(o int) bool { return o == s || !d.canHave(f.Type.Name(), o) }); len(others) > 0 && d.chance(20) {
		other := one(d.Rand, others)
		d.share(f, s)
		d.share(f, other)
		if f.Type.NonNull && !d.g.Faults && d.chance(50) {
			f.In[other].Type = weaken(f.Type)
		}
	}
	return f
}

// narrow lets another subgraph return one member of the field's abstract type.
func (d *draw) narrow(t *Type, f *Field, s int) bool {
	abstract := d.g.types[f.Type.Name()]
	if abstract == nil || abstract.Kind != ast.Interface && abstract.Kind != ast.Union || f.Type.Elem != nil {
		return false
	}
	members := abstract.membersIn(s)
	m := one(d.Rand, members)
	for _, other := range t.in() {
		if other != s && m.In[other] != nil && d.g.implementsIn(m, abstract, other) {
			d.share(f, s)
			f.In[other] = &FieldIn{Shareable: true, Type: &ast.Type{NamedType: m.Name, NonNull: f.Type.NonNull}}
			return true
		}
	}
	return false
}

// splits are value types whose parts are in different subgraphs: one asks again for the entity that holds them.
func (d *draw) splits() {
	for _, t := range d.entityTypes() {
		in := t.in()
		if len(in) < 2 || !d.chance(35) {
			continue
		}
		d.Shuffle(len(in), func(i, j int) { in[i], in[j] = in[j], in[i] })
		f := d.g.newField(d.name("f"), nil)
		v := d.valueType(d.name("Split"), 3)
		v.owner = f
		f.Type = d.wrap(v.Name, 25)
		f.Args = d.arguments()
		t.Fields = append(t.Fields, f)
		for i, s := range in[:2] {
			v.In[s] = &TypeIn{}
			f.In[s] = &FieldIn{Shareable: true}
			t.In[s].Keys[0].Resolvable = true
			for j, part := range v.Fields {
				if j%2 == i || j == 2 {
					d.share(part, s)
				}
			}
		}
	}
}

// relation gives a value type a field of an entity, in all subgraphs that have it. Any other may have the value type
// later, as a part of a key, so the entity must be one that all may have.
func (d *draw) relation(t *Type) {
	var targets []*Type
	for _, e := range d.entityTypes() {
		if !slices.Contains(e.banned, true) {
			targets = append(targets, e)
		}
	}
	if len(targets) == 0 {
		return
	}
	f := d.g.newField(d.name("f"), d.wrap(one(d.Rand, targets).Name, 25))
	t.Fields = append(t.Fields, f)
	for _, s := range t.in() {
		d.share(f, s)
	}
}

// canHave reports whether a subgraph may have, or has, a type.
func (d *draw) canHave(name string, s int) bool {
	t := d.g.types[name]
	switch {
	case t == nil || t.In[s] != nil && !t.private():
		return true
	case t.private():
		return false
	case t.Entity:
		return !t.banned[s] && len(d.ways(t, s)) > 0 && !slices.ContainsFunc(t.keys, func(k *keyKind) bool { return k.needs != nil && k.needs.banned[s] })
	}
	return t.Kind == ast.Object && !slices.ContainsFunc(t.Fields, func(f *Field) bool { return !d.canHave(f.Type.Name(), s) })
}

// outputType is a random type for a field of a subgraph.
func (d *draw) outputType(s int) *ast.Type {
	if d.chance(45) {
		return d.leafType()
	}
	var names []string
	for _, t := range d.g.Types {
		if t.Kind != ast.Enum && t.Kind != ast.InputObject && t.Name != "Query" && t.Name != "Mutation" && !t.private() && d.canHave(t.Name, s) {
			names = append(names, t.Name)
			if t.Kind != ast.Object {
				names = append(names, t.Name, t.Name)
			}
		}
	}
	if len(names) == 0 {
		return d.leafType()
	}
	return d.wrap(one(d.Rand, names), 35)
}
