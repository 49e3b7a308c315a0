package openapi_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"github.com/ficusgraph/ficus/engine/composition"
	"github.com/ficusgraph/ficus/engine/supergraph"
	monolith "github.com/ficusgraph/ficus/monolith-adapter"
	"github.com/ficusgraph/ficus/monolith-adapter/openapi"
)

// TestScenarios imports the description of each scenario in testdata, with the options of its section `options`. What
// comes out must be the section `schema.graphql` with the warnings of `warnings`, the same each time, and compose; or
// the import fails with `error`. UPDATE=1 rewrites these sections.
func TestScenarios(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no scenarios: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			given, got := run(t, archive)
			if os.Getenv("UPDATE") != "" {
				archive.Files = slices.Concat(given, got)
				if err := os.WriteFile(file, txtar.Format(archive), 0o600); err != nil {
					t.Fatal(err)
				}
				return
			}
			want := &txtar.Archive{Files: archive.Files[len(given):]}
			if diff := cmp.Diff(string(txtar.Format(want)), string(txtar.Format(&txtar.Archive{Files: got}))); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// run gives the sections of the scenario that are given, and what comes out of them.
func run(t *testing.T, a *txtar.Archive) (given, got []txtar.File) {
	t.Helper()
	dir := t.TempDir()
	var o openapi.Options
	for _, f := range a.Files {
		switch f.Name {
		case "schema.graphql", "warnings", "error":
			continue
		case "options":
			o = options(t, string(f.Data))
		default:
			if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, f.Name)), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(dir, f.Name), f.Data, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		given = append(given, f)
	}
	var spec txtar.File
	for _, f := range given {
		if strings.HasPrefix(f.Name, "spec.") {
			spec = f
		}
	}
	result, err := openapi.Import(filepath.Join(dir, spec.Name), spec.Data, o)
	if err != nil {
		return given, []txtar.File{{Name: "error", Data: []byte(strings.ReplaceAll(err.Error(), dir+"/", "") + "\n")}}
	}
	again, err := openapi.Import(filepath.Join(dir, spec.Name), spec.Data, o)
	if err != nil || again.SDL != result.SDL {
		t.Errorf("a second import differs: %v\n%s", err, cmp.Diff(result.SDL, again.SDL))
	}
	compose(t, result.SDL)
	got = []txtar.File{{Name: "schema.graphql", Data: []byte(result.SDL)}}
	if len(result.Warnings) > 0 {
		var b strings.Builder
		for _, w := range result.Warnings {
			fmt.Fprintf(&b, "%d: %s\n", w.Line, w)
		}
		got = append(got, txtar.File{Name: "warnings", Data: []byte(b.String())})
	}
	return given, got
}

// options are lines as on the command line, without the dashes.
func options(t *testing.T, text string) openapi.Options {
	t.Helper()
	o := openapi.Options{Rename: map[string]string{}}
	for line := range strings.Lines(text) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), " ")
		switch name {
		case "subgraph":
			o.Subgraph = value
		case "source":
			o.Source = value
		case "unwrap":
			o.Unwrap = value
		case "include":
			o.Include = append(o.Include, value)
		case "exclude":
			o.Exclude = append(o.Exclude, value)
		case "rename":
			from, to, _ := strings.Cut(value, "=")
			o.Rename[from] = to
		default:
			t.Fatalf("no option %q", name)
		}
	}
	return o
}

// compose leads the schema through all that a gateway does with it before it serves.
func compose(t *testing.T, sdl string) {
	t.Helper()
	if err := monolith.Check("legacy", "schema.graphql", sdl); err != nil {
		t.Errorf("check: %v\n%s", err, sdl)
		return
	}
	subgraphs := []composition.Subgraph{{Name: "legacy", SDL: sdl}}
	if !strings.Contains(sdl, "\ntype Query {") {
		subgraphs = append(subgraphs, composition.Subgraph{Name: "other", SDL: "type Query { other: Int }"})
	}
	composed, err := composition.Compose(subgraphs)
	if err != nil {
		t.Errorf("compose: %v\n%s", err, sdl)
		return
	}
	sg, err := supergraph.Read("supergraph.graphql", composed.SupergraphSDL)
	if err != nil {
		t.Errorf("read: %v", err)
		return
	}
	if _, _, err := monolith.Expand(sg); err != nil {
		t.Errorf("expand: %v\n%s", err, sdl)
	}
}

// TestLargeDescriptions imports descriptions that are not in the repository: FICUS_OPENAPI names files.
func TestLargeDescriptions(t *testing.T) {
	files := os.Getenv("FICUS_OPENAPI")
	if files == "" {
		t.Skip("FICUS_OPENAPI names no files")
	}
	for file := range strings.SplitSeq(files, ":") {
		t.Run(filepath.Base(file), func(t *testing.T) {
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			start := time.Now()
			result, err := openapi.Import(file, data, openapi.Options{})
			if err != nil {
				t.Fatal(err)
			}
			took := time.Since(start)
			start = time.Now()
			compose(t, result.SDL)
			t.Logf("%d bytes: %d of %d operations in %s, %d lines, %d warnings, composed in %s", len(data), result.Operations, result.Picked, took, strings.Count(result.SDL, "\n"), len(result.Warnings), time.Since(start))
		})
	}
}
