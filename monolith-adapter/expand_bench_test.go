package monolith_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/ficusgraph/ficus/engine/composition"
	"github.com/ficusgraph/ficus/engine/supergraph"
	monolith "github.com/ficusgraph/ficus/monolith-adapter"
)

// many is a schema of n connectors on n/2 entities that point at one another.
func many(n int) string {
	var b, q strings.Builder
	b.WriteString(`extend schema @link(url: "https://specs.apollo.dev/federation/v2.12", import: ["@key"])
  @link(url: "https://specs.apollo.dev/connect/v0.3", import: ["@source", "@connect"])
  @source(name: "app", http: { baseURL: "http://legacy.test" })
`)
	for i := range n / 2 {
		fmt.Fprintf(&q, "  t%d(id: ID!): T%d @connect(source: \"app\", entity: true, http: { GET: \"/t%d/{$args.id}\" }, selection: \"id name next: ref { id }\")\n", i, i, i)
		fmt.Fprintf(&b, "type T%d @key(fields: \"id\") { id: ID! name: String next: T%d\n  more(n: Int): [T%d] @connect(source: \"app\", http: { GET: \"/t%d/{$this.id}/more\" }, selection: \"id: key name\") }\n", i, (i+1)%(n/2), (i+2)%(n/2), i)
	}
	return b.String() + "type Query {\n" + q.String() + "}\n"
}

// TestManyConnectorsComposeInTime holds that 500 connectors are composed, from their SDL to the graph that is planned
// over, in a second; with room for slow machines, which a cost that grows with the square would still exceed.
func TestManyConnectorsComposeInTime(t *testing.T) {
	if testing.Short() {
		t.Skip("measures time")
	}
	sdl := many(500)
	start := time.Now()
	if err := monolith.Check("legacy", "legacy.graphql", sdl); err != nil {
		t.Fatal(err)
	}
	declared, err := monolith.Declare("legacy", "legacy.graphql", sdl)
	if err != nil {
		t.Fatal(err)
	}
	composed, err := composition.Compose([]composition.Subgraph{{Name: "legacy", SDL: declared}})
	if err != nil {
		t.Fatal(err)
	}
	sg, err := supergraph.Read("supergraph.graphql", composed.SupergraphSDL)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := monolith.Expand(sg); err != nil {
		t.Fatal(err)
	}
	took := time.Since(start)
	t.Logf("500 connectors in %v", took)
	if took > slowdown*4*time.Second {
		t.Errorf("500 connectors took %v, want a second", took)
	}
}

// BenchmarkExpand takes 500 connectors from SDL to the graph that is planned over; the parts are reported too.
func BenchmarkExpand(b *testing.B) {
	sdl := many(500)
	if err := monolith.Check("legacy", "legacy.graphql", sdl); err != nil {
		b.Fatal(err)
	}
	composed, err := composition.Compose([]composition.Subgraph{{Name: "legacy", SDL: sdl}})
	if err != nil {
		b.Fatal(err)
	}
	sg, err := supergraph.Read("supergraph.graphql", composed.SupergraphSDL)
	if err != nil {
		b.Fatal(err)
	}
	b.Run("check", func(b *testing.B) {
		for b.Loop() {
			if err := monolith.Check("legacy", "legacy.graphql", sdl); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("compose", func(b *testing.B) {
		for b.Loop() {
			if _, err := composition.Compose([]composition.Subgraph{{Name: "legacy", SDL: sdl}}); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("expand", func(b *testing.B) {
		for b.Loop() {
			if _, _, err := monolith.Expand(sg); err != nil {
				b.Fatal(err)
			}
		}
	})
}
