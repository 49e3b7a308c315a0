package config

// Contract is about what the subgraphs have promised.
type Contract struct {
	// Owners is a file that says which team owns which fields; none by default.
	Owners string `yaml:"owners"`
}
