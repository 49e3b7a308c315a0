package universe

import (
	"slices"

	"github.com/vektah/gqlparser/v2/ast"
)

// abstracts are interfaces and unions, whose members differ by subgraph.
func (d *draw) abstracts() {
	for range d.IntN(3) {
		d.abstract(&Type{Name: d.name("Face"), Kind: ast.Interface})
	}
	for range d.IntN(3) {
		d.abstract(&Type{Name: d.name("Either"), Kind: ast.Union})
	}
}

func (d *draw) abstract(t *Type) {
	candidates := d.entityTypes()
	if len(candidates) < 2 {
		return
	}
	for _, v := range d.g.Types {
		if v.Kind == ast.Object && !v.Entity && t.Kind == ast.Union {
			candidates = append(candidates, v)
		}
	}
	d.Shuffle(len(candidates), func(i, j int) { candidates[i], candidates[j] = candidates[j], candidates[i] })
	candidates = candidates[:min(len(candidates), 2+d.IntN(2))]
	d.g.add(t)
	for _, s := range d.Perm(len(d.g.Subgraphs))[:1+d.IntN(2)] {
		members := candidates[:1+d.IntN(len(candidates))]
		for _, m := range members {
			if m.Entity {
				d.enter(m, s, m.keys[0])
			} else {
				d.ensure(m, s)
			}
		}
		t.In[s] = &TypeIn{Members: slices.Clone(members)}
	}
	if t.Kind == ast.Interface {
		d.interfaceFields(t)
	}
}

// interfaceFields are the id, and at times another field that all members share.
func (d *draw) interfaceFields(t *Type) {
	id := d.g.newField("id", ast.NonNullNamedType("ID", nil))
	t.Fields = append(t.Fields, id)
	for _, s := range t.in() {
		id.In[s] = &FieldIn{}
	}
	for range d.IntN(3) {
		f := d.g.newField(d.name("i"), d.leafType())
		f.Args = d.arguments()
		t.Fields = append(t.Fields, f)
		for i, s := range t.in() {
			if i == 0 || d.chance(60) {
				f.In[s] = &FieldIn{}
			}
		}
		for _, m := range t.members() {
			d.implement(t, m, f)
		}
	}
}

// implement gives a member the field of an interface: where the interface has it, at times elsewhere, once at least.
func (d *draw) implement(t, m *Type, f *Field) {
	own := d.g.newField(f.Name, f.Type)
	own.Args = f.Args
	m.Fields = append(m.Fields, own)
	for _, s := range m.in() {
		if must := t.In[s] != nil && f.In[s] != nil && slices.Contains(t.In[s].Members, m); must || d.chance(30) {
			d.share(own, s)
		}
	}
	if len(own.owners()) == 0 {
		d.share(own, one(d.Rand, m.in()))
	}
}

// interfaceObject is an interface with a key, known to some subgraphs as an object.
func (d *draw) interfaceObject() {
	var modern []int
	for _, s := range d.g.Subgraphs {
		if !s.Fed1 {
			modern = append(modern, s.ID)
		}
	}
	if len(modern) < 2 || d.chance(50) {
		return
	}
	d.Shuffle(len(modern), func(i, j int) { modern[i], modern[j] = modern[j], modern[i] })
	home, away := modern[0], modern[1:2+d.IntN(len(modern)-1)]
	t := d.g.add(&Type{Name: d.name("Media"), Kind: ast.Interface})
	id := d.g.newField("id", ast.NonNullNamedType("ID", nil))
	t.Fields = append(t.Fields, id)
	var members []*Type
	for range 2 {
		m := d.entityType(d.name("Entity"))
		d.enter(m, home, m.keys[0])
		for _, s := range away {
			m.banned[s] = true
		}
		members = append(members, m)
	}
	t.In[home], id.In[home] = &TypeIn{Members: members, Keys: []*Key{{"id", true}}}, &FieldIn{}
	title := d.title(t, home)
	for _, s := range away {
		t.In[s], id.In[s] = &TypeIn{InterfaceObject: true, Keys: []*Key{{"id", true}}}, &FieldIn{Shareable: true}
		for range 1 + d.IntN(2) {
			f := d.g.newField(d.name("o"), d.leafType())
			if !d.g.Faults && d.chance(30) {
				f.Type = d.outputType(s)
			}
			f.Args = d.arguments()
			f.Steady = true // it is asked for before the run-time type is known
			in := d.declare(f, s)
			if d.chance(40) {
				title.In[s] = &FieldIn{External: true}
				in.Requires = title.Name
			}
			t.Fields = append(t.Fields, f)
			for _, m := range members {
				m.Fields = append(m.Fields, f)
			}
		}
	}
}

// title is a field of an interface with a key, that those who know it as an object can require.
func (d *draw) title(t *Type, home int) *Field {
	title := d.g.newField(d.name("t"), d.leafType())
	title.In[home] = &FieldIn{}
	t.Fields = append(t.Fields, title)
	for _, m := range t.members() {
		own := d.steadyField(title.Name, title.Type)
		own.Filled = false
		m.Fields = append(m.Fields, own)
		d.share(own, home)
	}
	return title
}
