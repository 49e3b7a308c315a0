package monolith

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Listed is a connector as lists of them name it.
type Listed struct {
	Target string   `json:"target"`
	Kind   string   `json:"kind"`
	ID     string   `json:"id,omitempty"`
	Method string   `json:"method,omitempty"`
	URL    string   `json:"url,omitempty"`
	Source string   `json:"source,omitempty"`
	Keys   []string `json:"keys,omitempty"`
	// Subgraph declares it.
	Subgraph string `json:"subgraph"`
}

// kindNames are the kinds as lists name them.
var kindNames = [...]string{Root: "root", Entity: "entity", Field: "field", Type: "type", Batch: "batch"}

// String is the kind's name.
func (k Kind) String() string { return kindNames[k] }

// All are the connectors in their order, each with the form for many objects of @batched behind it if it has one.
func (c *Connectors) All() []*Connector {
	var out []*Connector
	for _, con := range c.List {
		out = append(out, con)
		if con.batched != nil {
			out = append(out, con.batched.Connector)
		}
	}
	return out
}

// With is the form of the connector that variables are for: with $batch, that of @batched if there is one.
func (c *Connector) With(v TrialVariables) *Connector {
	if c.batched != nil && !v.Batch.IsMissing() {
		return c.batched.Connector
	}
	return c
}

// Listing is the connectors in their order.
func (c *Connectors) Listing() []Listed {
	all := c.All()
	out := make([]Listed, len(all))
	for i, con := range all {
		l := Listed{Target: c.Target(con), Kind: con.Kind.String(), ID: con.ID, Method: con.request.method, Subgraph: con.Of}
		if con.request.url != nil {
			l.URL = strings.Join(strings.Fields(con.request.url.source), "")
		}
		if con.Source != nil {
			l.Source = con.Source.Name
		}
		for _, k := range con.keys {
			l.Keys = append(l.Keys, k.String())
		}
		out[i] = l
	}
	return out
}

// String is the key as a field set has it.
func (k *key) String() string {
	if len(k.sub) == 0 {
		return k.name
	}
	parts := make([]string, len(k.sub))
	for i, s := range k.sub {
		parts[i] = s.String()
	}
	return k.name + " { " + strings.Join(parts, " ") + " }"
}

// Joined is the connectors of several schemas together.
func Joined(parts ...*Connectors) *Connectors {
	out := &Connectors{byName: map[string]*Connector{}}
	for _, p := range parts {
		out.List, out.Sources = append(out.List, p.List...), append(out.Sources, p.Sources...)
		maps.Copy(out.byName, p.byName)
	}
	return out
}

// Target is the connector's name on a command line: Type.field or Type, and its number if the place has several.
func (c *Connectors) Target(con *Connector) string {
	place, number := con.named()
	if !slices.Contains(c.List, con) { // of @batched
		return con.Coordinate
	}
	for _, other := range c.List {
		if p, _ := other.named(); other != con && p == place {
			return place + number
		}
	}
	return place
}

// named is the type or field that has the directive, and the directive's number there, such as [0].
func (c *Connector) named() (place, number string) {
	place, directive, _ := strings.Cut(c.Coordinate, "@")
	return place, directive[strings.IndexByte(directive, '['):]
}

// Find is the connector that a target names: its id, Type.field or Type, either with [n] where there are several.
func (c *Connectors) Find(target string) (*Connector, error) {
	var found []*Connector
	var names []string
	for _, con := range c.All() {
		place, number := con.named()
		switch {
		case target == con.Coordinate:
			found = append(found, con)
		case !slices.Contains(c.List, con):
		case slices.Contains([]string{con.ID, con.Subgraph, place, place + number}, target):
			found = append(found, con)
		}
		names = append(names, c.Target(con))
		if con.ID != "" {
			names = append(names, con.ID)
		}
	}
	switch {
	case len(c.List) == 0:
		return nil, errors.New("the schema has no connectors")
	case target == "" || len(found) == 0:
		return nil, fmt.Errorf("there is no connector %q%s", target, suggest(target, names))
	case len(found) > 1:
		return nil, fmt.Errorf("%s has %d connectors; name one of them: %s", target, len(found), c.choices(found))
	}
	return found[0], nil
}

// suggest is the name that is most like what was asked for, or all names.
func suggest(target string, names []string) string {
	if near := similar(target, names); near != "" {
		return near
	}
	return "; there are: " + strings.Join(names, ", ")
}

// choices are names that tell the connectors apart: their numbers, or what they became if they are in several subgraphs.
func (c *Connectors) choices(found []*Connector) string {
	names := make([]string, len(found))
	for i, con := range found {
		place, number := con.named()
		if names[i] = place + number; con.Of != found[0].Of || found[0].Of != found[len(found)-1].Of {
			names[i] = con.Subgraph
		}
	}
	return strings.Join(names, ", ")
}
