// Package service is the help desk: the first service that was pulled out of the legacy application, a federated
// subgraph over HTTP, with a database of its own.
//
// It answers what people ask about websites. Websites and people stay with the monolith: the service knows
// their ids, and adds fields to them. Of its contract (schema/tickets.graphql) its version 1 has built schema.graphql and its
// version 2 also version2.graphql; the rest is not in its code at all. It knows nothing of the gateway.
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
	"sync/atomic"
	"time"
)

// drain is how long requests in flight may take to finish after a signal.
const drain = 5 * time.Second

// Run serves until the context ends, or a later service takes its place. Its first line on out names the address.
func Run(ctx context.Context, args []string, out io.Writer) error {
	flags := flag.NewFlagSet("tickets", flag.ContinueOnError)
	flags.SetOutput(out)
	address := flags.String("listen", "127.0.0.1:4502", "`address` to serve on, also where an earlier service of this kind does; port 0 picks a free one")
	path := flags.String("db", "", "SQLite `file`; made and filled when it is not there (default: in the user's cache)")
	version := flags.Int("version", 1, "`number` of the service's version; 2 also knows how the author of a ticket sounds")
	debug := flags.Bool("debug", false, "log the headers of each request")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() > 0 {
		return fmt.Errorf("unexpected argument %q; see -help", flags.Arg(0))
	}
	if *version < 1 || *version > newest {
		return fmt.Errorf("there is no version %d; choose 1 to %d with -version", *version, newest)
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
	defer func() { _ = s.Close() }()
	handler, err := newHandler(s, time.Now, *version, log)
	if err != nil {
		return err
	}
	listener, accept, err := listen(ctx, *address)
	if err != nil {
		return fmt.Errorf("listen: %w; choose another address with -listen", err)
	}
	if err := accept(); err != nil {
		log.WarnContext(ctx, "the service before this one", "error", err)
	}
	_, _ = fmt.Fprintf(out, "tickets version %d serves http://%s/graphql\n", *version, listener.Addr())
	return newServer(listener, handler, log).serve(ctx)
}

// server answers on a listener.
type server struct {
	http     *http.Server
	listener net.Listener
	log      *slog.Logger
	// last says that answers are the last ones on their connections.
	last atomic.Bool
}

func newServer(l net.Listener, h http.Handler, log *slog.Logger) *server {
	s := &server{listener: l, log: log}
	s.http = &http.Server{Handler: ending(&s.last, h), ReadHeaderTimeout: 5 * time.Second}
	return s
}

// serve answers until the context ends or a successor comes, then lets requests in flight complete.
func (s *server) serve(ctx context.Context) error {
	successors, away, err := awaitSuccessor(s.listener)
	if err != nil {
		s.log.InfoContext(ctx, "no other service can take the place of this one", "error", err)
		away = func() {}
	}
	failed := make(chan error, 1)
	go func() { failed <- s.http.Serve(s.listener) }()
	select {
	case err := <-failed:
		away()
		return fmt.Errorf("serve: %w", err)
	case <-ctx.Done():
		away()
		return s.stop()
	case successor := <-successors:
		away()
		return s.leave(successor)
	}
}

// stop lets requests in flight complete.
func (s *server) stop() error {
	patience, cancel := context.WithTimeout(context.Background(), drain)
	defer cancel()
	if err := s.http.Shutdown(patience); err != nil {
		return fmt.Errorf("stop: %w", err)
	}
	return nil
}
