package mocks_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/formatter"
	"github.com/vektah/gqlparser/v2/parser"

	"github.com/ficusgraph/ficus/engine"
	"github.com/ficusgraph/ficus/engine/introspection"
	"github.com/ficusgraph/ficus/engine/supergraph"
	"github.com/ficusgraph/ficus/mocks"
	"github.com/ficusgraph/ficus/mocks/response"
)

// operations is how many are drawn for each public schema: by hand, go test ./mocks -run Public -operations 10000.
var operations = flag.Int("operations", 200, "random operations for each public schema")

// publicSchemas is where internal/conformance/schemas/get.sh puts the schemas of public APIs.
const publicSchemas = "../internal/conformance/schemas/node_modules"

// public is a graph of which anybody may draw operations.
type public struct {
	name  string
	graph func(t *testing.T) *supergraph.Supergraph
}

// publicGraphs are the schemas that were got, and the graphs of many subgraphs that lie beside the checkout.
func publicGraphs(t *testing.T) []public {
	t.Helper()
	dirs, err := filepath.Glob(publicSchemas + "/*")
	if err != nil {
		t.Fatal(err)
	}
	var out []public
	for _, dir := range dirs {
		out = append(out, public{filepath.Base(dir), func(t *testing.T) *supergraph.Supergraph { t.Helper(); return graphIn(t, dir) }})
	}
	for _, name := range []string{"dgs", "huge-schema"} {
		if file := "../../shared/data/" + name + ".json"; len(dirs) > 0 {
			if _, err := os.Stat(file); err == nil {
				out = append(out, public{name, func(t *testing.T) *supergraph.Supergraph { t.Helper(); return graphOfMany(t, file) }})
			}
		}
	}
	return out
}

// graphIn is the graph of one schema: SDL in some files, or what an introspection answered.
func graphIn(t *testing.T, dir string) *supergraph.Supergraph {
	t.Helper()
	var sources []*ast.Source
	var schema *ast.Schema
	err := filepath.WalkDir(dir, func(name string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.HasPrefix(d.Name(), ".") {
			return err
		}
		text, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		if filepath.Ext(name) != ".json" {
			sources = append(sources, &ast.Source{Name: name, Input: string(text)})
			return nil
		}
		if !bytes.Contains(text[:min(len(text), 100)], []byte(`"data"`)) {
			text = slices.Concat([]byte(`{"data":`), text, []byte("}"))
		}
		schema, err = introspection.Read(text)
		return err
	})
	if err == nil && schema == nil {
		schema, err = gqlparser.LoadSchema(&ast.Source{Name: dir, Input: merged(t, sources)})
	}
	if err != nil {
		t.Fatal(err)
	}
	var sdl strings.Builder
	formatter.NewFormatter(&sdl).FormatSchema(schema)
	return composed(t, []mocks.SDL{{Name: "api", File: dir, Text: sdl.String()}})
}

// merged is one schema of files that say parts of the same types. A field that is said twice is there once, and inputs and
// enums that are filled when a server starts have something in them.
func merged(t *testing.T, sources []*ast.Source) string {
	t.Helper()
	doc, err := parser.ParseSchemas(sources...)
	if err != nil {
		t.Fatal(err)
	}
	var types ast.DefinitionList
	for _, def := range slices.Concat(doc.Definitions, doc.Extensions) {
		into := types.ForName(def.Name)
		if into == nil {
			into = &ast.Definition{Kind: def.Kind, Name: def.Name, Description: def.Description, Directives: def.Directives, Position: def.Position}
			types = append(types, into)
		}
		for _, f := range def.Fields {
			if into.Fields.ForName(f.Name) == nil {
				into.Fields = append(into.Fields, f)
			}
		}
		into.Interfaces, into.Types = append(into.Interfaces, def.Interfaces...), append(into.Types, def.Types...)
		into.EnumValues = append(into.EnumValues, def.EnumValues...)
	}
	for _, def := range types {
		slices.Sort(def.Interfaces)
		def.Interfaces = slices.Compact(def.Interfaces)
		switch {
		case def.Kind == ast.InputObject && len(def.Fields) == 0:
			def.Fields = append(def.Fields, &ast.FieldDefinition{Name: "filled", Type: ast.NamedType("Boolean", nil)})
		case def.Kind == ast.Enum && len(def.EnumValues) == 0:
			def.EnumValues = append(def.EnumValues, &ast.EnumValueDefinition{Name: "FILLED"})
		}
	}
	doc.Definitions, doc.Extensions = types, nil
	var out strings.Builder
	formatter.NewFormatter(&out).FormatSchemaDocument(doc)
	return out.String()
}

func graphOfMany(t *testing.T, file string) *supergraph.Supergraph {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var list []mocks.SDL
	var subgraphs []struct{ Name, SDL string }
	if err := json.Unmarshal(text, &subgraphs); err != nil {
		t.Fatal(err)
	}
	for _, s := range subgraphs {
		list = append(list, mocks.SDL{Name: s.Name, File: s.Name, Text: s.SDL})
	}
	return composed(t, list)
}

// mockEngine answers all of a graph with made up values.
func mockEngine(t *testing.T, sg *supergraph.Supergraph) *engine.Engine {
	t.Helper()
	sources := table{}
	for _, g := range sg.Subgraphs {
		sources[g.Name] = source(t, sg, g.Name, 1)
	}
	snapshot, err := engine.NewSnapshot(sg, sources, engine.Config{})
	if err != nil {
		t.Fatal(err)
	}
	return engine.New(snapshot, nil)
}

// TestAnswersFitPublicSchemas: whatever is asked of a public API's schema, the answer is valid by it, and the same from
// another source, in another order and under other aliases.
func TestAnswersFitPublicSchemas(t *testing.T) {
	graphs := publicGraphs(t)
	if len(graphs) == 0 {
		t.Skip("no public schemas: internal/conformance/schemas/get.sh gets them")
	}
	for _, p := range graphs {
		t.Run(p.name, func(t *testing.T) {
			sg := p.graph(t)
			one, other := mockEngine(t, sg), mockEngine(t, sg)
			tooLarge := 0
			for seed := range uint64(*operations) {
				if !fits(t, sg.API, one, other, seed) {
					tooLarge++
				}
			}
			t.Logf("%d types, %d operations, %d of them with answers too large", len(sg.API.Types), *operations, tooLarge)
			if tooLarge > *operations/20 {
				t.Errorf("%d answers of %d are too large: draw smaller operations", tooLarge, *operations)
			}
		})
	}
}

// fits checks one operation; false where its answer would be too large.
func fits(t *testing.T, api *ast.Schema, one, other *engine.Engine, seed uint64) bool {
	t.Helper()
	drawn := drawOperation(api, seed)
	text, choice := drawn.text("a_", false), choices[seed%uint64(len(choices))]
	variables := map[string]any{}
	if err := json.Unmarshal(drawn.variables, &variables); err != nil {
		t.Fatal(err)
	}
	op, err := response.Read(api, text, "Drawn", variables)
	if err != nil {
		t.Fatalf("seed %d: what was drawn is not valid: %v\n%s", seed, err, text)
	}
	body := answerTo(t, one, text, drawn.variables, choice)
	verdict := op.Judge(body)
	if slices.Contains(verdict.Codes, mocks.CodeTooLarge) {
		return false
	}
	if len(verdict.Faults) > 0 || choice != "scenario=errors" && len(verdict.Codes) > 0 {
		t.Fatalf("seed %d, %q: %v %v\n%s\n%s\n%s", seed, choice, verdict.Faults, verdict.Codes, text, drawn.variables, body)
	}
	again := answerTo(t, other, drawn.text("b_", true), drawn.variables, choice)
	if diff := cmp.Diff(dataIn(t, body, "a_"), dataIn(t, again, "b_")); diff != "" {
		t.Fatalf("seed %d, %q: asked in another way: %s\n%s", seed, choice, diff, text)
	}
	return true
}

func answerTo(t *testing.T, e *engine.Engine, query string, variables []byte, choice string) []byte {
	t.Helper()
	c, err := mocks.ParseChoice(choice)
	if err != nil {
		t.Fatal(err)
	}
	body, _ := e.Execute(mocks.NewContext(t.Context(), &mocks.Request{Choice: c}), &engine.Request{Query: query, Variables: variables}, nil)
	return body
}

// dataIn is the data of an answer, with aliases without their prefix.
func dataIn(t *testing.T, body []byte, prefix string) any {
	t.Helper()
	var answer struct{ Data map[string]any }
	if err := json.Unmarshal(body, &answer); err != nil {
		t.Fatal(err)
	}
	return unprefixed(answer.Data, prefix)
}

func unprefixed(v any, prefix string) any {
	switch v := v.(type) {
	case []any:
		for i, e := range v {
			v[i] = unprefixed(e, prefix)
		}
	case map[string]any:
		out := map[string]any{}
		for key, e := range v {
			out[strings.TrimPrefix(key, prefix)] = unprefixed(e, prefix)
		}
		return out
	}
	return v
}

// TestAnotherProcessAnswersPublicSchemasTheSame compares what two processes answer.
func TestAnotherProcessAnswersPublicSchemasTheSame(t *testing.T) {
	graphs := publicGraphs(t)
	if len(graphs) == 0 {
		t.Skip("no public schemas: internal/conformance/schemas/get.sh gets them")
	}
	const each = 100
	digest := func(p public) string {
		sg := p.graph(t)
		e := mockEngine(t, sg)
		h := sha256.New()
		for seed := range uint64(each) {
			o := drawOperation(sg.API, seed)
			_, _ = h.Write(answerTo(t, e, o.text("a_", false), o.variables, "")) // a hash takes everything
		}
		return p.name + " " + hex.EncodeToString(h.Sum(nil))
	}
	var own []string
	for _, p := range graphs {
		if p.name != "huge-schema" { // it takes long to be composed twice
			own = append(own, digest(p))
		}
	}
	if os.Getenv("MOCKS_DIGEST") != "" {
		fmt.Println(strings.Join(own, "\n"))
		return
	}
	self := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestAnotherProcessAnswersPublicSchemasTheSame$")
	self.Env = append(os.Environ(), "MOCKS_DIGEST=1")
	out, err := self.Output()
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(string(out), strings.Join(own, "\n")) {
		t.Errorf("another process answered\n%s\nand this one\n%s", out, strings.Join(own, "\n"))
	}
}
