// Command ficus is a GraphQL federation gateway that grows around a monolith.
//
// This file is the plan of the house: it joins the rooms, serves, and drains.
package main

import (
	"context"
	"crypto/rand"
	"embed"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/ficusgraph/ficus/admin"
	"github.com/ficusgraph/ficus/auth"
	"github.com/ficusgraph/ficus/cli"
	"github.com/ficusgraph/ficus/config"
	"github.com/ficusgraph/ficus/console"
	"github.com/ficusgraph/ficus/documents"
	"github.com/ficusgraph/ficus/engine"
	"github.com/ficusgraph/ficus/engine/authorization"
	"github.com/ficusgraph/ficus/engine/executor"
	"github.com/ficusgraph/ficus/engine/operation"
	"github.com/ficusgraph/ficus/engine/supergraph"
	"github.com/ficusgraph/ficus/events"
	"github.com/ficusgraph/ficus/examples/monolith/legacy"
	"github.com/ficusgraph/ficus/examples/tickets/service"
	"github.com/ficusgraph/ficus/graph"
	"github.com/ficusgraph/ficus/heap"
	"github.com/ficusgraph/ficus/mocks"
	monolith "github.com/ficusgraph/ficus/monolith-adapter"
	"github.com/ficusgraph/ficus/monolith-adapter/mapping"
	"github.com/ficusgraph/ficus/owners"
	"github.com/ficusgraph/ficus/owners/status"
	"github.com/ficusgraph/ficus/resolvers"
	"github.com/ficusgraph/ficus/rollout"
	"github.com/ficusgraph/ficus/subgraph"
	"github.com/ficusgraph/ficus/telemetry"
	"github.com/ficusgraph/ficus/transport"
)

// bundled is the demo's configuration, contract and query.
//
//go:embed ficus.yaml schema/*.graphql examples/query.graphql
var bundled embed.FS

func main() {
	os.Exit(cli.Run(context.Background(), cli.Program{
		Args: os.Args[1:], Stdout: os.Stdout, Stderr: os.Stderr, Env: os.LookupEnv,
		Serve: serve, Examples: map[string]cli.Example{"monolith": legacy.Run, "tickets": service.Run},
		Files: bundled, Version: version(),
	}))
}

// serve starts the gateway that the configuration describes, and serves until the context ends.
func serve(ctx context.Context, cfg *config.Config, hooks cli.Hooks) error {
	if _, given := os.LookupEnv("GOGC"); !given {
		heap.Tune()
	}
	logger := telemetry.Logger(cfg.Telemetry.Log, hooks.Log)
	metrics := telemetry.NewMetrics()
	tracer, err := telemetry.NewTracer(cfg.Telemetry, telemetry.Surroundings{Env: os.LookupEnv, Logger: logger, Metrics: metrics, Version: version()})
	if err != nil {
		return err
	}
	defer flush(tracer, logger)
	public, back, err := listen(cfg, logger)
	if err != nil {
		return err
	}
	counts := metrics
	if back == nil {
		counts = nil // nobody could read them
	}
	resolved, err := local(cfg, logger)
	if err != nil {
		return err
	}
	registry := owners.New(cfg, owners.Ports{Local: resolved, Monolith: monolithPorts(cfg, counts, logger)})
	defer registry.Close()
	first, err := registry.Load(ctx)
	if err != nil {
		return err
	}
	made := madeUp(cfg, first)
	var served atomic.Pointer[owners.Graph]
	served.Store(first)
	migrations := migrations{cfg: cfg, log: logger}
	defer migrations.close()
	board := rollout.NewBoard(cfg.Rollout, rollout.Parts{Store: migrations.store, Memory: migrations.memory(), Logger: logger})
	if err := board.Define(first.Migrations.List, first.Migrations.Labels); err != nil {
		return err
	}
	engineConfig, err := engineConfig(cfg, board, made, logger)
	if err != nil {
		return err
	}
	who, err := verifier(cfg, logger, &engineConfig)
	if err != nil {
		return err
	}
	if who != nil {
		defer func() { _ = who.Close() }()
	}
	snapshot, err := engine.NewSnapshot(first.Supergraph, first.Fetcher, engineConfig)
	if err != nil {
		return err
	}
	gateway := engine.New(snapshot, observer{counts, tracer, logger, made})
	if err := watchCaches(metrics, gateway); err != nil {
		return err
	}
	notices := &owners.Notices{Logger: logger, Environment: cfg.Environment}
	notices.Served(first)
	known, err := knownOperations(ctx, cfg, snapshot, logger)
	if err != nil {
		return err
	}
	changes := &reloads{
		known: known, gateway: gateway, cfg: engineConfig, metrics: metrics, log: logger, served: &served, notices: notices, board: board, made: made,
	}

	parts := transport.Parts{
		Engine: gateway, Schema: gateway.Schema, Context: inbound,
		Observer: counts, Metrics: metrics.Handler(), Logger: logger, Stale: changes.stale, Tracer: tracer,
		Beside: map[string]http.Handler{},
	}
	if known != nil {
		parts.Documents = known
	}
	if who != nil {
		parts.Authenticate, parts.Ready, parts.Challenge = auth.Middleware(who), who.Ready, who.Challenge()
		parts.Connect = auth.Connect(who)
	}
	if back != nil {
		parts.Admin = api(cfg, back.Addr(), &served, board, logger)
	}
	if made != nil {
		gate(cfg, &served, made, &parts)
	}
	if cfg.Front.GraphiQL.Enabled {
		if err := page(cfg, &served, &parts); err != nil {
			return err
		}
	}
	server, err := transport.New(cfg.Transport(), parts)
	if err != nil {
		return err
	}
	var watching sync.WaitGroup
	defer watching.Wait()
	watch, stop := context.WithCancel(ctx)
	defer stop()
	now := make(chan os.Signal, 1)
	signal.Notify(now, syscall.SIGHUP)
	defer signal.Stop(now)
	watching.Go(func() {
		registry.Watch(watch, owners.Watching{Files: hooks.Watch, Now: now}, func(g *owners.Graph, err error) error {
			return changes.take(watch, g, err)
		})
	})
	watching.Go(func() { board.Follow(watch) })
	watching.Go(func() { known.Follow(watch) })
	states, enough := context.WithTimeout(ctx, awaitStates)
	board.Await(states)
	enough()
	warn(first.Supergraph, board.Table(), cfg, logger)
	for _, w := range first.Warnings {
		logger.Warn("connectors", slog.String("code", w.Code), slog.String("warning", w.Message))
	}
	for _, h := range first.Hints {
		logger.Debug("composition", slog.String("hint", h.String()))
	}
	if hooks.Started != nil {
		hooks.Started(public.Addr().String())
	}
	logger.Info("serving", slog.String("address", public.Addr().String()), slog.String("environment", string(cfg.Environment)), slog.Int("subgraphs", len(first.Supergraph.Subgraphs)))
	return server.Serve(ctx, public, back)
}

// listen takes the public address and, unless it is off, the one for operators. Where nothing was configured
// for those and the default is taken, as by a second gateway on one machine, there is none.
func listen(cfg *config.Config, logger *slog.Logger) (public, operators net.Listener, err error) {
	front, back := cfg.Transport().Addresses()
	if public, err = net.Listen("tcp", front); err != nil {
		return nil, nil, fmt.Errorf("%w; end what listens there, or choose another address with --listen", err)
	}
	if back == "" {
		return public, nil, nil
	}
	operators, err = net.Listen("tcp", back)
	switch {
	case err == nil:
		return public, operators, nil
	case cfg.Front.Admin.Listen == "":
		logger.Warn("no metrics are served: their default address is taken; set admin.listen", slog.Any("error", err))
		return public, nil, nil
	default:
		_ = public.Close()
		return nil, nil, fmt.Errorf("%w; end what listens there, or choose another address with admin.listen (off for none)", err)
	}
}

// awaitStates is how long the start waits for where migrations stand.
const awaitStates = 3 * time.Second

// migrations keeps where migrations stand, once there are any.
type migrations struct {
	cfg    *config.Config
	log    *slog.Logger
	broker *events.Broker
}

func (m *migrations) store() (rollout.Store, error) {
	var err error
	if m.broker, err = events.Open(m.cfg.NATS, m.log); err != nil {
		return nil, fmt.Errorf("%s: %w", m.cfg.Name, err)
	}
	return m.broker.KeyValue(rollout.StoreName, rollout.Kept), nil
}

// memory is where a replica keeps what it knew last, which the server in process does by itself.
func (m *migrations) memory() string {
	if m.cfg.NATS.URL == "" {
		return ""
	}
	return filepath.Join(m.cfg.NATS.Place(), "rollout.json")
}

func (m *migrations) close() {
	if m.broker != nil {
		m.broker.Close()
	}
}

// api is what operators can ask and change while the gateway runs.
func api(cfg *config.Config, at net.Addr, served *atomic.Pointer[owners.Graph], board *rollout.Board, logger *slog.Logger) http.Handler {
	_, listen := cfg.Transport().Addresses()
	out := admin.New(admin.Config{Token: cfg.Front.Admin.Token, Listen: listen, Address: at}, logger)
	out.Handle(http.MethodGet, "/status", standing(served))
	out.Handle(http.MethodPost, "/operations", func(r *http.Request) (any, error) {
		var asked struct {
			Operations []status.Saved `json:"operations"`
		}
		if err := admin.Read(r, &asked); err != nil {
			return nil, err
		}
		return served.Load().Operations(asked.Operations), nil
	})
	out.Rollouts(board)
	return out
}

// standing is how far the contract of the graph is kept that is served.
func standing(served *atomic.Pointer[owners.Graph]) admin.Answer {
	return func(*http.Request) (any, error) { return served.Load().Report(), nil }
}

// inbound lets header rules see the client's headers and claims.
func inbound(ctx context.Context, r *http.Request) context.Context {
	return subgraph.NewContext(ctx, subgraph.Inbound{Header: r.Header, Claim: auth.FromContext(ctx).Claim})
}

// warn says what of the graph nothing decides.
func warn(sg *supergraph.Supergraph, labels *rollout.Table, cfg *config.Config, logger *slog.Logger) {
	for _, name := range authorization.Policies(sg) {
		if d := cfg.Authorization.Directives; d.IsEnabled() && !d.Decides(name) {
			logger.Warn("a policy of the graph never holds: authorization.directives.policies does not have it", slog.String("policy", name))
		}
	}
	for _, label := range labels.Unknown(sg.Labels) {
		logger.Warn("an override label is never active: rollout.labels does not have it", slog.String("label", label))
	}
}

// engineConfig is the engine's part of the configuration, joined to what is known of a request: the verified
// token, and who is kept on which side.
func engineConfig(cfg *config.Config, board *rollout.Board, made *mocks.Names, logger *slog.Logger) (engine.Config, error) {
	var seldom telemetry.Seldom
	policies, err := auth.NewPolicies(cfg.Authorization.Directives, func(policy string, err error) {
		if skipped, ok := seldom.Pass(policy, time.Now()); ok {
			logger.Warn("policy denied", slog.String("policy", policy), slog.Any("error", err), slog.Int("not_said", skipped))
		}
	})
	if err != nil {
		return engine.Config{}, err
	}
	out := cfg.Engine()
	if cfg.Connectors.DebugExtensions {
		out.Extensions = debugExtensions
		logger.Warn("connectors.debug_extensions is on: whoever asks for it sees what the monolith answers; switch it off where others than developers ask")
	}
	if made != nil {
		out.Extensions = out.Extensions.And(mocked(made))
	}
	out.Labels = func(ctx context.Context, list []string) []string {
		in := subgraph.FromContext(ctx)
		return board.Table().Active(rollout.Request{Headers: in.Header, Claims: in.Claim}, list)
	}
	out.Authorization.ByArguments = policies.ByArguments()
	out.Authorization.Access = func(ctx context.Context, about authorization.Asked) authorization.Access {
		return accessOf(ctx, policies, about)
	}
	return out, nil
}

// accessOf is what the caller may do, by the verified token.
func accessOf(ctx context.Context, policies *auth.Policies, about authorization.Asked) authorization.Access {
	who := auth.FromContext(ctx)
	a := authorization.Access{Authenticated: who != nil, Policies: func(list []authorization.Question) []bool {
		questions := make([]auth.Question, len(list))
		for i, q := range list {
			questions[i] = auth.Question(q)
		}
		return policies.Ask(ctx, who, auth.Asked{Kind: about.Kind, Name: about.Name}, questions)
	}}
	if who != nil {
		a.Scopes = who.Scopes
	}
	return a
}

// verifier is who verifies tokens, nil where nobody does; it has the engine refuse operations that need a token.
func verifier(cfg *config.Config, logger *slog.Logger, into *engine.Config) (*auth.Verifier, error) {
	if cfg.Authentication.Router.JWT == nil {
		return nil, nil //nolint:nilnil // nobody is asked who they are
	}
	v, err := auth.New(cfg.Authentication, auth.Parts{Logger: logger})
	if err == nil && v.PerOperation() {
		into.Admit = func(ctx context.Context, p *operation.Prepared) error {
			asked := auth.Asked{Kind: string(p.Kind()), Name: p.Name()}
			for _, f := range p.Root() {
				asked.Fields = append(asked.Fields, p.RootType()+"."+f)
			}
			if auth.FromContext(ctx) != nil || !v.Needs(asked) {
				return nil
			}
			return &operation.Error{Code: auth.CodeUnauthenticated, Message: v.Demand()}
		}
	}
	return v, err
}

// gate has requests to the graph pass the mock source's gate, once it is known who asks.
func gate(cfg *config.Config, served *atomic.Pointer[owners.Graph], made *mocks.Names, parts *transport.Parts) {
	g := &mocks.Gate{
		Config: cfg.Mocks, Mocked: made, Sessions: mocks.NewSessions(cfg.Mocks.Session, time.Now), NewSession: rand.Text, Now: time.Now,
		Current: func() (*supergraph.Supergraph, *mocks.Script) {
			now := served.Load()
			return now.Supergraph, now.Mocks
		},
	}
	if cfg.Mocks.PerRequest {
		parts.Beside[scenariosPath] = http.HandlerFunc(g.Scenarios)
	}
	authenticate := parts.Authenticate
	parts.Authenticate = func(next http.Handler) http.Handler {
		if authenticate == nil {
			return g.Wrap(next)
		}
		return authenticate(g.Wrap(next))
	}
}

// What the dev page asks: what can be chosen from the mock source, and how far the contract is kept.
const (
	scenariosPath = "/_ficus/scenarios"
	statusPath    = "/_ficus/status"
)

// page has browsers get the console, if it was built into this program.
func page(cfg *config.Config, served *atomic.Pointer[owners.Graph], parts *transport.Parts) error {
	files, err := console.Dist()
	if err != nil {
		return err
	}
	front := cfg.Transport()
	facts := console.Facts{Graph: front.Path(), Header: front.CSRF.Header(), Status: statusPath}
	if parts.Beside[scenariosPath] != nil {
		facts.Scenarios = scenariosPath
	}
	p, err := console.New(files, facts)
	switch {
	case errors.Is(err, console.ErrNotBuilt):
		return nil // the explorer is served, and says so
	case err != nil:
		return err
	}
	parts.Page, parts.Beside[console.Prefix+"*"] = p, p
	parts.Beside[statusPath] = admin.SameSite(admin.JSON(parts.Logger, func(*http.Request) (any, error) { return served.Load().Report(), nil }))
	return nil
}

// madeUp are the subgraphs that the mock source answers for, nil where there can be none.
func madeUp(cfg *config.Config, first *owners.Graph) *mocks.Names {
	if !owners.Mocking(cfg) {
		return nil
	}
	made := &mocks.Names{}
	made.Add(first.Mocked)
	return made
}

// mocked tells the mock source the names of operations, and answers, if they are to say so, what of them was made up.
// What is made up is shared with no other request, as each has choices and a session of its own.
func mocked(made *mocks.Names) engine.Extensions {
	return func(ctx context.Context, of engine.Executed) (context.Context, func([]byte) []byte) {
		if !made.In(of.Plan) && !mocks.Chosen(ctx) {
			return ctx, nil
		}
		ctx = mocks.Begin(ctx, of.Operation)
		return ctx, func(dst []byte) []byte {
			text := mocks.End(ctx, of.Plan)
			if text == nil {
				return dst
			}
			return append(append(append(dst, `{"ficus":`...), text...), '}')
		}
	}
}

// local is graph/ with resolvers/, executed in process; their ports are joined to the monolith's client and
// to the verified token.
func local(cfg *config.Config, logger *slog.Logger) (executor.Fetcher, error) {
	legacy, err := monolith.NewClient(cfg.Connectors, monolith.Ports{Caller: monolithCaller})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", cfg.Name, err)
	}
	r := &resolvers.Resolver{Viewer: caller, Organizations: legacy}
	return subgraph.NewLocal(graph.NewExecutableSchema(graph.Config{Resolvers: r}), subgraph.LocalConfig{
		Prepare: r.WithLoaders,
		Failed: func(ctx context.Context, err error) {
			logger.WarnContext(ctx, "resolver failed", slog.Any("error", err))
		},
	}), nil
}

// monolithPorts let connectors see the client's headers and the environment, and report their calls.
func monolithPorts(cfg *config.Config, metrics *telemetry.Metrics, logger *slog.Logger) monolith.Ports {
	report := connectorReport{metrics: metrics, log: logger, debug: cfg.Connectors.DebugExtensions}
	return monolith.Ports{
		Headers: func(ctx context.Context) http.Header { return subgraph.FromContext(ctx).Header },
		Caller:  monolithCaller,
		Env:     os.LookupEnv,
		Called:  report.called,
	}
}

// monolithCaller is who asks, for what sources are shown.
func monolithCaller(ctx context.Context) monolith.Caller {
	who := auth.FromContext(ctx)
	if who == nil {
		return monolith.Caller{}
	}
	return monolith.Caller{Issuer: who.Issuer, Subject: who.Subject, Token: who.Token(), Claims: who.Claims}
}

// connectorReport counts and logs the calls of connectors, and gathers them for clients that ask to see them.
type connectorReport struct {
	metrics *telemetry.Metrics
	log     *slog.Logger
	debug   bool
	// seldom is for the problems by which values are lost: where there is one, there are many.
	seldom telemetry.Seldom
}

func (r *connectorReport) called(ctx context.Context, c *monolith.Call) {
	counted := telemetry.ConnectorCall{
		Subgraph: c.Connector.Of, Connector: c.Connector.Coordinate, Source: c.Connector,
		Status: c.Status, Code: c.Code(), Took: c.Took, Bytes: c.Bytes, Shared: c.Shared,
		Attempts: c.Attempts, Waited: c.Waited, Refused: string(c.Refused), Breaker: c.Breaker,
	}
	if c.Err != nil {
		r.log.WarnContext(ctx, "connector failed", slog.String("connector", c.Connector.Coordinate), slog.String("url", c.ShownURL()),
			slog.Int("status", c.Status), slog.Duration("took", c.Took), slog.Any("error", c.Err))
	}
	for _, p := range c.Problems {
		if len(p.Lost) == 0 {
			counted.Absent += p.Count
		} else {
			counted.Lost += p.Count
		}
		r.problem(ctx, c, p)
	}
	r.metrics.ConnectorCalled(&counted)
	if r.debug {
		monolith.Gather(ctx, c)
	}
}

// problem logs a mapping problem: that a value was lost is a warning once a minute for each connector.
func (r *connectorReport) problem(ctx context.Context, c *monolith.Call, p mapping.Problem) {
	level, skipped := slog.LevelDebug, 0
	if len(p.Lost) > 0 {
		var ok bool
		if skipped, ok = r.seldom.Pass(c.Connector.Subgraph+c.Connector.Coordinate, time.Now()); ok {
			level = slog.LevelWarn
		}
	}
	if !r.log.Enabled(ctx, level) {
		return
	}
	r.log.Log(ctx, level, "mapping problem", slog.String("connector", c.Connector.Coordinate), slog.String("problem", p.Message),
		slog.String("path", p.Path), slog.String("in", c.Connector.Locate(p).In), slog.Int("offset", p.At),
		slog.Int("count", p.Count), slog.Int("not_said", skipped))
}

// debugExtensions shows the calls of connectors to clients that ask for them.
func debugExtensions(ctx context.Context, _ engine.Executed) (context.Context, func([]byte) []byte) {
	if subgraph.FromContext(ctx).Header.Get(monolith.DebugHeader) != "true" {
		return ctx, nil
	}
	ctx, calls := monolith.WithDebug(ctx)
	return ctx, calls.AppendExtensions
}

// caller is who asks, as the resolvers need it.
func caller(ctx context.Context) (resolvers.Caller, bool) {
	who := auth.FromContext(ctx)
	if who == nil {
		return resolvers.Caller{}, false
	}
	email, _ := who.Claim("email")
	organization, _ := who.Claim("org")
	return resolvers.Caller{Subject: who.Subject, Email: email, Organization: organization, Scopes: who.Scopes}, true
}

// knownOperations are those of manifests and of clients, nil where there are none to be known; those of manifests are
// made ready to be asked.
func knownOperations(ctx context.Context, cfg *config.Config, first *engine.Snapshot, logger *slog.Logger) (*documents.Store, error) {
	known, err := documents.New(cfg.Documents, documents.Parts{Read: cfg.ReadFile, Stat: cfg.Stat, Logger: logger})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", cfg.Name, err)
	}
	known.Serve(ctx, first)
	return known, nil
}

// reloads makes changed graphs the current one; what cannot be served leaves the last good one, and is said in
// the log, the metrics, the health check and by the command status until a good one comes.
type reloads struct {
	gateway *engine.Engine
	cfg     engine.Config
	metrics *telemetry.Metrics
	log     *slog.Logger
	served  *atomic.Pointer[owners.Graph]
	notices *owners.Notices
	board   *rollout.Board
	made    *mocks.Names
	known   *documents.Store
	// fault is why the newest graph is not served, nil if it is.
	fault atomic.Pointer[string]
}

// take serves the graph, or says why not.
func (r *reloads) take(ctx context.Context, g *owners.Graph, err error) error {
	start := time.Now()
	var snapshot *engine.Snapshot
	if err == nil {
		snapshot, err = engine.NewSnapshot(g.Supergraph, g.Fetcher, r.cfg)
	}
	if err == nil {
		// Before the graph is served: what moves in both has one decision in both.
		err = r.board.Define(g.Migrations.List, g.Migrations.Labels)
	}
	if err != nil {
		text := err.Error()
		r.fault.Store(&text)
		r.metrics.Reloaded(time.Since(start), 0, err)
		r.log.Error("the changed graph cannot be served; the last good one stays", slog.Any("error", err))
		return err
	}
	if r.made != nil {
		r.made.Add(g.Mocked)
	}
	r.known.Serve(ctx, snapshot)
	warmed := r.gateway.Reload(ctx, snapshot)
	r.fault.Store(nil)
	r.served.Store(g)
	r.notices.Served(g)
	took := time.Since(start)
	r.metrics.Reloaded(took, warmed, nil)
	r.log.Info("the graph has changed", slog.Int("subgraphs", len(g.Supergraph.Subgraphs)), slog.Int("warmed", warmed), slog.Duration("took", took))
	return nil
}

// stale is why the newest graph is not served, "" if it is.
func (r *reloads) stale() string {
	if text := r.fault.Load(); text != nil {
		return *text
	}
	return ""
}

// watchCaches reports the engine's caches.
func watchCaches(metrics *telemetry.Metrics, gateway *engine.Engine) error {
	if err := metrics.WatchCache("documents", func() telemetry.Cache { return telemetry.Cache(gateway.Documents()) }); err != nil {
		return err
	}
	return metrics.WatchCache("plans", func() telemetry.Cache { return telemetry.Cache(gateway.Plans()) })
}

// flushing is how long the end waits for the last traces to be sent.
const flushing = 5 * time.Second

// flush sends the traces that wait.
func flush(tracer *telemetry.Tracer, logger *slog.Logger) {
	ctx, cancel := context.WithTimeout(context.Background(), flushing)
	defer cancel()
	if err := tracer.Close(ctx); err != nil {
		logger.Warn("some traces are lost", slog.Any("error", err))
	}
}

// observer reports what the engine does.
type observer struct {
	metrics *telemetry.Metrics
	tracer  *telemetry.Tracer
	log     *slog.Logger
	made    *mocks.Names
}

var _ engine.Observer = observer{}

// ParseDone implements engine.Observer.
func (o observer) ParseDone(ctx context.Context, took time.Duration, err error) {
	o.tracer.ParseDone(ctx, took, engine.Code(err))
}

// PlanDone implements engine.Observer.
func (o observer) PlanDone(ctx context.Context, took time.Duration, considered int, err error) {
	o.metrics.PlanDone(took, considered, err)
	o.tracer.PlanDone(ctx, took, considered, engine.Code(err))
}

// CostDone implements engine.Observer.
func (o observer) CostDone(_ context.Context, estimated int, tooMuch bool) {
	o.metrics.CostDone(estimated, tooMuch)
}

// FetchBegins implements executor.Observer.
func (o observer) FetchBegins(ctx context.Context, r *executor.Request) context.Context {
	return o.tracer.FetchBegins(ctx, telemetry.Fetch{
		Subgraph: r.Fetch.Subgraph, Kind: string(r.Fetch.Kind), Document: r.Fetch.Operation, Entities: r.Representations, Bytes: len(r.Body),
		Mocked: o.made.Has(r.Fetch.Subgraph),
	})
}

// FetchDone implements executor.Observer. The cause of a failed fetch is logged here, and only here.
func (o observer) FetchDone(ctx context.Context, r *executor.Request, took time.Duration, bytes int, err error) {
	code := ""
	if err != nil {
		code = "SUBREQUEST_FAILED"
		var known *executor.Error
		if errors.As(err, &known) {
			code = known.Code
		}
		o.log.WarnContext(ctx, "fetch failed", slog.String("subgraph", r.Fetch.Subgraph), slog.Duration("took", took), slog.Any("error", err))
	}
	o.metrics.FetchDone(o.made.Counted(r.Fetch.Subgraph), took, bytes, code)
	o.tracer.FetchDone(ctx, bytes, code)
}

// version is that of the module, or the revision that it was built from.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	if info.Main.Version != "" && info.Main.Version != "(devel)" {
		return info.Main.Version
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" {
			return s.Value
		}
	}
	return "development"
}
