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
