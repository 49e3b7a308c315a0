package main_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ficusgraph/ficus/internal/free"
)

// TestAChangeIsHeldAgainstWhatClientsSend: what a gateway recorded says which operations break, and whose they are; what is
// made up is nobody's loss.
func TestAChangeIsHeldAgainstWhatClientsSend(t *testing.T) {
	service := answering(t, `{"data":{"product":{"title":"Lamp"}}}`)
	dir, graph, admin := t.TempDir(), free.Address(t), free.Address(t)
	write := func(name, text string) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	schema := "type Query { product(id: ID!): Product offer: Int @mock }\ntype Product { title: String }\n"
	write("shop.graphql", `extend schema @link(url: "https://ficus.dev/spec/v0.1", import: ["@mock"])`+"\n"+schema)
	write("ficus.yaml", fmt.Sprintf(`
environment: dev
supergraph: {listen: %s}
admin: {listen: %s}
contract: {poll_interval: "off"}
usage: {enabled: true}
subgraphs: {shop: {routing_url: %s, schema: {file: shop.graphql}}}
`, graph, admin, service.URL))
	startIn(t, dir, "serve").line("msg=serving")
	client := http.Header{"Apollographql-Client-Name": {"web"}, "Apollographql-Client-Version": {"7"}}
	for i := range 2 {
		post(t, "http://"+graph+"/graphql", fmt.Sprintf(`query Page { product(id: "secret-%d") { title } }`, i), client)
	}
	post(t, "http://"+graph+"/graphql", `query Made { offer }`, client)
	post(t, "http://"+graph+"/graphql", `query Refused { nothing }`, client)
	recorded := send(t, http.MethodGet, "http://"+admin+"/api/v1/usage", nil, nil).body
	if strings.Contains(recorded, "secret") || strings.Contains(recorded, "Made") || strings.Contains(recorded, "Refused") {
		t.Errorf("recorded: %s", recorded)
	}
	write("usage.json", recorded)

	write("old.graphql", strings.Replace(schema, " @mock", "", 1))
	write("shop.graphql", `extend schema @link(url: "https://ficus.dev/spec/v0.1", import: ["@mock"])`+"\n"+strings.Replace(schema, "title", "name", 1))
	for _, from := range []string{"http://" + admin, "usage.json"} {
		cmd := exec.Command(binary, "check", "--against", "old.graphql", "--usage", from)
		cmd.Dir = dir
		out, err := cmd.CombinedOutput()
		for _, want := range []string{`usage[0] Page:3:3: Cannot query field "title"`, "sent by web 7, 2 times", "1 of 1 operations break"} {
			if err == nil || !strings.Contains(string(out), want) {
				t.Errorf("--usage %s: %v, want %q\n%s", from, err, want, out)
			}
		}
	}
	cmd := exec.Command(binary, "check", "--against", "old.graphql", "--usage", "usage.json", "--json")
	cmd.Dir = dir
	out, _ := cmd.Output()
	var found struct {
		Broken []struct {
			Clients []struct {
				Name  string
				Count int
			}
		}
	}
	if err := json.Unmarshal(out, &found); err != nil || len(found.Broken) != 1 || found.Broken[0].Clients[0].Count != 2 {
		t.Errorf("%v: %s", err, out)
	}
	cmd = exec.Command(binary, "check", "--against", "old.graphql", "--usage", "ficus.yaml")
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err == nil || !strings.Contains(string(out), "is not what a gateway recorded") {
		t.Errorf("%v: %s", err, out)
	}
}
