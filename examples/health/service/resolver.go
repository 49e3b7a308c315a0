package service

import "github.com/ficusgraph/ficus/examples/health/graph/model"

//go:generate go tool gqlgen generate

// shelf knows how sites do, by their numbers.
type shelf interface {
	Health(site int64) *model.SiteHealth
}

// Resolver is the root of the resolvers.
type Resolver struct {
	shelf shelf
}
