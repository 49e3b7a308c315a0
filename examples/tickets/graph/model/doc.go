// Package model holds the Go types of the tickets service, generated from schema.graphql.
package model
