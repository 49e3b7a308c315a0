package openapi

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
)

// writer writes SDL.
type writer struct {
	strings.Builder
	b *builder
}

// write is the schema.
func (b *builder) write() string {
	w := &writer{b: b}
	w.head()
	w.root("Query", false)
	w.root("Mutation", true)
	for _, o := range b.objects {
		w.object("type", o)
	}
	for _, o := range b.inputList {
		w.object("input", o)
	}
	for _, e := range b.enums {
		w.describe("", e.description)
		w.printf("enum %s {\n", e.name)
		for _, v := range e.values {
			w.printf("  %s\n", v.name)
		}
		w.printf("}\n\n")
	}
	for _, name := range slices.Sorted(mapsTrue(b.scalars)) {
		w.describe("", scalarText[name])
		w.printf("scalar %s\n\n", name)
	}
	return strings.TrimRight(w.String(), "\n") + "\n"
}

func mapsTrue(m map[string]bool) func(func(string) bool) {
	return func(yield func(string) bool) {
		for k, v := range m {
			if v && !yield(k) {
				return
			}
		}
	}
}

func (w *writer) printf(format string, args ...any) { fmt.Fprintf(w, format, args...) }

func (w *writer) head() {
	title := filepath.Base(w.b.doc.file)
	if i := w.b.doc.Info; i != nil && i.Title != "" {
		title += ", " + oneLine(i.Title)
		if i.Version != "" {
			title += " " + oneLine(i.Version)
		}
	}
	w.comment("", "Made by ficus import openapi of "+title+". From here on it is yours: edit it, and compose it.")
	w.printf("extend schema\n")
	keyed := slices.ContainsFunc(w.b.objects, func(o *object) bool { return len(o.key) > 0 })
	federation := `import: []`
	if keyed {
		federation = `import: ["@key"]`
	}
	w.printf("  @link(url: \"https://specs.apollo.dev/federation/v2.12\", %s)\n", federation)
	w.printf("  @link(url: \"https://specs.apollo.dev/connect/v0.3\", import: [\"@source\", \"@connect\"])\n")
	w.source()
}

func (w *writer) root(name string, mutation bool) {
	var list []*field
	for _, f := range w.b.fields {
		if f.mutation == mutation {
			list = append(list, f)
		}
	}
	if len(list) == 0 {
		return
	}
	w.printf("type %s {\n", name)
	for i, f := range list {
		if i > 0 {
			w.printf("\n")
		}
		w.field(f)
	}
	w.printf("}\n\n")
}

func (w *writer) field(f *field) {
	w.describe("  ", f.description)
	for _, n := range f.notes {
		w.comment("  ", n)
	}
	w.printf("  %s%s: %s", f.name, w.arguments(f), f.typ)
	if f.deprecated {
		w.printf(" @deprecated")
	}
	w.printf("\n")
	c := f.connect
	c.selection = selection(f.typ, f.within)
	if f.empty {
		c.selection = "$(true)\n"
	}
	w.connect("    ", c, f.entity)
	w.printf("\n")
}

func (w *writer) arguments(f *field) string {
	if len(f.args) == 0 {
		return ""
	}
	parts := make([]string, len(f.args))
	length, described := 0, false
	for i, a := range f.args {
		parts[i] = a.name + ": " + a.typ.String()
		if a.initial != "" {
			parts[i] += " = " + a.initial
		}
		length += len(parts[i]) + 2
		described = described || a.description != ""
	}
	if length <= 80 && !described {
		return "(" + strings.Join(parts, ", ") + ")"
	}
	text := &writer{b: w.b}
	for i, a := range f.args {
		text.describe("    ", a.description)
		text.printf("    %s\n", parts[i])
	}
	return "(\n" + text.String() + "  )"
}

func (w *writer) connect(indent string, c *connect, entity bool) {
	for _, n := range c.notes {
		w.comment(indent, n)
	}
	w.printf("%s@connect(\n", indent)
	in := indent + "  "
	w.printf("%ssource: %q\n", in, w.b.options.Source)
	w.http(in, c)
	if entity {
		w.printf("%sentity: true\n", in)
	}
	if c.batch > 0 {
		w.printf("%sbatch: { maxSize: %d }\n", in, c.batch)
	}
	w.block(in, "selection", c.selection)
	w.printf("%s)", indent)
}

func (w *writer) http(in string, c *connect) {
	if len(c.query) == 0 && len(c.headers) == 0 && c.body == "" {
		w.printf("%shttp: { %s: %s }\n", in, c.method, sdlString(c.path))
		return
	}
	w.printf("%shttp: {\n", in)
	w.printf("%s  %s: %s\n", in, c.method, sdlString(c.path))
	if len(c.headers) > 0 {
		w.printf("%s  headers: [\n", in)
		for _, h := range c.headers {
			w.printf("%s    { name: %s, value: %s }\n", in, sdlString(h[0]), sdlString(h[1]))
		}
		w.printf("%s  ]\n", in)
	}
	if len(c.query) > 0 {
		w.block(in+"  ", "queryParams", strings.Join(c.query, "\n")+"\n")
	}
	if c.body != "" {
		w.block(in+"  ", "body", c.body+"\n")
	}
	w.printf("%s}\n", in)
}

// block writes an argument that is a mapping: on one line if it is one.
func (w *writer) block(in, name, text string) {
	if line := strings.TrimSuffix(text, "\n"); !strings.Contains(line, "\n") && !strings.Contains(line, `"`) {
		w.printf("%s%s: %s\n", in, name, sdlString(line))
		return
	}
	w.printf("%s%s: \"\"\"\n", in, name)
	for line := range strings.Lines(strings.ReplaceAll(text, `"""`, `\"""`)) {
		w.printf("%s%s", in, line)
	}
	w.printf("%s\"\"\"\n", in)
}

func (w *writer) object(kind string, o *object) {
	w.describe("", o.description)
	w.printf("%s %s", kind, o.name)
	if len(o.key) > 0 {
		names := make([]string, len(o.key))
		for i, m := range o.key {
			names[i] = m.name
		}
		w.printf(" @key(fields: %q)", strings.Join(names, " "))
	}
	if len(o.connects) > 0 {
		w.printf("\n")
	}
	for i, c := range o.connects {
		c.selection = selection(c.typ, c.within)
		w.connect("  ", c, false)
		if i < len(o.connects)-1 {
			w.printf("\n")
		}
	}
	w.printf(" {\n")
	for _, m := range o.members {
		w.describe("  ", m.description)
		if m.note != "" {
			w.comment("  ", m.note)
		}
		w.printf("  %s: %s", m.name, m.typ)
		if m.deprecated && (kind == "type" || !m.typ.nonNull) {
			w.printf(" @deprecated")
		}
		w.printf("\n")
	}
	w.printf("}\n\n")
}

// maxDescription is how long descriptions get: pages of prose belong to the description that they come from.
const maxDescription = 300

func (w *writer) describe(indent, text string) {
	text = oneLine(text)
	if runes := []rune(text); len(runes) > maxDescription {
		text = strings.TrimSpace(string(runes[:maxDescription])) + "…"
	}
	if text != "" {
		w.printf("%s%s\n", indent, sdlString(text))
	}
}

func (w *writer) comment(indent, text string) { w.printf("%s# %s\n", indent, oneLine(text)) }

func oneLine(text string) string {
	return strings.Join(strings.Fields(strings.ToValidUTF8(text, "")), " ")
}

// sdlString is a text as a string of SDL.
func sdlString(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteString(`\` + string(r))
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\t':
			b.WriteString(`\t`)
		case r < ' ' || r == 0x7f:
			fmt.Fprintf(&b, `\u%04X`, r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String() + `"`
}
