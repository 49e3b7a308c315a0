package introspection

import (
	encoding "encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/formatter"
)

// Queries ask a server for all of its schema that Read reads: the first also for inputs that are deprecated, which
// older servers do not know how to list.
var Queries = []string{query("(includeDeprecated: true)", " isDeprecated deprecationReason"), query("", "")}

func query(inputs, deprecation string) string {
	return `query IntrospectionQuery { __schema { queryType { name } mutationType { name } subscriptionType { name }
  types { kind name description fields(includeDeprecated: true) { name description args` + inputs + ` { ...Input } type { ...Type } isDeprecated deprecationReason }
    inputFields` + inputs + ` { ...Input } interfaces { name } enumValues(includeDeprecated: true) { name description isDeprecated deprecationReason } possibleTypes { name } }
  directives { name description locations args { ...Input } } } }
fragment Input on __InputValue { name description type { ...Type } defaultValue` + deprecation + ` }
fragment Type on __Type { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name } } } } } } } }`
}

// The answer to one of Queries.
type (
	answered struct {
		Data struct {
			Schema *answeredSchema `json:"__schema"`
		} `json:"data"`
		Errors []struct {
			Message string `json:"message"`
		} `json:"errors"`
	}
	answeredSchema struct {
		QueryType, MutationType, SubscriptionType *named
		Types                                     []answeredType
		Directives                                []struct {
			Name, Description string
			Locations         []ast.DirectiveLocation
			Args              []answeredInput
		}
	}
	named        struct{ Name string }
	answeredType struct {
		Kind, Name, Description   string
		Fields                    []answeredField
		InputFields               []answeredInput
		Interfaces, PossibleTypes []named
		EnumValues                []answeredValue
	}
	answeredField struct {
		answeredValue

		Args []answeredInput
		Type *answeredRef
	}
	answeredValue struct {
		Name, Description string
		IsDeprecated      bool
		DeprecationReason *string
	}
	answeredInput struct {
		answeredValue

		Type         *answeredRef
		DefaultValue *string
	}
	answeredRef struct {
		Kind, Name string
		OfType     *answeredRef
	}
)

// Read makes a schema of the answer to one of Queries.
func Read(answer []byte) (*ast.Schema, error) {
	var a answered
	if err := encoding.Unmarshal(answer, &a); err != nil {
		return nil, fmt.Errorf("read introspection: %w", err)
	}
	switch {
	case a.Data.Schema == nil && len(a.Errors) > 0:
		return nil, fmt.Errorf("introspection was refused: %s", a.Errors[0].Message)
	case a.Data.Schema == nil:
		return nil, errors.New("read introspection: the answer has no __schema")
	}
	doc, err := a.Data.Schema.document()
	if err != nil {
		return nil, fmt.Errorf("read introspection: %w", err)
	}
	// Printed and parsed again, so that the schema is checked like any other.
	var b strings.Builder
	formatter.NewFormatter(&b).FormatSchemaDocument(doc)
	schema, err := gqlparser.LoadSchema(&ast.Source{Name: "introspection", Input: b.String()})
	if err != nil {
		return nil, fmt.Errorf("read introspection: %w", err)
	}
	return schema, nil
}

func (s *answeredSchema) document() (*ast.SchemaDocument, error) {
	doc := &ast.SchemaDocument{}
	roots := &ast.SchemaDefinition{}
	for kind, root := range map[ast.Operation]*named{ast.Query: s.QueryType, ast.Mutation: s.MutationType, ast.Subscription: s.SubscriptionType} {
		if root != nil {
			roots.OperationTypes = append(roots.OperationTypes, &ast.OperationTypeDefinition{Operation: kind, Type: root.Name})
		}
	}
	doc.Schema = ast.SchemaDefinitionList{roots}
	for _, t := range s.Types {
		if strings.HasPrefix(t.Name, "__") || isBuiltInScalar(t.Name) {
			continue
		}
		def, err := t.definition()
		if err != nil {
			return nil, fmt.Errorf("%s: %w", t.Name, err)
		}
		doc.Definitions = append(doc.Definitions, def)
	}
	for _, d := range s.Directives {
		args, err := arguments(d.Args)
		if err != nil {
			return nil, fmt.Errorf("@%s: %w", d.Name, err)
		}
		if !isBuiltInDirective(d.Name) {
			doc.Directives = append(doc.Directives, &ast.DirectiveDefinition{
				Name: d.Name, Description: d.Description, Arguments: args, Locations: d.Locations, Position: &ast.Position{Src: &ast.Source{}},
			})
		}
	}
	return doc, nil
}

func (t *answeredType) definition() (*ast.Definition, error) {
	def := &ast.Definition{Kind: ast.DefinitionKind(t.Kind), Name: t.Name, Description: t.Description}
	for _, i := range t.Interfaces {
		def.Interfaces = append(def.Interfaces, i.Name)
	}
	if def.Kind == ast.Union {
		for _, m := range t.PossibleTypes {
			def.Types = append(def.Types, m.Name)
		}
	}
	for _, v := range t.EnumValues {
		def.EnumValues = append(def.EnumValues, &ast.EnumValueDefinition{Name: v.Name, Description: v.Description, Directives: v.directives()})
	}
	for _, f := range t.Fields {
		args, err := arguments(f.Args)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", f.Name, err)
		}
		typ, err := f.Type.read(0)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", f.Name, err)
		}
		def.Fields = append(def.Fields, &ast.FieldDefinition{
			Name: f.Name, Description: f.Description, Arguments: args, Type: typ, Directives: f.directives(),
		})
	}
	inputs, err := arguments(t.InputFields)
	for _, a := range inputs {
		def.Fields = append(def.Fields, &ast.FieldDefinition{Name: a.Name, Description: a.Description, Type: a.Type, DefaultValue: a.DefaultValue, Directives: a.Directives})
	}
	return def, err
}

func arguments(list []answeredInput) (ast.ArgumentDefinitionList, error) {
	var out ast.ArgumentDefinitionList
	for _, a := range list {
		typ, err := a.Type.read(0)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", a.Name, err)
		}
		def := &ast.ArgumentDefinition{Name: a.Name, Description: a.Description, Type: typ, Directives: a.directives()}
		if a.DefaultValue != nil {
			def.DefaultValue = &ast.Value{Kind: ast.EnumValue, Raw: *a.DefaultValue} // printed as it is
		}
		out = append(out, def)
	}
	return out, nil
}

// directives is the deprecation, if there is one.
func (v *answeredValue) directives() ast.DirectiveList {
	if !v.IsDeprecated {
		return nil
	}
	d := &ast.Directive{Name: "deprecated"}
	if v.DeprecationReason != nil {
		d.Arguments = ast.ArgumentList{{Name: "reason", Value: &ast.Value{Kind: ast.StringValue, Raw: *v.DeprecationReason}}}
	}
	return ast.DirectiveList{d}
}

// maxWrapping is how many lists and non-nulls a type may be wrapped in; Queries ask for no more.
const maxWrapping = 16

func (r *answeredRef) read(depth int) (*ast.Type, error) {
	switch {
	case r == nil || depth > maxWrapping:
		return nil, errors.New("its type is wrapped in too many lists to be read")
	case r.Kind == "NON_NULL":
		t, err := r.OfType.read(depth + 1)
		if err == nil {
			t.NonNull = true
		}
		return t, err
	case r.Kind == "LIST":
		t, err := r.OfType.read(depth + 1)
		return ast.ListType(t, nil), err
	}
	return ast.NamedType(r.Name, nil), nil
}

func isBuiltInScalar(name string) bool {
	switch name {
	case "Int", "Float", "String", "Boolean", "ID":
		return true
	}
	return false
}

func isBuiltInDirective(name string) bool {
	switch name {
	case "skip", "include", "deprecated", "specifiedBy", "oneOf", "defer":
		return true
	}
	return false
}
