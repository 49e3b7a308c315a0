// Package openapi makes a schema with connectors of an OpenAPI description, once: what it writes is a proposal
// that people edit and keep. Nothing of it runs with the gateway.
//
//	spec.yaml -> document -> operations -> model: root fields, types, inputs, enums -> SDL
//
// The model is made in passes, each over what the one before left: what operations answer becomes output types; what
// they take becomes arguments and inputs; which types can be asked for by a key become entities, and numbers of
// others become links to them; what is recursive or too large is cut; and then all is written.
//
// Invariants. The same description gives the same bytes, and names come from what they name: an operation that is
// added changes another's only where both would be called the same. What a description has that cannot be expressed is left out or becomes JSON, with a warning that says where:
// a part that is no good does not spoil the rest. Each type that is written can be resolved by the connectors that are
// written, so that the result composes as it is.
package openapi

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// Options say what to import, and how to call it.
type Options struct {
	// Subgraph is the name that the subgraph will have; comments of the result name its configuration.
	Subgraph string
	// Source is the name of the @source.
	Source string
	// Include and Exclude pick operations: tag:NAME, path:/glob/*, operation:ID. Without Include all are in.
	Include, Exclude []string
	// Rename gives names: of types (User), root fields (Query.user) and fields (User.name), by the names that they
	// would have otherwise.
	Rename map[string]string
	// Unwrap is the member, with points for members of members, of the envelope that answers come in.
	Unwrap string
}

// Result is a schema, and what is to be known about it.
type Result struct {
	SDL      string
	Warnings []Warning
	// Operations that became root fields, and those that were picked.
	Operations, Picked int
}

// Warning is something in the description that could not be taken over as it is.
type Warning struct {
	// Line is where in the description, from 1; 0 if it is not known.
	Line int
	// Place is the same as a JSON pointer.
	Place   string
	Message string
}

// String is the warning with its place.
func (w Warning) String() string { return w.Place + ": " + w.Message }

var graphQLName = regexp.MustCompile(`^[_A-Za-z][_0-9A-Za-z]*$`)

// Import makes the schema. File is the description's path: messages name it, and references to other files are
// relative to it.
func Import(file string, data []byte, o Options) (*Result, error) {
	if err := o.validate(); err != nil {
		return nil, err
	}
	doc, err := load(file, data)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", file, err)
	}
	b := newBuilder(doc, o)
	b.pick()
	b.answers()
	b.arguments()
	b.entities()
	b.links()
	b.cut()
	b.unusedRenames()
	if !slices.ContainsFunc(b.fields, func(f *field) bool { return !f.mutation }) {
		b.warn("#/paths", "no operation reads; alone this is no graph, which needs a query")
	}
	if len(b.fields) == 0 {
		return nil, fmt.Errorf("%s has no operation that could be imported%s", file, b.firstWarning())
	}
	return &Result{SDL: b.write(), Warnings: b.warnings, Operations: len(b.fields), Picked: b.picked}, nil
}

func (o *Options) validate() error {
	if o.Subgraph == "" {
		o.Subgraph = "legacy"
	}
	if o.Source == "" {
		o.Source = "api"
	}
	if !regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_-]{0,63}$`).MatchString(o.Source) {
		return fmt.Errorf("%q cannot be the name of a source: it starts with a letter and goes on with at most 63 letters, digits, _ and -", o.Source)
	}
	for from, to := range o.Rename {
		if !graphQLName.MatchString(to) || strings.HasPrefix(to, "__") {
			return fmt.Errorf("rename %s=%s: %q is no GraphQL name", from, to, to)
		}
	}
	for _, f := range append(append([]string{}, o.Include...), o.Exclude...) {
		if _, err := parseFilter(f); err != nil {
			return err
		}
	}
	return nil
}
