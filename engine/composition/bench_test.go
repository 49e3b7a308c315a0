package composition_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/ficusgraph/ficus/engine/composition"
)

// BenchmarkCompose composes the real graphs of the public collection (191 and 11 subgraphs).
func BenchmarkCompose(b *testing.B) {
	for _, name := range []string{"huge-schema", "dgs"} {
		b.Run(name, func(b *testing.B) {
			data, err := os.ReadFile(filepath.Join("..", "..", "..", "shared", "data", name+".json"))
			if err != nil {
				b.Skip(err)
			}
			var subs []composition.Subgraph
			if err := json.Unmarshal(data, &subs); err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			for b.Loop() {
				if _, err := composition.Compose(subs); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
