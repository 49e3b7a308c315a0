package monolith

import (
	"cmp"
	"errors"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/ficusgraph/ficus/monolith-adapter/mapping"
)

// Check reports what is wrong with the connectors in a subgraph's SDL: an Errors with every fault, each with
// its place. A schema without connectors has none.
func Check(subgraph, file, sdl string) error {
	_, err := Inspect(subgraph, file, sdl)
	return err
}

// Inspect is Check, and gives the warnings too: what works, and gives less than the schema says.
func Inspect(subgraph, file, sdl string) (warnings Errors, err error) {
	c, err := schemaContract(subgraph, file, sdl)
	if err != nil {
		return nil, Errors{unread(subgraph, file, err)}
	}
	if !c.connected() {
		return nil, nil
	}
	errs, warnings := read(c).list.warnings()
	if len(errs) > 0 {
		return warnings, errs
	}
	return warnings, nil
}

// keywords are what definitions begin with.
var keywords = []string{"extend", "schema", "scalar", "type", "interface", "union", "enum", "input", "directive"}

var unexpectedName = regexp.MustCompile(`^Unexpected Name "(\w+)"`)

// unread is the fault of a schema that cannot be parsed.
func unread(subgraph, file string, err error) *Error {
	out := &Error{Code: codeGraphQL, Message: err.Error(), Subgraph: subgraph, File: file}
	var syntax *gqlerror.Error
	if errors.As(err, &syntax) {
		if out.Message = syntax.Message; len(syntax.Locations) > 0 {
			out.Line, out.Column = syntax.Locations[0].Line, syntax.Locations[0].Column
		}
		if m := unexpectedName.FindStringSubmatch(syntax.Message); m != nil {
			out.Message += similar(m[1], keywords)
		}
	}
	return out
}

// connected reports whether there are connectors.
func (c *contract) connected() bool {
	for _, t := range c.types {
		if len(t.connects) > 0 {
			return true
		}
		for _, f := range t.fields {
			if len(f.connects) > 0 {
				return true
			}
		}
	}
	return len(c.sources) > 0
}

// resolved is what has been read of a contract: the connectors with what each resolves.
type resolved struct {
	*reader
	connectors []*Connector
	outlines   map[*Connector]*outline
}

// read reads and checks a contract.
func read(c *contract) *resolved {
	r := &resolved{reader: &reader{faults: &faults{subgraph: c.subgraph}, contract: c}, outlines: map[*Connector]*outline{}}
	switch {
	case c.spec.unlinked:
		r.add(codeVersion, "", nil, "the schema uses @connect without linking it; add @link(url: \"https://specs.apollo.dev/connect/v0.3\", import: [\"@connect\", \"@source\"])")
		return r
	case c.spec.federation1:
		r.add(codeGraphQL, "", c.spec.link, "connectors need a schema of Federation 2; add @link(url: \"https://specs.apollo.dev/federation/v2.12\")")
		return r
	case c.spec.unknown != "":
		r.add(codeVersion, "", c.spec.link, "connect %s cannot be read; supported: %s", c.spec.unknown, versionNames())
		return r
	}
	r.features()
	r.readSources()
	r.connectors = r.readConnectors()
	for _, con := range r.connectors {
		r.inputs(con)
		r.expectConnector(con)
		r.batchedInputs(con)
		if con.Kind == Entity {
			r.entity(con)
		}
		r.outlines[con] = r.outline(con)
		r.batchKeys(con)
		r.batchedOutline(con)
	}
	if r.sound() { // otherwise what is missing follows from what is wrong
		r.unresolved()
		r.entities()
	}
	slices.SortStableFunc(r.list, func(a, b *Error) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	return r
}

// features checks what the schema links, beside the version.
func (r *reader) features() {
	s := r.contract.spec
	for _, v := range s.contexts {
		r.add("CONNECTORS_UNSUPPORTED_FEDERATION_DIRECTIVE", "", v.Position, "%s and connectors cannot be in one schema; move the fields that need it to another subgraph", name(v))
	}
	if r.contract.written && !slices.Contains(s.imports, "@source") && len(r.contract.sources) == 0 && r.contract.namesSource() {
		r.add("NO_SOURCE_IMPORT", "", s.link, "the link imports no @source, which connectors name; add it to import")
		r.warn()
	}
	for _, t := range r.contract.types {
		for _, f := range t.fields {
			if r.contract.written && len(f.connects) > 0 && !r.contract.knows(f.typ.Name()) {
				r.add("MISSING_SCHEMA_TYPE", t.name+"."+f.name, f.at, "there is no type %s%s", f.typ.Name(), similar(f.typ.Name(), slices.Sorted(maps.Keys(r.contract.byName))))
			}
		}
	}
}

// namesSource reports whether any connector has a source.
func (c *contract) namesSource() bool {
	named := func(w written) bool { return text(w.args, "source") != "" }
	return slices.ContainsFunc(c.types, func(t *objectType) bool {
		return slices.ContainsFunc(t.connects, named) || slices.ContainsFunc(t.fields, func(f *field) bool { return slices.ContainsFunc(f.connects, named) })
	})
}

// name is an import as it is written, with what it is called here.
func name(v *ast.Value) string {
	from, _ := imported(v)
	return from
}

// knows reports whether the type is defined, built in, or of a specification that is linked.
func (c *contract) knows(typ string) bool {
	return c.byName[typ] != nil || builtin(typ) || strings.Contains(typ, "__")
}

// batchKeys checks that what a batch is matched by is in the selection, and of the answer.
func (r *resolved) batchKeys(c *Connector) {
	if o := r.outlines[c]; c.Kind == Batch && o != nil {
		r.matched(c)
		if missing := c.keys.missing(o); missing != "" {
			r.add("CONNECTORS_BATCH_KEY_NOT_IN_SELECTION", c.Coordinate, c.written.at, "the selection must have %s, by which the answer's elements are matched", missing)
		}
	}
}

// matched checks that keys are mapped from the answer: what is put into each element alike tells none from another.
func (r *resolved) matched(c *Connector) {
	for _, i := range items(c.selection.Root) {
		p, ok := i.Value.(*mapping.Path)
		if !ok || i.Spread || p.Head != mapping.HeadVar {
			continue
		}
		if slices.ContainsFunc(c.keys, func(k *key) bool { return k.name == i.Name }) {
			r.addIn(c.written.arg("selection"), i.At, "CONNECTORS_NON_ROOT_BATCH_KEY", c.Coordinate, "%s must come from the answer, not from $%s: by it the answer's elements are matched", i.Name, p.Name)
		}
	}
}

// items are those of the block that makes the elements of a list.
func items(e mapping.Expr) []*mapping.Item {
	switch e := e.(type) {
	case *mapping.Block:
		if len(e.Items) == 1 && e.Items[0].Spread {
			return items(e.Items[0].Value)
		}
		return e.Items
	case *mapping.Path:
		if e.Sub != nil {
			return e.Sub.Items
		}
	}
	return nil
}

// missing is the first key that the outline lacks, or "".
func (k keys) missing(o *outline) string {
	for _, e := range k {
		f := o.field(e.name)
		if f == nil || len(e.sub) > 0 && f.within == nil {
			return e.name
		}
		if len(e.sub) > 0 {
			if m := e.sub.missing(f.within); m != "" {
				return e.name + "." + m
			}
		}
	}
	return ""
}
