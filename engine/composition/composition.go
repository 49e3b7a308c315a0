// Package composition makes one supergraph of many subgraphs, or says everything that keeps them from
// fitting together.
//
// The subgraphs go through stages; each stage gathers all its errors before it stops the next, because the
// errors of a later stage would only be echoes of the earlier ones:
//
//	read        SDL -> schema      parse, fold extensions, name directives by their meaning; check GraphQL,
//	                               then what the federation directives of this subgraph alone do wrong
//	upgrade     schema -> schema   give Federation 1 schemas the meaning they would have in Federation 2
//	merge       schemas -> graph   one type, field, argument, value at a time, by the rules of its kind
//	check       graph              what only shows in the whole: interfaces, @inaccessible, defaults
//	satisfy     graph              every query that the API allows can be answered by some path of fetches
//	print       graph -> SDL       the supergraph (join spec) and the API schema
//
// Subgraphs are taken in the order of their names, and nothing depends on the order of a map: equal input
// gives an equal supergraph, to the byte. The result and its parts are never changed after they are returned.
package composition

// Subgraph is one service of the graph and its schema.
type Subgraph struct {
	// Name is unique in the graph; URL is where the service answers and may be "".
	Name, URL string
	// SDL is the schema, with the federation directives.
	SDL string
	// File is named in errors, before the line and column; "" where the schema is not from a file.
	File string
}

// Result is a graph that composed.
type Result struct {
	// SupergraphSDL is what gateways load (join v0.5, link v1.0).
	SupergraphSDL string
	// APISchemaSDL is what clients see.
	APISchemaSDL string
	// Hints are in the order of the stages.
	Hints []Hint
}

// Compose makes the supergraph. The error, if any, is of type Errors and holds everything that the first
// stage with errors found.
func Compose(subgraphs []Subgraph) (*Result, error) {
	schemas, errs := read(subgraphs)
	if len(errs) > 0 {
		return nil, errs.asError()
	}
	if errs := upgrade(schemas); len(errs) > 0 {
		return nil, errs.asError()
	}
	g, hints, errs := merge(schemas)
	if len(errs) > 0 {
		return nil, errs.asError()
	}
	more, errs := satisfy(g)
	if len(errs) > 0 {
		return nil, errs.asError()
	}
	return &Result{SupergraphSDL: printSupergraph(g), APISchemaSDL: printAPI(g), Hints: append(hints, more...)}, nil
}
