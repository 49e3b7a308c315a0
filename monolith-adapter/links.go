package monolith

import (
	"cmp"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/ficusgraph/ficus/monolith-adapter/mapping"
)

// spec is what a schema's @link to the connect spec says: the version, and what its directives are called.
type spec struct {
	version         mapping.Version
	source, connect string
	// batched is what @batched is called, "" if our own specification is not linked.
	batched string
	link    *ast.Position
	// unknown is the version's text if it is not one that is known; unlinked: there is no link.
	unknown  string
	unlinked bool
	// key is what @key is called.
	key string
	// imports of the connect spec, and contexts: imports of @context and @fromContext, which connectors cannot have.
	imports  []string
	contexts []*ast.Value
	// federation1: the schema is one of Federation 1, whose composition knows no connectors.
	federation1 bool
}

// versionNames lists the versions that are known.
func versionNames() string {
	names := make([]string, 0, len(mapping.Versions))
	for name := range mapping.Versions {
		names = append(names, name)
	}
	slices.Sort(names)
	return strings.Join(names, ", ")
}

// readSpec reads the arguments of all @link directives of a schema.
func readSpec(links []*ast.Value) spec {
	for _, l := range links {
		url := text(l, "url")
		name, version, ok := strings.Cut(strings.TrimPrefix(url, "https://specs.apollo.dev/"), "/")
		if !ok || name != "connect" || !strings.HasPrefix(url, "https://specs.apollo.dev/") {
			continue
		}
		as := text(l, "as")
		if as == "" {
			as = "connect"
		}
		s := spec{version: mapping.Versions[version], source: as + "__source", connect: as, link: l.Position}
		if s.version == 0 {
			s.unknown = version
		}
		for _, i := range member(l, "import") {
			from, to := imported(i)
			s.imports = append(s.imports, from)
			switch from {
			case "@source":
				s.source = to
			case "@connect":
				s.connect = to
			}
		}
		return s
	}
	return spec{unlinked: true, source: "source", connect: "connect"}
}

// contextImports are the imports of what connectors do not go together with.
func contextImports(links []*ast.Value) []*ast.Value {
	var out []*ast.Value
	for _, l := range links {
		if !strings.HasPrefix(text(l, "url"), "https://specs.apollo.dev/federation/") {
			continue
		}
		for _, i := range member(l, "import") {
			if from, _ := imported(i); from == "@context" || from == "@fromContext" {
				out = append(out, i)
			}
		}
	}
	return out
}

// keyName is what @key of Federation 2 is called, or "" if that is not linked.
func keyName(links []*ast.Value) string {
	for _, l := range links {
		if !strings.HasPrefix(text(l, "url"), "https://specs.apollo.dev/federation/") {
			continue
		}
		for _, i := range member(l, "import") {
			if from, to := imported(i); from == "@key" {
				return to
			}
		}
		return cmp.Or(text(l, "as"), "federation") + "__key"
	}
	return ""
}

// ownSpec is where our own directives come from; versions follow. batchedName is what the composed graph calls the one
// that is for connectors.
const (
	ownSpec     = "https://ficus.dev/spec"
	batchedName = "batched"
)

// readBatchedName is the name of @batched in a schema, "" if nothing links it.
func readBatchedName(links []*ast.Value) string {
	for _, l := range links {
		if url := text(l, "url"); url != ownSpec && !strings.HasPrefix(url, ownSpec+"/") {
			continue
		}
		for _, i := range member(l, "import") {
			if from, to := imported(i); from == "@"+batchedName {
				return to
			}
		}
		if as := text(l, "as"); as != "" {
			return as + "__" + batchedName
		}
		return "spec__" + batchedName
	}
	return ""
}

// imported is one element of an import: its name in the spec, and here without the at sign.
func imported(v *ast.Value) (from, to string) {
	if v.Kind != ast.ObjectValue {
		return v.Raw, strings.TrimPrefix(v.Raw, "@")
	}
	from, to = text(v, "name"), text(v, "as")
	if to == "" {
		to = from
	}
	return from, strings.TrimPrefix(to, "@")
}

// text is the string at a member of an object value, or "".
func text(v *ast.Value, name string) string {
	if v == nil {
		return ""
	}
	if c := v.Children.ForName(name); c != nil && (c.Kind == ast.StringValue || c.Kind == ast.BlockValue || c.Kind == ast.EnumValue) {
		return c.Raw
	}
	return ""
}

// member is the list at a member of an object value; a single value counts as a list of one.
func member(v *ast.Value, name string) []*ast.Value {
	if v == nil {
		return nil
	}
	c := v.Children.ForName(name)
	switch {
	case c == nil || c.Kind == ast.NullValue:
		return nil
	case c.Kind != ast.ListValue:
		return []*ast.Value{c}
	}
	out := make([]*ast.Value, len(c.Children))
	for i, e := range c.Children {
		out[i] = e.Value
	}
	return out
}
