// Package graph is the health service as gqlgen generates it from schema.graphql: it parses, validates and calls the
// resolvers in service. All other files here are generated; change the schema and run go generate.
package graph
