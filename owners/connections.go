package owners

import (
	monolith "github.com/ficusgraph/ficus/monolith-adapter"
	"github.com/ficusgraph/ficus/subgraph"
)

// connections are what a graph keeps open.
type connections struct {
	// remotes by subgraph and URL.
	remotes map[string]*subgraph.Remote
	// adapter answers the connectors.
	adapter *monolith.Fetcher
}

// serves makes the graph the one that is served: what it has no use for is closed. Requests that began on the
// graph before end on its connections.
func (r *Registry) serves(g *Graph) {
	before := r.serving
	r.serving = g.connections
	before.closeBut(g.connections)
}

// closeBut closes what the others do not have too.
func (c connections) closeBut(others connections) {
	if c.adapter != nil && c.adapter != others.adapter {
		c.adapter.Close()
	}
	for at, remote := range c.remotes {
		if others.remotes[at] != remote {
			remote.Close()
		}
	}
}
