package conformance

import (
	"fmt"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// applications are what a mutation writes on types, fields and the rest: right or wrong there, linked or not.
var applications = []string{
	"@shareable", "@external", "@inaccessible", `@tag(name: "m")`, "@interfaceObject", `@deprecated(reason: "m")`, "@deprecated", "@extends",
	`@key(fields: "id")`, `@key(fields: "id", resolvable: false)`, `@key(fields: "name")`, `@key(fields: "id name")`,
	`@override(from: "a")`, `@override(from: "b", label: "percent(5)")`, `@override(from: "nowhere")`, `@override(from: "b", label: "beta")`,
	`@requires(fields: "id")`, `@requires(fields: "name")`, `@provides(fields: "id")`, `@provides(fields: "name")`,
	"@authenticated", `@requiresScopes(scopes: [["a"]])`, `@policy(policies: [["p"], ["q"]])`, "@cost(weight: 3)", "@listSize(assumedSize: 5)",
	"@federation__shareable", "@federation__external", "@federation__inaccessible", `@federation__tag(name: "f")`, `@specifiedBy(url: "https://example.com")`,
}

// application is one of them; an override is of a subgraph that is there as often as not.
func (m *mutation) application() ast.DirectiveList {
	text := pick(m.rng, applications)
	if strings.HasPrefix(text, "@override") && m.rng.IntN(2) == 0 {
		text = fmt.Sprintf("@override(from: %q)", pick(m.rng, m.subgraphs))
	}
	return directive(text)
}

func (m *mutation) dropDirectiveOfType() string {
	t := m.typ(func(t *ast.Definition) bool { return len(t.Directives) > 0 })
	if t == nil {
		return ""
	}
	d := pick(m.rng, t.Directives)
	t.Directives = remove(t.Directives, d)
	return "drop " + printed(d) + " of " + t.Name
}

func hasDirectives(f *ast.FieldDefinition) bool { return len(f.Directives) > 0 }

func (m *mutation) dropDirectiveOfField() string {
	t, f := m.fieldWith(hasDirectives)
	if t == nil {
		return ""
	}
	d := pick(m.rng, f.Directives)
	f.Directives = remove(f.Directives, d)
	return "drop " + printed(d) + " of " + coordinate(t, f)
}

func (m *mutation) addDirectiveToType() string {
	t := m.typ(func(*ast.Definition) bool { return true })
	if t == nil {
		return ""
	}
	ds := m.application()
	t.Directives = append(t.Directives, ds...)
	return "add " + printed(ds[0]) + " to " + t.Name
}

func (m *mutation) addDirectiveToField() string {
	t, f := m.field()
	if t == nil {
		return ""
	}
	ds := m.application()
	f.Directives = append(f.Directives, ds...)
	return "add " + printed(ds[0]) + " to " + coordinate(t, f)
}

// addDirectiveElsewhere writes a directive on an argument or a value of an enum.
func (m *mutation) addDirectiveElsewhere() string {
	ds := m.application()
	if t := m.typ(func(t *ast.Definition) bool { return len(t.EnumValues) > 0 }); t != nil && m.rng.IntN(2) == 0 {
		v := pick(m.rng, t.EnumValues)
		v.Directives = append(v.Directives, ds...)
		return "add " + printed(ds[0]) + " to " + t.Name + "." + v.Name
	}
	t, f := m.fieldWith(hasArguments)
	if t == nil {
		return ""
	}
	a := pick(m.rng, f.Arguments)
	a.Directives = append(a.Directives, ds...)
	return "add " + printed(ds[0]) + " to " + coordinate(t, f) + "(" + a.Name + ":)"
}

// moveDirective takes a directive from one field to another, or from a field to its type.
func (m *mutation) moveDirective() string {
	t, f := m.fieldWith(hasDirectives)
	if t == nil {
		return ""
	}
	d := pick(m.rng, f.Directives)
	f.Directives = remove(f.Directives, d)
	if m.rng.IntN(3) == 0 {
		t.Directives = append(t.Directives, d)
		return "move " + printed(d) + " from " + coordinate(t, f) + " to " + t.Name
	}
	to, g := m.field()
	g.Directives = append(g.Directives, d)
	return "move " + printed(d) + " from " + coordinate(t, f) + " to " + coordinate(to, g)
}

// changeFieldSet changes the selection of a @key, @requires or @provides.
func (m *mutation) changeFieldSet() string {
	type place struct {
		at  string
		arg *ast.Argument
	}
	var all []place
	collect := func(at string, ds ast.DirectiveList) {
		for _, d := range ds {
			if a := d.Arguments.ForName("fields"); a != nil && a.Value.Kind != ast.ListValue {
				all = append(all, place{at + " @" + d.Name, a})
			}
		}
	}
	for _, t := range m.types() {
		collect(t.Name, t.Directives)
		for _, f := range t.Fields {
			collect(coordinate(t, f), f.Directives)
		}
	}
	if len(all) == 0 {
		return ""
	}
	p := pick(m.rng, all)
	_, f := m.field()
	text := p.arg.Value.Raw
	words := strings.Fields(text)
	p.arg.Value = &ast.Value{Kind: ast.StringValue, Raw: pick(m.rng, []string{
		"id", "name", f.Name, text + " " + f.Name, text + " { id }", text + " id", "__typename", strings.Join(words[:max(0, len(words)-1)], " "),
		"... on " + pick(m.rng, m.types()).Name + " { " + text + " }", text + "(m: 1)", "{" + text, "",
	})}
	return fmt.Sprintf("%s selects %q instead of %q", p.at, p.arg.Value.Raw, text)
}

// changeOverride changes from and label of an @override.
func (m *mutation) changeOverride() string {
	t, f := m.fieldWith(func(f *ast.FieldDefinition) bool { return f.Directives.ForName("override") != nil })
	if t == nil {
		return ""
	}
	d := f.Directives.ForName("override")
	text := fmt.Sprintf("@override(from: %q%s)", pick(m.rng, append([]string{"nowhere", ""}, m.subgraphs...)),
		pick(m.rng, []string{"", `, label: "percent(10)"`, `, label: "percent(101)"`, `, label: "x"`, `, label: "not a label"`, `, label: ""`}))
	*d = *directive(text)[0]
	return coordinate(t, f) + " gets " + text
}

// changeLink changes the version of a linked specification, or what is imported from it.
func (m *mutation) changeLink() string {
	var links ast.DirectiveList
	for _, s := range append(m.doc.Schema, m.doc.SchemaExtension...) {
		links = append(links, s.Directives...)
	}
	if len(links) == 0 {
		return ""
	}
	d := pick(m.rng, links)
	imports, url := d.Arguments.ForName("import"), d.Arguments.ForName("url")
	switch {
	case imports != nil && len(imports.Value.Children) > 0 && m.rng.IntN(2) == 0:
		c := m.rng.IntN(len(imports.Value.Children))
		gone := imports.Value.Children[c].Value.String()
		imports.Value.Children = remove(imports.Value.Children, imports.Value.Children[c])
		return "import no " + gone
	case url != nil && strings.Contains(url.Value.Raw, "/v"):
		to := pick(m.rng, []string{"v1.0", "v2.0", "v2.1", "v2.3", "v2.5", "v2.6", "v2.7", "v2.8", "v2.9", "v2.11", "v2.12", "v3.0"})
		from := url.Value.Raw
		url.Value.Raw = from[:strings.LastIndex(from, "/")+1] + to
		return "link " + url.Value.Raw + " instead of " + from
	}
	return ""
}
