package composition

import (
	"cmp"
	"slices"

	"github.com/vektah/gqlparser/v2/ast"
)

// link is one @link of the supergraph.
type link struct {
	url, purpose, as string
	imports          []imported
}

// specLinks are the specifications whose directives the supergraph can hold, in the order of its @links.
var specLinks = []struct {
	kinds        []kind
	url, purpose string
	imports      []string
}{
	{[]kind{dTag}, specHost + "/tag/v0.3", "", nil},
	{[]kind{dInaccessible}, specHost + "/inaccessible/v0.2", "SECURITY", nil},
	{[]kind{dAuthenticated}, specHost + "/authenticated/v0.1", "SECURITY", nil},
	{[]kind{dRequiresScopes}, specHost + "/requiresScopes/v0.1", "SECURITY", nil},
	{[]kind{dPolicy}, specHost + "/policy/v0.1", "SECURITY", nil},
	{[]kind{dContext}, specHost + "/context/v0.1", "SECURITY", nil},
	{[]kind{dCost, dListSize}, specHost + "/cost/v0.1", "", nil},
	{[]kind{dCacheTag}, specHost + "/cacheTag/v0.1", "EXECUTION", nil},
}

// mergeSchemaDefinition merges what is applied to the schema definitions, and links the supergraph to the
// specifications that it uses.
func (m *merger) mergeSchemaDefinition() {
	sources := make([]source, len(m.schemas))
	for i, s := range m.schemas {
		sources[i] = source{schema: s, applied: s.applied}
	}
	m.applied = append(m.linkConnectors(), m.mergeApplied(sources, ast.LocationSchema, "schema")...)
	used := m.usedKinds()
	for _, l := range specLinks {
		var out link
		for _, k := range l.kinds {
			if used[k] == "" {
				continue
			}
			out.url, out.purpose = l.url, l.purpose
			if name := kindSpec(k).name; l.kinds[0] != k && used[k] == name {
				out.imports = append(out.imports, imported{"@" + name, "@" + name})
			}
		}
		if out.url != "" {
			m.links = append(m.links, out)
		}
	}
	if url := m.connects(); url != "" {
		m.links = append(m.links, link{url: url, purpose: "EXECUTION"})
	}
	m.linkComposed()
}

func kindSpec(k kind) *spec {
	for i := range specs {
		if specs[i].kind == k {
			return &specs[i]
		}
	}
	return nil
}

// usedKinds are the directives of federation that some subgraph applies, with their names.
func (m *merger) usedKinds() map[kind]string {
	used := map[kind]string{}
	for _, s := range m.schemas {
		for k, name := range s.usedKinds() {
			used[k] = name
		}
	}
	return used
}

// checkNames: a directive of the graph has one name, so the subgraphs that use it must import it alike.
func (m *merger) checkNames() {
	for _, l := range specLinks {
		for _, k := range l.kinds {
			var first *schema
			for _, s := range m.schemas {
				if s.usedKinds()[k] == "" {
					continue
				}
				if first == nil {
					first = s
				}
				if a, b := first.names.written[k], s.names.written[k]; a != b {
					m.fail(LinkImportNameMismatch, place{}, "The \"@%s\" directive is imported with mismatched name between subgraphs: it is imported as \"@%s\" in subgraph %q but \"@%s\" in subgraph %q", kindSpec(k).name, a, first.Name, b, s.Name)
					break
				}
			}
		}
	}
}

// usedKinds are the directives of federation that the subgraph applies.
func (s *schema) usedKinds() map[kind]string {
	if s.used != nil {
		return s.used
	}
	used := map[kind]string{}
	mark := func(as []*applied) {
		for _, a := range as {
			if a.kind != dCustom {
				used[a.kind] = a.name
			}
		}
	}
	mark(s.applied)
	for _, t := range s.types {
		mark(t.applied)
		for _, f := range t.fields {
			mark(f.applied)
			for _, a := range f.args {
				mark(a.applied)
			}
		}
		for _, in := range t.inputs {
			mark(in.applied)
		}
		for _, val := range t.values {
			mark(val.applied)
		}
	}
	s.used = used
	return used
}

// connects is the link of a graph with connectors, "" if there are none: the newest version that a subgraph has, and
// at least v0.3, whose definition is that of the versions before.
func (m *merger) connects() string {
	url := ""
	for _, s := range m.schemas {
		f := s.names.feature(connectIdenity)
		if f == nil {
			continue
		}
		if url == "" {
			url = connectIdenity + "/v0.3"
		}
		if newer(f, url) {
			url = f.url
		}
	}
	return url
}

// linkConnectors carries the links to the connectors' specification: a router asks them for its version.
func (m *merger) linkConnectors() []*applied {
	var out []*applied
	for _, s := range m.schemas {
		f := s.names.feature(connectIdenity)
		if f == nil {
			continue
		}
		args := &ast.Value{Kind: ast.ObjectValue}
		for _, a := range f.app.args {
			args.Children = append(args.Children, &ast.ChildValue{Name: a.Name, Value: a.Value})
		}
		out = addCarried(out, s, stringValue("link"), args)
	}
	return out
}

// linkComposed links the specifications of composed directives, each once, with what is imported of it.
func (m *merger) linkComposed() {
	at := map[string]int{}
	composed := make([]*composedDirective, 0, len(m.composed))
	for _, name := range m.composedNames() {
		composed = append(composed, m.composed[name])
	}
	slices.SortStableFunc(composed, func(a, b *composedDirective) int { return cmp.Compare(a.importIndex(), b.importIndex()) })
	for _, c := range composed {
		i, ok := at[c.feature.identity]
		if !ok {
			i = len(m.links)
			at[c.feature.identity] = i
			l := link{url: c.feature.url}
			if c.feature.as != c.feature.name {
				l.as = c.feature.as
			}
			m.links = append(m.links, l)
		}
		if c.isImported() || c.name != c.feature.as {
			m.links[i].imports = append(m.links[i].imports, imported{c.original(), "@" + c.name})
		}
		if m.links[i].url != c.feature.url && newer(c.feature, m.links[i].url) {
			m.links[i].url = c.feature.url
		}
	}
}

func newer(f *feature, url string) bool {
	other, problem := parseFeatureURL(url)
	return problem == "" && other.version.less(f.version)
}
