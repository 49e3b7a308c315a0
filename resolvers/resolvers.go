// Package resolvers answers the fields that the gateway resolves itself: schema/platform.graphql, in Go.
//
// gqlgen turns that contract into the package graph and calls the methods that stand here, one file for each
// schema. What they need from outside is declared as ports in ports.go and joined by the server:
//
//	identity of the request ──> Viewer         ┐
//	                                           ├─> Resolver ──> graph ──> a subgraph, served in process
//	the legacy application  ──> Organizations  ┘
//
// The gateway hands over all keys of a level at once, and gqlgen resolves their fields side by side. Loads
// from a port are therefore gathered: WithLoaders gives a request its loaders, and a load port is asked once
// for all organizations of the request, however many fields and places ask.
package resolvers

//go:generate go tool gqlgen generate

// Resolver is the root of the resolvers. It is safe for use by many requests; both ports must be set.
type Resolver struct {
	Viewer        Viewer
	Organizations Organizations
}
