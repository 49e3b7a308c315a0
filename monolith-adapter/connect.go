package monolith

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/ficusgraph/ficus/monolith-adapter/mapping"
)

// readConnectors reads the @connect directives, in the order of the schema.
func (r *reader) readConnectors() []*Connector {
	var out []*Connector
	ids := map[string]bool{}
	for _, t := range r.contract.types {
		for i, w := range t.connects {
			if c := r.connectorOnType(t, w, i); c != nil {
				out = append(out, c)
			}
		}
		for _, f := range t.fields {
			before := len(out)
			for i, w := range f.connects {
				if c := r.connectorOnField(t, f, w, i); c != nil {
					out = append(out, c)
				}
			}
			r.readBatched(f, out[before:])
		}
	}
	for _, c := range out {
		if c.ID == "" {
			continue
		}
		if !isName(c.ID) {
			r.add("INVALID_CONNECTOR_ID_NAME", c.Coordinate, c.written.at, "the id %q is not a GraphQL name", c.ID)
		} else if ids[c.ID] {
			r.add("DUPLICATE_ID_NAME", c.Coordinate, c.written.at, "another connector has the id %q", c.ID)
		}
		ids[c.ID] = true
	}
	return out
}

func isName(s string) bool {
	return headerName.MatchString(s) && !strings.ContainsAny(s, "!#$%&'*+.^`|~-") && (s[0] < '0' || s[0] > '9')
}

// connectorOnType reads a connector that resolves entities of a type.
func (r *reader) connectorOnType(t *objectType, w written, i int) *Connector {
	if r.contract.root(t.name) != "" {
		r.add("CONNECT_ON_ROOT", t.name, w.at, "a connector on a type resolves an entity; put it on the fields of %s instead", t.name)
		return nil
	}
	if t.kind != ast.Object {
		r.add(codeGraphQL, t.name, w.at, "@connect stands on object types and on fields")
		return nil
	}
	if v := w.arg("entity"); v != nil && v.Raw == "false" {
		r.add("CONNECT_ON_TYPE_MUST_BE_ENTITY", t.name, w.at, "a connector on a type resolves an entity; leave entity out, or make it true")
	}
	c := r.connector(w, r.contract.spec.connect, i)
	c.Subgraph = fmt.Sprintf("%s_%s_%d", c.Of, t.name, i)
	c.typ, c.result = t.name, ast.NamedType(t.name, nil)
	batch, this := c.reads("batch"), c.reads("this")
	c.Kind = Type
	if batch {
		c.Kind = Batch
	}
	if batch && this {
		r.add("CONNECT_BATCH_AND_THIS", t.name, w.at, "$batch and $this cannot be used together")
	}
	return c
}

// connectorOnField reads a connector that resolves a field.
func (r *reader) connectorOnField(t *objectType, f *field, w written, i int) *Connector {
	root := r.contract.root(t.name)
	if root == ast.Subscription {
		r.add("SUBSCRIPTION_IN_CONNECTORS", w.coordinate, w.at, "connectors cannot answer subscriptions")
		return nil
	}
	if t.kind != ast.Object {
		r.add(codeGraphQL, w.coordinate, w.at, "%s is an interface; put @connect on the field of each object type, or make it an object type with @interfaceObject", t.name)
		return nil
	}
	c := r.connector(w, r.contract.spec.connect, i)
	c.Subgraph = fmt.Sprintf("%s_%s_%s_%d", c.Of, t.name, f.name, i)
	c.typ, c.field, c.result, c.args = t.name, f.name, f.typ, f.args
	c.Mutation = root == ast.Mutation
	entity := w.arg("entity")
	switch {
	case root == "":
		c.Kind = Field
	case entity != nil && entity.Raw == "true" && !c.Mutation:
		c.Kind = Entity
	default:
		c.Kind = Root
	}
	if entity != nil && entity.Raw == "true" && c.Kind != Entity {
		r.add("ENTITY_NOT_ON_ROOT_QUERY", w.coordinate, w.at, "entity: true stands on fields of Query only")
	}
	return c
}

// connector reads what connectors on types and on fields have in common.
func (r *reader) connector(w written, directive string, i int) *Connector {
	c := &Connector{Of: r.contract.subgraph, Coordinate: fmt.Sprintf("%s@%s[%d]", w.coordinate, directive, i), ID: text(w.args, "id"), written: w}
	c.written.coordinate = c.Coordinate
	w = c.written
	r.arguments(w, w.args, connectInput, "@"+directive)
	answer := connectAnswer
	if v := w.arg("http"); (v == nil || v.Kind == ast.NullValue) && r.contract.spec.version >= mapping.V04 {
		c.Virtual, answer = true, connectVirtual
		r.virtual(w)
	} else {
		c.Source = r.sourceOf(w)
		c.request = r.requestOf(w, connectRequest)
		c.request.method, c.request.url = r.method(w)
		c.request.body = r.mapping(w, codeBody, connectRequest, "http", "body")
	}
	c.selection = r.mapping(w, codeSelection, answer, "selection")
	c.isSuccess = r.mapping(w, codeIsSuccess, answer, "isSuccess")
	c.failure = r.failureOf(w, answer)
	if c.selection == nil {
		if w.arg("selection") == nil {
			r.add(codeSelection, w.coordinate, w.at, "the selection is missing")
		}
	} else if b, ok := c.selection.Root.(*mapping.Block); ok && len(b.Items) == 0 {
		r.add(codeSelection, w.coordinate, w.at, "the selection is empty")
		c.selection = nil
	}
	if v := w.arg("batch", "maxSize"); v != nil && v.Kind == ast.IntValue {
		n, err := strconv.Atoi(v.Raw)
		if err != nil || n < 1 {
			r.add(codeGraphQL, w.coordinate, v.Position, "batch.maxSize must be 1 or more")
		}
		c.maxBatch = n
	}
	return c
}

// virtual checks a connector that makes no request.
func (r *reader) virtual(w written) {
	for _, name := range []string{"source", "isSuccess", "errors"} {
		if v := w.arg(name); v != nil && v.Kind != ast.NullValue {
			r.add("MISSING_HTTP_METHOD", w.coordinate, v.Position, "%s is about a request, and without http none is made; add http, or leave %s out", name, name)
		}
	}
}

func (r *reader) sourceOf(w written) *Source {
	name := text(w.args, "source")
	if name == "" {
		return nil
	}
	if s := r.source(name); s != nil {
		return s
	}
	if len(r.sources) == 0 {
		r.add(codeNoSource, w.coordinate, w.at, "the source %q is not defined; add @source(name: %q, http: { baseURL: .. }) to the schema", name, name)
		return nil
	}
	var names []string
	for _, s := range r.sources {
		if sourceName.MatchString(s.Name) {
			names = append(names, s.Name)
		}
	}
	r.add(codeSourceName, w.coordinate, w.at, "there is no source %q; there are: %s%s", name, strings.Join(names, ", "), similar(name, names))
	return nil
}

// method reads the method and the URL.
func (r *reader) method(w written) (method string, url *template) {
	var found []string
	for _, m := range []string{"GET", "POST", "PUT", "PATCH", "DELETE"} {
		if v := w.arg("http", m); v != nil && v.Kind != ast.NullValue {
			found = append(found, m)
		}
	}
	switch {
	case len(found) == 0:
		r.add("MISSING_HTTP_METHOD", w.coordinate, w.at, "http needs one of GET, POST, PUT, PATCH and DELETE")
		return "", nil
	case len(found) > 1:
		r.add("MULTIPLE_HTTP_METHODS", w.coordinate, w.at, "http has %s; keep one", strings.Join(found, " and "))
	}
	v := w.arg("http", found[0])
	url = r.template(w, v, codeURL, connectRequest, true)
	if url != nil {
		r.urlShape(w, v, url)
	}
	return found[0], url
}

// urlShape checks that a URL is relative to a source, or absolute with a fixed host.
func (r *reader) urlShape(w written, v *ast.Value, t *template) {
	first := ""
	if len(t.parts) > 0 && t.parts[0].expr == nil {
		first = t.parts[0].text
	}
	absolute := strings.Contains(first, "://")
	withSource := text(w.args, "source") != ""
	switch {
	case withSource && absolute:
		r.add("ABSOLUTE_CONNECT_URL_WITH_SOURCE", w.coordinate, v.Position, "%q is absolute, but the source has the base URL; leave out the scheme and the host", v.Raw)
	case !withSource && !absolute:
		r.add("RELATIVE_CONNECT_URL_WITHOUT_SOURCE", w.coordinate, v.Position, "%q is relative; name a source, or write a URL with http:// or https://", v.Raw)
	case absolute:
		r.scheme(w, v, t)
		if _, host, _ := strings.Cut(first, "://"); len(t.parts) > 1 && !strings.ContainsAny(host, "/?") {
			r.add(codeURL, w.coordinate, v.Position, "an expression cannot stand in the host of a URL")
		}
	}
	if path, _, _ := strings.Cut(t.source, "?"); slices.ContainsFunc(strings.Split(path, "/"), dots) {
		r.add(codeURL, w.coordinate, v.Position, "a path must not have a segment . or .., which leads to another address")
	}
}

// reads reports whether the connector reads the variable anywhere.
func (c *Connector) reads(variable string) bool {
	for _, ref := range c.readings() {
		if ref.Variable == variable {
			return true
		}
	}
	return false
}
