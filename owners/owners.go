// Package owners turns a configuration into a graph that can be served: it composes the contract, and decides
// for each part of it who answers.
//
//	schemas, services' SDL -> inputs               all that a graph is made of
//	        -> Compose -> supergraph SDL           as other routers load it
//	        -> unimplemented fields split off      to the mock source
//	        -> connectors expanded                 each connector of the monolith a subgraph of its own
//	        -> Graph: the supergraph to plan over, and a Fetcher that finds each of its subgraphs
//
// The supergraph says who can resolve a coordinate; what comes out of here says who does.
package owners

import (
	"context"
	"fmt"

	"github.com/ficusgraph/ficus/config"
	"github.com/ficusgraph/ficus/engine/composition"
	"github.com/ficusgraph/ficus/engine/executor"
	"github.com/ficusgraph/ficus/engine/supergraph"
	"github.com/ficusgraph/ficus/mocks"
	monolith "github.com/ficusgraph/ficus/monolith-adapter"
	"github.com/ficusgraph/ficus/owners/status"
	"github.com/ficusgraph/ficus/subgraph"
)

// Graph is a graph ready to be served.
type Graph struct {
	// Supergraph to plan over.
	Supergraph *supergraph.Supergraph
	// Fetcher answers the fetches of its plans.
	Fetcher executor.Fetcher
	// Hints of composition.
	Hints []composition.Hint
	// Warnings of connectors that work, and give less than the schema says.
	Warnings []composition.Hint
	// Status of each subgraph of the contract, by name.
	Status []Status
	// Dropped are the coordinates of the contract that are not in the graph, since nobody answers them.
	Dropped []Dropped
	// Migrations are what moves in the graph.
	Migrations Migrations
	// Contradictions are where services that said what they implement are not what their contracts say, by
	// subgraph and then by the contract's order.
	Contradictions []Contradiction
	// Mocks is what the mock source was told; nil if nothing is mocked.
	Mocks *mocks.Script
	// Mocked are the subgraphs that the mock source answers for, by their names in Supergraph.
	Mocked []string

	// facts are what is known of how far the contract is kept, and report says it.
	facts  status.Facts
	report func() *status.Report

	connections connections
}

// Registry makes graphs of one configuration, again when schemas or services have changed. A graph takes over
// the connections of the one before to the services that both have. Its methods must not be called at the same time.
type Registry struct {
	cfg   *config.Config
	ports Ports
	// serving are the connections of the graph that is served.
	serving connections
	// last is what the last graph was made of.
	last inputs
	// poll asks the services; nil before that was needed.
	poll *poll
	// agreed is the contract that was composed last.
	agreed *agreed
}

// Ports are what graphs need of their surroundings; all may be left out where they are only planned over.
type Ports struct {
	// Local answers the subgraphs whose source is local.
	Local executor.Fetcher
	// Monolith are the ports of connectors.
	Monolith monolith.Ports
}

// New is a registry for the configuration.
func New(cfg *config.Config, ports Ports) *Registry {
	return &Registry{cfg: cfg, ports: ports}
}

// Close closes the connections to services and the monolith; those in use close when their fetches end.
func (r *Registry) Close() {
	r.serving.closeBut(connections{})
	if r.poll != nil {
		r.poll.close()
	}
}

// ask asks the services what they implement.
func (r *Registry) ask(ctx context.Context, in *inputs) error {
	if r.poll == nil {
		var err error
		if r.poll, err = newPoll(r.cfg, r.services()); err != nil {
			return err
		}
	}
	r.poll.once(ctx)
	in.deployed, in.unreadable = r.poll.said()
	return nil
}

// Plan is the graph as it would be served, made without asking any service what it implements, and without
// a Fetcher.
func (r *Registry) Plan(ctx context.Context) (*Graph, error) {
	in, err := r.read(ctx)
	if err != nil {
		return nil, err
	}
	return r.survey(in)
}

// Survey is the graph as Load would make it, without a Fetcher: who would answer.
func (r *Registry) Survey(ctx context.Context) (*Graph, error) {
	in, err := r.read(ctx)
	if err != nil {
		return nil, err
	}
	if err := r.ask(ctx, &in); err != nil {
		return nil, err
	}
	defer r.Close()
	return r.survey(in)
}

func (r *Registry) survey(in inputs) (*Graph, error) {
	a, err := r.assign(in)
	if err != nil {
		return nil, err
	}
	return a.graph, nil
}

// Load is the graph as it is to be served now: services are asked what they implement.
func (r *Registry) Load(ctx context.Context) (*Graph, error) {
	in, err := r.read(ctx)
	if err != nil {
		return nil, err
	}
	if err := r.ask(ctx, &in); err != nil {
		return nil, err
	}
	g, err := r.make(in)
	r.last = in
	if err != nil {
		return nil, err
	}
	r.serves(g)
	return g, nil
}

// make assigns owners and gives each subgraph its Fetcher.
func (r *Registry) make(in inputs) (*Graph, error) {
	a, err := r.assign(in)
	if err != nil {
		return nil, err
	}
	a.graph.connections.remotes = map[string]*subgraph.Remote{}
	if err = r.addOwners(a); err == nil {
		err = r.addRemotes(a)
	}
	if err != nil {
		a.graph.connections.closeBut(r.serving)
		return nil, err
	}
	a.graph.Fetcher = r.choosing(a.graph, subgraph.NewTable(a.fetchers))
	return a.graph, nil
}

// addRemotes gives the subgraphs that have no Fetcher yet the service at their URL.
func (r *Registry) addRemotes(a *assignment) error {
	traffic := r.cfg.Traffic
	traffic.Passthrough = r.cfg.Front.Subscription.Mode.Passthrough
	for _, s := range a.graph.Supergraph.Subgraphs {
		if a.fetchers[s.Name] != nil {
			continue
		}
		if _, ours := r.cfg.Subgraphs[s.Name]; ours && s.URL == "" {
			return r.cfg.Place(fmt.Errorf("subgraphs.%s: has no routing_url; say where its service is, or mock: unimplemented if nobody has begun it", s.Name))
		}
		at := s.Name + " " + s.URL
		remote := r.serving.remotes[at]
		if remote == nil {
			var err error
			if remote, err = subgraph.NewRemote(s.Name, s.URL, traffic); err != nil {
				return fmt.Errorf("%s: %w", r.cfg.Name, err)
			}
		}
		a.graph.connections.remotes[at] = remote
		a.fetchers[s.Name] = remote
	}
	return nil
}
