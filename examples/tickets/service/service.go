// Package service is the help desk: the first service that was pulled out of the legacy application, a federated
// subgraph over HTTP, with a database of its own.
//
// It answers what people ask about websites. Websites and people stay with the monolith: the service knows
// their ids, and adds fields to them. Of its contract (schema/tickets.graphql) it has built ../schema.graphql; the
// rest is not in its code at all. It knows nothing of the gateway.
//
//	a request ──> graph (generated) ──> *.resolvers.go ──> loaders.go: one query a level ──> store.go
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
)

// drain is how long requests in flight may take to finish after a signal.
const drain = 5 * time.Second

// Run serves until the context ends. Its first line on out names the address.
func Run(ctx context.Context, args []string, out io.Writer) error {
	flags := flag.NewFlagSet("tickets", flag.ContinueOnError)
	flags.SetOutput(out)
	listen := flags.String("listen", "127.0.0.1:4502", "`address` to serve on; port 0 picks a free one")
	path := flags.String("db", "", "SQLite `file`; made and filled when it is not there (default: in the user's cache)")
	debug := flags.Bool("debug", false, "log the headers of each request")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() > 0 {
		return fmt.Errorf("unexpected argument %q; see -help", flags.Arg(0))
	}
	level := slog.LevelInfo
	if *debug {
		level = slog.LevelDebug
	}
	log := slog.New(slog.NewTextHandler(out, &slog.HandlerOptions{Level: level}))

	s, err := openStore(ctx, *path)
	if err != nil {
		return err
	}
	defer s.Close()
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", *listen)
	if err != nil {
		return fmt.Errorf("listen: %w; choose another address with -listen", err)
	}
	fmt.Fprintf(out, "tickets serves http://%s/graphql\n", listener.Addr())
	return serve(ctx, listener, newHandler(s, time.Now, log))
}

// serve answers on the listener until the context ends, then lets requests in flight complete.
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
