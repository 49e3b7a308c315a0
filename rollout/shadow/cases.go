package shadow

import (
	"sync"

	"github.com/ficusgraph/ficus/rollout"
)

// cases are operations as they were pruned, for as long as one graph is served. It forgets all when it is full, as
// operations that are asked often come again at once.
type cases struct {
	mu    sync.Mutex
	graph *Graph
	known map[asked]*pruned
}

// asked is an operation with the migration that it is pruned for.
type asked struct {
	migration   *rollout.Migration
	query, name string
}

// maxCases is how many are kept.
const maxCases = 256

// of is the pruned operation, nil if nothing of it is compared.
func (c *cases) of(g *Graph, m *rollout.Shadowed, query, name string) *pruned {
	key := asked{m.Migration, query, name}
	if p, ok := c.find(g, key); ok {
		return p
	}
	p, err := g.prune(query, name, m.Coordinates, m.Shadow.SideEffects)
	if err != nil {
		p = nil // it is too large; it is left alone
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.graph == g && len(query) <= maxText {
		c.known[key] = p
	}
	return p
}

// find is what is known of an operation of the graph.
func (c *cases) find(g *Graph, key asked) (*pruned, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.graph != g || len(c.known) >= maxCases {
		c.graph, c.known = g, map[asked]*pruned{}
	}
	p, ok := c.known[key]
	return p, ok
}
