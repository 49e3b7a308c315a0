package monolith_test

import (
	"bufio"
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ficusgraph/ficus/examples/monolith/legacy"
	"github.com/ficusgraph/ficus/graph/model"
	monolith "github.com/ficusgraph/ficus/monolith-adapter"
	"github.com/ficusgraph/ficus/resolvers"
)

var _ resolvers.Organizations = (*monolith.Client)(nil)

// database is filled by the first test that needs it, which takes a while, and shared by the others.
var database string

func TestMain(m *testing.M) {
	if os.Getenv(pageServer) != "" {
		servePage()
		return
	}
	dir, err := os.MkdirTemp("", "legacy")
	if err != nil {
		panic(err)
	}
	database = filepath.Join(dir, "legacy.db")
	code := m.Run()
	_ = os.RemoveAll(dir)
	os.Exit(code)
}

// startApplication runs the bundled legacy application, and gives its URL.
func startApplication(t *testing.T) string {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	out, in := io.Pipe()
	done := make(chan error, 1)
	go func() {
		err := legacy.Run(ctx, []string{"-listen", "127.0.0.1:0", "-db", database}, in)
		_ = in.CloseWithError(io.EOF)
		done <- err
	}()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("the application: %v", err)
		}
	})
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if _, url, ok := strings.Cut(lines.Text(), "http://"); ok {
			go func() { _, _ = io.Copy(io.Discard, out) }()
			return "http://" + strings.Fields(url)[0]
		}
	}
	t.Fatal("the application did not start")
	return ""
}

func client(t *testing.T, cfg monolith.SourceConfig) *monolith.Client {
	t.Helper()
	c, err := monolith.NewClient(monolith.Config{Sources: map[string]monolith.SourceConfig{"monolith.legacy": cfg}}, monolith.Ports{})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestClientAsksForManyAtOnce(t *testing.T) {
	c := client(t, monolith.SourceConfig{OverrideURL: startApplication(t)})
	defer c.Close()
	got, err := c.UsageByOrganization(t.Context(), []string{"2", "nobody's", "1", "99999999"})
	if err == nil {
		t.Fatalf("an id that is no number: %v, want an error", got)
	}
	got, err = c.UsageByOrganization(t.Context(), []string{"2", "1", "99999999"})
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != 3 || got[0] == nil || got[0].OrganizationID != "2" || got[1] == nil || got[1].OrganizationID != "1" || got[2] != nil {
		t.Errorf("got %+v, want organizations 2 and 1, and nil", got)
	}
	if got[0].Sites <= 0 || got[0].Members <= 0 || got[0].Plan == model.Plan("") {
		t.Errorf("usage is empty: %+v", got[0])
	}
}

func TestClientSaysWhyThereIsNoAnswer(t *testing.T) {
	for name, cfg := range map[string]monolith.SourceConfig{
		"connection refused": {OverrideURL: "http://127.0.0.1:1"},
		"1401":               {OverrideURL: startApplication(t), Config: map[string]any{"legacyKey": "wrong"}},
	} {
		c := client(t, cfg)
		if _, err := c.UsageByOrganization(t.Context(), []string{"1"}); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%v, want %s", err, name)
		}
		c.Close()
	}
}
