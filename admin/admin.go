// Package admin is the operators' HTTP API, under /api/v1 on the admin listener.
//
//	request -> site     what a website made a browser send is refused  (site.go)
//	        -> token    the configured one, where there is one         (access.go)
//	        -> route    added by whoever has something to say          (admin.go)
//	        -> JSON     what the route returned, or what is wrong      (json.go)
//
// With a token, that is what lets a request in, wherever it comes from. Without one, only who is on this machine is
// an operator: the API is open while the listener is on loopback, and shut where it is not. A browser is on this
// machine too, so requests are judged by what it says of where they are from.
package admin

import (
	"log/slog"
	"net"
	"net/http"

	"github.com/go-chi/chi/v5"
)

// Prefix is the path beneath which the API's routes are.
const Prefix = "/api/v1"

// Config is who may ask.
type Config struct {
	// Token that requests must bring; "" for none, which leaves the API to those on this machine.
	Token string
	// Listen is the listener's address as it was configured. Its host is one by which the API may be called.
	Listen string
	// Address is where the listener is.
	Address net.Addr
}

// API is the operators' API.
type API struct {
	handler http.Handler
	routes  chi.Router
	log     *slog.Logger
}

var _ http.Handler = (*API)(nil)

// New is an API without routes. That it is shut, for want of a token, is said in the log.
func New(cfg Config, logger *slog.Logger) *API {
	a := &API{routes: chi.NewRouter(), log: logger}
	router := chi.NewRouter()
	guard := newAccess(cfg)
	if guard.shut {
		logger.Warn("the admin API refuses everybody: the admin listener is not on loopback, and there is no admin.token; set one, or listen on 127.0.0.1",
			slog.String("address", cfg.Address.String()))
	}
	router.Use(guard.check)
	router.Mount(Prefix, a.routes)
	router.NotFound(notFound)
	router.MethodNotAllowed(methodNotAllowed)
	a.handler = router
	return a
}

// Handle adds a route beneath Prefix, such as GET /status. What answer returns is sent as JSON; an Error is sent as
// it is, any other error is logged, and the client is told no more than that there was one.
func (a *API) Handle(method, pattern string, answer Answer) {
	a.routes.Method(method, pattern, JSON(a.log, answer))
}

// ServeHTTP implements http.Handler.
func (a *API) ServeHTTP(w http.ResponseWriter, r *http.Request) { a.handler.ServeHTTP(w, r) }

func notFound(w http.ResponseWriter, r *http.Request) {
	writeError(w, Errorf(http.StatusNotFound, CodeNotFound, "nothing is served at %s", r.URL.Path))
}

func methodNotAllowed(w http.ResponseWriter, r *http.Request) {
	writeError(w, Errorf(http.StatusMethodNotAllowed, CodeMethodNotAllowed, "this path cannot be asked with %s", r.Method))
}
