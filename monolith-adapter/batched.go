package monolith

import (
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/ficusgraph/ficus/monolith-adapter/mapping"
)

// batched is one @batched: how a field, of which the plain connector asks for one object at a time, is asked for for
// many at once. It stands beside a @connect, which other gateways use.
//
//	type Site @key(fields: "id") {
//	  deploys(first: Int = 3): [Deploy!]
//	    @connect(id: "siteDeploys", http: { GET: "/sites/{$this.id}/deploys?n={$args.first}" }, selection: ..)
//	    @batched(connect: "siteDeploys", http: { GET: "/deploys?n={$args.first}", queryParams: "site: $batch.id" },
//	      groupBy: "siteId", selection: "$.items { siteId: site_id id state }")
//	}
//
// $batch has what it reads of the objects; elements of the answer belong to the object whose key their groupBy has.
type batched struct {
	// Connector is how it is called: with the request and the selection of @batched, all else from the @connect.
	*Connector
	// groupBy are the members that say to which object an element belongs, as many as the keys that $batch reads.
	groupBy []string
	// many: an object has a list of the elements; otherwise the one.
	many bool
	// wrapped: the value stands in a member of the field's name, beside those of groupBy.
	wrapped bool
}

// codeBatched is a @batched that does not fit what it stands at.
const codeBatched = "INVALID_BATCHED"

// readBatched reads the @batched directives of a field and gives each to the connector that it is for.
func (r *reader) readBatched(f *field, connectors []*Connector) {
	for i, w := range f.batched {
		name := text(w.args, "connect")
		at := slices.IndexFunc(connectors, func(c *Connector) bool { return c.ID != "" && c.ID == name })
		if at < 0 {
			r.add(codeBatched, w.coordinate, w.at, "connect: %q must be the id of a @%s on this field", name, r.contract.spec.connect)
			continue
		}
		switch c := connectors[at]; {
		case c.Kind != Field:
			r.add(codeBatched, w.coordinate, w.at, "a field of a root type has no objects to ask for together; @batched stands on fields of other types")
		case c.batched != nil:
			r.add(codeBatched, w.coordinate, w.at, "there is another @batched for the connector %q", name)
		default:
			c.batched = r.batchedOf(w, i, c)
		}
	}
}

// batchedOf reads one: as a @connect with $batch whose source is that of the plain connector.
func (r *reader) batchedOf(w written, i int, plain *Connector) *batched {
	args := &ast.Value{Kind: ast.ObjectValue, Position: position(w.args)}
	for _, name := range []string{"http", "selection"} {
		if v := w.arg(name); v != nil {
			args.Children = append(args.Children, &ast.ChildValue{Name: name, Value: v})
		}
	}
	if v := plain.written.arg("source"); v != nil {
		args.Children = append(args.Children, &ast.ChildValue{Name: "source", Value: v})
	}
	if v := w.arg("maxSize"); v != nil {
		size := &ast.Value{Kind: ast.ObjectValue, Children: ast.ChildValueList{{Name: "maxSize", Value: v}}}
		args.Children = append(args.Children, &ast.ChildValue{Name: "batch", Value: size})
	}
	c := r.connector(written{coordinate: w.coordinate, args: args, at: w.at}, batchedName, i)
	c.Subgraph, c.Kind = plain.Subgraph, Batch
	c.typ, c.field, c.result, c.args = plain.typ, plain.field, plain.result, plain.args
	c.isSuccess, c.failure = plain.isSuccess, plain.failure
	b := &batched{Connector: c, groupBy: strings.Fields(text(w.args, "groupBy")), many: true}
	if v := w.arg("many"); v != nil && v.Kind == ast.BooleanValue {
		b.many = v.Raw == "true"
	}
	return b
}

// batchedInputs checks what a @batched reads, and makes it part of the connector's keys.
func (r *reader) batchedInputs(c *Connector) {
	b := c.batched
	if b == nil {
		return
	}
	r.inputs(b.Connector)
	s := shapes{r.contract, b.Connector} // isSuccess and errors have been looked at where they are written
	r.expectTemplate(s, b.written, b.written.arg("http", b.request.method), b.request.url, codeURL)
	r.expectRequest(s, b.written, &b.request)
	if b.Virtual {
		r.add(codeBatched, b.Coordinate, b.written.at, "http is missing: the request that asks for many")
	}
	if b.reads("this") {
		r.add("CONNECT_BATCH_AND_THIS", b.Coordinate, b.written.at, "$this is one object, and @batched asks for many; read $batch")
	}
	leaves := b.keys.leaves(nil)
	if len(leaves) > 0 && len(b.groupBy) != len(leaves) {
		r.add(codeBatched, b.Coordinate, b.written.at, "groupBy must name as many members as are read of $batch, in the same order: %d", len(leaves))
	}
	for _, path := range leaves {
		c.keys.add(path)
	}
}

// batchedOutline checks what the selection of a @batched makes: the members of groupBy, and all that the plain
// connector resolves.
func (r *resolved) batchedOutline(c *Connector) {
	b := c.batched
	if b == nil || b.selection == nil {
		return
	}
	out := b.selection.Output()
	for _, name := range b.groupBy {
		if out.Field(name) == nil {
			r.add(codeBatched, b.Coordinate, b.written.at, "the selection must have %s, by which its elements are given to their objects", name)
		}
	}
	list := b.result.Elem != nil
	elem := r.contract.byName[b.result.Name()]
	leaf := elem == nil || elem.kind == ast.Scalar || elem.kind == ast.Enum
	value := out.Field(b.field)
	b.wrapped = value != nil && (leaf || elem.field(b.field) == nil)
	switch {
	case leaf && !b.wrapped:
		r.add(codeBatched, b.Coordinate, b.written.at, "%s has no fields; the selection must have its value as %s", b.result.Name(), b.field)
		return
	case b.many && !list:
		r.add(codeBatched, b.Coordinate, b.written.at, "the field is no list, so an object has one element; say many: false")
	case !b.many && list && !b.wrapped:
		r.add(codeBatched, b.Coordinate, b.written.at, "the field is a list; leave out many: false, or let the selection have the list as %s", b.field)
	}
	if b.wrapped {
		out = value.Output
	} else {
		out = r.elements(b, out, elem)
	}
	inner := r.outlineOf(b.Connector, out, b.result.Name(), nil)
	if missing := lacking(inner, r.outlines[c]); inner != nil && missing != "" {
		r.add(codeBatched, b.Coordinate, b.written.at, "the selection must have %s, which the one of @%s has", missing, r.contract.spec.connect)
	}
}

// elements is what the elements are made of without the members of groupBy that are no fields of theirs.
func (r *resolved) elements(b *batched, out *mapping.Output, typ *objectType) *mapping.Output {
	kept := *out
	kept.Fields = slices.DeleteFunc(slices.Clone(out.Fields), func(f *mapping.OutputField) bool {
		return slices.Contains(b.groupBy, f.Name) && typ.field(f.Name) == nil
	})
	kept.Branches = make([]*mapping.Output, len(out.Branches))
	for i, branch := range out.Branches {
		of := typ
		if name, ok := branch.Typename(); ok && r.contract.byName[name] != nil {
			of = r.contract.byName[name]
		}
		kept.Branches[i] = r.elements(b, branch, of)
	}
	return &kept
}

// lacking is the first field, or type, of an outline that another one does not have, or "".
func lacking(has, wants *outline) string {
	if wants == nil || has == nil {
		return ""
	}
	for _, f := range wants.fields {
		g := has.field(f.name)
		if g == nil {
			return f.name
		}
		if m := lacking(g.within, f.within); m != "" {
			return f.name + "." + m
		}
	}
	for _, branch := range wants.branches {
		i := slices.IndexFunc(has.branches, func(b *outline) bool { return b.typ == branch.typ })
		if i < 0 {
			return branch.typ
		}
		if m := lacking(has.branches[i], branch); m != "" {
			return branch.typ + "." + m
		}
	}
	return ""
}

// leaves are the paths of the keys, in the order in which they were read.
func (k keys) leaves(above []string) [][]string {
	var out [][]string
	for _, e := range k {
		path := append(slices.Clone(above), e.name)
		if len(e.sub) > 0 {
			out = append(out, e.sub.leaves(path)...)
		} else {
			out = append(out, path)
		}
	}
	return out
}
