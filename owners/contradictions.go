package owners

import "github.com/ficusgraph/ficus/owners/contract"

// Contradiction is a place where a service is not what its contract says.
type Contradiction = contract.Contradiction
