// Package status says how far a contract is kept: which fields are implemented, which are made up in their owner's
// place, which nobody answers, and where a service is not what its contract says.
//
//	Subgraph (who answers, what is lacking), contradictions, Teams
//	        -> Of          the Report, for people and for pipelines
//	Report + saved operations -> Operations    which of them real owners alone can answer
//
// A field has one state in each subgraph that is to resolve it: contradicting goes before missing and mocked, and
// those before implemented. In the graph it has one too, and there it is enough that one subgraph implements it.
package status

import (
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/ficusgraph/ficus/engine/supergraph"
	"github.com/ficusgraph/ficus/owners/contract"
)

// State is how far a field is.
type State string

// The states of fields.
const (
	// Implemented: its owner answers it.
	Implemented State = "implemented"
	// Mocked: the mock source answers it in its owner's place.
	Mocked State = "mocked"
	// Missing: nobody answers it.
	Missing State = "missing"
	// Contradicting: its owner has it, and means something else by it than the contract.
	Contradicting State = "contradicting"
)

// Report is how far the contract of a graph is kept. Its JSON is what status prints and the admin API answers.
type Report struct {
	// Environment is production, staging or dev, which decides what may be mocked.
	Environment string `json:"environment,omitempty"`
	// Subgraphs by name.
	Subgraphs []Subgraph `json:"subgraphs"`
	// Teams in the order of the owners file; none without one. What no team owns comes last, with no name.
	Teams []Team `json:"teams"`
	// Types that have fields, in the contract's order.
	Types []Type `json:"types"`
	// Contradictions of services and their contracts.
	Contradictions []contract.Contradiction `json:"contradictions"`
	// Operations are the saved ones that were asked about; nil if none were.
	Operations *Operations `json:"operations,omitempty"`
}

// Subgraph is how far a subgraph's contract is kept.
type Subgraph struct {
	Subgraph string `json:"subgraph"`
	// Owner is who answers: service, monolith, local, mock, or nobody.
	Owner string `json:"owner"`
	// State is "up" or "unreachable" for a service that was asked, else "".
	State string `json:"state,omitempty"`
	// Implemented counts the fields that the owner answers as the contract says.
	Implemented int `json:"implemented"`
	// Mocked are the coordinates that the mock source answers in its place, Missing those that nobody does.
	Mocked  []string `json:"mocked"`
	Missing []string `json:"missing"`
	// Contradicting are the coordinates, of types too, by which the service means something else.
	Contradicting []string `json:"contradicting"`
}

// Team is how far the contracts are kept by the fields that a team owns.
type Team struct {
	Team          string   `json:"team"`
	Implemented   int      `json:"implemented"`
	Mocked        []string `json:"mocked"`
	Missing       []string `json:"missing"`
	Contradicting []string `json:"contradicting"`
}

// Type is a type with its fields.
type Type struct {
	Name string `json:"name"`
	// Kind is OBJECT or INTERFACE.
	Kind   string  `json:"kind"`
	Fields []Field `json:"fields"`
}

// Field is a field and who answers it. Where several subgraphs do, Subgraph is the one that is furthest.
type Field struct {
	Name     string `json:"name"`
	Subgraph string `json:"subgraph"`
	Owner    string `json:"owner"`
	Team     string `json:"team,omitempty"`
	State    State  `json:"state"`
	// Also are the other subgraphs that are to resolve it.
	Also []string `json:"also,omitempty"`
}

// Facts are what a Report is made of.
type Facts struct {
	// Environment that the graph is served in; "" if that is not known.
	Environment string
	// Contract is the graph as the teams agreed on it.
	Contract *supergraph.Supergraph
	// Subgraphs of the contract, by name.
	Subgraphs []Subgraph
	// Contradictions of their services.
	Contradictions []contract.Contradiction
	// Teams own the fields; nil if nobody said so.
	Teams *Teams
	// Plan is an error if real owners alone cannot answer the operation of that name in a document ("" if it has only
	// one); nil for a graph that nobody plans on.
	Plan func(document, operation string) error
}

// Of is the report on a contract.
func Of(facts Facts) *Report {
	x := newIndex(facts)
	out := &Report{
		Environment: facts.Environment,
		Subgraphs:   facts.Subgraphs, Teams: []Team{}, Types: []Type{},
		Contradictions: append([]contract.Contradiction{}, facts.Contradictions...),
	}
	for _, t := range facts.Contract.Types {
		if !hasFields(t) {
			continue
		}
		entry := Type{Name: t.Name, Kind: string(t.Kind), Fields: []Field{}}
		for _, f := range t.Fields {
			if field, ok := x.field(f); ok {
				entry.Fields = append(entry.Fields, field)
			}
		}
		if len(entry.Fields) > 0 {
			out.Types = append(out.Types, entry)
		}
	}
	if facts.Teams != nil {
		out.Teams = x.teams()
	}
	return out
}

// Count is the subgraph with Implemented, Mocked, Missing and Contradicting filled in: mocked and missing are
// coordinates that its owner lacks, as the mock source answers them or nobody does.
func (s Subgraph) Count(sg *supergraph.Supergraph, mocked, missing []string, contradictions []contract.Contradiction) Subgraph {
	s.Contradicting = []string{}
	for _, c := range contradictions {
		if c.Subgraph == s.Subgraph {
			s.Contradicting = append(s.Contradicting, fieldOf(c.Coordinate))
		}
	}
	s.Contradicting = sorted(s.Contradicting)
	s.Missing = without(sorted(missing), s.Contradicting)
	s.Mocked = without(without(sorted(mocked), s.Contradicting), s.Missing)
	for _, c := range Coordinates(sg, s.Subgraph) {
		if !has(s.Mocked, c) && !has(s.Missing, c) && !has(s.Contradicting, c) {
			s.Implemented++
		}
	}
	return s
}

// Coordinates are those that a subgraph is to resolve, of objects and interfaces, in the order of their names.
func Coordinates(sg *supergraph.Supergraph, subgraph string) []string {
	g := sg.Subgraph(subgraph)
	if g == nil {
		return nil
	}
	var out []string
	for _, t := range sg.Types {
		for _, f := range t.Fields {
			if hasFields(t) && resolves(f, g.ID) {
				out = append(out, t.Name+"."+f.Name)
			}
		}
	}
	return sorted(out)
}

func hasFields(t *supergraph.Type) bool { return t.Kind == ast.Object || t.Kind == ast.Interface }

// resolves reports whether the subgraph is to resolve the field.
func resolves(f *supergraph.Field, id int) bool {
	in := f.In[id]
	return in != nil && !in.External && !in.UsedOverridden
}

// fieldOf is the coordinate of the field that a coordinate is within, or the coordinate itself.
func fieldOf(coordinate string) string {
	field, _, _ := strings.Cut(coordinate, "(")
	return field
}

// has reports whether a sorted list has the text.
func has(list []string, text string) bool {
	_, found := slices.BinarySearch(list, text)
	return found
}

// without is a list without what a sorted one has. It is never nil.
func without(list, those []string) []string {
	return append([]string{}, slices.DeleteFunc(list, func(c string) bool { return has(those, c) })...)
}

func sorted(list []string) []string {
	out := slices.Clone(list)
	slices.Sort(out)
	return slices.Compact(out)
}
