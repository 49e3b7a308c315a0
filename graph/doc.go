// Package graph is the gateway's own subgraph as gqlgen generates it from schema/platform.graphql: it parses, validates
// and calls the resolvers. All other files here are generated; change the schema and run go generate.
package graph
