// Package schema holds the contract of the bundled graph: one file of SDL for each subgraph.
//
// The contract is agreed on before it is built. What a file declares is in the graph from that day on; who
// answers a field (the legacy application, a service, a Go resolver, a mock) is decided elsewhere and changes
// over time. The name of a subgraph is the name of its file.
package schema

import (
	"embed"
	"fmt"
	"strings"
)

// FS holds the files, at its root, as <subgraph>.graphql.
//
//go:embed *.graphql
var FS embed.FS

const extension = ".graphql"

// Names lists the subgraphs that have a contract, in alphabetical order.
func Names() []string {
	entries, err := FS.ReadDir(".")
	if err != nil {
		return nil // an embedded root is always there
	}
	names := make([]string, 0, len(entries))
	for _, e := range entries {
		names = append(names, strings.TrimSuffix(e.Name(), extension))
	}
	return names
}

// Read is the SDL of one subgraph.
func Read(name string) (string, error) {
	sdl, err := FS.ReadFile(name + extension)
	if err != nil {
		return "", fmt.Errorf("read contract: no subgraph %q; there are %s", name, strings.Join(Names(), ", "))
	}
	return string(sdl), nil
}
