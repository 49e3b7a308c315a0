// Package model holds the Go types of the gateway's own part of the graph. models.go is generated from
// schema/platform.graphql; the rest is written by hand, and is data that resolvers are given and the graph does not
// show.
package model

// Plan is a customer's contract. It is written as in the graph.
type Plan string

// The plans that are sold.
const (
	PlanFree        Plan = "FREE"
	PlanPerformance Plan = "PERFORMANCE"
	PlanElite       Plan = "ELITE"
)

// Usage is what one organization has running under its plan: monolith data that Go resolvers reason about.
// It is no type of the graph.
type Usage struct {
	OrganizationID string
	Plan           Plan
	Sites          int
	Members        int
}
