package subgraph

import (
	"context"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
)

// HeaderShadow marks what is asked to compare owners, for no client. Baggage says so too, for those further behind.
const (
	HeaderShadow  = "Ficus-Shadow"
	baggageShadow = "ficus.shadow=1"
)

// Aside is what the gateway asks beside a client's request, to compare owners. What of it could change something is not
// sent.
type Aside struct {
	// Safe are coordinates that change nothing, whatever the method of their connectors.
	Safe []string

	refused atomic.Bool
}

type asideKey struct{}

// NewAside marks all that is fetched under the context.
func NewAside(ctx context.Context, a *Aside) context.Context {
	return context.WithValue(ctx, asideKey{}, a)
}

// AsideOf is the mark of the context, nil for a client's request.
func AsideOf(ctx context.Context) *Aside {
	a, _ := ctx.Value(asideKey{}).(*Aside)
	return a
}

// Sends reports whether a connector of a coordinate may send a request of the method, and notes if not.
func (a *Aside) Sends(method, coordinate string) bool {
	if a == nil || method == http.MethodGet || method == http.MethodHead || coordinate == "" {
		return true
	}
	coordinate, _, _ = strings.Cut(coordinate, "@")
	if slices.Contains(a.Safe, coordinate) {
		return true
	}
	a.refused.Store(true)
	return false
}

// Refused reports whether something was not sent: the answer is then none to compare.
func (a *Aside) Refused() bool { return a.refused.Load() }

// Mark is the header with the mark.
func (a *Aside) Mark(h http.Header) http.Header {
	if a == nil {
		return h
	}
	out := maps.Clone(h)
	if out == nil {
		out = http.Header{}
	}
	out[HeaderShadow] = []string{"1"}
	list := append(slices.Clone(out["Baggage"]), baggageShadow)
	out["Baggage"] = []string{strings.Join(list, ",")}
	return out
}
