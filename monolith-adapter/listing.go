package monolith

import (
	"errors"
	"fmt"
	"maps"
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

// Listing is the connectors in their order.
func (c *Connectors) Listing() []Listed {
	out := make([]Listed, len(c.List))
	for i, con := range c.List {
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
	for _, con := range c.List {
		place, number := con.named()
		switch target {
		case con.ID, con.Coordinate, con.Subgraph, place, place + number:
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
	case len(found) == 0:
		return nil, fmt.Errorf("there is no connector %s%s", target, suggest(target, names))
	case len(found) > 1:
		return nil, fmt.Errorf("%s has %d connectors; name one of them: %s", target, len(found), c.choices(found))
	}
	return found[0], nil
}

// suggest is the name that is most like what was asked for, or all names.
func suggest(target string, names []string) string {
	if near := nearest(target, names); near != "" {
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
