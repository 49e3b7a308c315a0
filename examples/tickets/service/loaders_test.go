package service

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ficusgraph/ficus/examples/tickets/graph/model"
)

const sites = `query ($r: [_Any!]!) { _entities(representations: $r) { ... on Site { openTicketCount } } }`

// ask posts an operation and gives the answer's body.
func ask(t *testing.T, url, query, variables string) string {
	t.Helper()
	body, err := json.Marshal(map[string]any{"query": query, "variables": json.RawMessage(variables)})
	if err != nil {
		t.Fatal(err)
	}
	answer, err := http.Post(url, "application/json", bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	data, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// counted is a store that remembers what its shelf was asked for.
type counted struct {
	*store
	fails error

	mu    sync.Mutex
	asked []string
}

func (c *counted) note(what string, ids []string, args ...any) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.asked = append(c.asked, fmt.Sprint(what, slices.Sorted(slices.Values(ids)), args))
}

func (c *counted) BySite(ctx context.Context, ids []string, first int, status *model.TicketStatus) (map[string][]*model.Ticket, error) {
	c.note("sites", ids, first, listOf("", first, status).status)
	return c.store.BySite(ctx, ids, first, status)
}

func (c *counted) ByAuthor(ctx context.Context, ids []string, first int) (map[string][]*model.Ticket, error) {
	c.note("authors", ids, first)
	return c.store.ByAuthor(ctx, ids, first)
}

func (c *counted) OpenCounts(ctx context.Context, ids []string) (map[string]int, error) {
	c.note("open", ids)
	if c.fails != nil {
		return nil, c.fails
	}
	return c.store.OpenCounts(ctx, ids)
}

// handled serves a store of the test's own, and gives what it logs.
func handled(t *testing.T, fails error) (c *counted, url string, log *bytes.Buffer) {
	t.Helper()
	s, err := openStore(t.Context(), filepath.Join(t.TempDir(), "tickets.db"))
	if err != nil {
		t.Fatal(err)
	}
	log = &bytes.Buffer{}
	c = &counted{store: s, fails: fails}
	debug := slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	handler, err := newHandler(c, time.Now, newest, debug)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(handler)
	t.Cleanup(func() { server.Close(); s.Close() })
	return c, server.URL + "/graphql", log
}

func TestListsOfOneLevelAreOneQuery(t *testing.T) {
	c, url, _ := handled(t, nil)
	ask(t, url, `query ($r: [_Any!]!) { _entities(representations: $r) {
		... on Site { openTicketCount tickets { id } solved: tickets(first: 2, status: SOLVED) { id } }
		... on User { tickets(first: 3) { id } }
	} }`, `{"r":[{"__typename":"Site","id":"1"},{"__typename":"Site","id":"2"},{"__typename":"Site","id":"1"},
		{"__typename":"User","id":"1"},{"__typename":"User","id":"200"}]}`)
	slices.Sort(c.asked)
	want := []string{"authors[1 200] [3]", "open[1 2] []", "sites[1 2] [10 ]", "sites[1 2] [2 SOLVED]"}
	if diff := cmp.Diff(want, c.asked); diff != "" {
		t.Errorf("queries (-want +got):\n%s", diff)
	}
}

func TestErrorsOfTheDatabaseAreLoggedAndNotShown(t *testing.T) {
	_, url, log := handled(t, errors.New("disk on fire"))
	got := ask(t, url, sites, `{"r":[{"__typename":"Site","id":"1"}]}`)
	if !strings.Contains(got, `"something went wrong","path":["_entities",0,"openTicketCount"]`) || strings.Contains(got, "fire") {
		t.Errorf("answer: %s", got)
	}
	if !strings.Contains(log.String(), "disk on fire") {
		t.Errorf("log: %s", log)
	}
}

func TestHeadersAreLoggedAtDebugWithoutSecrets(t *testing.T) {
	_, url, log := handled(t, nil)
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, strings.NewReader(`{"query":"{__typename}"}`))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("X-User-Id", "1")
	r.Header.Set("Authorization", "Bearer abc")
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	if got := log.String(); !strings.Contains(got, "headers.X-User-Id=1") || strings.Contains(got, "abc") {
		t.Errorf("log: %s", got)
	}
}
