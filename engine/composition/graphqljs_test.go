package composition_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/ficusgraph/ficus/engine/composition"
)

// TestTypeSystemsOfGraphQLJS gives each type system of graphql-js's own tests to composition as a subgraph. What
// graphql-js refuses has to be refused. The rows that it accepts are verdicts of one rule, on schemas that are otherwise
// unfinished (types without fields, roots that are not defined): these must not be refused by that rule.
func TestTypeSystemsOfGraphQLJS(t *testing.T) {
	data, err := os.ReadFile(filepath.Join("..", "..", "..", "shared", "data", "graphqljs-validation.jsonl"))
	if err != nil {
		t.Skip(err)
	}
	agreed, otherwise, total := 0, 0, 0
	for line := range bytes.Lines(data) {
		var row struct {
			Kind, Rule, Schema, Doc string
			Errors                  []struct{ Message string }
		}
		if err := json.Unmarshal(line, &row); err != nil {
			t.Fatal(err)
		}
		if row.Kind != "sdl" {
			continue
		}
		if total++; meansOtherwise(row.Doc) && !strings.Contains(row.Schema, "schema {") {
			otherwise++
			continue
		}
		err := typeSystemError(row.Schema + "\n" + row.Doc)
		if len(row.Errors) > 0 && err != nil || len(row.Errors) == 0 && (err == nil || !breaks(row.Rule, err)) {
			agreed++
			continue
		}
		t.Errorf("%s\n%s\n%s\ngraphql-js: %q\nficus: %v", row.Rule, row.Schema, row.Doc, row.Errors, err)
	}
	t.Logf("graphql-js agrees on %d of %d type systems; %d mean otherwise here", agreed, total, otherwise)
}

// federated are rows that mean something else to a subgraph, by a piece of their text, and why.
var federated = map[string]string{
	"introspectionType: __EnumValue": "a subgraph cannot return introspection types; Apollo says so too",
	"schema { mutation: Foo }":       "written in one document, this is no second definition but the only one",
}

func meansOtherwise(doc string) bool {
	for text := range federated {
		if strings.Contains(strings.Join(strings.Fields(doc), " "), text) {
			return true
		}
	}
	return false
}

// ruleSays are the words of composition's errors by graphql-js's rule.
var ruleSays = map[string]string{
	"KnownArgumentNamesOnDirectivesRule":        "Unknown argument",
	"ProvidedRequiredArgumentsOnDirectivesRule": "is required, but it was not provided",
	"KnownDirectivesRule":                       "Unknown directive",
	"KnownTypeNamesRule":                        "Unknown type",
	"LoneSchemaDefinitionRule":                  "only one schema definition",
	"UniqueOperationTypesRule":                  "only one",
	"UniqueTypeNamesRule":                       "only one type named",
	"UniqueEnumValueNamesRule":                  "already exists",
	"UniqueFieldDefinitionNamesRule":            "already exists",
	"UniqueArgumentDefinitionNamesRule":         "already exists",
	"UniqueDirectiveNamesRule":                  "only one directive named",
	"UniqueDirectivesPerLocationRule":           "can only be used once",
	"PossibleTypeExtensionsRule":                "Cannot extend type",
}

func breaks(rule string, err error) bool {
	words := ruleSays[rule]
	return words == "" || strings.Contains(err.Error(), words)
}

// typeSystemError composes the SDL beside a subgraph that has a query, and tells what is wrong with it as GraphQL.
func typeSystemError(sdl string) error {
	_, err := composition.Compose([]composition.Subgraph{{Name: "a", SDL: sdl}, {Name: "b", SDL: "type Query { fromB: Int }"}})
	var errs composition.Errors
	if !errors.As(err, &errs) {
		return err
	}
	errs = slices.DeleteFunc(slices.Clone(errs), func(e *composition.Error) bool {
		return e.Code != composition.InvalidGraphQL && e.Code != composition.DirectiveDefInvalid
	})
	if len(errs) == 0 {
		return nil
	}
	return errs
}

// refusedByAll are rows that graphql-js accepts and neither Apollo's composition nor this one, and why.
var refusedByAll = map[string]string{
	"ok/0034_built_in_directive_redefinition.graphql":                            "@deprecated stands where the specification's definition does not let it",
	"diagnostics/0129_duplicate_root_operation_types_query_mutation.graphql":     "one type is the root of queries and of mutations: the supergraph would need it under two names",
	"diagnostics/0130_duplicate_root_operation_types_query_subscription.graphql": "as above, of subscriptions",
}

// TestTypeSystemsOfApolloRS gives the type systems of another parser's tests to composition; the verdicts are
// graphql-js's.
func TestTypeSystemsOfApolloRS(t *testing.T) {
	data, err := os.ReadFile(filepath.Join("..", "..", "..", "shared", "data", "apollo-rs.jsonl"))
	if err != nil {
		t.Skip(err)
	}
	agreed, total := 0, 0
	for line := range bytes.Lines(data) {
		var row struct {
			ID, SDL, Query string
			JS             []string
		}
		if err := json.Unmarshal(line, &row); err != nil {
			t.Fatal(err)
		}
		if row.Query != "" || row.SDL == "" {
			continue
		}
		total++
		_, err := composition.Compose([]composition.Subgraph{{Name: "a", SDL: row.SDL}})
		if (err != nil) == (len(row.JS) > 0) {
			agreed++
			continue
		}
		if refusedByAll[row.ID] != "" && err != nil {
			continue
		}
		t.Errorf("%s\n%s\ngraphql-js: %q\nficus: %v", row.ID, row.SDL, row.JS, err)
	}
	t.Logf("graphql-js agrees on %d of %d type systems", agreed, total)
}
