package engine_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"

	"github.com/ficusgraph/ficus/engine/executor"
	"github.com/ficusgraph/ficus/engine/supergraph"
)

// world is what subgraphs know: by subgraph, then by "Type:id", the fields of an object. A value that is such a
// name is that object; {"error": text} fails. A field that is asked for with arguments says which.
type world struct {
	graph *supergraph.Supergraph
	data  map[string]map[string]map[string]any
	mu    sync.Mutex
	asked []string
}

// Fetch answers as a subgraph would: it evaluates the document that is sent.
func (w *world) Fetch(_ context.Context, r *executor.Request) (*executor.Response, error) {
	var body struct {
		Query     string
		Variables map[string]any
	}
	if err := json.Unmarshal(r.Body, &body); err != nil {
		return nil, fmt.Errorf("body %s: %w", r.Body, err)
	}
	doc, err := parser.ParseQuery(&ast.Source{Input: body.Query})
	if err != nil {
		return nil, fmt.Errorf("document %s: %w", body.Query, err)
	}
	w.mu.Lock()
	w.asked = append(w.asked, fmt.Sprintf("%d %s: %s\n  %s\n", r.Fetch.ID, r.Fetch.Subgraph, body.Query, r.Variables))
	w.mu.Unlock()
	op := doc.Operations[0]
	v := &visit{world: w, objects: w.data[r.Fetch.Subgraph], variables: body.Variables, declared: map[string]bool{}, used: map[string]bool{}}
	for _, d := range op.VariableDefinitions {
		v.declared[d.Variable] = true
	}
	root := map[ast.Operation]string{ast.Query: "Query", ast.Mutation: "Mutation"}[op.Operation]
	data := v.object(v.objects[root], root, op.SelectionSet, nil)
	for name := range v.declared {
		if !v.used[name] {
			return nil, fmt.Errorf("%s declares $%s and does not use it", body.Query, name)
		}
	}
	answer := map[string]any{"data": data}
	if len(v.errors) > 0 {
		answer["errors"] = v.errors
	}
	text, err := json.Marshal(answer)
	return &executor.Response{Body: text}, err
}

// log is the requests in the order of the plan.
func (w *world) log() string {
	slices.Sort(w.asked)
	return strings.Join(w.asked, "")
}

// visit is one request to a subgraph.
type visit struct {
	*world
	objects        map[string]map[string]any
	variables      map[string]any
	declared, used map[string]bool
	errors         []map[string]any
}

func (v *visit) object(of map[string]any, typ string, set ast.SelectionSet, path []any) map[string]any {
	out := map[string]any{}
	v.fill(out, of, typ, set, path)
	return out
}

func (v *visit) fill(out, of map[string]any, typ string, set ast.SelectionSet, path []any) {
	for _, s := range set {
		switch s := s.(type) {
		case *ast.InlineFragment:
			if t := v.graph.Type(s.TypeCondition); s.TypeCondition == typ || slices.Contains(t.Members, typ) {
				v.fill(out, of, typ, s.SelectionSet, path)
			}
		case *ast.Field:
			at := append(slices.Clone(path), s.Alias)
			switch s.Name {
			case "__typename":
				out[s.Alias] = typ
			case "_entities":
				out[s.Alias] = v.entities(v.value(s.Arguments[0].Value).([]any), s.SelectionSet, at)
			default:
				out[s.Alias] = v.field(of[s.Name], s, at)
			}
		}
	}
}

func (v *visit) entities(list []any, set ast.SelectionSet, path []any) []any {
	out := make([]any, len(list))
	for i, r := range list {
		rep := r.(map[string]any)
		typ := rep["__typename"].(string)
		of := map[string]any{"id": rep["id"]}
		for name, value := range v.objects[fmt.Sprintf("%s:%s", typ, rep["id"])] {
			of[name] = value
		}
		out[i] = v.object(of, typ, set, append(slices.Clone(path), i))
	}
	return out
}

func (v *visit) field(value any, f *ast.Field, path []any) any {
	var args []string
	for _, a := range f.Arguments {
		text, err := json.Marshal(v.value(a.Value))
		if err != nil {
			panic(err)
		}
		args = append(args, a.Name+":"+string(text))
	}
	out := v.resolved(value, f.SelectionSet, path)
	if len(args) > 0 && len(f.SelectionSet) == 0 && out != nil {
		return fmt.Sprintf("%v(%s)", out, strings.Join(args, ","))
	}
	return out
}

func (v *visit) resolved(value any, set ast.SelectionSet, path []any) any {
	switch x := value.(type) {
	case []any:
		out := make([]any, len(x))
		for i, e := range x {
			out[i] = v.resolved(e, set, append(slices.Clone(path), i))
		}
		return out
	case string:
		if typ, id, ok := strings.Cut(x, ":"); ok && len(set) > 0 {
			of := map[string]any{"id": id}
			for name, value := range v.objects[x] {
				of[name] = value
			}
			return v.object(of, typ, set, path)
		}
	case map[string]any:
		v.errors = append(v.errors, map[string]any{"message": x["error"], "path": path})
		return nil
	}
	return value
}

// value is an argument's; a variable that is not declared is not known.
func (v *visit) value(a *ast.Value) any {
	if a.Kind != ast.Variable {
		return a.Raw
	}
	if !v.declared[a.Raw] {
		return "not declared: $" + a.Raw
	}
	v.used[a.Raw] = true
	return v.variables[a.Raw]
}
