package conformance

import (
	"fmt"
	"slices"
	"sort"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"
)

// Facts are all that a schema says, one statement a line, so that two schemas can be compared as sets. With api, only
// what clients see of it, of a supergraph too; without it, all but the directives and types of the join specification.
func Facts(sdl string, api bool) ([]string, error) {
	doc, err := parser.ParseSchema(&ast.Source{Input: sdl})
	if err != nil {
		return nil, fmt.Errorf("facts of a schema: %w", err)
	}
	f := &factList{api: api, hides: hidingDirective(doc), hidden: map[string]bool{}}
	for _, d := range doc.Definitions {
		if d.Directives.ForName(f.hides) != nil {
			f.hidden[d.Name] = true
		}
	}
	for _, d := range doc.Definitions {
		if f.hidden[d.Name] && api || strings.Contains(d.Name, "__") {
			continue
		}
		f.definition(d)
	}
	for _, d := range doc.Directives {
		if strings.HasPrefix(d.Name, "join__") || d.Name == "link" {
			continue
		}
		if api && !slices.ContainsFunc(d.Locations, func(l ast.DirectiveLocation) bool { return slices.Contains(forClients, l) }) {
			continue
		}
		f.add("directive", "@"+d.Name)
		f.args("@"+d.Name, d.Arguments)
	}
	for _, s := range doc.Schema {
		for _, o := range s.OperationTypes {
			if !api {
				f.add("schema " + string(o.Operation) + ": " + o.Type)
			}
		}
		for _, d := range s.Directives {
			if l := sortedDirective(d); !strings.Contains(l, "dev/join/") {
				if !api {
					f.add("schema " + l)
				}
			}
		}
	}
	return f.lines, nil
}

var forClients = []ast.DirectiveLocation{
	ast.LocationQuery, ast.LocationMutation, ast.LocationSubscription, ast.LocationField, ast.LocationFragmentDefinition,
	ast.LocationFragmentSpread, ast.LocationInlineFragment, ast.LocationVariableDefinition,
}

// hidingDirective is what a supergraph calls @inaccessible: its @link can import it under another name.
func hidingDirective(doc *ast.SchemaDocument) string {
	const name = "inaccessible"
	for _, s := range doc.Schema {
		for _, d := range s.Directives.ForNames("link") {
			url, imports := d.Arguments.ForName("url"), d.Arguments.ForName("import")
			if url == nil || !strings.Contains(url.Value.Raw, "/"+name+"/") || imports == nil {
				continue
			}
			for _, c := range imports.Value.Children {
				if as := c.Value.Children.ForName("as"); as != nil {
					return strings.TrimPrefix(as.Raw, "@")
				}
			}
		}
	}
	return name
}

type factList struct {
	api    bool
	hides  string
	hidden map[string]bool
	lines  []string
}

func (f *factList) add(parts ...string) { f.lines = append(f.lines, strings.Join(parts, " ")) }

func (f *factList) definition(d *ast.Definition) {
	f.add(string(d.Kind), d.Name, d.Description)
	f.directives(d.Name, d.Directives)
	for _, i := range d.Interfaces {
		if !f.api || !f.hidden[i] {
			f.add(d.Name, "implements", i)
		}
	}
	for _, m := range d.Types {
		if !f.api || !f.hidden[m] {
			f.add(d.Name, "=", m)
		}
	}
	for _, v := range d.EnumValues {
		if f.api && v.Directives.ForName(f.hides) != nil {
			continue
		}
		f.add(d.Name, "value", v.Name, v.Description)
		f.directives(d.Name+"."+v.Name, v.Directives)
	}
	for _, fd := range d.Fields {
		if f.api && fd.Directives.ForName(f.hides) != nil {
			continue
		}
		coord := d.Name + "." + fd.Name
		line := coord + ": " + fd.Type.String()
		if fd.DefaultValue != nil {
			line += " = " + fd.DefaultValue.String()
		}
		f.add(line, fd.Description)
		f.directives(coord, fd.Directives)
		f.args(coord, fd.Arguments)
	}
}

func (f *factList) args(coord string, args ast.ArgumentDefinitionList) {
	for _, a := range args {
		if f.api && a.Directives.ForName(f.hides) != nil {
			continue
		}
		line := coord + "(" + a.Name + ":): " + a.Type.String()
		if a.DefaultValue != nil {
			line += " = " + a.DefaultValue.String()
		}
		f.add(line, a.Description)
		f.directives(coord+"("+a.Name+":)", a.Directives)
	}
}

func (f *factList) directives(coord string, ds ast.DirectiveList) {
	for _, d := range ds {
		if f.api && d.Name != "deprecated" && d.Name != "specifiedBy" {
			continue
		}
		f.add(coord, sortedDirective(d))
	}
}

func sortedDirective(d *ast.Directive) string {
	var args []string
	for _, a := range d.Arguments {
		args = append(args, a.Name+": "+a.Value.String())
	}
	sort.Strings(args)
	return "@" + d.Name + "(" + strings.Join(args, ", ") + ")"
}

// Difference is what got has more than want, and what it has less.
func Difference(got, want []string) (more, less []string) {
	have, need := map[string]bool{}, map[string]bool{}
	for _, f := range got {
		have[f] = true
	}
	for _, f := range want {
		need[f] = true
		if !have[f] {
			less = append(less, f)
		}
	}
	for _, f := range got {
		if !need[f] {
			more = append(more, f)
		}
	}
	return more, less
}
