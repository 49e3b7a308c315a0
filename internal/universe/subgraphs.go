package universe

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/validator"
	"github.com/vektah/gqlparser/v2/validator/rules"

	"github.com/ficusgraph/ficus/engine/executor"
)

// Subgraphs answers the fetches of plans as the services of the graph would, and notes what it had to refuse.
type Subgraphs struct {
	g       *Graph
	schemas []*ast.Schema

	mu         sync.Mutex
	labels     []string
	requests   []string
	violations []string
	changes    []string
}

var _ executor.Fetcher = (*Subgraphs)(nil)

// NewSubgraphs are the services of the graph.
func NewSubgraphs(g *Graph) (*Subgraphs, error) {
	all := &Subgraphs{g: g}
	for _, s := range g.Subgraphs {
		schema, err := gqlparser.LoadSchema(&ast.Source{Name: s.Name, Input: g.Executable(s.ID)})
		if err != nil {
			return nil, fmt.Errorf("the schema of %s: %w", s.Name, err)
		}
		all.schemas = append(all.schemas, schema)
	}
	return all, nil
}

// Begin forgets what was asked before; these labels are active from now on.
func (all *Subgraphs) Begin(labels []string) {
	all.mu.Lock()
	defer all.mu.Unlock()
	all.labels, all.requests, all.violations, all.changes = labels, nil, nil, nil
}

// Requests are those since Begin, in the order of their arrival; Violations say what was wrong with them.
func (all *Subgraphs) Requests() []string { return all.requests }

// Violations are requests that a strict subgraph refuses.
func (all *Subgraphs) Violations() []string { return all.violations }

// Changes are the fields of mutations that were run, in that order.
func (all *Subgraphs) Changes() []string { return all.changes }

// Fetch implements executor.Fetcher.
func (all *Subgraphs) Fetch(_ context.Context, r *executor.Request) (*executor.Response, error) {
	all.mu.Lock()
	defer all.mu.Unlock()
	all.requests = append(all.requests, r.Fetch.Subgraph+": "+string(r.Body))
	c := &call{all: all, g: all.g, s: slices.IndexFunc(all.g.Subgraphs, func(s *Subgraph) bool { return s.Name == r.Fetch.Subgraph })}
	body, err := c.answer(r.Body)
	if err != nil {
		c.violate("%v in %s", err, r.Body)
		body = `{"errors":[{"message":"refused"}]}`
	}
	return &executor.Response{Body: []byte(body)}, nil
}

// call is one request to one subgraph.
type call struct {
	all *Subgraphs
	g   *Graph
	s   int
}

// place is what a subgraph knows of an object beyond its number.
type place struct {
	// given is the representation that the object was asked for with.
	given map[string]any
	// provides are external fields that the subgraph resolves here.
	provides ast.SelectionSet
}

func (c *call) violate(format string, args ...any) {
	c.all.violations = append(c.all.violations, c.g.Subgraphs[c.s].Name+": "+fmt.Sprintf(format, args...))
}

func (c *call) answer(body []byte) (string, error) {
	var request struct {
		Query, OperationName string
		Variables            json.RawMessage
	}
	if err := json.Unmarshal(body, &request); err != nil {
		return "", err
	}
	schema := c.all.schemas[c.s]
	document, errs := gqlparser.LoadQueryWithRules(schema, request.Query, rules.NewDefaultRules())
	if len(errs) > 0 {
		return "", errs
	}
	variables := map[string]any{}
	if len(request.Variables) > 0 {
		value, err := decode(request.Variables)
		if err != nil {
			return "", err
		}
		variables, _ = value.(map[string]any)
	}
	variables, err := validator.VariableValues(schema, document.Operations[0], variables)
	if err != nil {
		return "", err
	}
	e := &evaluation{schema: schema, variables: variables, resolve: c.resolve, typename: func(n node) string { return c.g.typenameIn(n.Object, c.s) }}
	return response(e.run(document.Operations[0])), nil
}

// response is an answer as a subgraph sends it.
func response(a Answer) string {
	if len(a.Errors) == 0 {
		return `{"data":` + a.Data + `}`
	}
	list := make([]string, len(a.Errors))
	for i, path := range a.Errors {
		list[i] = `{"message":"failed","path":` + path.String() + `}`
	}
	return `{"data":` + a.Data + `,"errors":[` + strings.Join(list, ",") + `]}`
}

func (c *call) resolve(n node, f *ast.Field, args map[string]any) (any, error) {
	if f.Name == "_entities" {
		return c.entities(args["representations"])
	}
	declared, truth := c.types(n, f)
	field := declared.Field(f.Name)
	if c.check(n, declared.Name+"."+f.Name, field); n.root {
		c.all.changes = append(c.all.changes, change(declared, f, args)...)
	}
	value, err := c.g.value(n.Object, truth.Field(f.Name), canonical(args))
	return nodes(value, &place{provides: c.provided(n, field)}), err
}

// types are that which declares the field in this subgraph, and that of the object.
func (c *call) types(n node, f *ast.Field) (declared, truth *Type) {
	if n.root {
		name := "Query"
		if f.ObjectDefinition.Name == c.g.Subgraphs[c.s].Mutation {
			name = "Mutation"
		}
		return c.g.types[name], c.g.types[name]
	}
	return c.g.types[c.g.typenameIn(n.Object, c.s)], n.Type
}

// provided is what the subgraph also resolves beneath a field.
func (c *call) provided(n node, f *Field) ast.SelectionSet {
	var set ast.SelectionSet
	if f.In[c.s].Provides != "" {
		set = fieldSet(f.In[c.s].Provides)
	}
	if given := n.provided(f.Name); given != nil {
		set = append(set, given.SelectionSet...)
	}
	return set
}

// provided is a field that a @provides above this object names; nil if there is none.
func (n node) provided(name string) *ast.Field {
	if n.place == nil || n.root {
		return nil
	}
	for _, f := range fieldsOf(n.place.provides, n.Type) {
		if f.Name == name {
			return f
		}
	}
	return nil
}

// check notes a field that the subgraph does not resolve at this place.
func (c *call) check(n node, coordinate string, f *Field) {
	in := f.In[c.s]
	if in.External && n.provided(f.Name) == nil {
		c.violate("%s is external", coordinate)
	}
	if in.Label != "" && !slices.Contains(c.all.labels, in.Label) {
		c.violate("%s is asked for although %s is not active", coordinate, in.Label)
	}
	for _, other := range f.In {
		if other != nil && other.Override == c.g.Subgraphs[c.s].Name && (other.Label == "" || slices.Contains(c.all.labels, other.Label)) {
			c.violate("%s is overridden", coordinate)
		}
	}
	// a field that fails may have taken along an object that is required
	if in.Requires != "" && (n.place == nil || !c.g.holds(n.Object, fieldSet(in.Requires), n.place.given, c.g.Faults)) {
		c.violate("%s is asked for without %s", coordinate, in.Requires)
	}
}

// entities are the objects of representations.
func (c *call) entities(representations any) (any, error) {
	list, _ := representations.([]any)
	objects := make([]any, len(list))
	for i, r := range list {
		given, _ := r.(map[string]any)
		o, ok := c.find(given)
		if !ok {
			c.violate("nothing has the representation %s", canonical(given))
			continue
		}
		objects[i] = node{Object: o, place: &place{given: given}}
	}
	return objects, nil
}

// find is the object of a representation, which must hold a key of this subgraph.
func (c *call) find(given map[string]any) (Object, bool) {
	name, _ := given["__typename"].(string)
	t := c.g.types[name]
	if t == nil || t.In[c.s] == nil {
		return Object{}, false
	}
	for _, k := range t.In[c.s].Keys {
		if !k.Resolvable {
			continue
		}
		set := fieldSet(k.Fields)
		for _, o := range entities(t) {
			if c.g.holds(o, set, given, false) {
				return o, c.known(t, o, given)
			}
		}
	}
	return Object{}, false
}

// known reports whether the subgraph declares all of a representation; notes it if not.
func (c *call) known(t *Type, o Object, given map[string]any) bool {
	for name := range given {
		if name == "__typename" {
			continue
		}
		if f := t.Field(name); f == nil || f.In[c.s] == nil {
			c.violate("%s does not know %s.%s, which a representation holds", c.g.Subgraphs[c.s].Name, o.Type.Name, name)
			return false
		}
	}
	return true
}
