package supergraph

import (
	"slices"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/validator"
)

// apiSchema derives the schema that clients see: without what belongs to linked specs, without what is
// @inaccessible, and without applied directives other than those that introspection shows.
func apiSchema(doc *ast.SchemaDocument, fs featureSet) (*ast.Schema, error) {
	a := &apiFilter{features: fs, hidden: map[string]bool{}}
	for _, def := range doc.Definitions {
		if fs.owns(def.Name) || a.inaccessible(def.Directives) {
			a.hidden[def.Name] = true
		}
	}
	out, err := prelude()
	if err != nil {
		return nil, err
	}
	for _, def := range doc.Definitions {
		if !a.hidden[def.Name] {
			out.Definitions = append(out.Definitions, a.definition(def))
		}
	}
	for _, d := range doc.Directives {
		if !fs.owns(d.Name) && executable(d) && out.Directives.ForName(d.Name) == nil {
			out.Directives = append(out.Directives, d)
		}
	}
	for _, s := range slices.Concat(doc.Schema, doc.SchemaExtension) {
		kept := &ast.SchemaDefinition{Description: s.Description, Position: s.Position}
		for _, op := range s.OperationTypes {
			if !a.hidden[op.Type] {
				kept.OperationTypes = append(kept.OperationTypes, op)
			}
		}
		if len(kept.OperationTypes) > 0 {
			out.Schema = append(out.Schema, kept)
		}
	}
	schema, err := validator.ValidateSchemaDocument(out)
	if err != nil {
		return nil, positioned(err)
	}
	return schema, nil
}

type apiFilter struct {
	features featureSet
	hidden   map[string]bool
}

func (a *apiFilter) inaccessible(list ast.DirectiveList) bool {
	return list.ForName(a.features.name("inaccessible", "inaccessible")) != nil
}

func (a *apiFilter) definition(def *ast.Definition) *ast.Definition {
	out := *def
	out.Directives = shown(def.Directives)
	out.Interfaces = a.visible(def.Interfaces)
	out.Types = a.visible(def.Types)
	out.Fields, out.EnumValues = nil, nil
	for _, f := range def.Fields {
		if !a.inaccessible(f.Directives) && !a.hidden[f.Type.Name()] {
			out.Fields = append(out.Fields, a.field(f))
		}
	}
	for _, v := range def.EnumValues {
		if !a.inaccessible(v.Directives) {
			kept := *v
			kept.Directives = shown(v.Directives)
			out.EnumValues = append(out.EnumValues, &kept)
		}
	}
	return &out
}

func (a *apiFilter) field(f *ast.FieldDefinition) *ast.FieldDefinition {
	out := *f
	out.Directives = shown(f.Directives)
	out.Arguments = nil
	for _, arg := range f.Arguments {
		if !a.inaccessible(arg.Directives) && !a.hidden[arg.Type.Name()] {
			kept := *arg
			kept.Directives = shown(arg.Directives)
			out.Arguments = append(out.Arguments, &kept)
		}
	}
	return &out
}

func (a *apiFilter) visible(names []string) []string {
	var out []string
	for _, n := range names {
		if !a.hidden[n] {
			out = append(out, n)
		}
	}
	return out
}

// shown keeps the applied directives that introspection shows.
func shown(list ast.DirectiveList) ast.DirectiveList {
	var out ast.DirectiveList
	for _, d := range list {
		switch d.Name {
		case "deprecated", "specifiedBy", "oneOf":
			out = append(out, d)
		}
	}
	return out
}

// executable reports whether clients can write the directive in an operation.
func executable(d *ast.DirectiveDefinition) bool {
	return slices.ContainsFunc(d.Locations, func(l ast.DirectiveLocation) bool {
		switch l {
		case ast.LocationQuery, ast.LocationMutation, ast.LocationSubscription, ast.LocationField,
			ast.LocationFragmentDefinition, ast.LocationFragmentSpread, ast.LocationInlineFragment, ast.LocationVariableDefinition:
			return true
		}
		return false
	})
}
