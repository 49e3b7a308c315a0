package subgraph

import (
	"context"
	"maps"
	"net/http"
	"slices"
)

// RequestRules are the header rules for the requests of a connector.
type RequestRules struct{ rules []rule }

// OfConnector are the rules for connectors of a subgraph to a source, nil if there are none. What holds for all services
// is not for connectors, whose schema says what is sent.
func (h Headers) OfConnector(subgraph, source string) (*RequestRules, error) {
	rules, err := compileRequest(h.Subgraphs[subgraph].Request, h.Connector.All.Request, h.Connector.Sources[source].Request)
	if err != nil || len(rules) == 0 {
		return nil, err
	}
	return &RequestRules{rules}, nil
}

// Apply is the fields of a header, whose names are canonical, changed by the rules. What stays keeps its place.
func (r *RequestRules) Apply(ctx context.Context, fields [][2]string) [][2]string {
	if r == nil {
		return fields
	}
	base := make(http.Header, len(fields))
	for _, f := range fields {
		base[f[0]] = append(base[f[0]], f[1])
	}
	changed := apply(ctx, r.rules, base)
	out := make([][2]string, 0, len(fields))
	add := func(name string) {
		for _, v := range changed[name] {
			out = append(out, [2]string{name, v})
		}
		delete(changed, name)
	}
	for _, f := range fields {
		add(f[0])
	}
	for _, name := range slices.Sorted(maps.Keys(changed)) {
		add(name)
	}
	return out
}
