package cli

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/ficusgraph/ficus/changes"
)

// savedOperations reads the documents of a folder, with those of its folders, in the order of their names.
func savedOperations(dir string) ([]changes.Saved, error) {
	if dir == "" {
		return nil, nil
	}
	var out []changes.Saved
	err := filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		ext := filepath.Ext(name)
		isNone := d == nil || d.IsDir() || strings.HasSuffix(name, ".variables.json") || !slices.Contains([]string{".graphql", ".gql", ".json"}, ext)
		if err != nil || isNone {
			return err
		}
		text, err := os.ReadFile(name) //nolint:gosec // the user's own folder
		if err != nil {
			return err
		}
		if ext != ".json" {
			out = append(out, changes.Saved{Name: name, Text: string(text)})
			return nil
		}
		listed, err := manifest(name, text)
		out = append(out, listed...)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read the saved operations: %w", err)
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("%s holds no saved operations (*.graphql, *.gql, or a manifest of persisted ones)", dir)
	}
	return out, nil
}

// apolloManifest is the format of manifests that Apollo's tools write.
const apolloManifest = "apollo-persisted-query-manifest"

// manifest is the operations of a manifest: Apollo's, or the mapping from ids to texts that Relay and
// graphql-codegen write. Other JSON is none.
func manifest(name string, text []byte) ([]changes.Saved, error) {
	var keys map[string]json.RawMessage
	if err := json.Unmarshal(text, &keys); err != nil {
		if json.Valid(text) {
			return nil, nil
		}
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if string(keys["format"]) == `"`+apolloManifest+`"` {
		return apolloOperations(name, text)
	}
	var out []changes.Saved
	for _, id := range slices.Sorted(maps.Keys(keys)) {
		var body string
		if json.Unmarshal(keys[id], &body) != nil || body == "" {
			return nil, nil
		}
		out = append(out, changes.Saved{Name: name + "[" + id + "]", Text: body})
	}
	return out, nil
}

func apolloOperations(name string, text []byte) ([]changes.Saved, error) {
	var m struct {
		Operations []struct{ ID, Name, Body string }
	}
	if err := json.Unmarshal(text, &m); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	var out []changes.Saved
	for i, o := range m.Operations {
		switch {
		case o.Body == "":
			return nil, fmt.Errorf("%s: operation %d of the manifest has no body", name, i+1)
		case o.Name == "":
			o.Name = o.ID
		}
		out = append(out, changes.Saved{Name: name + "[" + o.Name + "]", Text: o.Body})
	}
	return out, nil
}
