package openapi

import (
	"strings"
)

// quote writes a text as a mapping does.
func quote(s string) string {
	s = strings.ReplaceAll(strings.ReplaceAll(s, `\`, `\\`), `"`, `\"`)
	return `"` + strings.ReplaceAll(s, "\n", `\n`) + `"`
}

// key is a name on the left of a colon.
func key(name string) string {
	if graphQLName.MatchString(name) {
		return name
	}
	return quote(name)
}

// property is a property of the value that a block is about.
func property(name string) string {
	if graphQLName.MatchString(name) {
		return name
	}
	return "$." + quote(name)
}

// toNames is the method that makes of values in answers those of the enum.
func (e *enum) toNames() string {
	return e.match(func(v enumValue) (string, string) { return v.value, v.name })
}

// toValues is the method that makes of the enum's values what is sent.
func (e *enum) toValues() string {
	return e.match(func(v enumValue) (string, string) { return v.name, v.value })
}

func (e *enum) match(pair func(enumValue) (from, to string)) string {
	var b strings.Builder
	b.WriteString("->match(")
	for i, v := range e.values {
		if i > 0 {
			b.WriteString(", ")
		}
		from, to := pair(v)
		b.WriteString("[" + quote(from) + ", " + quote(to) + "]")
	}
	return b.String() + ")"
}

// reads is the selection of an object's members, as lines within a block.
func reads(o *object, indent string) string {
	var b strings.Builder
	for _, m := range o.members {
		b.WriteString(indent + read(m, indent) + "\n")
	}
	return b.String()
}

func read(m *member, indent string) string {
	source := property(m.property)
	if l := m.link; l != nil {
		inner := m.typ.object.key[0].name
		if m.optional {
			return m.name + ": " + property(l.property) + "? { " + inner + ": $ }"
		}
		return m.name + ": { " + inner + ": " + property(l.property) + " }"
	}
	mark := optionalMark(m.optional)
	leaf := m.typ.leaf()
	block := ""
	switch {
	case leaf.object != nil:
		block = " {\n" + reads(leaf.object, indent+"  ") + indent + "}"
	case leaf.enum != nil && leaf.enum.mapped:
		mark += mapped(m.typ, leaf.enum.toNames())
	}
	// A name stands for itself, unless a method or a ? with a block follows.
	if m.name == source && (mark == "" || mark == "?" && block == "") {
		return source + mark + block
	}
	return m.name + ": " + source + mark + block
}

// mapped applies a method to a value, or to what is in its lists.
func mapped(t *typ, method string) string {
	if t.list == nil {
		return method
	}
	return "->map(@" + mapped(t.list, method) + ")"
}

// selection is what a connector makes of an answer.
func selection(t *typ, within []string) string {
	path := "$"
	for _, name := range within {
		path += "." + key(name)
	}
	leaf := t.leaf()
	switch {
	case leaf.object != nil && path == "$":
		return reads(leaf.object, "")
	case leaf.object != nil:
		return path + " {\n" + reads(leaf.object, "  ") + "}\n"
	case leaf.enum != nil && leaf.enum.mapped:
		return path + mapped(t, leaf.enum.toNames()) + "\n"
	}
	return path + "\n"
}

// sends is the block that makes a body of an input.
func sends(o *object, depth int) string {
	indent := strings.Repeat("  ", depth+1)
	var b strings.Builder
	b.WriteString("{\n")
	for _, m := range o.members {
		leaf := m.typ.leaf()
		value := m.name + optionalMark(m.optional)
		switch {
		case leaf.object != nil && leaf.object.spread:
			value += " " + sends(leaf.object, depth+1)
		case leaf.enum != nil && leaf.enum.mapped:
			value += mapped(m.typ, leaf.enum.toValues())
		case m.name == m.property:
			b.WriteString(indent + value + "\n")
			continue
		}
		b.WriteString(indent + key(m.property) + ": " + value + "\n")
	}
	return b.String() + strings.Repeat("  ", depth) + "}"
}
