package mocks_test

import (
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"

	"github.com/ficusgraph/ficus/mocks"
)

// FuzzParseChoice: whatever a client sends is a choice that reads the same again, or an error with its place.
func FuzzParseChoice(f *testing.F) {
	for _, text := range []string{"", "scenario=empty-cart; latency=300ms; error=Query.users:TIMEOUT; list=Query.users:0; null=User.name", ";;", "list=a.b:9999999999", "latency=-1s", "error=.:x", "scenario==;=", `value=User.name:"a\u003b"; value=a.b:; value=a.b:[1, {"x": null}]`, "value=a.b:\x800"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		c, err := mocks.ParseChoice(text)
		if err != nil {
			if !strings.HasPrefix(err.Error(), "character ") {
				t.Errorf("%q: %v", text, err)
			}
			return
		}
		again, err := mocks.ParseChoice(c.String())
		if err != nil || again.String() != c.String() {
			t.Errorf("%q reads as %q, and that as %q: %v", text, c, again, err)
		}
	})
}

// FuzzStrip: what is left of a schema is a schema, with every line where it was and none of our directives.
func FuzzStrip(f *testing.F) {
	for _, sdl := range []string{
		`type Query { a: Int @fake(type: word, options: {a: [1, "x)"]}) @deprecated b(c: Int = 1 @examples(values: ["""a""" ])): Int }`,
		`"x" directive @fake(type: fake__Types!) on FIELD_DEFINITION "y" enum fake__Types { a } type Query { enum: Int type: Int }`,
		`extend schema @link(url: "https://ficus.dev/spec/v0.1", import: [{name: "@mock", as: "@m"}]) union type = Query | enum type Query @m { a: Int }`,
		"type Query {\n  a: Int @listLength(min: 1, # )\n  max: 2)\n}",
	} {
		f.Add(sdl)
	}
	f.Fuzz(func(t *testing.T, sdl string) {
		out, err := mocks.Strip(sdl)
		if err != nil {
			return
		}
		if strings.Count(out, "\n") != strings.Count(sdl, "\n") || len([]rune(out)) != len([]rune(sdl)) {
			t.Errorf("%q became %q", sdl, out)
		}
		doc, err := parser.ParseSchema(&ast.Source{Input: out})
		if err != nil {
			t.Fatalf("%q became %q: %v", sdl, out, err)
		}
		for _, def := range doc.Definitions {
			for _, field := range def.Fields {
				if field.Directives.ForName("listLength") != nil && !strings.Contains(sdl, "link") {
					t.Errorf("%q became %q", sdl, out)
				}
			}
		}
	})
}

// FuzzFiles: whatever a file holds, it is read or refused.
func FuzzFiles(f *testing.F) {
	f.Add("Query.users: {length: 3}\nUser.name: {generator: regex, options: {str: '[a-z]{3}'}}", "rules: [{on: User.name, key: {id: 5}, value: x}]")
	f.Add("User.age: {range: [1, 9], nullRate: 0.5, delay: 3ms, error: {code: X}}", "name: x\ndescription: y\nrules: []")
	f.Add("? a\n: b", "- &a [*a]")
	const sdl = "type Query { users(first: Int): [User!]! } type User { id: ID! name: String age: Int }"
	f.Fuzz(func(t *testing.T, values, state string) {
		told := mocks.Told{SDL: []mocks.SDL{{Name: "a", File: "a.graphql", Text: sdl}}, Values: []mocks.File{{Name: "v.yaml", Text: values}}, Scenarios: []mocks.File{{Name: "s.yaml", Text: state}}}
		sg := composed(t, told.SDL)
		script, err := mocks.Read(sg, told)
		if err != nil {
			if strings.TrimSpace(err.Error()) == "" {
				t.Error("an error without a text")
			}
			return
		}
		for _, s := range script.Scenarios() {
			if s.Name == "many" {
				continue
			}
			if err := script.Check(sg, &mocks.Choice{Scenario: s.Name}); err != nil {
				t.Error(err)
			}
		}
		ask(t, sg, source(t, sg, "a", 1).Following(script), "a", `{ users(first: 3) { id name age } }`, "")
	})
}
