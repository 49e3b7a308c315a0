package status

import (
	"cmp"
	"errors"
	"fmt"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"

	"github.com/ficusgraph/ficus/engine/operation"
	"github.com/ficusgraph/ficus/engine/supergraph"
)

// Saved is a document of operations that some client sends.
type Saved struct {
	// Name says where it is from, such as a file.
	Name string `json:"name"`
	Text string `json:"text"`
}

// Operations says which saved operations real owners alone can answer: the definition of done.
type Operations struct {
	Total int `json:"total"`
	Ready int `json:"ready"`
	// Share is Ready of Total, from 0 to 1.
	Share float64 `json:"share"`
	// List has the operations in the order of their documents.
	List []Operation `json:"list"`
}

// Operation is one saved operation.
type Operation struct {
	// Name is the document's, Operation that of the operation in it, "" if it has none.
	Name      string `json:"name"`
	Operation string `json:"operation,omitempty"`
	// State is ready, or why it is not: invalid, missing, contradicting or mocked, the worst first.
	State string `json:"state"`
	// The coordinates by which it is not ready.
	Mocked        []string `json:"mocked"`
	Missing       []string `json:"missing"`
	Contradicting []string `json:"contradicting"`
	// Errors say why the contract refuses it, with line and column, or why nobody can answer it though its fields
	// are implemented.
	Errors []string `json:"errors"`
}

// The states of operations beside Mocked, Missing and Contradicting.
const (
	Ready   = "ready"
	Invalid = "invalid"
)

// OperationsOf judges saved documents by the fields that they select, in fragments too, and by what those @require.
// A field of an interface is as far as it is in the least far of the objects that implement it. What is ready by its
// fields has to have a plan, too: a key may be lacking that leads to them, or one of the subgraphs that are to resolve them.
func OperationsOf(facts Facts, documents []Saved) *Operations {
	x := newIndex(facts)
	out := &Operations{List: []Operation{}}
	for _, d := range documents {
		out.List = append(out.List, x.judge(d)...)
	}
	out.Total = len(out.List)
	for _, o := range out.List {
		if o.State == Ready {
			out.Ready++
		}
	}
	if out.Total > 0 {
		out.Share = float64(out.Ready) / float64(out.Total)
	}
	return out
}

// judge is the operations of a document, or the document itself where it is not valid.
func (x *index) judge(d Saved) []Operation {
	_, err := operation.Parse(x.Contract.API, d.Text, operation.Limits{})
	if err != nil {
		return []Operation{refused(d, err)}
	}
	doc, err := parser.ParseQuery(&ast.Source{Name: d.Name, Input: d.Text})
	if err != nil {
		return []Operation{refused(d, err)}
	}
	var out []Operation
	for _, op := range doc.Operations {
		w := &walk{
			index: x, doc: doc, fragments: map[string]bool{}, fields: map[*supergraph.Field]bool{},
			types: map[*supergraph.Type]bool{}, found: map[State][]string{}, partly: map[State][]string{},
		}
		w.operation(op)
		result := w.result(d.Name, op.Name)
		if result.State == Ready && x.Plan != nil && x.lacks() {
			if err := x.Plan(d.Text, op.Name); err != nil {
				w.found = w.partly
				result = w.result(d.Name, op.Name)
				result.State, result.Errors = cmp.Or(result.notReady(), string(Mocked)), []string{err.Error()}
			}
		}
		out = append(out, result)
	}
	return out
}

// refused is a document that the contract refuses.
func refused(d Saved, err error) Operation {
	out := Operation{Name: d.Name, State: Invalid, Mocked: []string{}, Missing: []string{}, Contradicting: []string{}}
	var list operation.Errors
	if !errors.As(err, &list) {
		out.Errors = []string{err.Error()}
		return out
	}
	for _, e := range list {
		text := e.Message
		if len(e.Locations) > 0 {
			text = fmt.Sprintf("%d:%d: %s", e.Locations[0].Line, e.Locations[0].Column, text)
		}
		out.Errors = append(out.Errors, text)
	}
	return out
}

// result is what the walk found of an operation.
func (w *walk) result(name, of string) Operation {
	out := Operation{
		Name: name, Operation: of, Errors: []string{},
		Mocked: w.sorted(Mocked), Missing: w.sorted(Missing), Contradicting: w.sorted(Contradicting),
	}
	out.State = cmp.Or(out.notReady(), Ready)
	return out
}

// notReady is the worst state of the coordinates by which the operation is not ready, "" if there are none.
func (o Operation) notReady() string {
	switch {
	case len(o.Missing) > 0:
		return string(Missing)
	case len(o.Contradicting) > 0:
		return string(Contradicting)
	case len(o.Mocked) > 0:
		return string(Mocked)
	}
	return ""
}

func (w *walk) sorted(s State) []string { return append([]string{}, sorted(w.found[s])...) }

// String is the operation in one line, with what keeps it from being ready.
func (o Operation) String() string {
	text := o.Name
	if o.Operation != "" {
		text += " " + o.Operation
	}
	text += ": " + o.State
	for _, of := range []struct {
		state State
		list  []string
	}{{Missing, o.Missing}, {Contradicting, o.Contradicting}, {Mocked, o.Mocked}} {
		switch {
		case len(of.list) == 0:
		case string(of.state) == o.State:
			text += ": " + strings.Join(of.list, ", ")
		default:
			text += fmt.Sprintf("; %s: %s", of.state, strings.Join(of.list, ", "))
		}
	}
	if len(o.Errors) > 0 {
		text += ": " + strings.Join(o.Errors, "; ")
	}
	return text
}
