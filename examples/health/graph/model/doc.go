// Package model holds the Go types of the health service, generated from schema.graphql.
package model
