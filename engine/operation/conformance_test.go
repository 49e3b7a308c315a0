package operation_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/ficusgraph/ficus/engine/operation"
)

// public is where public suites lie beside the checkout.
const public = "../../../shared/data"

// rows decodes a file of JSON lines, or skips the test where it is not.
func rows[T any](t *testing.T, file string) []T {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(public, file))
	if err != nil {
		t.Skipf("public suite: %v", err)
	}
	var out []T
	for line := range bytes.Lines(data) {
		var row T
		if err := json.Unmarshal(line, &row); err != nil {
			t.Fatal(err)
		}
		out = append(out, row)
	}
	return out
}

// unreachable are the rows whose verdict depends on code: a custom scalar that refuses what it is given.
var unreachable = map[string]bool{"{ invalidArg(arg: 123) }": true}

func TestConformanceGraphQLJS(t *testing.T) {
	type row struct {
		Kind, Rule, Schema, Doc string
		All                     []string
	}
	agreed, total := 0, 0
	for i, r := range rows[row](t, "graphqljs-validation.jsonl") {
		if r.Kind != "query" {
			continue
		}
		total++
		err := verdict(t, r.Schema, r.Doc)
		if (err != nil) == (len(r.All) > 0) {
			agreed++
		} else if !unreachable[strings.TrimSpace(r.Doc)] {
			t.Errorf("row %d %s\n%s\ngraphql-js: %q\nficus: %v", i, r.Rule, r.Doc, r.All, err)
		}
	}
	t.Logf("graphql-js agrees on %d of %d operations", agreed, total)
	if agreed < 429 {
		t.Errorf("agreed on %d, want 429", agreed)
	}
}

func TestConformanceApolloRS(t *testing.T) {
	type row struct {
		ID, SDL, Query string
		JS             []string
	}
	agreed, total := 0, 0
	for _, r := range rows[row](t, "apollo-rs.jsonl") {
		if r.Query == "" {
			continue
		}
		total++
		err := verdict(t, r.SDL, r.Query)
		if (err != nil) == (len(r.JS) > 0) {
			agreed++
			continue
		}
		t.Errorf("%s\n%s\ngraphql-js: %q\nficus: %v", r.ID, r.Query, r.JS, err)
	}
	t.Logf("graphql-js agrees on %d of %d operations", agreed, total)
}

// verdict is what is wrong with the document, or with the schema that it is for.
func verdict(t *testing.T, sdl, text string) error {
	t.Helper()
	api, err := gqlparser.LoadSchema(&ast.Source{Name: "schema.graphql", Input: sdl})
	if err != nil {
		return fmt.Errorf("schema: %w", err)
	}
	_, err = operation.Parse(api, text, operation.Limits{})
	return err
}
