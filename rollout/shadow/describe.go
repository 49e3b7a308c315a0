package shadow

import (
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/ficusgraph/ficus/rollout/comparison"
)

// describe adds a selection set on a type to the place that it is asked at: fields of one key are one place.
func (p *pruner) describe(list ast.SelectionSet, on *ast.Definition, into *comparison.Field) {
	for _, s := range list {
		switch s := s.(type) {
		case *ast.InlineFragment:
			within := on
			if s.TypeCondition != "" {
				within = p.API.Types[s.TypeCondition]
			}
			p.describe(s.SelectionSet, within, into)
		case *ast.Field:
			p.describeField(s, on, into)
		}
	}
	p.keys(on, into)
}

func (p *pruner) describeField(f *ast.Field, on *ast.Definition, into *comparison.Field) {
	name := f.Alias
	if name == "" {
		name = f.Name
	}
	i := slices.IndexFunc(into.Fields, func(x *comparison.Field) bool { return x.Name == name })
	if i < 0 {
		i = len(into.Fields)
		into.Fields = append(into.Fields, &comparison.Field{Name: name})
	}
	place := into.Fields[i]
	for _, c := range p.coordinates(on, f.Name) {
		if !slices.Contains(place.Coordinates, c) {
			place.Coordinates = append(place.Coordinates, c)
		}
		place.Moved = place.Moved || p.moved[c]
	}
	if def := on.Fields.ForName(f.Name); def != nil && len(f.SelectionSet) > 0 {
		p.describe(f.SelectionSet, p.API.Types[def.Type.Name()], place)
	}
}

// keys adds to a place the keys that were asked for of the objects there.
func (p *pruner) keys(on *ast.Definition, into *comparison.Field) {
	for _, t := range p.members(on) {
		for _, key := range p.Keys[t] {
			names := make([]string, 0, len(key))
			for _, field := range key {
				i := slices.IndexFunc(into.Fields, func(x *comparison.Field) bool {
					return len(x.Fields) == 0 && slices.Contains(x.Coordinates, t+"."+field)
				})
				if i >= 0 {
					names = append(names, into.Fields[i].Name)
				}
			}
			same := func(other []string) bool { return strings.Join(other, " ") == strings.Join(names, " ") }
			if len(names) == len(key) && !slices.ContainsFunc(into.Keys, same) {
				into.Keys = append(into.Keys, names)
			}
		}
	}
}
