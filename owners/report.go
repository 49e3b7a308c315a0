package owners

// Report is how far a graph's contract is kept, for people and for pipelines: what status prints, and what the admin
// API answers. Its JSON is the same everywhere.
type Report struct {
	// Subgraphs by name.
	Subgraphs []Status `json:"subgraphs"`
}

// Report says how far the contract of the graph is kept.
func (g *Graph) Report() *Report {
	return &Report{Subgraphs: g.Status}
}
