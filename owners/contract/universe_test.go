package contract_test

import (
	"io/fs"
	"maps"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/ficusgraph/ficus/engine/composition"
	"github.com/ficusgraph/ficus/engine/supergraph"
	"github.com/ficusgraph/ficus/mocks"
	"github.com/ficusgraph/ficus/owners/contract"
)

// graphs are the subgraphs of the engine's scenarios that compose, by file.
func graphs(t *testing.T) map[string][]composition.Subgraph {
	t.Helper()
	out := map[string][]composition.Subgraph{}
	root := filepath.Join("..", "..", "engine", "testdata", "scenarios")
	err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(name) != ".txtar" {
			return err
		}
		archive, err := txtar.ParseFile(name)
		if err != nil {
			return err
		}
		var list []composition.Subgraph
		for _, f := range archive.Files {
			if base, ok := strings.CutPrefix(f.Name, "subgraphs/"); ok {
				subgraph := strings.TrimSuffix(base, ".graphql")
				list = append(list, composition.Subgraph{Name: subgraph, URL: "http://" + subgraph, SDL: string(f.Data), File: f.Name})
			}
		}
		if _, err := composition.Compose(list); err == nil {
			out[strings.TrimPrefix(name, root+string(filepath.Separator))] = list
		}
		return nil
	})
	if err != nil || len(out) < 150 {
		t.Fatalf("%d graphs, %v", len(out), err)
	}
	return out
}

func composed(t *testing.T, list []composition.Subgraph) *supergraph.Supergraph {
	t.Helper()
	result, err := composition.Compose(list)
	if err != nil {
		t.Fatal(err)
	}
	sg, err := supergraph.Read("", result.SupergraphSDL)
	if err != nil {
		t.Fatal(err)
	}
	return sg
}

// TestAServiceThatIsItsContract lacks nothing and contradicts nothing, however it is written.
func TestAServiceThatIsItsContract(t *testing.T) {
	for name, list := range graphs(t) {
		sg := composed(t, list)
		for _, s := range list {
			promised, err := contract.Read(s.File, s.SDL)
			if err != nil {
				t.Errorf("%s: %v", name, err)
				continue
			}
			if lacks := contract.Lacks(sg, s.Name, promised, promised); len(lacks) > 0 {
				t.Errorf("%s: %s lacks %v", name, s.Name, lacks)
			}
			if found := contract.Compare(promised, promised); len(found) > 0 {
				t.Errorf("%s: %s contradicts %v", name, s.Name, found)
			}
		}
	}
}

// TestAGraphWithoutOneFieldComposes, or what keeps it from that is that what is left cannot be reached.
func TestAGraphWithoutOneFieldComposes(t *testing.T) {
	tried, failed, also := 0, 0, 0
	for name, list := range graphs(t) {
		sg := composed(t, list)
		for _, g := range sg.Subgraphs {
			for _, c := range resolved(sg, g) {
				tried++
				result, gone, err := contract.Reduce(list, []mocks.Coordinate{c}, composition.Compose)
				also += len(gone)
				if err != nil {
					if !strings.Contains(err.Error(), string(composition.NoQueries)) {
						t.Errorf("%s without %s %s: %v", name, g.Name, c, err)
					}
					failed++
					continue
				}
				left, err := supergraph.Read("", result.SupergraphSDL)
				if err != nil {
					t.Errorf("%s without %s %s: %v", name, g.Name, c, err)
				} else if lt := left.Type(c.Type); lt != nil && lt.Field(c.Field) != nil && left.Subgraph(g.Name) != nil && mocks.Resolves(lt.Field(c.Field), left.Subgraph(g.Name).ID) {
					t.Errorf("%s without %s %s: it is there", name, g.Name, c)
				}
				if testing.Verbose() && len(gone) > 0 {
					t.Logf("%s without %s %s: %v", name, g.Name, c, gone)
				}
			}
		}
	}
	t.Logf("%d tried, %d failed, %d fields went along", tried, failed, also)
}

// TestAGraphWithoutManyFieldsComposes, unless it has no query left: any fifth, third or half of its fields.
func TestAGraphWithoutManyFieldsComposes(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	tried, failed := 0, 0
	all := graphs(t)
	for _, name := range slices.Sorted(maps.Keys(all)) {
		sg := composed(t, all[name])
		for _, part := range []int{5, 5, 3, 3, 2} {
			var missing []mocks.Coordinate
			for _, g := range sg.Subgraphs {
				for _, c := range resolved(sg, g) {
					if random.IntN(part) == 0 && c.Type != "Query" {
						missing = append(missing, c)
					}
				}
			}
			tried++
			if _, _, err := contract.Reduce(all[name], missing, composition.Compose); err != nil {
				failed++
				if !strings.Contains(err.Error(), string(composition.NoQueries)) {
					t.Errorf("%s without %v: %v", name, missing, err)
				}
			}
		}
	}
	t.Logf("%d tried, %d have no query left", tried, failed)
}

func resolved(sg *supergraph.Supergraph, g *supergraph.Subgraph) []mocks.Coordinate {
	var out []mocks.Coordinate
	for _, t := range sg.Types {
		for _, f := range t.Fields {
			if mocks.Resolves(f, g.ID) {
				out = append(out, mocks.Coordinate{Subgraph: g.Name, Type: t.Name, Field: f.Name})
			}
		}
	}
	return out
}
