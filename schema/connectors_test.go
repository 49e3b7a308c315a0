package schema_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/vektah/gqlparser/v2/ast"
	"golang.org/x/tools/txtar"

	"github.com/ficusgraph/ficus/examples/monolith/legacy"
	"github.com/ficusgraph/ficus/monolith-adapter/mapping"
)

// samples are a request for each connector, as its templates would make it.
var samples = map[string]struct{ method, path, body string }{
	"Query.organization":    {"GET", "/api/organizations/1", ""},
	"Query.organizations":   {"GET", "/api/organizations?page=2&size=2", ""},
	"Query.site":            {"GET", "/api/sites/1", ""},
	"Query.sites":           {"GET", "/api/sites?page=1&size=2&fw=1", ""},
	"Query.user":            {"GET", "/api/users/1", ""},
	"Query.invoice":         {"GET", "/api/invoices/1", ""},
	"Mutation.createDeploy": {"POST", "/api/environments/1/deploys", `{"message":"Ship it"}`},
	"Mutation.renameSite":   {"POST", "/api/sites/3/rename", `{"name":"Harbor Handbook"}`},
	"Organization.sites":    {"GET", "/api/organizations/1/sites?page=1&size=2", ""},
	"Organization.members":  {"GET", "/api/organizations/1/members?page=1&size=2", ""},
	"Organization.invoices": {"GET", "/api/organizations/1/invoices?page=1&size=2", ""},
	"Site":                  {"GET", "/api/sites?ids=2,4", ""},
	"Site.environments":     {"GET", "/api/sites/1/environments", ""},
	"Site.latestDeploy":     {"GET", "/api/sites/2/deploys?size=1", ""},
	"Environment":           {"GET", "/api/environments/3", ""},
	"Environment.deploys":   {"GET", "/api/environments/3/deploys?page=1&size=2", ""},
	"Deploy":                {"GET", "/api/deploys/1000", ""},
	"User":                  {"POST", "/api/users/search", `{"ids":["1","2"]}`},
}

// unsteady is what differs from run to run.
var unsteady = []string{"Mutation.createDeploy"}

// TestSelectionsReadWhatTheMonolithAnswers runs the selection of each connector on a true answer of the
// application: no mapping problem, and the values of testdata/connectors.txtar (UPDATE=1 writes it).
func TestSelectionsReadWhatTheMonolithAnswers(t *testing.T) {
	base := startMonolith(t)
	got := &txtar.Archive{Comment: []byte("What each connector makes of an answer of examples/monolith.\n")}
	for _, c := range connectors(t) {
		sample, ok := samples[c.coordinate]
		if !ok {
			t.Errorf("%s: no sample request; add one", c.coordinate)
			continue
		}
		answer := fetch(t, sample.method, base+sample.path, sample.body)
		if ok := evaluate(t, c.coordinate+" isSuccess", c.isSuccess, answer); !ok.IsTrue() {
			t.Errorf("%s: isSuccess is %v on %s", c.coordinate, ok, answer)
		}
		mapped := evaluate(t, c.coordinate, c.selection, answer)
		if slices.Contains(unsteady, c.coordinate) {
			continue
		}
		var text bytes.Buffer
		if err := json.Indent(&text, mapped.Append(nil), "", "  "); err != nil {
			t.Fatalf("%s: %v", c.coordinate, err)
		}
		got.Files = append(got.Files, txtar.File{Name: c.coordinate, Data: append(text.Bytes(), '\n')})
	}
	golden := filepath.Join("testdata", "connectors.txtar")
	if os.Getenv("UPDATE") != "" {
		if err := os.WriteFile(golden, txtar.Format(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(txtar.Format(got))); diff != "" {
		t.Error(diff)
	}
}

// TestMissingRecordsAreNullAndRefusalsAreFailures holds the source's isSuccess to what the application means.
func TestMissingRecordsAreNullAndRefusalsAreFailures(t *testing.T) {
	base := startMonolith(t)
	for _, c := range connectors(t) {
		if c.coordinate != "Query.site" && c.coordinate != "Mutation.renameSite" {
			continue
		}
		missing := fetch(t, "GET", base+"/api/sites/99999", "")
		refused := fetch(t, "GET", base+"/api/sites/one", "")
		query := c.coordinate == "Query.site"
		if got := evaluate(t, c.coordinate, c.isSuccess, missing).IsTrue(); got != query {
			t.Errorf("%s: a missing record is success: %v", c.coordinate, got)
		}
		if evaluate(t, c.coordinate, c.isSuccess, refused).IsTrue() {
			t.Errorf("%s: a refusal is success: %s", c.coordinate, refused)
		}
	}
}

type connector struct{ coordinate, selection, isSuccess string }

// connectors of the monolith's contract, in its order.
func connectors(t *testing.T) []connector {
	t.Helper()
	doc := parse(t, "monolith")
	source := doc.SchemaExtension[0].Directives.ForName("source")
	var all []connector
	add := func(coordinate string, applied ast.DirectiveList) {
		for _, d := range applied.ForNames("connect") {
			c := connector{coordinate: coordinate, selection: d.Arguments.ForName("selection").Value.Raw}
			c.isSuccess = source.Arguments.ForName("isSuccess").Value.Raw
			if own := d.Arguments.ForName("isSuccess"); own != nil {
				c.isSuccess = own.Value.Raw
			}
			all = append(all, c)
		}
	}
	for _, d := range doc.Definitions {
		add(d.Name, d.Directives)
		for _, f := range d.Fields {
			add(d.Name+"."+f.Name, f.Directives)
		}
	}
	return all
}

// evaluate runs a mapping and allows it no problem but the absence of a code in an answer that is fine.
func evaluate(t *testing.T, what, source, answer string) mapping.Value {
	t.Helper()
	selection, err := mapping.Parse(source, mapping.V03)
	if err != nil {
		t.Fatalf("%s: %v", what, err)
	}
	input, err := mapping.ParseJSON([]byte(answer))
	if err != nil {
		t.Fatalf("%s: %v: %s", what, err, answer)
	}
	v, problems, err := selection.Eval(input, nil, mapping.Limits{})
	if err != nil {
		t.Fatalf("%s: %v", what, err)
	}
	for _, p := range problems {
		t.Errorf("%s: %v", what, p)
	}
	return v
}

// startMonolith runs the application until the test ends.
func startMonolith(t *testing.T) (base string) {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	out, lines := io.Pipe()
	done := make(chan error, 1)
	db := filepath.Join(t.TempDir(), "monolith.db")
	go func() { done <- legacy.Run(ctx, []string{"-listen", "127.0.0.1:0", "-db", db}, lines) }()
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			t.Errorf("run: %v", err)
		}
	})
	if _, err := fmt.Fscanf(out, "monolith serves %s\n", &base); err != nil {
		t.Fatal(err)
	}
	return base
}

func fetch(t *testing.T, method, url, body string) string {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("X-Legacy-Key", "ficus-demo-key")
	answer, err := http.DefaultClient.Do(r)
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
