package mocks

import (
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// The directives that say what mocked values are like. The last three are GraphQL Faker's; they are understood with
// and without a link to our spec, as schemas that were written for it have none.
const (
	mockDirective       = "mock"
	fakeDirective       = "fake"
	examplesDirective   = "examples"
	listLengthDirective = "listLength"
)

var directiveNames = []string{mockDirective, fakeDirective, examplesDirective, listLengthDirective}

// localNames leads from what a document calls our directives to what they are.
func localNames(doc *ast.SchemaDocument) map[string]string {
	out, linked := map[string]string{}, map[string]bool{}
	for _, s := range slices.Concat(doc.Schema, doc.SchemaExtension) {
		for _, d := range s.Directives.ForNames("link") {
			url := argument(d, "url")
			ours := url == spec || strings.HasPrefix(url, spec+"/")
			for name, local := range imported(d) {
				linked[local] = true
				if ours && slices.Contains(directiveNames, name) {
					out[local] = name
				}
			}
			if ours {
				prefix := argument(d, "as")
				if prefix == "" {
					prefix = "spec"
				}
				for _, name := range directiveNames {
					out[prefix+"__"+name] = name
				}
			}
		}
	}
	for _, name := range directiveNames[1:] {
		if !linked[name] {
			out[name] = name
		}
	}
	return out
}

// imported leads from the names of a link's imported directives to what they are called here.
func imported(link *ast.Directive) map[string]string {
	out := map[string]string{}
	list := link.Arguments.ForName("import")
	if list == nil {
		return out
	}
	for _, c := range list.Value.Children {
		name, as := c.Value.Raw, c.Value.Raw
		if c.Value.Kind == ast.ObjectValue {
			if v := c.Value.Children.ForName("name"); v != nil {
				name, as = v.Raw, v.Raw
			}
			if v := c.Value.Children.ForName("as"); v != nil {
				as = v.Raw
			}
		}
		out[strings.TrimPrefix(name, "@")] = strings.TrimPrefix(as, "@")
	}
	return out
}

// directiveRules makes rules of the directives of a subgraph's SDL.
func (b *builder) directiveRules(s SDL, into table) {
	doc, err := parse(s.Name, s.Text)
	if err != nil {
		b.fault(place{file: s.File}, "", "%v", err)
		return
	}
	known := localNames(doc)
	for _, def := range definitions(doc) {
		name := rootName(doc, def.Name)
		if def.Kind == ast.Scalar || def.Kind == ast.Enum {
			b.written(into, coordinates{typ: name}, b.settings(s.File, known, def.Directives, false))
			continue
		}
		for _, f := range def.Fields {
			b.written(into, coordinates{name, f.Name}, b.settings(s.File, known, f.Directives, f.Type.Elem != nil))
		}
	}
}

// written makes a rule of what a schema says. Of several subgraphs the first is followed; what is not in the graph,
// as nobody answers it, is not made up either.
func (b *builder) written(into table, c coordinates, list []setting) {
	if t := b.graph.Type(c.typ); t == nil || c.field != "" && t.Field(c.field) == nil || into.get(c.typ, c.field) != nil {
		return
	}
	b.said(into, c, list)
}

// settings are what the directives of one definition say.
func (b *builder) settings(file string, known map[string]string, list ast.DirectiveList, isList bool) []setting {
	var out []setting
	for _, d := range list {
		switch known[d.Name] {
		case mockDirective:
			for _, a := range d.Arguments {
				out = append(out, b.setting(file, a.Name, a))
			}
		case fakeDirective:
			for _, a := range d.Arguments {
				switch a.Name {
				case "type":
					out = append(out, b.setting(file, "generator", a))
				case "options":
					out = append(out, b.setting(file, "options", a))
				case "locale": // there is one language; GraphQL Faker's schemas say which they would like
				default:
					b.fault(placeOf(file, a.Position), "@"+d.Name, "there is no argument %s%s", a.Name, near(a.Name, []string{"type", "options", "locale"}))
				}
			}
		case examplesDirective:
			for _, a := range d.Arguments {
				if a.Name != "values" {
					b.fault(placeOf(file, a.Position), "@"+d.Name, "there is no argument %s; did you mean values?", a.Name)
					continue
				}
				out = append(out, b.setting(file, "examples", a))
			}
		case listLengthDirective:
			out = append(out, b.listLength(file, d, isList)...)
		}
	}
	return out
}

func (b *builder) listLength(file string, d *ast.Directive, isList bool) []setting {
	at := placeOf(file, d.Position)
	if !isList {
		b.fault(at, "@"+d.Name, "is for fields that return a list")
		return nil
	}
	pair := []any{nil, nil}
	for _, a := range d.Arguments {
		i := slices.Index([]string{"min", "max"}, a.Name)
		if i < 0 {
			b.fault(placeOf(file, a.Position), "@"+d.Name, "there is no argument %s; it takes min and max", a.Name)
			return nil
		}
		pair[i], _ = valueOf(a.Value, nil)
	}
	for i := range pair {
		if pair[i] == nil {
			pair[i] = pair[1-i]
		}
	}
	return []setting{{key: "length", value: pair, at: at}}
}

func (b *builder) setting(file, key string, a *ast.Argument) setting {
	v, _ := valueOf(a.Value, nil)
	s := setting{key: key, value: v, at: placeOf(file, a.Position)}
	if key == "options" {
		s.value = flat(v)
	}
	return s
}

// flat is the options of @fake as generators take them: GraphQL Faker nests a few.
func flat(v any) any {
	options, ok := v.(map[string]any)
	if !ok {
		return v
	}
	out := map[string]any{}
	for key, v := range options {
		if _, nested := v.(map[string]any); !nested {
			out[key] = v
		}
	}
	return out
}

func placeOf(file string, p *ast.Position) place {
	if p == nil {
		return place{file: file}
	}
	return place{file, p.Line, p.Column}
}
