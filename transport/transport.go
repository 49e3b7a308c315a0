// Package transport is the front of the house: it speaks GraphQL over HTTP and is the one place that writes
// answers.
//
//	listener -> enter        request id, recovery, header's size    (enter.go, limits.go)
//	         -> CORS         which websites may ask                 (cors.go)
//	         -> route        /health*, the explorer, the graph      (transport.go, health.go, explorer.go)
//	         -> websocket    connections that carry many operations  (websocket.go, socket.go)
//	         -> csrf         what a browser sends unasked is refused (csrf.go)
//	         -> authenticate handed in: auth.Middleware
//	         -> gqlgen       handler.Server picks a transport       (post.go, get.go)
//	         -> params       the body, scanned once, in place       (params.go)
//	         -> known        the text that an id or a hash stands for (known.go)
//	         -> rate limits  who asks how often                     (visit.go, address.go)
//	         -> admission    a place, and a time to be answered in  (admission.go, memory.go)
//	         -> engine       request -> response bytes              (engine.go)
//	         -> write        status by media type, one Write        (answer.go)
//	         or stream       a response for each event              (subscription.go, stream.go, parts.go)
//
// gqlgen's handler.Server carries the front, so that its transports for streams can stand beside ours. The
// POST and GET transports here go past its executor: they hand the query's text and the variables' bytes to
// the engine, and write the bytes that come back.
//
// Whatever is refused before the engine is a refusal: a status, a code and a message that says what to do.
// Nothing on a request's way panics by design; what panics nevertheless is caught once, counted, and answered
// with INTERNAL_SERVER_ERROR.
//
// A Server ends in order: not ready, a delay in which load balancers see that, no new connections, requests in
// flight complete, then the admin listener closes (serve.go).
package transport

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"sync/atomic"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/handler"
	"github.com/go-chi/chi/v5"
	"github.com/gorilla/websocket"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/validator/rules"

	"github.com/ficusgraph/ficus/ratelimit"
	"github.com/ficusgraph/ficus/telemetry"
	"github.com/ficusgraph/ficus/telemetry/trace"
)

// Parts is what a Server is joined to. Only Engine is required.
type Parts struct {
	// Engine answers the requests.
	Engine Engine
	// Transports are asked before POST and GET whether a request is theirs; gqlgen's for streams belong here.
	Transports []graphql.Transport
	// Schema is the current API schema, which Transports need.
	Schema func() *ast.Schema
	// Authenticate wraps the graph's handler, as auth.Middleware does.
	Authenticate func(http.Handler) http.Handler
	// Connect says who opens a WebSocket, as auth.Connect does; nil means that nobody is asked. Its error is told to the
	// client.
	Connect func(r *http.Request, payload []byte) (*http.Request, error)
	// Verify says whether who subscribed may go on, as Connect does; nil means that nobody is asked again.
	Verify func(r *http.Request, payload []byte) (*http.Request, error)
	// Challenge is the WWW-Authenticate header of operations that the engine refuses for want of a token.
	Challenge string
	// Context makes the context that a request is executed in, from its own and the request.
	Context func(context.Context, *http.Request) context.Context
	// Ready says whether the gateway can answer; nil means always. It is asked by the readiness check.
	Ready func() bool
	// Stale is why the graph that is served is not the newest, "" if it is; nil means always. The health checks say
	// it, but for readiness: requests are answered.
	Stale func() string
	// Documents finds the texts of operations that are known beforehand; nil knows none.
	Documents Documents
	// RateLimit says how often who may ask; nil means as often as anybody likes.
	RateLimit *ratelimit.Limiter
	// Observer counts requests and panics.
	Observer Observer
	// Tracer traces requests to the graph; nil traces none.
	Tracer *telemetry.Tracer
	// Page is what browsers get where graphiql is on; nil means the explorer.
	Page http.Handler
	// Beside is served on the public listener to GET, by chi's patterns: what such a page loads and asks for.
	Beside map[string]http.Handler
	// Elsewhere is served whatever is not the gateway's own; nil means that there is nothing.
	Elsewhere Elsewhere
	// Metrics is served on the admin listener as /metrics.
	Metrics http.Handler
	// Admin is served on the admin listener beneath /api/; it decides itself who may ask.
	Admin http.Handler
	// Files are where certificates lie.
	Files Files
	// Logger gets what operators should know; nil means slog.Default.
	Logger *slog.Logger
	// NewID makes request ids.
	NewID func() string
}

// Observer is told how requests ended. It is called from many goroutines and must be quick.
type Observer interface {
	// RequestDone is called once a request: kind is query, mutation, subscription or unknown; outcome is one of
	// the Outcome constants.
	RequestDone(kind, outcome string, took time.Duration)
	// Panicked is called for each panic that was caught.
	Panicked()
	// LimitPassed is called for each limit that a request passes, by its key in the configuration, and says whether the
	// request is refused for it. What the engine finds is not told here.
	LimitPassed(limit string, refused bool)
	// SubscriptionsOpen is called with 1 when a subscription begins, and with -1 when it ends.
	SubscriptionsOpen(change int)
	// EventDone is called for each response to a subscription, with what became of it, as of a request.
	EventDone(outcome string)
}

// What became of a request, as Observer and logs name it.
const (
	// OutcomeOK is an answer without errors.
	OutcomeOK = "ok"
	// OutcomePartial is an answer with errors and data.
	OutcomePartial = "partial"
	// OutcomeFailed is an answer whose data is null.
	OutcomeFailed = "failed"
	// OutcomeRefused is a request that was not executed.
	OutcomeRefused = "refused"
	// OutcomePanic is a request that panicked.
	OutcomePanic = "panic"
)

// Server serves the graph over HTTP.
type Server struct {
	cfg    Config
	parts  Parts
	gql    http.Handler
	public http.Handler
	admin  http.Handler
	csrf   csrfGuard
	bounds bounds
	// hsts is the value of a header, nil for none.
	hsts []string
	// proxies tell who asks.
	proxies proxies
	// admission gives places to operations; memory, if not nil, refuses requests while there is none.
	admission *admission
	memory    *memory
	// seldom keeps what many clients do from flooding the log.
	seldom telemetry.Seldom
	page   http.Handler // nil if graphiql is off
	// sockets is nil if the graph is not served over WebSockets.
	sockets *sockets
	// streams are the subscriptions that are open.
	streams *streams
	// backlog is the answers that clients have not read yet.
	backlog     backlog
	compressors *compressors // nil if answers are not compressed
	unpackers   unpackers
	// certificates are those of the listeners, nil where one speaks no TLS.
	certificates struct{ public, admin *certificates }
	ready        atomic.Bool
	// draining has answers close their connections: clients come back on a new one, which the balancer sends
	// elsewhere. Connections that are idle stay open meanwhile, as a request may be on its way.
	draining atomic.Bool
}

// New is a server of the parts' engine. The configuration's errors are returned together.
func New(cfg Config, parts Parts) (*Server, error) {
	if err := cfg.Validate(); err != nil {
		return nil, fmt.Errorf("transport: %w", err)
	}
	if parts.Engine == nil {
		return nil, fmt.Errorf("transport: an engine is required")
	}
	s := &Server{cfg: cfg.withDefaults(), parts: parts}
	s.parts.fill()
	s.csrf = newCSRFGuard(s.cfg.CSRF)
	s.compressors = newCompressors(s.cfg.Server.Compression)
	s.bounds = s.cfg.Limits.bounds()
	s.proxies, _ = newProxies(s.cfg.Server.TrustedProxies, s.cfg.Server.ForwardedHeader) // they are valid
	s.streams = newStreams(s.cfg.Subscription)
	s.admission, s.memory = newAdmission(s.cfg.Admission), newMemory(s.cfg.Limits.Memory)
	if v := s.cfg.Server.StrictTransportSecurity; v != hstsOff {
		s.hsts = []string{v}
	}
	s.backlog.limit = int64(s.cfg.Limits.HTTPMaxUnreadBytes)
	var err error
	if s.page, err = s.newPage(); err != nil {
		return nil, fmt.Errorf("transport: %w", err)
	}
	if s.certificates.public, err = newCertificates("tls.supergraph", s.cfg.TLS.Supergraph, s.parts.Files, s.parts.Logger); err != nil {
		return nil, fmt.Errorf("transport: %w", err)
	}
	if s.certificates.admin, err = newCertificates("tls.admin", s.cfg.TLS.Admin, s.parts.Files, s.parts.Logger); err != nil {
		return nil, fmt.Errorf("transport: %w", err)
	}
	if s.cfg.WebSocket.Enabled {
		if s.sockets, err = newSockets(s); err != nil {
			return nil, fmt.Errorf("transport: %w", err)
		}
	}
	s.gql = s.stack()
	if s.public, err = s.routes(); err != nil {
		return nil, fmt.Errorf("transport: %w", err)
	}
	s.admin = s.adminRoutes()
	return s, nil
}

// Handler is what the public listener serves.
func (s *Server) Handler() http.Handler { return s.public }

// AdminHandler is what the admin listener serves: health, metrics and the operators' API.
func (s *Server) AdminHandler() http.Handler { return s.admin }

// fill replaces what was left out of the parts.
func (p *Parts) fill() {
	if p.Logger == nil {
		p.Logger = slog.Default()
	}
	if p.Files.Read == nil {
		p.Files.Read = os.ReadFile
	}
	if p.Files.Stat == nil {
		p.Files.Stat = os.Stat
	}
	if p.NewID == nil {
		p.NewID = newID
	}
	if p.Observer == nil {
		p.Observer = unobserved{}
	}
	if p.Schema == nil {
		p.Schema = func() *ast.Schema { return &ast.Schema{} }
	}
}

// stack is gqlgen's handler with our transports. It asks them in this order.
func (s *Server) stack() http.Handler {
	server := handler.New(executable{s})
	for _, t := range s.parts.Transports {
		server.AddTransport(guest{t, s})
	}
	server.AddTransport(post{s})
	server.AddTransport(get{s})
	server.AddTransport(otherMethods{s})
	server.SetRecoverFunc(s.recoverResolver)
	// Guests' documents are parsed here before the engine is asked, which has the limits and validates in bounded time.
	server.SetParserTokenLimit(guestTokens)
	server.SetValidationRulesFn(func() *rules.Rules { return rules.NewRules() })
	server.SetDisableSuggestion(true)
	if s.parts.Authenticate == nil {
		return server
	}
	return s.authenticating(server)
}

// guestTokens is how many tokens a document may have that comes through a guest; the engine has limits beneath.
const guestTokens = 15_000

// routes is the public handler.
func (s *Server) routes() (http.Handler, error) {
	r := chi.NewRouter()
	cors, err := s.cfg.CORS.middleware(s.csrf)
	if err != nil {
		return nil, err
	}
	if cors != nil {
		r.Use(cors)
	}
	if on := s.cfg.HealthCheck.Enabled; on == nil || *on {
		s.addHealth(r, s.liveness)
	}
	r.HandleFunc(s.cfg.Supergraph.Path, s.graph)
	if s.page != nil && s.cfg.Supergraph.Path != "/" {
		r.Get("/", s.page.ServeHTTP)
	}
	for pattern, h := range s.parts.Beside {
		r.Method(http.MethodGet, pattern, h)
	}
	r.NotFound(s.notFound)
	r.MethodNotAllowed(s.methodNotAllowed)
	if s.parts.Elsewhere != nil {
		return s.enter(s.divide(r)), nil
	}
	return s.enter(r), nil
}

// adminRoutes is the handler of the admin listener.
func (s *Server) adminRoutes() http.Handler {
	r := chi.NewRouter()
	r.Use(s.enter)
	s.addHealth(r, s.livenessInFull)
	if s.parts.Metrics != nil {
		r.Method(http.MethodGet, "/metrics", s.parts.Metrics)
	}
	if s.parts.Admin != nil {
		r.Handle("/api/*", s.parts.Admin)
	}
	r.NotFound(s.notFound)
	r.MethodNotAllowed(s.methodNotAllowed)
	return r
}

// graph serves the graph's path.
func (s *Server) graph(w http.ResponseWriter, r *http.Request) {
	if s.sockets != nil && websocket.IsWebSocketUpgrade(r) {
		s.sockets.ServeHTTP(w, r)
		return
	}
	if s.page != nil && wantsPage(r) {
		s.page.ServeHTTP(w, r)
		return
	}
	if s.parts.Tracer != nil {
		s.traced(w, r)
		return
	}
	s.checked(w, r)
}

// checked answers what there is memory for, and what no website can have made a browser send.
func (s *Server) checked(w http.ResponseWriter, r *http.Request) {
	refused := s.memory.check()
	if refused == nil {
		refused = s.csrf.check(r)
	}
	if refused != nil {
		root := trace.FromContext(r.Context())
		root.Text("ficus.outcome", OutcomeRefused)
		traceStatus(root, refused.status, refused.code, false)
		s.refuse(w, r, refused)
		return
	}
	s.gql.ServeHTTP(w, r)
}

func (s *Server) notFound(w http.ResponseWriter, r *http.Request) {
	s.refuse(w, r, refusef(http.StatusNotFound, CodeNotFound,
		"nothing is served at this path; the graph is at %s", s.cfg.Supergraph.Path))
}

func (s *Server) methodNotAllowed(w http.ResponseWriter, r *http.Request) {
	s.refuse(w, r, refusef(http.StatusMethodNotAllowed, CodeMethodNotAllowed, "this path cannot be asked with %s", r.Method))
}

// unobserved is the Observer of a server that was given none.
type unobserved struct{}

func (unobserved) RequestDone(string, string, time.Duration) {}
func (unobserved) Panicked()                                 {}
func (unobserved) LimitPassed(string, bool)                  {}
func (unobserved) SubscriptionsOpen(int)                     {}
func (unobserved) EventDone(string)                          {}
