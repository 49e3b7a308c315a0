package subgraph

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Passthrough says how services are subscribed to.
type Passthrough struct {
	// All holds for every subgraph.
	All Subscribing `yaml:"all"`
	// Subgraphs holds for the subgraphs named; what it leaves open is taken from All.
	Subgraphs map[string]Subscribing `yaml:"subgraphs"`
}

// Subscribing is how one service is subscribed to.
type Subscribing struct {
	// Protocol is websocket, which is graphql-transport-ws and may be written graphql_ws as well, or sse: an event stream as graphql-sse has
	// it, in its mode of distinct connections. Without one the service is not subscribed to.
	Protocol string `yaml:"protocol"`
	// Path at the service's address, where it is not that of its URL.
	Path string `yaml:"path"`
}

// Protocols of Subscribing.
const (
	ProtocolWebSocket = "websocket"
	ProtocolSSE       = "sse"
)

// Validate reports everything that is wrong.
func (p Passthrough) Validate() error {
	errs := []error{p.All.validate("subscription.mode.passthrough.all")}
	for _, name := range slices.Sorted(maps.Keys(p.Subgraphs)) {
		errs = append(errs, p.Subgraphs[name].validate("subscription.mode.passthrough.subgraphs."+name))
	}
	return flatten(errs)
}

func (s Subscribing) validate(key string) error {
	switch {
	case s.Protocol == "graphql_transport_ws":
		return fmt.Errorf("%s.protocol: graphql_transport_ws is the protocol of subscriptions-transport-ws, which is not spoken; write websocket for the one that took its place", key)
	case s.protocol() != "" && s.protocol() != ProtocolWebSocket && s.protocol() != ProtocolSSE:
		return fmt.Errorf("%s.protocol: there is no %q; write websocket or sse", key, s.Protocol)
	case s.Path != "" && !strings.HasPrefix(s.Path, "/"):
		return fmt.Errorf("%s.path: %q is not a path; write one such as /ws", key, s.Path)
	}
	return nil
}

func (s Subscribing) protocol() string {
	if s.Protocol == "graphql_ws" {
		return ProtocolWebSocket
	}
	return s.Protocol
}

// of is how the service for a subgraph is subscribed to.
func (p Passthrough) of(name string) Subscribing {
	s := p.Subgraphs[name]
	fallback(&s.Protocol, p.All.Protocol)
	fallback(&s.Path, p.All.Path)
	s.Protocol = s.protocol()
	return s
}
