package openapi_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/ficusgraph/ficus/monolith-adapter/openapi"
)

const empty = "openapi: 3.0.0\ninfo: { title: T, version: \"1\" }\n"

// one is a description with a single operation that answers with the schema.
func one(schema, components string) string {
	return empty + "paths: { /a: { get: { operationId: a, responses: { \"200\": { description: ok, content: { application/json: { schema: " + schema + " } } } } } } }\ncomponents: { schemas: {" + components + "} }\n"
}

// TestWhatIsNoDescriptionIsRefused: with what is wrong, and what would be right.
func TestWhatIsNoDescriptionIsRefused(t *testing.T) {
	for _, tt := range []struct{ name, text, want string }{
		{"nothing", "", "it is empty"},
		{"a text", "hello", "no OpenAPI description"},
		{"another file", "subgraphs: {}", "neither openapi: 3.x nor swagger"},
		{"broken YAML", "openapi: 3.0.0\npaths: [", "line 2"},
		{"broken JSON", `{"openapi": "3.0.0",`, "read spec.yaml"},
		{"another version", "openapi: 4.0.0\npaths: {}", "openapi 4.0.0 cannot be read; 3.0, 3.1 and swagger 2.0 can"},
		{"an old version", "swagger: \"1.2\"\npaths: {}", "swagger 1.2 cannot be read"},
		{"no paths", empty, "it has no paths"},
		{"empty paths", empty + "paths: {}", "it has no paths"},
		{"nothing that can be imported", empty + "paths: { /a: { get: { responses: { \"200\": { description: x, content: { image/png: {} } } } } } }", "no operation that could be imported: #/paths/~1a/get"},
		{"deep nesting", "openapi: 3.0.0\npaths: " + strings.Repeat("[", 2000) + strings.Repeat("]", 2000), "deep"},
		{"deep JSON", `{"openapi": "3.0.0", "paths": ` + strings.Repeat("[", 2000) + strings.Repeat("]", 2000) + "}", "nested more than 500 deep"},
		{"aliases that grow", aliases(9), "more than"},
		{"an alias of itself", "openapi: 3.0.0\npaths: &a { x: *a }", "spec.yaml"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			start := time.Now()
			_, err := openapi.Import("spec.yaml", []byte(tt.text), openapi.Options{})
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want %q", err, tt.want)
			}
			if took := time.Since(start); took > 20*time.Second {
				t.Errorf("took %s", took)
			}
		})
	}
}

// aliases is a small text that is 10 to the power of n when its aliases are followed.
func aliases(n int) string {
	text := "openapi: 3.0.0\nx0: &x0 [a,a,a,a,a,a,a,a,a,a]\n"
	for i := range n {
		text += fmt.Sprintf("x%d: &x%d [%s]\n", i+1, i+1, strings.TrimSuffix(strings.Repeat(fmt.Sprintf("*x%d,", i), 10), ","))
	}
	return text + "paths: {}\n"
}

func TestWrongOptionsAreRefused(t *testing.T) {
	for _, tt := range []struct {
		o    openapi.Options
		want string
	}{
		{openapi.Options{Source: "1x"}, "cannot be the name of a source"},
		{openapi.Options{Include: []string{"users"}}, "write tag:NAME, path:/glob/* or operation:ID"},
		{openapi.Options{Exclude: []string{"tag:"}}, "picks nothing"},
		{openapi.Options{Rename: map[string]string{"A": "not a name"}}, "no GraphQL name"},
		{openapi.Options{Rename: map[string]string{"A": "__x"}}, "no GraphQL name"},
	} {
		if _, err := openapi.Import("spec.yaml", []byte(one("{ type: string }", "")), tt.o); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("got %v, want %q", err, tt.want)
		}
	}
}

// TestSelectionsStayOfAReadableSize: a hundred types that lead to each other in layers would make a selection of
// millions of fields.
func TestSelectionsStayOfAReadableSize(t *testing.T) {
	var schemas strings.Builder
	const layers, wide = 20, 5
	for l := range layers {
		for i := range wide {
			fmt.Fprintf(&schemas, "L%dT%d: { type: object, properties: { name: { type: string }", l, i)
			for j := range wide {
				if l+1 < layers {
					fmt.Fprintf(&schemas, ", to%d: { $ref: \"#/components/schemas/L%dT%d\" }", j, l+1, j)
				}
			}
			schemas.WriteString(" } },\n")
		}
	}
	result, err := openapi.Import("spec.yaml", []byte(one(`{ $ref: "#/components/schemas/L0T0" }`, schemas.String())), openapi.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(result.SDL, "\n"); n > 1500 {
		t.Errorf("%d lines", n)
	}
	compose(t, result.SDL)
	if len(result.Warnings) == 0 {
		t.Error("nothing was said of what was cut")
	}
}

// FuzzImport: whatever is described, what comes out is a schema that composes, or an error.
func FuzzImport(f *testing.F) {
	f.Add(one("{ $ref: \"#/components/schemas/A\" }", "A: { type: object, properties: { a: { $ref: \"#/components/schemas/A\" }, b-c: { enum: [x-y] } } }"))
	f.Add("swagger: \"2.0\"\npaths: { /a/{id}: { get: { parameters: [{ name: id, in: path, required: true, type: string }], responses: { \"200\": { schema: { type: array, items: { type: integer } } } } } } }")
	f.Add(`{"openapi": "3.1.0", "paths": {"/x": {"post": {"requestBody": {"content": {"application/json": {"schema": {"type": ["object", "null"], "properties": {"a_b": {"const": 1}}}}}}, "responses": {}}}}}`)
	f.Add(one("{ allOf: [{ properties: { id: { type: string } } }, { oneOf: [{ type: string }, { type: \"null\" }] }] }", ""))
	f.Fuzz(func(t *testing.T, text string) {
		result, err := openapi.Import("spec.yaml", []byte(text), openapi.Options{})
		if err == nil {
			compose(t, result.SDL)
		}
	})
}
