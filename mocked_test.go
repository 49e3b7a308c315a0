package main_test

import (
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ficusgraph/ficus/internal/free"
)

const cartSchema = `extend schema @link(url: "https://ficus.dev/spec/v0.1", import: ["@mock"])
type Query { cart: Cart products(first: Int): [Product!]! @mock(length: 3) }
type Cart { items: [Product!]! @listLength(min: 2, max: 2) note: String }
type Product { id: ID! name: String! @examples(values: ["Lamp"]) }
`

// mockFolder is a folder with a schema and a scenario in it.
func mockFolder(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	writeIn(t, dir, "shop.graphql", cartSchema)
	writeIn(t, dir, "mocks/scenarios/empty-cart.yaml", "rules: [{ on: Cart.items, length: 0 }]\n")
	return dir
}

func writeIn(t *testing.T, dir, name, text string) {
	t.Helper()
	file := filepath.Join(dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// startIn runs the binary in a folder.
func startIn(t *testing.T, dir string, args ...string) *process {
	t.Helper()
	cmd := exec.Command(binary, args...)
	cmd.Dir = dir
	return run(t, cmd)
}

// askMocked asks with headers, in pairs of name and value.
func askMocked(t *testing.T, address, query string, headers ...string) reply {
	t.Helper()
	h := http.Header{}
	for i := 0; i < len(headers); i += 2 {
		h.Set(headers[i], headers[i+1])
	}
	return inquire(t, "http://"+address+"/graphql", query, h)
}

func TestMocksAreServedFromSchemasAlone(t *testing.T) {
	dir, address := mockFolder(t), free.Address(t)
	p := startIn(t, dir, "mock", "serve", "*.graphql", "--listen", address)
	p.line("serving")
	tests := []struct {
		name, query string
		headers     []string
		status      int
		mocked      string
		want        string
	}{
		{"as the schema says", `{ cart { items { name } } products { name } }`, nil, 200, "2", `{"data":{"cart":{"items":[{"name":"Lamp"},{"name":"Lamp"}]},"products":[{"name":"Lamp"},{"name":"Lamp"},{"name":"Lamp"}]},"extensions":{"ficus":{"mocked":["cart","products"]}}}`},
		{"a scenario", `{ cart { items { name } } }`, []string{"Ficus-Mock", "scenario=empty-cart"}, 200, "1", `{"data":{"cart":{"items":[]}},"extensions":{"ficus":{"mocked":["cart"],"choice":"scenario=empty-cart"}}}`},
		{"by a cookie", `{ cart { items { name } } }`, []string{"Cookie", "Ficus-Mock=scenario%3Dempty-cart"}, 200, "1", `"items":[]`},
		{"a list", `{ products { name } }`, []string{"Ficus-Mock", "list=Query.products:1"}, 200, "1", `{"products":[{"name":"Lamp"}]}`},
		{"an error", `{ cart { note } }`, []string{"Ficus-Mock", "error=Cart.note:TIMEOUT"}, 200, "1", `"path":["cart","note"]`},
		{"a choice that cannot be made", `{ cart { note } }`, []string{"Ficus-Mock", "scenario=empty-crat"}, 400, "", `{"errors":[{"extensions":{"code":"MOCK_CHOICE_INVALID"},"message":"Ficus-Mock: character 1: there is no scenario \"empty-crat\"; did you mean empty-cart?"}]}`},
		{"a cookie that cannot be read", `{ cart { note } }`, []string{"Cookie", "Ficus-Mock=latency%3Dsoon"}, 400, "", `cookie Ficus-Mock: character 1: latency`},
		{"nothing that is mocked", `{ __typename }`, nil, 200, "", `{"data":{"__typename":"Query"}}`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := askMocked(t, address, test.query, test.headers...)
			if got.status != test.status || got.header.Get("Ficus-Mocked") != test.mocked || !strings.Contains(got.body, test.want) {
				t.Errorf("HTTP %d, mocked %q: %s\nwant %s", got.status, got.header.Get("Ficus-Mocked"), got.body, test.want)
			}
		})
	}
	start := time.Now()
	if askMocked(t, address, `{ cart { note } }`, "Ficus-Mock", "latency=200ms"); time.Since(start) < 200*time.Millisecond {
		t.Errorf("answered after %s", time.Since(start))
	}
}

// TestAChangedScenarioIsServed within a second; one that is wrong leaves the last good one, and is named.
func TestAChangedScenarioIsServed(t *testing.T) {
	dir, address := mockFolder(t), free.Address(t)
	p := startIn(t, dir, "mock", "serve", "shop.graphql", "--listen", address, "--scenario", "empty-cart")
	p.line("serving")
	query := `{ cart { items { name } } }`
	if got := askMocked(t, address, query).body; !strings.Contains(got, `"items":[]`) {
		t.Errorf("--scenario is not in force: %s", got)
	}
	start := time.Now()
	writeIn(t, dir, "mocks/scenarios/empty-cart.yaml", "rules: [{ on: Cart.items, length: 1 }]\n")
	for !strings.Contains(askMocked(t, address, query).body, `"items":[{"name":"Lamp"}]`) {
		if time.Since(start) > 20*time.Second {
			t.Fatal("the changed scenario is not served")
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Logf("served after %s", time.Since(start))
	writeIn(t, dir, "mocks/scenarios/empty-cart.yaml", "rules:\n  - { on: Cart.itmes, length: 1 }\n")
	p.line("mocks/scenarios/empty-cart.yaml:2:7: Cart.itmes: Cart has no field itmes; did you mean items?")
	if got := askMocked(t, address, query).body; !strings.Contains(got, `"items":[{"name":"Lamp"}]`) {
		t.Errorf("the last good scenario is gone: %s", got)
	}
}

// TestRequestsChooseOnlyWhereTheyMay: served for production, a choice is not even looked at.
func TestRequestsChooseOnlyWhereTheyMay(t *testing.T) {
	dir, address := mockFolder(t), free.Address(t)
	writeIn(t, dir, "ficus.yaml", "supergraph: { listen: "+address+" }\nadmin: { listen: off }\nenvironment: dev\nsubgraphs: { shop: { mock: always, schema: { file: shop.graphql } } }\n")
	p := startIn(t, dir, "serve")
	p.line("serving")
	for _, choice := range []string{"scenario=empty-cart", "nonsense"} {
		got := askMocked(t, address, `{ cart { items { name } } }`, "Ficus-Mock", choice)
		want := `{"data":{"cart":{"items":[{"name":"Lamp"},{"name":"Lamp"}]}}}`
		if got.status != 200 || got.body != want || got.header.Get("Ficus-Mocked") != "" {
			t.Errorf("%s: HTTP %d, mocked %q: %s", choice, got.status, got.header.Get("Ficus-Mocked"), got.body)
		}
	}
}
