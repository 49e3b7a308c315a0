// Package service says how websites do: the service that is to take over from the legacy application's page of the
// same name, a federated subgraph over HTTP.
//
// It has no database: it keeps up with the feed of deploys of the legacy application, and holds the last ten of each
// website in memory. Version 1 has a mistake, as first versions do: it takes deploys of all environments, where the
// legacy application looks at the live one alone. Version 2 does not have it.
//
//	the legacy feed ──> follow.go ──> shelf.go <── *.resolvers.go <── graph (generated) <── a request
package service

import (
	"context"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/99designs/gqlgen/graphql/handler"
	"github.com/99designs/gqlgen/graphql/handler/extension"
	"github.com/99designs/gqlgen/graphql/handler/transport"

	"github.com/ficusgraph/ficus/examples/health/graph"
)

const (
	// drain is how long requests in flight may take to finish after a signal.
	drain = 5 * time.Second
	// newest is the highest version.
	newest  = 2
	maxBody = 4 << 20
)

// Run serves until the context ends. Its first line on out names the address.
func Run(ctx context.Context, args []string, out io.Writer) error {
	flags := flag.NewFlagSet("health", flag.ContinueOnError)
	flags.SetOutput(out)
	address := flags.String("listen", "127.0.0.1:4503", "`address` to serve on; port 0 picks a free one")
	monolith := flags.String("monolith", "http://127.0.0.1:4501", "`URL` of the legacy application")
	key := flags.String("key", "ficus-demo-key", "`key` that the legacy application wants of programs")
	version := flags.Int("version", newest, "`number` of the service's version; 1 counts deploys that do not matter")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() > 0 {
		return fmt.Errorf("unexpected argument %q; see -help", flags.Arg(0))
	}
	if *version < 1 || *version > newest {
		return fmt.Errorf("there is no version %d; choose 1 to %d with -version", *version, newest)
	}
	known := newSites(*version == 1, time.Now)
	from := &feed{url: *monolith, key: *key, client: &http.Client{Timeout: 5 * time.Second}, log: slog.New(slog.NewTextHandler(out, nil))}
	following, stop := context.WithCancel(ctx)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		from.follow(following, known)
	}()
	defer func() {
		stop()
		<-ended
	}()
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", *address)
	if err != nil {
		return fmt.Errorf("listen: %w; choose another address with -listen", err)
	}
	_, _ = fmt.Fprintf(out, "health version %d serves http://%s/graphql\n", *version, listener.Addr())
	return serve(ctx, listener, newHandler(known))
}

// newHandler serves the subgraph at /graphql, and at /healthz whether it has read all deploys once.
func newHandler(known *sites) http.Handler {
	gql := handler.New(graph.NewExecutableSchema(graph.Config{Resolvers: &Resolver{shelf: known}}))
	gql.AddTransport(transport.POST{})
	gql.Use(extension.Introspection{}) // _service, by which a gateway sees what is built
	mux := http.NewServeMux()
	mux.Handle("POST /graphql", http.MaxBytesHandler(gql, maxBody))
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) {
		if !known.complete() {
			http.Error(w, "the deploys are not read yet", http.StatusServiceUnavailable)
			return
		}
		fmt.Fprintln(w, "ok")
	})
	return mux
}

// serve answers until the context ends, then lets requests in flight complete.
func serve(ctx context.Context, l net.Listener, h http.Handler) error {
	server := &http.Server{Handler: h, ReadHeaderTimeout: 5 * time.Second}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(l) }()
	select {
	case err := <-failed:
		return fmt.Errorf("serve: %w", err)
	case <-ctx.Done():
	}
	patience, cancel := context.WithTimeout(context.WithoutCancel(ctx), drain)
	defer cancel()
	if err := server.Shutdown(patience); err != nil {
		return fmt.Errorf("stop: %w", err)
	}
	return nil
}
