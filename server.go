// Command ficus is a GraphQL federation gateway that grows around a monolith.
//
// This file is the plan of the house: it joins the rooms, serves, and drains.
package main

import (
	"context"
	"embed"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/ficusgraph/ficus/auth"
	"github.com/ficusgraph/ficus/cli"
	"github.com/ficusgraph/ficus/config"
	"github.com/ficusgraph/ficus/engine"
	health "github.com/ficusgraph/ficus/examples/health/service"
	"github.com/ficusgraph/ficus/examples/monolith/legacy"
	tickets "github.com/ficusgraph/ficus/examples/tickets/service"
	"github.com/ficusgraph/ficus/facade"
	"github.com/ficusgraph/ficus/heap"
	"github.com/ficusgraph/ficus/owners"
	"github.com/ficusgraph/ficus/ratelimit"
	"github.com/ficusgraph/ficus/rollout"
	"github.com/ficusgraph/ficus/telemetry"
	"github.com/ficusgraph/ficus/transport"
	"github.com/ficusgraph/ficus/wiring"
)

// bundled is the demo's configuration, contract and query.
//
//go:embed ficus.yaml schema/*.graphql migrations/*.yaml examples/query.graphql
var bundled embed.FS

func main() {
	os.Exit(cli.Run(context.Background(), cli.Program{
		Args: os.Args[1:], Stdout: os.Stdout, Stderr: os.Stderr, Env: os.LookupEnv,
		Serve: serve, Examples: map[string]cli.Example{"monolith": legacy.Run, "tickets": tickets.Run, "health": health.Run},
		Files: bundled, Version: version(),
	}))
}

// serve starts the gateway that the configuration describes, and serves until the context ends.
func serve(ctx context.Context, cfg *config.Config, hooks cli.Hooks) error {
	if _, given := os.LookupEnv("GOGC"); !given {
		heap.Tune(cfg.Authentication.Keeps())
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
	resolved, err := wiring.Local(cfg, logger)
	if err != nil {
		return err
	}
	wiring.Traffic(cfg, counts, logger)
	onward, err := wiring.Onward(cfg, logger)
	if err != nil {
		return err
	}
	defer func() { _ = onward.Close() }()
	registry := owners.New(cfg, owners.Ports{Local: resolved, Monolith: wiring.MonolithPorts(cfg, onward, counts, logger)})
	defer registry.Close()
	first, err := registry.Load(ctx)
	if err != nil {
		return err
	}
	made := wiring.MadeUp(cfg, first)
	var served atomic.Pointer[owners.Graph]
	served.Store(first)
	migrations := wiring.Migrations{Config: cfg, Logger: logger}
	defer migrations.Close()
	cookies := facade.NewCookies(cfg.Facade.CookieKeys, time.Now)
	board := rollout.NewBoard(cfg.Rollout, rollout.Parts{
		Store: migrations.Store, Memory: migrations.Memory(), Writers: migrations.Writers(), Facts: cookies.Facts, Logger: logger,
	})
	if err := board.Define(first.Migrations.List, first.Migrations.Labels); err != nil {
		return err
	}
	engineConfig, err := wiring.Engine(cfg, board, made, counts, logger)
	if err != nil {
		return err
	}
	sides, err := wiring.NewSides(board, nil, metrics, logger)
	if err != nil {
		return err
	}
	used := wiring.Usage(cfg, made, &engineConfig)
	shadows := &wiring.Shadows{Board: board, Served: &served, Made: made, Logger: logger}
	watched := wiring.Observer{Metrics: counts, Tracer: tracer, Logger: logger, Made: made, Sides: sides, Shadows: shadows, Seldom: &telemetry.Seldom{}}
	limiter, err := ratelimit.New(cfg.RateLimit(), ratelimit.Parts{Logger: logger, Measured: watched.RateMeasured})
	if err != nil {
		return err
	}
	defer func() { _ = limiter.Close() }()
	if limiter.NeedsOperations() {
		engineConfig.RateLimit = wiring.RateLimit
	}
	who, err := wiring.Verifier(cfg, logger, &engineConfig)
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
	gateway := engine.New(snapshot, watched)
	compared := shadows.Over(gateway)
	defer compared.Close()
	sides.Comparing = compared
	if err := wiring.WatchCaches(metrics, gateway); err != nil {
		return err
	}
	notices := &owners.Notices{Logger: logger, Environment: cfg.Environment}
	notices.Served(first)
	known, err := wiring.Known(ctx, cfg, snapshot, logger)
	if err != nil {
		return err
	}
	beside := wiring.Facade(cfg, first, wiring.Deciding{Board: board, Cookies: cookies, Who: who, Sides: sides}, counts, logger)
	if beside != nil {
		defer beside.Close()
	}
	changes := &wiring.Reloads{
		Facade: beside, Known: known,
		Gateway: gateway, Config: engineConfig, Metrics: metrics, Logger: logger, Served: &served, Notices: notices, Board: board, Made: made,
	}

	parts := transport.Parts{
		Engine: compared, Schema: gateway.Schema, Context: wiring.Inbound(onward),
		Observer: counts, Metrics: metrics.Handler(), Logger: logger, Stale: changes.Stale, Tracer: tracer,
		Beside:    map[string]http.Handler{},
		Files:     wiring.Files(cfg),
		RateLimit: limiter,
	}
	wiring.Publish(onward, &parts)
	if beside != nil {
		parts.Elsewhere = beside
	}
	if known != nil {
		parts.Documents = known
	}
	if who != nil {
		parts.Authenticate, parts.Ready, parts.Challenge = auth.Middleware(who), who.Ready, who.Challenge()
		parts.Connect = auth.Connect(who)
		parts.Verify = parts.Connect
	}
	if back != nil {
		operators := wiring.API(cfg, back.Addr(), &served, board, who, used, logger)
		shadows.Mismatches(operators, compared, &parts)
		parts.Admin = operators
	}
	sides.Gate(cfg, &parts)
	if made != nil {
		wiring.Gate(cfg, &served, made, &parts)
	}
	if cfg.Front.GraphiQL.Enabled {
		if err := wiring.Page(cfg, &served, &parts); err != nil {
			return err
		}
	}
	server, err := transport.New(cfg.Transport(), parts)
	if err != nil {
		return err
	}
	shadows.Spare(server)
	if err := wiring.WatchCertificates(metrics, server); err != nil {
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
			return changes.Take(watch, g, err)
		})
	})
	watching.Go(func() { board.Follow(watch) })
	watching.Go(func() { sides.Run(watch) })
	watching.Go(func() { known.Follow(watch) })
	states, enough := context.WithTimeout(ctx, awaitStates)
	board.Await(states)
	enough()
	wiring.Warn(first.Supergraph, board.Table(), cfg, logger)
	for _, w := range first.Warnings {
		logger.Warn("connectors", slog.String("code", w.Code), slog.String("warning", w.Message))
	}
	for _, h := range first.Hints {
		logger.Debug("composition", slog.String("hint", h.String()))
	}
	heap.Started()
	if hooks.Started != nil {
		hooks.Started(public.Addr().String())
	}
	logger.Info("serving", slog.String("address", public.Addr().String()), slog.String("environment", string(cfg.Environment)), slog.Int("subgraphs", len(first.Supergraph.Subgraphs)))
	return server.Serve(ctx, public, back)
}

// awaitStates is how long the start waits for where migrations stand.
const awaitStates = 3 * time.Second

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
