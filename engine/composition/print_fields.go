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
		p.WriteString("  " + f.name)
		p.args(f.args, "  ")
		p.WriteString(": " + f.typ.String())
		p.joins(f.joins)
		p.inline(f.applied)
		p.WriteByte('\n')
	}
	for _, in := range t.inputs {
		if p.api && hidden(in.applied) {
			continue
		}
		p.element(in.desc, &first)
		p.WriteString("  ")
		p.input(in)
		p.WriteByte('\n')
	}
	for _, val := range t.values {
		if p.api && hidden(val.applied) {
			continue
		}
		p.element(val.desc, &first)
		p.WriteString("  " + val.name)
		if !p.api {
			for _, s := range val.in {
				p.WriteString(" @join__enumValue(graph: " + s.enum + ")")
			}
		}
		p.inline(val.applied)
		p.WriteByte('\n')
	}
}

// element starts a described member of a type: a blank line sets it off from the one before.
func (p *printer) element(desc string, first *bool) {
	if desc != "" && !*first {
		p.WriteByte('\n')
	}
	*first = false
	p.description(desc, "  ")
}

func (p *printer) input(in *mergedInput) {
	p.WriteString(in.name + ": " + in.typ.String())
	if in.def != nil {
		p.WriteString(" = ")
		writeValue(&p.Builder, in.def)
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
		p.WriteByte('(')
		for i, a := range visible {
			if i > 0 {
				p.WriteString(", ")
			}
			p.input(a)
		}
		p.WriteByte(')')
		return
	}
	p.WriteString("(\n")
	for i, a := range visible {
		if i > 0 {
			p.WriteByte('\n')
		}
		p.description(a.desc, indent+"  ")
		p.WriteString(indent + "  ")
		p.input(a)
		p.WriteByte('\n')
	}
	p.WriteString(indent + ")")
}

// inline writes directives after an element.
func (p *printer) inline(as []*applied) {
	for _, a := range as {
		if p.api && a.kind != dDeprecated && a.kind != dSpecifiedBy && a.kind != dOneOf {
			continue
		}
		p.WriteString(" " + printApplied(a))
	}
}
