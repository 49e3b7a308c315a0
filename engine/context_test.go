package engine_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"github.com/ficusgraph/ficus/engine"
	"github.com/ficusgraph/ficus/engine/composition"
	"github.com/ficusgraph/ficus/engine/supergraph"
)

// TestContexts answers the query of each scenario from subgraphs (NAME.graphql) over their data (NAME.json), and
// compares what was asked and the response. UPDATE=1 rewrites them.
func TestContexts(t *testing.T) {
	files, err := filepath.Glob("testdata/contexts/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no scenarios: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) { contextScenario(t, file) })
	}
}

func contextScenario(t *testing.T, file string) {
	archive, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	w := &world{data: map[string]map[string]map[string]any{}}
	var subs []composition.Subgraph
	request := &engine.Request{}
	for _, f := range archive.Files {
		name, sdl := strings.CutSuffix(f.Name, ".graphql")
		of, data := strings.CutSuffix(f.Name, ".json")
		switch {
		case name == "query":
			request.Query = string(f.Data)
		case of == "variables":
			request.Variables = f.Data
		case sdl:
			head := `extend schema @link(url: "https://specs.apollo.dev/federation/v2.8", import: ["@key", "@context", "@fromContext", "@shareable", "@external", "@requires"])` + "\n"
			subs = append(subs, composition.Subgraph{Name: name, URL: "http://" + name, SDL: head + string(f.Data), File: f.Name})
		case data && of != "response":
			known := map[string]map[string]any{}
			if err := json.Unmarshal(f.Data, &known); err != nil {
				t.Fatalf("%s: %v", f.Name, err)
			}
			w.data[of] = known
		}
	}
	composed, err := composition.Compose(subs)
	if err != nil {
		t.Fatal(err)
	}
	if w.graph, err = supergraph.Read("supergraph.graphql", composed.SupergraphSDL); err != nil {
		t.Fatal(err)
	}
	snapshot, err := engine.NewSnapshot(w.graph, w, engine.Config{})
	if err != nil {
		t.Fatal(err)
	}
	e := engine.New(snapshot, nil)
	got := map[string]string{}
	for range 2 { // the second time with the memory of the first
		w.asked = nil
		response, _ := e.Execute(t.Context(), request, nil)
		var text bytes.Buffer
		if err := json.Indent(&text, response, "", "  "); err != nil {
			t.Fatalf("%s: %v", response, err)
		}
		if first := got["response.json"]; first != "" && first != text.String()+"\n" {
			t.Errorf("the second answer is another one: %s", text.String())
		}
		got["asked"], got["response.json"] = w.log(), text.String()+"\n"
	}
	for i, section := range archive.Files {
		text, checked := got[section.Name]
		if !checked {
			continue
		}
		if os.Getenv("UPDATE") != "" {
			archive.Files[i].Data = []byte(text)
		} else if diff := cmp.Diff(string(section.Data), text); diff != "" {
			t.Errorf("%s (-want +got):\n%s", section.Name, diff)
		}
	}
	if os.Getenv("UPDATE") != "" {
		if err := os.WriteFile(file, txtar.Format(archive), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}
