package contract

import (
	"cmp"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// The specifications whose directives matter here.
const (
	federation = "https://specs.apollo.dev/federation"
	ours       = "https://ficus.dev/spec"
)

// known are the directives that matter here, by their specification.
var known = map[string][]string{
	federation: {"key", "external", "requires", "provides", "extends", "interfaceObject", "override", "shareable"},
	ours:       {"mock"},
}

// directiveNames leads from what directives are called in the SDL to what they are called in their specification.
// A directive of a name that no link gives to another is taken to be what it seems: services print such SDL.
func directiveNames(doc *ast.SchemaDocument) (out map[string]string, linked bool) {
	out = map[string]string{}
	for _, s := range slices.Concat(doc.Schema, doc.SchemaExtension) {
		for _, d := range s.Directives {
			url := argument(d, "url")
			for _, spec := range []string{federation, ours} {
				if url == spec || strings.HasPrefix(url, spec+"/") {
					linked = linked || spec == federation
					link(out, d, spec)
				}
			}
		}
	}
	for _, name := range known[federation] {
		if _, ok := out[name]; !ok {
			out[name] = name
		}
	}
	return out, linked
}

// local is what a directive of the federation specification is called in SDL that links it: as it is imported, or
// else under the link's own name.
func (s *Schema) local(name string) string {
	for _, def := range slices.Concat(s.doc.Schema, s.doc.SchemaExtension) {
		for _, d := range def.Directives {
			if url := argument(d, "url"); !strings.HasPrefix(url, federation+"/") {
				continue
			}
			names := map[string]string{}
			link(names, d, federation)
			under := cmp.Or(argument(d, "as"), "federation") + "__" + name
			for local, of := range names {
				if of == name && local != under {
					return local
				}
			}
			return under
		}
	}
	return name
}

// link adds the names that one link gives.
func link(into map[string]string, d *ast.Directive, spec string) {
	prefix := argument(d, "as")
	if prefix == "" {
		prefix = spec[strings.LastIndex(spec, "/")+1:]
	}
	for _, name := range known[spec] {
		into[prefix+"__"+name] = name
	}
	list := d.Arguments.ForName("import")
	if list == nil || list.Value == nil {
		return
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
		if name, ok := strings.CutPrefix(name, "@"); ok && slices.Contains(known[spec], name) {
			into[strings.TrimPrefix(as, "@")] = name
		}
	}
}
