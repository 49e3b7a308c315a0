package mocks

import (
	"maps"
	"strings"
	"sync/atomic"

	"github.com/ficusgraph/ficus/engine/queryplan"
)

// Names are those of the subgraphs that the mock source answers for, in the graph that is served and in those before it:
// plans of either may be under way. The nil Names are none. Only one goroutine may Add at a time.
type Names struct {
	all atomic.Pointer[map[string]bool]
}

// Add adds some.
func (n *Names) Add(names []string) {
	more := map[string]bool{}
	if before := n.all.Load(); before != nil {
		maps.Copy(more, *before)
	}
	for _, name := range names {
		more[name] = true
	}
	n.all.Store(&more)
}

// Has reports whether the mock source answers for the subgraph.
func (n *Names) Has(subgraph string) bool {
	if n == nil {
		return false
	}
	all := n.all.Load()
	return all != nil && (*all)[subgraph]
}

// In reports whether the mock source answers any fetch of a plan.
func (n *Names) In(plan *queryplan.Plan) bool {
	for _, f := range plan.Fetches {
		if n.Has(f.Subgraph) {
			return true
		}
	}
	return false
}

// Counted is what metrics call a subgraph: what is made up does not count for its owner.
func (n *Names) Counted(subgraph string) string {
	if !n.Has(subgraph) || strings.HasSuffix(subgraph, suffix) {
		return subgraph
	}
	return subgraph + suffix
}
