package supergraph

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/parser"
)

// Read reads supergraph SDL: join v0.1 to v0.5, linked by @link or @core. The error says where the text is
// at fault and, where the text is no supergraph at all, what to do.
func Read(name, sdl string) (*Supergraph, error) {
	doc, err := parser.ParseSchema(&ast.Source{Name: name, Input: sdl})
	if err != nil {
		return nil, fmt.Errorf("read supergraph: %w", positioned(err))
	}
	r := &reader{doc: doc, features: features(doc)}
	if err := r.features.check(); err != nil {
		return nil, fmt.Errorf("read supergraph %s: %w", name, err)
	}
	if err := r.graphs(); err != nil {
		return nil, fmt.Errorf("read supergraph %s: %w", name, err)
	}
	sg := Supergraph{SDL: sdl, Subgraphs: r.subgraphs, Security: r.features.security()}
	if sg.Types, err = r.types(); err != nil {
		return nil, fmt.Errorf("read supergraph %s: %w", name, err)
	}
	sg.Applied = r.applied(schemaDirectives(doc))
	sg.Labels = labels(sg.Types)
	out := New(sg)
	out.Query, out.Mutation, out.Subscription = r.roots(out)
	if out.Query == nil {
		return nil, fmt.Errorf("read supergraph %s: there is no query root type", name)
	}
	if out.API, err = apiSchema(doc, r.features); err != nil {
		return nil, fmt.Errorf("read supergraph %s: API schema: %w", name, err)
	}
	return out, nil
}

// positioned gives a parser's error its file, line and column.
func positioned(err error) error {
	var g *gqlerror.Error
	if errors.As(err, &g) && len(g.Locations) > 0 {
		file, _ := g.Extensions["file"].(string)
		return fmt.Errorf("%s:%d:%d: %s", file, g.Locations[0].Line, g.Locations[0].Column, g.Message)
	}
	return err
}

// reader holds what the steps of Read share.
type reader struct {
	doc       *ast.SchemaDocument
	features  featureSet
	subgraphs []*Subgraph
	byEnum    map[string]int
}

// graphs reads the join__Graph enum.
func (r *reader) graphs() error {
	enum := r.doc.Definitions.ForName(r.features.name("join", "Graph"))
	if enum == nil {
		return errors.New("no join__Graph enum: this is not supergraph SDL; compose the subgraphs first (ficus compose), or give ficus.yaml with --config")
	}
	r.byEnum = map[string]int{}
	for i, v := range enum.EnumValues {
		d := v.Directives.ForName(r.features.name("join", "graph"))
		if d == nil {
			return fmt.Errorf("join__Graph.%s has no @join__graph", v.Name)
		}
		r.byEnum[v.Name] = i
		r.subgraphs = append(r.subgraphs, &Subgraph{ID: i, Enum: v.Name, Name: stringArg(d, "name"), URL: stringArg(d, "url")})
	}
	return nil
}

// types reads every definition that is not part of a linked spec.
func (r *reader) types() ([]*Type, error) {
	var out []*Type
	for _, def := range r.doc.Definitions {
		if r.features.owns(def.Name) {
			continue
		}
		t, err := r.typ(def)
		if err != nil {
			return nil, err
		}
		out = append(out, t)
	}
	linkMembers(out, len(r.subgraphs))
	return out, nil
}

func (r *reader) roots(sg *Supergraph) (query, mutation, subscription *Type) {
	names := map[ast.Operation]string{ast.Query: "Query", ast.Mutation: "Mutation", ast.Subscription: "Subscription"}
	for _, s := range slices.Concat(r.doc.Schema, r.doc.SchemaExtension) {
		for _, op := range s.OperationTypes {
			names[op.Operation] = op.Type
		}
	}
	return sg.Type(names[ast.Query]), sg.Type(names[ast.Mutation]), sg.Type(names[ast.Subscription])
}

// applied reads join__directive applications.
func (r *reader) applied(list ast.DirectiveList) []*Applied {
	var out []*Applied
	for _, d := range list.ForNames(r.features.name("join", "directive")) {
		a := &Applied{Name: stringArg(d, "name")}
		if graphs := d.Arguments.ForName("graphs"); graphs != nil {
			for _, c := range graphs.Value.Children {
				if id, ok := r.byEnum[c.Value.Raw]; ok {
					a.Graphs = append(a.Graphs, id)
				}
			}
		}
		if args := d.Arguments.ForName("args"); args != nil {
			a.Args = args.Value
		}
		out = append(out, a)
	}
	return out
}

func schemaDirectives(doc *ast.SchemaDocument) ast.DirectiveList {
	var out ast.DirectiveList
	for _, s := range slices.Concat(doc.Schema, doc.SchemaExtension) {
		out = append(out, s.Directives...)
	}
	return out
}

// own is the list without the directives of the join spec.
func (r *reader) own(list ast.DirectiveList) ast.DirectiveList {
	prefix := r.features.name("join", "")
	var out ast.DirectiveList
	for _, d := range list {
		if !strings.HasPrefix(d.Name, prefix) {
			out = append(out, d)
		}
	}
	return out
}

// labels collects the progressive override labels, sorted.
func labels(types []*Type) []string {
	var out []string
	for _, t := range types {
		for _, f := range t.Fields {
			for _, in := range f.In {
				if in != nil && in.OverrideLabel != "" {
					out = append(out, in.OverrideLabel)
				}
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func stringArg(d *ast.Directive, name string) string {
	if a := d.Arguments.ForName(name); a != nil && a.Value != nil {
		return a.Value.Raw
	}
	return ""
}

func boolArg(d *ast.Directive, name string, absent bool) bool {
	if a := d.Arguments.ForName(name); a != nil && a.Value != nil {
		return a.Value.Raw == "true"
	}
	return absent
}
