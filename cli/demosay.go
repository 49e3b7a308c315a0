package cli

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/ficusgraph/ficus/config"
	"github.com/ficusgraph/ficus/owners"
)

// announce prints how to ask the gateway.
func announce(out io.Writer, address, token, query string) {
	_, _ = fmt.Fprintf(out, `
The graph is at http://%[1]s/graphql, and in a browser at http://%[1]s/.
A query that crosses all four kinds of owner:

curl http://%[1]s/graphql \
  -H 'Content-Type: application/json' \
  -H 'Authorization: Bearer %[2]s' \
  -d '{"query": "%[3]s"}'

`, address, token, query)
}

// announceMocks prints what nobody answers yet, and how to see it move to a service.
func announceMocks(ctx context.Context, out io.Writer, cfg *config.Config, tickets string) {
	graph, err := owners.New(cfg, owners.Ports{}).Survey(ctx)
	if err != nil {
		return // the log of the gateway says it
	}
	var names []string
	for _, s := range graph.Status {
		names = append(names, s.Mocked...)
	}
	_, _ = fmt.Fprintf(out, `%d fields are agreed on and answered by nobody yet, so their values are made up:
%s.
To see one move to a service, start version 2 of it in another terminal:

%s demo tickets --version 2 -listen %s

`, len(names), strings.Join(names, ", "), called(), tickets)
}

// ended prints what became of a service of the demo, and what to do.
func ended(ctx context.Context, out io.Writer, name, address string, args []string, err error) {
	again := fmt.Sprintf("%s demo %s %s", called(), name, strings.Join(args, " "))
	if err == nil && answers(ctx, "http://"+address+"/healthz") {
		_, _ = fmt.Fprintf(out, "%s has handed over to the one that was started at %s; when that has ended, start this one again with: %s\n", name, address, again)
		return
	}
	_, _ = fmt.Fprintf(out, "%s has ended (%v); start it again with: %s\n", name, err, again)
}

// called is how this program is called: one that go run built lies where nobody finds it.
func called() string {
	if self, err := os.Executable(); err == nil && strings.Contains(filepath.ToSlash(self), "/go-build") {
		return "go run ."
	}
	return "ficus"
}

// answers reports whether the URL answers 200.
func answers(ctx context.Context, url string) bool {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return false
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return false
	}
	_ = res.Body.Close()
	return res.StatusCode == http.StatusOK
}
