package documents

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
)

// apolloFormat is what Apollo's manifests call their format.
const apolloFormat = "apollo-persisted-query-manifest"

// Manifest reads a manifest: Apollo's, or the mapping from ids to texts that Relay and graphql-codegen write.
func Manifest(file string, text []byte) ([]*Document, error) {
	var keys map[string]json.RawMessage
	if err := json.Unmarshal(text, &keys); err != nil {
		return nil, fmt.Errorf("%s: is no JSON object: %w", file, err)
	}
	if _, ok := keys["format"]; ok && keys["operations"] != nil {
		return apollo(file, text)
	}
	var out []*Document
	var errs []error
	for _, id := range slices.Sorted(maps.Keys(keys)) {
		d := &Document{ID: id, File: file}
		if err := json.Unmarshal(keys[id], &d.Text); err != nil || d.Text == "" || id == "" {
			errs = append(errs, fmt.Errorf("%s: %q is no id with the text of an operation", file, id))
		}
		out = append(out, d)
	}
	return out, errors.Join(errs...)
}

// apollo reads Apollo's format.
// https://www.apollographql.com/docs/graphos/operations/persisted-queries#manifest-format
func apollo(file string, text []byte) ([]*Document, error) {
	var m struct {
		Format     string `json:"format"`
		Version    int    `json:"version"`
		Operations []struct {
			ID     string `json:"id"`
			Body   string `json:"body"`
			Client string `json:"clientName"`
		} `json:"operations"`
	}
	if err := json.Unmarshal(text, &m); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	if m.Format != apolloFormat || m.Version != 1 {
		return nil, fmt.Errorf("%s: has the format %q in version %d; supported is %s in version 1", file, m.Format, m.Version, apolloFormat)
	}
	var out []*Document
	var errs []error
	for i, o := range m.Operations {
		if o.ID == "" || o.Body == "" {
			errs = append(errs, fmt.Errorf("%s: operation %d has no id, or no body", file, i+1))
		}
		out = append(out, &Document{ID: o.ID, File: file, Client: o.Client, Text: o.Body})
	}
	return out, errors.Join(errs...)
}
