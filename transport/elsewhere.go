package transport

import (
	"context"
	"net/http"
	"net/netip"

	"github.com/go-chi/chi/v5"
)

// Elsewhere serves what is asked of the public listener and is not the gateway's own.
type Elsewhere interface {
	http.Handler
	// End has connections end that the server gave away, and Wait waits until they have.
	End()
	Wait(ctx context.Context) error
}

// divide has the gateway's own paths be answered here, and the others elsewhere: neither CORS nor what else is the graph's
// is between those and who asks.
func (s *Server) divide(own *chi.Mux) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == s.cfg.Supergraph.Path || isOwn(own, r) {
			own.ServeHTTP(w, r)
			return
		}
		if s.draining.Load() {
			w.Header().Set("Connection", "close")
		}
		s.parts.Elsewhere.ServeHTTP(w, r)
	})
}

// isOwn says that the gateway has the path. The page at / is only for who gets it; a path that it has is its own with
// every method.
func isOwn(own *chi.Mux, r *http.Request) bool {
	return own.Match(chi.NewRouteContext(), r.Method, r.URL.Path) ||
		r.URL.Path != "/" && own.Match(chi.NewRouteContext(), http.MethodGet, r.URL.Path)
}

// Own are the paths that the gateway answers itself, /* at the end standing for all beneath.
func (c Config) Own() []string {
	c = c.withDefaults()
	out := []string{c.Supergraph.Path, reserved}
	if on := c.HealthCheck.Enabled; on == nil || *on {
		out = append(out, c.HealthCheck.Path, c.HealthCheck.Path+"/live", c.HealthCheck.Path+"/ready")
	}
	return out
}

// reserved is beneath where the gateway has what its pages load.
const reserved = "/_ficus/*"

// Clients says who sent a request, and whether what it says of those before is to be believed. The configuration must be
// valid.
func (c Config) Clients() func(*http.Request) (client netip.Addr, trusted bool) {
	c = c.withDefaults()
	p, _ := newProxies(c.Server.TrustedProxies, c.Server.ForwardedHeader)
	return func(r *http.Request) (netip.Addr, bool) {
		peer, err := netip.ParseAddrPort(r.RemoteAddr)
		return p.client(r), err == nil && p.trust(peer.Addr().Unmap().WithZone(""))
	}
}
