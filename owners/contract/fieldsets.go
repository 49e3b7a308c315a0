package contract

import (
	"cmp"
	"slices"

	"github.com/vektah/gqlparser/v2/ast"
)

// fieldSets takes out keys and provisions that name what is not there any more, and the fields that require it.
func (c *cut) fieldSets(p *piece) bool {
	changed := false
	for _, def := range p.composites() {
		before := len(def.Directives)
		def.Directives = slices.DeleteFunc(def.Directives, func(d *ast.Directive) bool {
			lost := p.directives[d.Name] == "key" && p.lacks(def.Name, d) != ""
			if lost {
				p.share(def.Name, d)
			}
			return lost
		})
		changed = changed || len(def.Directives) < before
		for _, f := range def.Fields {
			before := len(f.Directives)
			f.Directives = slices.DeleteFunc(f.Directives, func(d *ast.Directive) bool {
				return p.directives[d.Name] == "provides" && p.lacks(f.Type.Name(), d) != ""
			})
			changed = changed || len(f.Directives) < before
			for _, d := range p.applied(f.Directives, "requires") {
				if what := p.lacks(def.Name, d); what != "" {
					changed = c.take(p, def, f, "requires %s, which nobody implements", what) || changed
				}
			}
		}
	}
	changed = c.interfaceKeys(p) || changed
	p.changed = p.changed || changed
	return changed
}

// share lets what is left of a key still come from several parts: fields of keys may without saying so.
func (p *piece) share(typ string, d *ast.Directive) {
	if fields, err := fieldSet(d); err == nil && p.linked {
		p.shareAll(typ, fields)
	}
}

func (p *piece) shareAll(typ string, fields selection) {
	for _, item := range fields {
		on := cmp.Or(item.on, typ)
		f := p.find(on, item.name)
		if f == nil {
			continue
		}
		if len(p.applied(f.Directives, "shareable")) == 0 {
			f.Directives = append(f.Directives, &ast.Directive{Name: p.local("shareable")})
		}
		p.shareAll(f.Type.Name(), item.fields)
	}
}

// lacks is the first coordinate of a directive's field set that is not in the part, "" if all are.
func (p *piece) lacks(typ string, d *ast.Directive) string {
	fields, err := fieldSet(d)
	if err != nil {
		return ""
	}
	return p.lacking(typ, fields)
}

func (p *piece) lacking(typ string, fields selection) string {
	for _, item := range fields {
		on := cmp.Or(item.on, typ)
		if item.name == "__typename" {
			continue
		}
		f := p.find(on, item.name)
		if f == nil {
			return on + "." + item.name
		}
		if what := p.lacking(f.Type.Name(), item.fields); what != "" {
			return what
		}
	}
	return ""
}

// used are the coordinates that the part's field sets name.
func (p *piece) used() map[string]bool {
	out := map[string]bool{}
	for _, def := range p.composites() {
		for _, d := range p.applied(def.Directives, "key") {
			p.use(out, def.Name, d)
		}
		for _, f := range def.Fields {
			for _, d := range p.applied(f.Directives, "requires") {
				p.use(out, def.Name, d)
			}
			for _, d := range p.applied(f.Directives, "provides") {
				p.use(out, f.Type.Name(), d)
			}
		}
	}
	return out
}

func (p *piece) use(into map[string]bool, typ string, d *ast.Directive) {
	if fields, err := fieldSet(d); err == nil {
		p.useAll(into, typ, fields)
	}
}

func (p *piece) useAll(into map[string]bool, typ string, fields selection) {
	for _, item := range fields {
		on := cmp.Or(item.on, typ)
		into[rootName(p.doc, on)+"."+item.name] = true
		if f := p.find(on, item.name); f != nil {
			p.useAll(into, f.Type.Name(), item.fields)
		}
	}
	// A field of an interface stands for those of the types that implement it.
	for _, def := range p.composites() {
		if slices.Contains(def.Interfaces, typ) {
			p.useAll(into, def.Name, fields)
		}
	}
}

// interfaceKeys takes the keys from interfaces of which a type has lost them.
func (c *cut) interfaceKeys(p *piece) bool {
	changed := false
	for _, def := range p.composites() {
		if def.Kind != ast.Interface {
			continue
		}
		before := len(def.Directives)
		def.Directives = slices.DeleteFunc(def.Directives, func(d *ast.Directive) bool {
			return p.directives[d.Name] == "key" && slices.ContainsFunc(p.composites(), func(of *ast.Definition) bool {
				return slices.Contains(of.Interfaces, def.Name) && p.lostKey(of.Name, d)
			})
		})
		changed = changed || len(def.Directives) < before
	}
	return changed
}

// lostKey reports whether a type had the key of a directive, and has it no more.
func (p *piece) lostKey(typ string, d *ast.Directive) bool {
	fields, err := fieldSet(d)
	if err != nil || p.byName[typ] == nil {
		return false
	}
	is := func(k key) bool { return k.fields.String() == fields.String() }
	return slices.ContainsFunc(p.byName[typ].keys, is) && p.lacking(typ, fields) != ""
}

// interfaceFields takes the fields from interfaces that a type of theirs has lost.
func (c *cut) interfaceFields(p *piece) bool {
	changed := false
	for _, of := range p.composites() {
		for _, def := range p.composites() {
			if def.Kind != ast.Interface || !slices.Contains(of.Interfaces, def.Name) {
				continue
			}
			for _, f := range def.Fields {
				if c.lost[of.Name+"."+f.Name] && p.find(of.Name, f.Name) == nil {
					changed = c.take(p, def, f, "is promised by an interface, and %s.%s is not implemented", of.Name, f.Name) || changed
				}
			}
		}
	}
	return changed
}

// promisedOnly takes fields from interfaces that a type does not have in any part: a part's interface may be
// implemented in another.
func (c *cut) promisedOnly() bool {
	changed := false
	for _, p := range c.parts {
		for _, def := range p.composites() {
			if def.Kind != ast.Interface {
				continue
			}
			for _, f := range def.Fields {
				if of := c.without(def.Name, f.Name); of != "" {
					changed = c.take(p, def, f, "is promised by an interface, and %s.%s is not implemented", of, f.Name) || changed
				}
			}
		}
	}
	return changed
}

// without is a type of an interface that has lost the field in every part, "" if there is none. The field of an
// interface object stands for those of all its types.
func (c *cut) without(of, name string) string {
	for _, p := range c.parts {
		for _, def := range p.composites() {
			if def.Name == of && len(p.applied(def.Directives, "interfaceObject")) > 0 && def.Fields.ForName(name) != nil {
				return ""
			}
		}
	}
	for _, p := range c.parts {
		for _, def := range p.composites() {
			if slices.Contains(def.Interfaces, of) && c.lost[def.Name+"."+name] && !c.anywhere(def.Name, name) {
				return def.Name
			}
		}
	}
	return ""
}

// stranded reports whether a definition is an interface object none of whose keys all types of the interface have
// kept: a service with such types then says nothing by which to ask for it.
func (c *cut) stranded(p *piece, def *ast.Definition) bool {
	keys := p.applied(def.Directives, "key")
	if len(p.applied(def.Directives, "interfaceObject")) == 0 || len(keys) == 0 {
		return false
	}
	return !slices.ContainsFunc(keys, func(d *ast.Directive) bool {
		fields, err := fieldSet(d)
		return err == nil && !slices.ContainsFunc(fields, func(item *selected) bool { return c.lostBelow(def.Name, item.name) })
	})
}

// lostBelow reports whether a type of an interface has lost the field, and nobody else has it.
func (c *cut) lostBelow(of, name string) bool {
	return slices.ContainsFunc(c.parts, func(p *piece) bool {
		return slices.ContainsFunc(p.composites(), func(def *ast.Definition) bool {
			return slices.Contains(def.Interfaces, of) && c.lost[def.Name+"."+name] && !c.resolved(def.Name, name)
		})
	})
}

func (c *cut) anywhere(typ, name string) bool {
	return slices.ContainsFunc(c.parts, func(p *piece) bool { return p.find(typ, name) != nil })
}
