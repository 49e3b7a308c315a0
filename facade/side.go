package facade

import (
	"net/http"

	"github.com/ficusgraph/ficus/rollout"
)

// decide is the side of a migration that a request is on: the decision of the graph's labels.
func (f *Facade) decide(r *http.Request, m *rollout.Migration) rollout.Side {
	return f.parts.Decide().Side(f.cookies.Facts(f.parts.Facts(r)), m.Label())
}
