package openapi_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/ficusgraph/ficus/monolith-adapter/openapi"
)

// TestRandomDescriptionsCompose: whatever schemas are put together of and refer to, what is imported composes.
func TestRandomDescriptionsCompose(t *testing.T) {
	for seed := range uint64(40) {
		g := &generator{rand.New(rand.NewPCG(seed, 1))}
		text, err := json.MarshalIndent(g.description(), "", " ")
		if err != nil {
			t.Fatal(err)
		}
		for _, unwrap := range []string{"", "data"} {
			result, err := openapi.Import("spec.json", text, openapi.Options{Unwrap: unwrap})
			if err != nil {
				t.Errorf("seed %d: %v", seed, err)
				continue
			}
			if compose(t, result.SDL); t.Failed() {
				t.Fatalf("seed %d, unwrap %q:\n%s", seed, unwrap, text)
			}
		}
	}
}

// generator makes descriptions of few names, so that they meet.
type generator struct{ *rand.Rand }

type object = map[string]any

const components = 8

var names = []string{"id", "name", "user_id", "userId", "user", "data", "items", "ids", "a-b", "A_B", "order", "order_id", "type", "1x", "value"}

func (g *generator) name() string { return names[g.IntN(len(names))] }

func (g *generator) one(list ...any) any { return list[g.IntN(len(list))] }

func (g *generator) schema(depth int) any {
	n := g.IntN(12)
	if depth > 3 {
		n = g.IntN(5)
	}
	switch n {
	case 0, 1:
		return object{"$ref": fmt.Sprintf("#/components/schemas/%s", componentName(g.IntN(components)))}
	case 2:
		return object{"type": g.one("string", "integer", "number", "boolean", []string{"string", "null"}), "format": g.one("", "date", "int64", "uuid")}
	case 3:
		return object{"type": "string", "nullable": g.IntN(2) == 0, "enum": g.one([]any{"a", "b"}, []any{"a-b", "a_b", "1"}, []any{nil, "x", "y"})}
	case 4:
		return g.one(object{}, true, object{"type": "object", "additionalProperties": true}, object{"type": "null"})
	case 5, 6:
		return object{"type": "array", "items": g.schema(depth + 1)}
	case 7:
		return object{g.one("allOf", "anyOf", "oneOf").(string): []any{g.schema(depth + 1), g.schema(depth + 1)}, "required": []string{g.name()}}
	}
	properties := object{}
	for range 1 + g.IntN(5) {
		properties[g.name()] = g.schema(depth + 1)
	}
	return object{"type": "object", "properties": properties, "required": []string{g.name(), g.name()}, "description": g.one("", `a "quoted" text`)}
}

func componentName(i int) string {
	return []string{"User", "Order", "user_dto", "Query", "UserInput", "Item", "Thing", "ThingStub"}[i]
}

func (g *generator) parameters(in string, list ...string) []any {
	var out []any
	for _, name := range list {
		out = append(out, object{"name": name, "in": in, "required": in == "path" || g.IntN(4) == 0, "schema": g.schema(3), "explode": g.IntN(2) == 0})
	}
	return out
}

func (g *generator) description() object {
	schemas := object{}
	for i := range components {
		schemas[componentName(i)] = g.schema(0)
	}
	answer := func() object {
		return object{"200": object{"description": "ok", "content": object{"application/json": object{"schema": g.schema(1)}}}}
	}
	body := func() object {
		return object{"required": g.IntN(2) == 0, "content": object{"application/json": object{"schema": g.schema(1)}}}
	}
	paths := object{"/always": object{"get": object{"responses": object{"204": object{"description": "ok"}}}}}
	for _, path := range []string{"/users", "/orders", "/things"} {
		item := object{
			"get":  object{"parameters": g.parameters("query", g.name(), "ids"), "responses": answer()},
			"post": object{"requestBody": body(), "responses": answer()},
		}
		paths[path] = item
		paths[path+"/search"] = object{"post": object{"requestBody": body(), "responses": answer()}}
		paths[path+"/{id}"] = object{
			"get": object{"parameters": append(g.parameters("path", "id"), g.parameters("query", g.name())...), "responses": object{"200": object{
				"description": "ok", "content": object{"application/json": object{"schema": object{"$ref": "#/components/schemas/" + componentName(g.IntN(components))}}},
			}}},
			"patch": object{"parameters": g.parameters("path", "id"), "requestBody": body(), "responses": answer()},
		}
	}
	return object{"openapi": "3.1.0", "info": object{"title": "T", "version": "1"}, "paths": paths, "components": object{"schemas": schemas}}
}
