package universe

import (
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// foreign are fields of an entity that other subgraphs than s resolve, which s does not have and does not offer to others.
func (d *draw) foreign(t *Type, s int) []*Field {
	return slices.DeleteFunc(slices.Clone(t.Fields), func(f *Field) bool {
		owners := f.owners()
		return f.In[s] != nil || len(owners) == 0 || f.used || !d.canHave(f.Type.Name(), s) || t.In[owners[0]] == nil
	})
}

// requires makes fields of those of other subgraphs.
func (d *draw) requires() {
	for _, t := range d.entityTypes() {
		for _, s := range t.in() {
			for d.chance(40) {
				d.require(t, s)
			}
		}
	}
}

func (d *draw) require(t *Type, s int) {
	var parts []string
	for _, f := range d.foreign(t, s) {
		if len(parts) > 1 || d.chance(50) {
			continue
		}
		args, ok := d.constants(f)
		if !ok {
			continue
		}
		if part, ok := d.part(f, args, s); ok {
			parts = append(parts, part)
			d.declare(f, s).External = true
			f.Steady = true
		}
	}
	if len(parts) == 0 {
		return
	}
	t.In[s].Keys[0].Resolvable = true
	f := d.g.newField(d.name("q"), d.outputType(s))
	f.Args = d.arguments()
	d.declare(f, s).Requires = strings.Join(parts, " ")
	t.Fields = append(t.Fields, f)
}

// part is what is required of a foreign field: itself, or a leaf within.
func (d *draw) part(f *Field, args string, s int) (string, bool) {
	target := d.g.types[f.Type.Name()]
	if target == nil || target.Kind == ast.Enum {
		return f.Name + args, true
	}
	if target.Kind != ast.Object {
		inner, ok := d.cases(f, target, s)
		return within(f, args, inner...), ok
	}
	if !target.Entity {
		var inner []string
		for _, l := range d.g.leaves(target) {
			if len(l.Args) == 0 && (len(inner) == 0 || d.chance(40)) {
				inner = append(inner, l.Name)
				l.Steady = true
			}
		}
		return within(f, args, inner...), len(inner) > 0
	}
	d.ensure(target, s)
	for _, l := range d.g.leaves(target) {
		if in := l.In[s]; len(l.Args) == 0 && in != nil && in.Override == "" && in.Requires == "" && !in.External {
			l.Steady, l.used = true, true
			return within(f, args, l.Name), true
		}
	}
	for _, l := range d.foreign(target, s) {
		if k := d.g.types[l.Type.Name()]; len(l.Args) == 0 && (k == nil || k.Kind == ast.Enum) {
			d.declare(l, s).External = true
			l.Steady, l.used = true, true
			return within(f, args, l.Name), true
		}
	}
	return "", false
}

// cases are keys of all members that an abstract field may return.
func (d *draw) cases(f *Field, target *Type, s int) ([]string, bool) {
	var inner []string
	for _, m := range d.g.runtime(f) {
		if !slices.Contains(target.membersIn(s), m) || m.In[s] == nil || !m.Entity || target.In[s].InterfaceObject {
			return nil, false
		}
		inner = append(inner, "... on "+m.Name+" { "+m.In[s].Keys[0].Fields+" }")
	}
	return inner, len(inner) > 0
}

// constants are arguments for a required field; false if it has some that are not drawn.
func (d *draw) constants(f *Field) (string, bool) {
	var args []string
	for _, a := range f.Args {
		switch {
		case a.Name == "opts" || a.Name == "ids":
			return "", false
		case a.Name == "mode" && d.chance(50):
			args = append(args, "mode: FAST")
		case a.Type.NonNull || a.Name == "n" && d.chance(50):
			args = append(args, a.Name+": 2")
		}
	}
	if len(args) == 0 {
		return "", true
	}
	return "(" + strings.Join(args, ", ") + ")", true
}
