// Package monolith makes a JSON-over-HTTP application a part of the graph: connectors, which say in the schema
// with @source and @connect which address answers which field, are run as subgraphs.
//
// The planner knows nothing of this. Before anything is planned, each connector becomes a subgraph of its own
// that resolves exactly what its selection maps, and is entered by keys made of the inputs that it reads:
//
//	subgraph monolith                     subgraph monolith_Query_site_0      Query.site, Site { id name }
//	  Query.site    @connect(..)    ->    subgraph monolith_Site_0            Site @key(id) { id name plan }
//	  Site          @connect(..)          subgraph monolith_Site_deploys_0    Site @key(id) { id deploys }
//
// A plan's fetch for such a subgraph is answered by the Fetcher, as a subgraph would answer it:
//
//	fetch -> inputs ($args, $this, $batch) -> request -> JSON -> selection -> fields as asked -> {"data":..,"errors":..}
//
// Invariants. One connector is one subgraph, so a fetch never has to be taken apart. What cannot be resolved is
// null with an error at its path. Requests of one operation that are the same are sent once, but for those that
// change something. One call that fails leaves the others as they are. Clients are told no address.
package monolith

import (
	"net/http"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/ficusgraph/ficus/engine/supergraph"
	"github.com/ficusgraph/ficus/monolith-adapter/mapping"
)

// Connectors are the connectors of a graph. They are immutable.
type Connectors struct {
	// List in the order of the subgraphs that they became.
	List []*Connector
	// Sources in the order of their subgraphs and declarations.
	Sources []*Source
	// Warnings are of the whole graph: fields that cannot be resolved everywhere.
	Warnings Errors

	byName map[string]*Connector
	graph  *supergraph.Supergraph
	// part: these are not all of the graph's, whose sources may be configured too.
	part bool
}

// Get is the connector that became the subgraph of that name, or nil.
func (c *Connectors) Get(subgraph string) *Connector { return c.byName[subgraph] }

// Kind is how a connector is entered and called.
type Kind uint8

// The kinds of connectors.
const (
	// Root connectors resolve a field of Query or Mutation from $args; one call a field.
	Root Kind = iota
	// Entity connectors are root connectors that also resolve entities: the representation is $args.
	Entity
	// Field connectors resolve a field of another type from $this; one call a representation and field.
	Field
	// Type connectors resolve entities from $this; one call a representation.
	Type
	// Batch connectors resolve entities from $batch; one call for many representations.
	Batch
)

// Connector is one @connect.
type Connector struct {
	// Subgraph is the name of the subgraph that it became, Of the one that it was declared in.
	Subgraph, Of string
	// Coordinate is the type or field that has the directive, with its number among those there.
	Coordinate string
	// ID as given by the directive, or "".
	ID     string
	Kind   Kind
	Source *Source
	// Virtual: there is no request, the selection makes its value of the inputs alone.
	Virtual bool
	// Mutation: the calls change something, so each is sent.
	Mutation bool

	request   request
	maxBatch  int
	selection *mapping.Selection
	isSuccess *mapping.Selection
	failure   failure

	// typ is the type that the directive stands on or within, field the field ("" if on a type).
	typ, field string
	// result is the field's type; for a connector on a type, that type.
	result *ast.Type
	args   ast.ArgumentDefinitionList
	// keys are the inputs from which entities are entered.
	keys keys
	// inputs are the input types, for defaults.
	inputs map[string]*supergraph.Type
	// batched is how the field is asked for for many objects at once; nil if it is not.
	batched *batched

	written written
}

// Source is one @source.
type Source struct {
	// Subgraph that declares it, and its name there.
	Subgraph, Name string

	base      *template
	request   request
	isSuccess *mapping.Selection
	failure   failure

	written written
}

// String is the source's name in configuration: <subgraph>.<source>.
func (s *Source) String() string { return s.Subgraph + "." + s.Name }

// reading reports whether calls change nothing, so that one answer serves all that ask for it: those of Query
// and of types, with a method by which one asks.
func (c *Connector) reading() bool {
	return !c.Mutation && (c.request.method == http.MethodGet || c.request.method == http.MethodPost)
}

// request is what a source or a connector says about requests.
type request struct {
	// method and url are a connector's only.
	method  string
	url     *template
	path    *mapping.Selection
	query   *mapping.Selection
	body    *mapping.Selection
	headers []header
}

// header is one header that is set, or taken over from the client's request if from is set.
type header struct {
	name  string
	from  string
	value *template
	// written is the value as it stands in the schema.
	written *ast.Value
}

// failure says how a failed call looks to the client.
type failure struct {
	message, extensions *mapping.Selection
}

// written is a directive as it stands in the schema, for messages.
type written struct {
	coordinate string
	args       *ast.Value
	at         *ast.Position
}

// arg is the value at a path of the directive's arguments, or nil.
func (w written) arg(path ...string) *ast.Value {
	v := w.args
	for _, name := range path {
		if v == nil {
			return nil
		}
		v = v.Children.ForName(name)
	}
	return v
}
