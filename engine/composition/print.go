package composition

import (
	"slices"
	"strconv"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// printer writes SDL; api leaves out what clients must not see.
type printer struct {
	b   strings.Builder
	g   *graph
	api bool
}

func (p *printer) put(text string) { p.b.WriteString(text) }

// printSupergraph writes the graph with its join directives.
func printSupergraph(g *graph) string {
	p := &printer{g: g}
	p.schemaBlock()
	p.directiveDefs()
	p.allTypes()
	return p.b.String()
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
	return strings.TrimSuffix(p.b.String(), "\n")
}

func (p *printer) schemaBlock() {
	p.put("schema\n  @link(url: \"" + linkIdentity + "/v1.0\")\n  @link(url: \"" + specHost + "/join/v0.5\", for: EXECUTION)\n")
	for _, l := range p.g.links {
		p.put("  @link(url: ")
		writeString(&p.b, l.url)
		if l.as != "" {
			p.put(", as: ")
			writeString(&p.b, l.as)
		}
		if l.purpose != "" {
			p.put(", for: " + l.purpose)
		}
		if len(l.imports) > 0 {
			p.put(", import: [")
			for i, im := range l.imports {
				if i > 0 {
					p.put(", ")
				}
				p.importOf(im)
			}
			p.put("]")
		}
		p.put(")\n")
	}
	for _, a := range p.g.applied {
		p.put("  " + printApplied(a) + "\n")
	}
	p.put("{\n")
	for i, op := range operations {
		if p.g.roots[i] != nil {
			p.put("  " + string(op.kind) + ": " + op.name + "\n")
		}
	}
	p.put("}\n")
}

func (p *printer) importOf(im imported) {
	if im.name == im.as {
		writeString(&p.b, im.name)
		return
	}
	p.put("{name: ")
	writeString(&p.b, im.name)
	p.put(", as: ")
	writeString(&p.b, im.as)
	p.put("}")
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
			p.put("\n")
		}
		p.put(lines[n] + "\n")
	}
	if p.api && len(names) > 0 {
		p.put("\n")
	}
}

func definedName(line string) string {
	name := strings.TrimPrefix(line, "directive @")
	return name[:strings.IndexAny(name, "( ")]
}

func (p *printer) directiveDef(d *mergedDirective) string {
	q := &printer{g: p.g, api: p.api}
	q.description(d.desc, "")
	q.put("directive @" + d.name)
	q.args(d.args, "")
	if d.repeatable {
		q.put(" repeatable")
	}
	q.put(" on ")
	for i, l := range d.locations {
		if i > 0 {
			q.put(" | ")
		}
		q.put(string(l))
	}
	return q.b.String()
}

// allTypes writes the types of the graph and those of the specifications among them, by name.
func (p *printer) allTypes() {
	extra := p.g.linkedTypes()
	i := 0
	for _, t := range p.g.types {
		for i < len(extra) && compareNames(extra[i].name, t.name) < 0 {
			p.put("\n" + extra[i].sdl + "\n")
			i++
		}
		p.put("\n")
		p.typeDef(t)
	}
	for ; i < len(extra); i++ {
		p.put("\n" + extra[i].sdl + "\n")
	}
}

func (p *printer) typeDef(t *mergedType) {
	if p.api && p.b.Len() > 0 && !strings.HasSuffix(p.b.String()[max(0, p.b.Len()-2):], "\n\n") {
		p.put("\n")
	}
	p.description(t.desc, "")
	p.put(keyword(t.kind) + " " + t.name)
	if names := p.visibleInterfaces(t); len(names) > 0 {
		p.put(" implements " + strings.Join(names, " & "))
	}
	block := p.typeDirectives(t)
	switch t.kind {
	case ast.Union:
		p.unionMembers(t, block)
	case ast.Scalar:
		p.put("\n")
	default:
		if block {
			p.put("\n{\n")
		} else {
			p.put(" {\n")
		}
		p.body(t)
		p.put("}\n")
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
			p.put("\n  @join__implements(graph: " + d.in.enum + ", interface: \"" + i + "\")")
		}
	}
	for _, d := range t.in {
		p.joinType(d)
	}
	for _, d := range t.in {
		for _, u := range d.members {
			p.put("\n  @join__unionMember(graph: " + d.in.enum + ", member: \"" + u + "\")")
		}
	}
	for _, a := range t.applied {
		p.put("\n  " + printApplied(a))
	}
	return true
}

func (p *printer) joinType(d *typeDef) {
	tail := ")"
	if d.interfaceObject() {
		tail = ", isInterfaceObject: true)"
	}
	if len(d.keys) == 0 {
		p.put("\n  @join__type(graph: " + d.in.enum + tail)
		return
	}
	for _, k := range d.keys {
		p.put("\n  @join__type(graph: " + d.in.enum + ", key: ")
		writeString(&p.b, k.text)
		if k.app.ext && (d.in.fed2 || d.based) || d.has(dExtends) {
			p.put(", extension: true")
		}
		if k.said {
			p.put(", resolvable: " + strconv.FormatBool(k.resolvable))
		}
		p.put(tail)
	}
}

func (p *printer) unionMembers(t *mergedType, block bool) {
	if block {
		p.put("\n")
	}
	p.put(" = ")
	first := true
	for _, u := range t.members {
		if p.api && p.g.byName[u] != nil && hidden(p.g.byName[u].applied) {
			continue
		}
		if !first {
			p.put(" | ")
		}
		first = false
		p.put(u)
	}
	p.put("\n")
}
