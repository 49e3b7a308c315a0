package documents

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
)

// apolloFormat is what Apollo's manifests call their format.
const apolloFormat = "apollo-persisted-query-manifest"

// Manifest reads a manifest: Apollo's, or the mapping from ids to texts that Relay and graphql-codegen write.
func Manifest(file string, text []byte) ([]*Document, error) {
	list, err := members(text)
	if err != nil {
		return nil, fmt.Errorf("%s: is no JSON object: %w", file, err)
	}
	if slices.ContainsFunc(list, func(m member) bool { return m.key == "operations" && m.value[0] == '[' }) {
		return apollo(file, text)
	}
	var out []*Document
	var errs []error
	seen := map[string]bool{}
	for _, m := range list {
		d := &Document{ID: m.key, File: file}
		if err := json.Unmarshal(m.value, &d.Text); err != nil || d.Text == "" || m.key == "" {
			errs = append(errs, fmt.Errorf("%s: %q is no id with the text of an operation", file, m.key))
		}
		if seen[m.key] {
			errs = append(errs, fmt.Errorf("%s: the id %q is given twice", file, m.key))
		}
		seen[m.key] = true
		out = append(out, d)
	}
	return out, errors.Join(errs...)
}

// member is one of an object's.
type member struct {
	key   string
	value json.RawMessage
}

// members are those of an object, in its order.
func members(text []byte) ([]member, error) {
	if !json.Valid(text) {
		var none any
		return nil, json.Unmarshal(text, &none)
	}
	dec := json.NewDecoder(bytes.NewReader(text))
	if t, err := dec.Token(); err != nil || t != json.Delim('{') {
		return nil, errors.New("it is another value")
	}
	var out []member
	for dec.More() {
		key, err := dec.Token()
		if err != nil {
			return nil, err
		}
		m := member{key: key.(string)} //nolint:forcetypeassert // keys are strings
		if err := dec.Decode(&m.value); err != nil {
			return nil, err
		}
		out = append(out, m)
	}
	return out, nil
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
