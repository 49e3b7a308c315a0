package main_test

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"github.com/ficusgraph/ficus/internal/free"
)

// TestACallerStaysOnOneSide: the share of the new owner is about what the schema asks for, the same caller always
// sees the same side, and who is nobody stays with the old owner.
func TestACallerStaysOnOneSide(t *testing.T) {
	before, after := answering(t, `{"data":{"health":"old"}}`), answering(t, `{"data":{"health":"new"}}`)
	file := filepath.Join(t.TempDir(), "ficus.yaml")
	config := fmt.Sprintf(`
admin: {listen: "off"}
subgraphs:
  monolith: {routing_url: %s, schema: {sdl: 'type Query { health: String other: Int }'}}
  health:
    routing_url: %s
    schema:
      sdl: |
        extend schema @link(url: "https://specs.apollo.dev/federation/v2.7", import: ["@override"])
        type Query { health: String @override(from: "monolith", label: "percent(30)") }
rollout: {key: [{header: x-tenant}, {cookie: visitor}]}
`, before.URL, after.URL)
	if err := os.WriteFile(file, []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	address := free.Address(t)
	start(t, nil, "serve", "--config", file, "--listen", address).line("msg=serving")
	ask := func(header http.Header) string {
		_, a := post(t, "http://"+address+"/graphql", `{ health }`, header)
		return string(a.Data)
	}
	const oldSide, newSide = `{"health":"old"}`, `{"health":"new"}`
	moved := 0
	for i := range 200 {
		who := http.Header{"X-Tenant": {fmt.Sprint("tenant-", i)}}
		first := ask(who)
		if again := ask(who); again != first {
			t.Fatalf("tenant %d saw %s, then %s", i, first, again)
		}
		if visitor := ask(http.Header{"Cookie": {fmt.Sprint("visitor=tenant-", i)}}); visitor != first {
			t.Fatalf("tenant %d saw %s by header and %s by cookie", i, first, visitor)
		}
		if first == newSide {
			moved++
		}
	}
	if moved < 40 || moved > 80 {
		t.Errorf("%d of 200 tenants have moved, want about 60", moved)
	}
	if got := ask(nil); got != oldSide {
		t.Errorf("nobody sees %s", got)
	}
}
