// Package legacy is the legacy application that the demo strangles: the control panel of a company that
// hosts websites, over a SQLite file.
//
// It is no model of good manners, on purpose. It speaks JSON in an envelope, answers 200 when it means no,
// counts time in seconds here and in milliseconds there, numbers its enums, and renders HTML for an address
// that it does not know. It knows nothing of GraphQL and nothing of the gateway.
//
//	legacy.go       starts, serves, stops
//	database.go     the file: opened, checked, filled once (schema.sql, seed.go)
//	api.go          envelope, paging, errors: what all addresses share
//	auth.go         keys and sessions
//	the rest        one file for each thing that there is
package legacy

import (
	"context"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"
)

// drain is how long requests in flight may take to finish after a signal.
const drain = 5 * time.Second

// Run serves until the context ends. Its first line on out names the address.
func Run(ctx context.Context, args []string, out io.Writer) error {
	flags := flag.NewFlagSet("monolith", flag.ContinueOnError)
	flags.SetOutput(out)
	listen := flags.String("listen", "127.0.0.1:4501", "`address` to serve on; port 0 picks a free one")
	path := flags.String("db", "", "SQLite `file`; made and filled when it is not there (default: in the user's cache)")
	key := flags.String("key", "ficus-demo-key", "what clients send as X-Legacy-Key or as a bearer token")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() > 0 {
		return fmt.Errorf("unexpected argument %q; see -help", flags.Arg(0))
	}
	db, err := openDatabase(ctx, *path)
	if err != nil {
		return err
	}
	defer db.Close()

	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", *listen)
	if err != nil {
		return fmt.Errorf("listen: %w; choose another address with -listen", err)
	}
	a := &api{db: db, key: *key, now: time.Now}
	fmt.Fprintf(out, "monolith serves http://%s\n", listener.Addr())
	return serve(ctx, listener, a.handler())
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
