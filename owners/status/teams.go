package status

import (
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/ficusgraph/ficus/nearest"
	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"

	"github.com/ficusgraph/ficus/engine/supergraph"
)

// Teams says who owns which fields. Its rules are those of an owners file: the last that fits decides.
type Teams struct{ rules []rule }

// rule gives a team what the pattern fits.
type rule struct {
	// subgraph, typ and field are globs; "" fits all.
	subgraph, typ, field string
	team                 string
}

// maxTeams bounds an owners file, in bytes.
const maxTeams = 1 << 20

// ReadTeams reads an owners file: a mapping from patterns to teams, in which the last pattern that fits decides. A
// pattern is Type.field, Type, subgraph:NAME or *, and * in a name stands for any letters. A pattern that fits no
// field of the contract is an error, as all are, with file, line and column.
func ReadTeams(file, text string, sg *supergraph.Supergraph) (*Teams, error) {
	if len(text) > maxTeams {
		return nil, fmt.Errorf("%s: is larger than %d bytes", file, maxTeams)
	}
	tree, err := parser.ParseBytes([]byte(text), 0)
	if err != nil {
		var e yaml.Error
		if errors.As(err, &e) && e.GetToken() != nil {
			p := e.GetToken().Position
			return nil, fmt.Errorf("%s:%d:%d: %s; a pattern that begins with * stands in quotes", file, p.Line, p.Column, e.GetMessage())
		}
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	entries, err := entriesOf(file, tree)
	if err != nil {
		return nil, err
	}
	out := &Teams{}
	var errs []error
	for _, e := range entries {
		r, err := readRule(e, sg)
		if err != nil {
			p := e.Key.GetToken().Position
			errs = append(errs, fmt.Errorf("%s:%d:%d: %w", file, p.Line, p.Column, err))
			continue
		}
		out.rules = append(out.rules, r)
	}
	return out, errors.Join(errs...)
}

// entriesOf are the patterns of the file with their teams.
func entriesOf(file string, tree *ast.File) ([]*ast.MappingValueNode, error) {
	var out []*ast.MappingValueNode
	for _, doc := range tree.Docs {
		switch n := doc.Body.(type) {
		case nil, *ast.NullNode, *ast.CommentGroupNode:
		case *ast.MappingNode:
			out = append(out, n.Values...)
		case *ast.MappingValueNode:
			out = append(out, n)
		default:
			p := n.GetToken().Position
			return nil, fmt.Errorf("%s:%d:%d: an owners file is a mapping from patterns to teams, such as Ticket.*: support", file, p.Line, p.Column)
		}
	}
	return out, nil
}

func readRule(e *ast.MappingValueNode, sg *supergraph.Supergraph) (rule, error) {
	pattern := e.Key.GetToken().Value
	if _, plain := e.Key.(*ast.StringNode); !plain {
		return rule{}, fmt.Errorf("%s: is no name to YAML; write the pattern in quotes", e.Key)
	}
	team, ok := e.Value.(*ast.StringNode)
	if !ok || strings.TrimSpace(team.Value) == "" {
		return rule{}, fmt.Errorf("%s: is to have the name of a team", pattern)
	}
	r := rule{team: strings.TrimSpace(team.Value)}
	if name, is := strings.CutPrefix(pattern, "subgraph:"); is {
		r.subgraph = name
	} else {
		r.typ, r.field, _ = strings.Cut(pattern, ".")
	}
	for _, part := range []string{r.subgraph, r.typ, r.field} {
		if strings.ContainsAny(part, `.?[]\/: `) {
			return rule{}, fmt.Errorf("%s: is no pattern; write Type.field, Type, subgraph:NAME or *", pattern)
		}
	}
	if !r.usedIn(sg) {
		return rule{}, fmt.Errorf("%s: fits no field of the graph%s", pattern, r.suggestion(sg))
	}
	return r, nil
}

// fits reports whether the rule is about a field, as a subgraph is to resolve it.
func (r rule) fits(subgraph, typ, field string) bool {
	return glob(r.subgraph, subgraph) && glob(r.typ, typ) && glob(r.field, field)
}

func glob(pattern, name string) bool {
	if pattern == "" || pattern == "*" || pattern == name {
		return true
	}
	ok, err := path.Match(pattern, name)
	return err == nil && ok
}

// usedIn reports whether the rule fits any field.
func (r rule) usedIn(sg *supergraph.Supergraph) bool {
	for _, t := range sg.Types {
		for _, f := range t.Fields {
			for _, g := range sg.Subgraphs {
				if hasFields(t) && resolves(f, g.ID) && r.fits(g.Name, t.Name, f.Name) {
					return true
				}
			}
		}
	}
	return false
}

// suggestion is what may be meant by a rule that fits nothing.
func (r rule) suggestion(sg *supergraph.Supergraph) string {
	var names []string
	var word, before string
	switch t := sg.Type(r.typ); {
	case r.subgraph != "":
		word, before = r.subgraph, "subgraph:"
		for _, g := range sg.Subgraphs {
			names = append(names, g.Name)
		}
	case t != nil && r.field != "":
		word, before = r.field, r.typ+"."
		for _, f := range t.Fields {
			names = append(names, f.Name)
		}
	default:
		word = r.typ
		for _, t := range sg.Types {
			if hasFields(t) {
				names = append(names, t.Name)
			}
		}
	}
	best := nearest.To(word, names)
	if best == "" {
		return ""
	}
	return "; did you mean " + before + best + "?"
}

// Owner is the team that owns a field as a subgraph is to resolve it; "" for nobody.
func (t *Teams) Owner(subgraph, typ, field string) string {
	if t == nil {
		return ""
	}
	for _, r := range slices.Backward(t.rules) {
		if r.fits(subgraph, typ, field) {
			return r.team
		}
	}
	return ""
}

// Names are the teams, in the order in which the file names them first.
func (t *Teams) Names() []string {
	var out []string
	for _, r := range t.rules {
		if !slices.Contains(out, r.team) {
			out = append(out, r.team)
		}
	}
	return out
}
