package service_test

import (
	"bufio"
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ficusgraph/ficus/examples/tickets/service"
)

// start runs the service on a free port until the test ends, and gives the URL of its graph.
func start(t *testing.T, args ...string) string {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	out, lines := io.Pipe()
	done := make(chan error, 1)
	go func() { done <- service.Run(ctx, append([]string{"-listen", "127.0.0.1:0"}, args...), lines) }()
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			t.Errorf("run: %v", err)
		}
	})
	var version int
	var url string
	if _, err := fmt.Fscanf(out, "tickets version %d serves %s\n", &version, &url); err != nil {
		t.Fatal(err)
	}
	go io.Copy(io.Discard, out)
	return url
}

// fresh is a file that is not there yet.
func fresh(t *testing.T) string { return filepath.Join(t.TempDir(), "tickets.db") }

// seeded is the content of a database as the seed leaves it: seeding is slow under the race detector.
var seeded = sync.OnceValues(func() ([]byte, error) {
	dir, err := os.MkdirTemp("", "tickets")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "seeded.db")
	ctx, stop := context.WithCancel(context.Background())
	out, lines := io.Pipe()
	done := make(chan error, 1)
	go func() { done <- service.Run(ctx, []string{"-listen", "127.0.0.1:0", "-db", path}, lines) }()
	_, err = bufio.NewReader(out).ReadString('\n')
	stop()
	if err := errors.Join(err, <-done); err != nil {
		return nil, err
	}
	return os.ReadFile(path)
})

// filled is a database of the test's own.
func filled(t *testing.T) string {
	t.Helper()
	data, err := seeded()
	if err != nil {
		t.Fatal(err)
	}
	path := fresh(t)
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// ask posts an operation and gives the answer's body.
func ask(t *testing.T, url, query, variables string) string {
	t.Helper()
	if variables == "" {
		variables = "{}"
	}
	body, err := json.Marshal(map[string]any{"query": query, "variables": json.RawMessage(variables)})
	if err != nil {
		t.Fatal(err)
	}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	data, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(data))
}

const entities = `query ($r: [_Any!]!) { _entities(representations: $r) {
	... on Ticket { subject }
	... on Site { openTicketCount tickets(first: 1) { subject author { id } } }
	... on User { tickets(first: 1) { site { id } } }
} }`

func TestAnswers(t *testing.T) {
	url := start(t, "-db", filled(t))
	for _, tt := range []struct{ name, query, variables, want string }{
		{
			"a ticket has stubs of what the monolith owns", `{ ticket(id: 2406) { subject status priority createdAt site { id } author { id } } }`, "",
			`{"data":{"ticket":{"subject":"Checkout is slow since Friday","status":"OPEN","priority":"URGENT","createdAt":1793484000,"site":{"id":"1"},"author":{"id":"1"}}}}`,
		},
		{"a missing ticket is null", `{ ticket(id: "none") { id } }`, "", `{"data":{"ticket":null}}`},
		{
			"the newest come first", `{ tickets(first: 2) { id status } }`, "",
			`{"data":{"tickets":[{"id":"2406","status":"OPEN"},{"id":"2405","status":"OPEN"}]}}`,
		},
		{
			"tickets of one status", `{ tickets(first: 1, status: WAITING) { id } }`, "",
			`{"data":{"tickets":[{"id":"2404"}]}}`,
		},
		{
			"entities of three types, one missing, in their order", entities,
			`{"r":[{"__typename":"Site","id":"2"},{"__typename":"Ticket","id":"99999"},{"__typename":"User","id":"1"},
				{"__typename":"Ticket","id":2404},{"__typename":"Site","id":"unheard-of"},{"__typename":"Site","id":1}]}`,
			`{"data":{"_entities":[{"openTicketCount":1,"tickets":[{"subject":"The feed is empty","author":{"id":"200"}}]},null,` +
				`{"tickets":[{"site":{"id":"1"}}]},{"subject":"Which regions does the cache cover?"},{"openTicketCount":0,"tickets":[]},` +
				`{"openTicketCount":2,"tickets":[{"subject":"Checkout is slow since Friday","author":{"id":"1"}}]}]}}`,
		},
		{
			"first is bounded", `{ tickets(first: 101) { id } }`, "",
			`{"errors":[{"message":"first is 101: want 0 to 100","path":["tickets"],"locations":[{"line":1,"column":3}],"extensions":{"code":"BAD_USER_INPUT"}}],"data":{"tickets":null}}`,
		},
		{
			"a ticket wants a subject", `mutation { openTicket(input: {siteId: 1, authorId: 1, subject: " "}) { id } }`, "",
			`{"errors":[{"message":"subject has 0 characters: want 1 to 200","path":["openTicket"],"locations":[{"line":1,"column":12}],"extensions":{"code":"BAD_USER_INPUT"}}],"data":{"openTicket":null}}`,
		},
		{
			"a ticket wants a site", `mutation { openTicket(input: {siteId: "", authorId: 1, subject: "x"}) { id } }`, "",
			`{"errors":[{"message":"siteId has 0 characters: want 1 to 64","path":["openTicket"],"locations":[{"line":1,"column":12}],"extensions":{"code":"BAD_USER_INPUT"}}],"data":{"openTicket":null}}`,
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, ask(t, url, tt.query, tt.variables)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestOpenedTicketsAreKept(t *testing.T) {
	path := filled(t)
	url := start(t, "-db", path)
	got := ask(t, url, `mutation { openTicket(input: {siteId: 3, authorId: 7, subject: " Help ", priority: URGENT}) { id subject body status priority } }`, "")
	want := `{"data":{"openTicket":{"id":"2407","subject":"Help","body":"","status":"OPEN","priority":"URGENT"}}}`
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatal(diff)
	}
	again := start(t, "-db", path)
	if got := ask(t, again, entities, `{"r":[{"__typename":"Site","id":"3"}]}`); !strings.Contains(got, `"openTicketCount":1,"tickets":[{"subject":"Help"`) {
		t.Errorf("after a restart: %s", got)
	}
}

func TestSeedFillsEnoughRows(t *testing.T) {
	path := filled(t)
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var n int
	if err := db.QueryRowContext(t.Context(), `SELECT count(*) FROM tickets`).Scan(&n); err != nil || n < 2000 {
		t.Errorf("%d tickets, %v", n, err)
	}
}

func TestHealth(t *testing.T) {
	url := strings.TrimSuffix(start(t, "-db", filled(t)), "/graphql") + "/healthz"
	answer, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		t.Errorf("status %d", answer.StatusCode)
	}
}

func TestBadStartsSayWhy(t *testing.T) {
	foreign := filepath.Join(t.TempDir(), "foreign.db")
	db, err := sql.Open("sqlite", foreign)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.ExecContext(t.Context(), "CREATE TABLE precious (x)"); err != nil {
		t.Fatal(err)
	}
	db.Close()
	for want, args := range map[string][]string{
		"data of another program":   {"-db", foreign},
		"choose another address":    {"-db", filled(t), "-listen", "nowhere:1"},
		`unexpected argument "now"`: {"now"},
		"flag provided but not":     {"-what"},
		"there is no version 3":     {"-version", "3"},
	} {
		err := service.Run(t.Context(), args, io.Discard)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v: got %v, want %q", args, err, want)
		}
	}
}
