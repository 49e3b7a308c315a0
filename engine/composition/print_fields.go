package composition

import (
	"slices"
)

func (p *printer) body(t *mergedType) {
	first := true
	for _, f := range t.fields {
		if p.api && hidden(f.applied) {
			continue
		}
		p.element(f.desc, &first)
		p.put("  " + f.name)
		p.args(f.args, "  ")
		p.put(": " + f.typ.String())
		p.joins(f.joins)
		p.inline(f.applied)
		p.put("\n")
	}
	for _, in := range t.inputs {
		if p.api && hidden(in.applied) {
			continue
		}
		p.element(in.desc, &first)
		p.put("  ")
		p.input(in)
		p.put("\n")
	}
	for _, val := range t.values {
		if p.api && hidden(val.applied) {
			continue
		}
		p.element(val.desc, &first)
		p.put("  " + val.name)
		if !p.api {
			for _, s := range val.in {
				p.put(" @join__enumValue(graph: " + s.enum + ")")
			}
		}
		p.inline(val.applied)
		p.put("\n")
	}
}

// element starts a described member of a type: a blank line sets it off from the one before.
func (p *printer) element(desc string, first *bool) {
	if desc != "" && !*first {
		p.put("\n")
	}
	*first = false
	p.description(desc, "  ")
}

func (p *printer) input(in *mergedInput) {
	p.put(in.name + ": " + in.typ.String())
	if in.def != nil {
		p.put(" = ")
		writeValue(&p.b, in.def)
	}
	p.joins(in.joins)
	p.inline(in.applied)
}

func (p *printer) args(args []*mergedInput, indent string) {
	visible := args
	if p.api {
		visible = slices.DeleteFunc(slices.Clone(args), func(a *mergedInput) bool { return hidden(a.applied) })
	}
	if len(visible) == 0 {
		return
	}
	if !slices.ContainsFunc(visible, func(a *mergedInput) bool { return a.desc != "" }) {
		p.put("(")
		for i, a := range visible {
			if i > 0 {
				p.put(", ")
			}
			p.input(a)
		}
		p.put(")")
		return
	}
	p.put("(\n")
	for i, a := range visible {
		if i > 0 {
			p.put("\n")
		}
		p.description(a.desc, indent+"  ")
		p.put(indent + "  ")
		p.input(a)
		p.put("\n")
	}
	p.put(indent + ")")
}

// inline writes directives after an element.
func (p *printer) inline(as []*applied) {
	for _, a := range as {
		if p.api && a.kind != dDeprecated && a.kind != dSpecifiedBy && a.kind != dOneOf {
			continue
		}
		p.put(" " + printApplied(a))
	}
}
