package main_test

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ficusgraph/ficus/internal/free"
)

const shelfSchema = `type Query { product(id: ID!): Product products(first: Int): [Product!]! }
type Product { id: ID! name: String! price: Float state: State! }
enum State { NEW SOLD }
`

const shelfQuery = `query Shelf($id: ID!) { products(first: 3) { id name price } product(id: $id) { name state } }`

// command runs the binary in a folder and returns what it printed and its exit code.
func command(t *testing.T, dir string, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), binary, args...)
	cmd.Dir = dir
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil && cmd.ProcessState == nil {
		t.Fatal(err)
	}
	return out.String(), errs.String(), cmd.ProcessState.ExitCode()
}

// shelfFolder is a folder with a schema and a saved operation with its variables.
func shelfFolder(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	writeIn(t, dir, "shop.graphql", shelfSchema)
	writeIn(t, dir, "operations/shelf.graphql", shelfQuery)
	writeIn(t, dir, "operations/shelf.variables.json", `{"id": "17"}`)
	return dir
}

// TestAScenarioIsRecordedAndServed: the answers of one gateway become a scenario, with which another one, whose own values
// are others, answers alike; and a schema that moves on says what no longer fits.
func TestAScenarioIsRecordedAndServed(t *testing.T) {
	dir, live := shelfFolder(t), free.Address(t)
	startIn(t, dir, "mock", "serve", "shop.graphql", "--listen", live).line("serving")
	out, errs, code := command(t, dir, "mock", "record", "--url", "http://"+live+"/graphql", "--operations", "operations", "--name", "shelf", "--keep", "Product.name")
	if code != 0 || !strings.Contains(out, "Ficus-Mock: scenario=shelf") {
		t.Fatalf("%d %s %s", code, out, errs)
	}
	if _, errs, code := command(t, dir, "mock", "record", "--url", "http://"+live+"/graphql", "--operations", "operations", "--name", "shelf"); code != 1 || !strings.Contains(errs, "--force") {
		t.Errorf("%d %s: it writes over a scenario", code, errs)
	}
	served := free.Address(t)
	startIn(t, dir, "mock", "serve", "shop.graphql", "--seed", "9", "--listen", served).line("serving")
	names := func(address string, headers ...string) []string {
		var answer struct {
			Data struct {
				Products []struct{ Name string }
				Product  struct{ Name string }
			}
		}
		body := askMocked(t, address, strings.NewReplacer("$id: ID!", "$id: ID! = 17").Replace(shelfQuery), headers...).body
		if err := json.Unmarshal([]byte(body), &answer); err != nil {
			t.Fatalf("%v: %s", err, body)
		}
		out := []string{answer.Data.Product.Name}
		for _, p := range answer.Data.Products {
			out = append(out, p.Name)
		}
		return out
	}
	want := strings.Join(names(live), "|")
	if have := strings.Join(names(served, "Ficus-Mock", "scenario=shelf"), "|"); have != want {
		t.Errorf("names %s, want %s", have, want)
	}
	if have := strings.Join(names(served), "|"); have == want {
		t.Error("another seed has the same names without the scenario")
	}
	writeIn(t, dir, "ficus.yaml", "subgraphs: { shop: { routing_url: \"http://127.0.0.1:1/graphql\", schema: { file: shop.graphql } } }\n")
	writeIn(t, dir, "shop.graphql", strings.Replace(shelfSchema, "name: String!", "name: Int! title: String", 1))
	_, errs, code = command(t, dir, "check", "--config", "ficus.yaml")
	if code != 1 || !strings.Contains(errs, "does not fit Int!; its type changed from String! to Int! since this was recorded") || !strings.Contains(errs, "shelf.yaml:") {
		t.Errorf("%d %s", code, errs)
	}
}

// TestWhatBreaksAClientIsFound: in process and through a gateway, with a client that cannot bear a price that is null.
func TestWhatBreaksAClientIsFound(t *testing.T) {
	dir, address := shelfFolder(t), free.Address(t)
	startIn(t, dir, "mock", "serve", "shop.graphql", "--listen", address).line("serving")
	for _, where := range [][]string{{"shop.graphql"}, {"--url", "http://" + address + "/graphql"}} {
		args := append([]string{"mock", "fuzz", "--operations", "operations"}, where...)
		if out, errs, code := command(t, dir, args...); code != 0 || !strings.Contains(out, "0 broke, 0 skipped") {
			t.Fatalf("%v: %d %s %s", where, code, out, errs)
		}
		out, errs, code := command(t, dir, append(args, "--client", `! grep -q '"price":null'`, "--junit", "report.xml")...)
		if code != 1 || !strings.Contains(out, "Product.price is null") || !strings.Contains(out, "-H 'Ficus-Mock: null=Product.price'") || !strings.Contains(errs, "states break something") {
			t.Errorf("%v: %d %s %s", where, code, out, errs)
		}
		if strings.Contains(out, "Product.state is SOLD") {
			t.Errorf("%v: %s: it breaks where it does not", where, out)
		}
		report, err := os.ReadFile(filepath.Join(dir, "report.xml"))
		if err != nil || !strings.Contains(string(report), `name="Product.price is null"`) {
			t.Errorf("%v %s", err, report)
		}
	}
	if _, errs, code := command(t, dir, "mock", "fuzz", "--operations", "operations", "--url", "http://127.0.0.1:1/graphql"); code != 1 || !strings.Contains(errs, "name it with --config or --supergraph") {
		t.Errorf("%d %s", code, errs)
	}
}
