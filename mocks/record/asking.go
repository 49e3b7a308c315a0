package record

import (
	"fmt"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/formatter"

	"github.com/ficusgraph/ficus/engine/supergraph"
	"github.com/ficusgraph/ficus/mocks/response"
)

// asking is the operation with types and keys added to what it selects. They have their own names where that is valid,
// which no limit of aliases counts, and else aliases that the operation does not use.
func (r *Recorder) asking(request response.Request) (*response.Operation, error) {
	op, err := response.Read(r.Schema, request.Query, request.Operation, request.Variables)
	if err != nil {
		return nil, err
	}
	if op.Def.Operation != ast.Query {
		return nil, fmt.Errorf("is a %s; only queries are recorded", op.Def.Operation)
	}
	for _, prefix := range []string{"", unused(op.Document)} {
		again, err := response.Read(r.Schema, request.Query, request.Operation, request.Variables)
		if err != nil {
			return nil, err
		}
		again.Document.Operations = ast.OperationList{again.Def}
		a := &adder{Recorder: r, op: again, prefix: prefix}
		a.document()
		if op, err = response.Read(r.Schema, textOf(again.Document), again.Def.Name, request.Variables); err == nil {
			return op, nil
		}
	}
	return nil, err
}

func textOf(doc *ast.QueryDocument) string {
	var b strings.Builder
	formatter.NewFormatter(&b).FormatQueryDocument(doc)
	return b.String()
}

// unused is what no name in the document begins with.
func unused(doc *ast.QueryDocument) string {
	text := textOf(doc)
	prefix := "ficus_"
	for strings.Contains(text, prefix) {
		prefix += "_"
	}
	return prefix
}

// adder adds to selection sets.
type adder struct {
	*Recorder
	op     *response.Operation
	prefix string
}

func (a *adder) document() {
	a.op.Def.SelectionSet = a.beneath(a.op.Def.SelectionSet)
	for i := 0; i < len(a.op.Document.Fragments); i++ {
		f := a.op.Document.Fragments[i]
		f.SelectionSet = a.set(a.Schema.Types[f.TypeCondition], a.beneath(f.SelectionSet))
	}
	// Fragments that only other operations use would make the document invalid.
	reached := map[string]bool{}
	a.reach(a.op.Def.SelectionSet, reached)
	a.op.Document.Fragments = slices.DeleteFunc(a.op.Document.Fragments, func(f *ast.FragmentDefinition) bool { return !reached[f.Name] })
}

func (a *adder) reach(set ast.SelectionSet, into map[string]bool) {
	for _, s := range set {
		switch s := s.(type) {
		case *ast.Field:
			a.reach(s.SelectionSet, into)
		case *ast.InlineFragment:
			a.reach(s.SelectionSet, into)
		case *ast.FragmentSpread:
			if !into[s.Name] && s.Definition != nil {
				into[s.Name] = true
				a.reach(s.Definition.SelectionSet, into)
			}
		}
	}
}

// beneath adds to the sets of the fields in a set; those of fragments count as the set itself.
func (a *adder) beneath(set ast.SelectionSet) ast.SelectionSet {
	for _, s := range set {
		switch s := s.(type) {
		case *ast.Field:
			if s.Definition != nil && len(s.SelectionSet) > 0 && !strings.HasPrefix(s.Name, "__") {
				s.SelectionSet = a.set(a.Schema.Types[s.Definition.Type.Name()], a.beneath(s.SelectionSet))
			}
		case *ast.InlineFragment:
			s.SelectionSet = a.beneath(s.SelectionSet)
		}
	}
	return set
}

// set adds to the selection set on a type. What is there already under its own name is not added.
func (a *adder) set(t *ast.Definition, set ast.SelectionSet) ast.SelectionSet {
	if t == nil || t == a.op.Root() {
		return set
	}
	set = a.add(t.Name, set, supergraph.FieldSet{{Name: "__typename"}})
	if !t.IsAbstractType() {
		for _, k := range a.keys(t) {
			set = a.add(t.Name, set, k)
		}
		return set
	}
	if common := a.keys(t); len(common) > 0 {
		for _, k := range common {
			set = a.add(t.Name, set, k)
		}
	}
	for _, p := range a.op.Possible(t.Name) {
		var own ast.SelectionSet
		for _, k := range a.keys(p) {
			if !holds(t, k) || len(a.keys(t)) == 0 {
				own = a.add(p.Name, own, k)
			}
		}
		if len(own) > 0 {
			set = append(set, &ast.InlineFragment{TypeCondition: p.Name, SelectionSet: own})
		}
	}
	return set
}

func (a *adder) add(typ string, set ast.SelectionSet, fields supergraph.FieldSet) ast.SelectionSet {
	for _, f := range fields {
		field := &ast.Field{Name: f.Name, Alias: f.Name}
		if a.prefix != "" {
			field.Alias = a.prefix + typ + "_" + f.Name
			if f.Name == "__typename" {
				field.Alias = a.prefix + "typename"
			}
		}
		if len(f.Fields) > 0 {
			field.SelectionSet = a.add(typ, nil, f.Fields)
		}
		if len(f.Fields) > 0 || !slices.ContainsFunc(set, func(s ast.Selection) bool { return same(s, field) }) {
			set = append(set, field)
		}
	}
	return set
}

func same(s ast.Selection, f *ast.Field) bool {
	other, ok := s.(*ast.Field)
	return ok && other.Name == f.Name && other.Alias == f.Alias && len(other.Directives) == 0
}

// keys are those of a type in any subgraph of which clients can read all fields, each once; or id: ID!, by which the mock
// source knows types without a key.
func (r *Recorder) keys(t *ast.Definition) []supergraph.FieldSet {
	var out []supergraph.FieldSet
	if r.Graph != nil {
		if of := r.Graph.Type(t.Name); of != nil {
			for _, in := range of.In {
				if in == nil {
					continue
				}
				for _, k := range in.Keys {
					out = r.addKey(out, t, k.Fields)
				}
			}
		}
	}
	if f := t.Fields.ForName("id"); len(out) == 0 && f != nil && f.Type.NamedType == "ID" && f.Type.NonNull {
		out = append(out, supergraph.FieldSet{{Name: "id"}})
	}
	return out
}

func (r *Recorder) addKey(into []supergraph.FieldSet, t *ast.Definition, k supergraph.FieldSet) []supergraph.FieldSet {
	if !r.readable(t, k) || slices.ContainsFunc(into, func(o supergraph.FieldSet) bool { return o.String() == k.String() }) {
		return into
	}
	return append(into, k)
}

// readable reports whether clients can select the key: fields without arguments that the schema has.
func (r *Recorder) readable(t *ast.Definition, k supergraph.FieldSet) bool {
	for _, f := range k {
		def := t.Fields.ForName(f.Name)
		if def == nil || f.On != "" || len(f.Arguments) > 0 || def.Type.Elem != nil {
			return false
		}
		if len(f.Fields) > 0 && !r.readable(r.Schema.Types[def.Type.Name()], f.Fields) {
			return false
		}
	}
	return true
}

// holds reports whether the type has all fields of the key.
func holds(t *ast.Definition, k supergraph.FieldSet) bool {
	return !slices.ContainsFunc(k, func(f *supergraph.FieldSetItem) bool { return t.Fields.ForName(f.Name) == nil })
}
