package owners

import (
	"fmt"
	"sync"

	"github.com/ficusgraph/ficus/engine"
	"github.com/ficusgraph/ficus/engine/supergraph"
	"github.com/ficusgraph/ficus/mocks"
)

// planned says of operations why real owners alone do not answer them, by their plans on the graph that is served;
// whole are the subgraphs of which everything is made up.
func planned(sg *supergraph.Supergraph, whole map[string]bool) func(document, operation string) error {
	snapshot := sync.OnceValues(func() (*engine.Snapshot, error) {
		return engine.NewSnapshot(sg, nil, engine.Config{Introspection: true})
	})
	return func(document, operation string) error {
		s, err := snapshot()
		if err != nil {
			return err
		}
		plan, err := s.Plan(&engine.Request{Query: document, OperationName: operation})
		if err != nil {
			return err
		}
		for _, f := range plan.Fetches {
			if g := sg.Subgraph(f.Subgraph); g != nil && (mocks.IsMock(g) || whole[g.Name]) {
				return fmt.Errorf("it asks %s, which is made up", g.Name)
			}
		}
		return nil
	}
}
