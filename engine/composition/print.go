package composition

import (
	"slices"
	"strconv"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// printer writes SDL; api leaves out what clients must not see.
type printer struct {
	strings.Builder
	g   *graph
	api bool
}

// printSupergraph writes the graph with its join directives.
func printSupergraph(g *graph) string {
	p := &printer{g: g}
	p.schemaBlock()
	p.directiveDefs()
	p.allTypes()
	return p.String()
}

// printAPI writes the graph as clients see it.
func printAPI(g *graph) string {
	p := &printer{g: g, api: true}
	if len(g.directives) > 0 {
		p.directiveDefs()
	}
	for _, t := range g.types {
		if !hidden(t.applied) {
			p.typeDef(t)
		}
	}
	return strings.TrimSuffix(p.String(), "\n")
}

func (p *printer) schemaBlock() {
	p.WriteString("schema\n  @link(url: \"" + linkIdentity + "/v1.0\")\n  @link(url: \"" + specHost + "/join/v0.5\", for: EXECUTION)\n")
	for _, l := range p.g.links {
		p.WriteString("  @link(url: ")
		writeString(&p.Builder, l.url)
		if l.as != "" {
			p.WriteString(", as: ")
			writeString(&p.Builder, l.as)
		}
		if l.purpose != "" {
			p.WriteString(", for: " + l.purpose)
		}
		if len(l.imports) > 0 {
			p.WriteString(", import: [")
			for i, im := range l.imports {
				if i > 0 {
					p.WriteString(", ")
				}
				p.importOf(im)
			}
			p.WriteByte(']')
		}
		p.WriteString(")\n")
	}
	for _, a := range p.g.applied {
		p.WriteString("  " + printApplied(a) + "\n")
	}
	p.WriteString("{\n")
	for i, op := range operations {
		if p.g.roots[i] != nil {
			p.WriteString("  " + string(op.kind) + ": " + op.name + "\n")
		}
	}
	p.WriteString("}\n")
}

func (p *printer) importOf(im imported) {
	if im.name == im.as {
		writeString(&p.Builder, im.name)
		return
	}
	p.WriteString("{name: ")
	writeString(&p.Builder, im.name)
	p.WriteString(", as: ")
	writeString(&p.Builder, im.as)
	p.WriteByte('}')
}

// directiveDefs writes the definitions of the directives in the order of their names.
func (p *printer) directiveDefs() {
	lines := map[string]string{}
	if !p.api {
		for _, l := range joinDirectives {
			lines[definedName(l)] = l
		}
		for _, s := range p.g.linkedDirectives() {
			lines[definedName(s)] = s
		}
	}
	for _, d := range p.g.directives {
		if !p.api || len(clientLocations(&ast.DirectiveDefinition{Locations: d.locations})) > 0 {
			lines[d.name] = p.directiveDef(d)
		}
	}
	names := make([]string, 0, len(lines))
	for n := range lines {
		names = append(names, n)
	}
	slices.SortFunc(names, compareNames)
	for i, n := range names {
		if i > 0 || !p.api {
			p.WriteByte('\n')
		}
		p.WriteString(lines[n] + "\n")
	}
	if p.api && len(names) > 0 {
		p.WriteByte('\n')
	}
}

func definedName(line string) string {
	name := strings.TrimPrefix(line, "directive @")
	return name[:strings.IndexAny(name, "( ")]
}

func (p *printer) directiveDef(d *mergedDirective) string {
	q := &printer{g: p.g, api: p.api}
	q.description(d.desc, "")
	q.WriteString("directive @" + d.name)
	q.args(d.args, "")
	if d.repeatable {
		q.WriteString(" repeatable")
	}
	q.WriteString(" on ")
	for i, l := range d.locations {
		if i > 0 {
			q.WriteString(" | ")
		}
		q.WriteString(string(l))
	}
	return q.String()
}

// allTypes writes the types of the graph and those of the specifications among them, by name.
func (p *printer) allTypes() {
	extra := p.g.linkedTypes()
	i := 0
	for _, t := range p.g.types {
		for i < len(extra) && compareNames(extra[i].name, t.name) < 0 {
			p.WriteString("\n" + extra[i].sdl + "\n")
			i++
		}
		p.WriteByte('\n')
		p.typeDef(t)
	}
	for ; i < len(extra); i++ {
		p.WriteString("\n" + extra[i].sdl + "\n")
	}
}

func (p *printer) typeDef(t *mergedType) {
	if p.api && p.Len() > 0 && !strings.HasSuffix(p.String()[max(0, p.Len()-2):], "\n\n") {
		p.WriteByte('\n')
	}
	p.description(t.desc, "")
	p.WriteString(keyword(t.kind) + " " + t.name)
	if names := p.visibleInterfaces(t); len(names) > 0 {
		p.WriteString(" implements " + strings.Join(names, " & "))
	}
	block := p.typeDirectives(t)
	switch t.kind {
	case ast.Union:
		p.unionMembers(t, block)
	case ast.Scalar:
		p.WriteByte('\n')
	default:
		if block {
			p.WriteString("\n{\n")
		} else {
			p.WriteString(" {\n")
		}
		p.body(t)
		p.WriteString("}\n")
	}
}

func keyword(k ast.DefinitionKind) string {
	switch k {
	case ast.Object:
		return "type"
	case ast.InputObject:
		return "input"
	default:
		return strings.ToLower(string(k))
	}
}

func (p *printer) visibleInterfaces(t *mergedType) []string {
	if !p.api {
		return t.interfaces
	}
	var out []string
	for _, n := range t.interfaces {
		if it := p.g.byName[n]; it != nil && !hidden(it.applied) {
			out = append(out, n)
		}
	}
	return out
}

// typeDirectives reports whether the directives took lines of their own.
func (p *printer) typeDirectives(t *mergedType) bool {
	if p.api {
		p.inline(t.applied)
		return false
	}
	for _, d := range t.in {
		for _, i := range d.interfaces {
			p.WriteString("\n  @join__implements(graph: " + d.in.enum + ", interface: \"" + i + "\")")
		}
	}
	for _, d := range t.in {
		p.joinType(d)
	}
	for _, d := range t.in {
		for _, u := range d.members {
			p.WriteString("\n  @join__unionMember(graph: " + d.in.enum + ", member: \"" + u + "\")")
		}
	}
	for _, a := range t.applied {
		p.WriteString("\n  " + printApplied(a))
	}
	return true
}

func (p *printer) joinType(d *typeDef) {
	tail := ")"
	if d.interfaceObject() {
		tail = ", isInterfaceObject: true)"
	}
	if len(d.keys) == 0 {
		p.WriteString("\n  @join__type(graph: " + d.in.enum + tail)
		return
	}
	for _, k := range d.keys {
		p.WriteString("\n  @join__type(graph: " + d.in.enum + ", key: ")
		writeString(&p.Builder, k.text)
		if k.app.ext && (d.in.fed2 || d.based) || d.has(dExtends) {
			p.WriteString(", extension: true")
		}
		if k.said {
			p.WriteString(", resolvable: " + strconv.FormatBool(k.resolvable))
		}
		p.WriteString(tail)
	}
}

func (p *printer) unionMembers(t *mergedType, block bool) {
	if block {
		p.WriteByte('\n')
	}
	p.WriteString(" = ")
	first := true
	for _, u := range t.members {
		if p.api && p.g.byName[u] != nil && hidden(p.g.byName[u].applied) {
			continue
		}
		if !first {
			p.WriteString(" | ")
		}
		first = false
		p.WriteString(u)
	}
	p.WriteByte('\n')
}
