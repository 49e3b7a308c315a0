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
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/vektah/gqlparser/v2/ast"
	"golang.org/x/tools/txtar"

	"github.com/ficusgraph/ficus/examples/monolith/legacy"
	"github.com/ficusgraph/ficus/monolith-adapter/mapping"
)

// samples are a request for each connector, as its templates would make it.
var samples = map[string]sample{
	"Query.organization":    {method: "GET", path: "/api/organizations/1"},
	"Query.organizations":   {method: "GET", path: "/api/organizations?page=2&size=2"},
	"Query.site":            {method: "GET", path: "/api/sites/1"},
	"Query.sites":           {method: "GET", path: "/api/sites?page=1&size=2&fw=1"},
	"Query.user":            {method: "GET", path: "/api/users/1"},
	"Query.invoice":         {method: "GET", path: "/api/invoices/1"},
	"Query.legacySession":   {method: "GET", path: "/api/whoami"},
	"Query.legacyStats":     {method: "GET", path: "/api/stats"},
	"Query.legacyHealthy":   {method: "GET", path: "/healthz"},
	"Mutation.createDeploy": {method: "POST", path: "/api/environments/1/deploys", body: `{"message":"Ship it"}`},
	"Mutation.renameSite":   {method: "POST", path: "/api/sites/3/rename", body: `{"name":"Harbor Handbook"}`},
	"Mutation.legacyLogin":  {method: "POST", path: "/login", body: `{"email":"maya@harborpine.example","password":"strangler"}`},
	"Mutation.legacyLogout": {method: "POST", path: "/logout"},
	"Organization":          {method: "GET", path: "/api/organizations?ids=2,1"},
	"Organization.sites":    {method: "GET", path: "/api/organizations/1/sites?page=1&size=2"},
	"Organization.members":  {method: "GET", path: "/api/organizations/1/members?page=1&size=2"},
	"Organization.invoices": {method: "GET", path: "/api/organizations/1/invoices?page=1&size=2"},
	"Site":                  {method: "GET", path: "/api/sites?ids=2,4"},
	"Site 2":                {method: "GET", path: "/api/deploys/latest?site_ids=2,4"},
	"Site 3":                {method: "GET", path: "/api/sites/health?site_ids=2,4"},
	"Site.environments":     {method: "GET", path: "/api/sites/1/environments"},
	"Site.deploys":          {method: "GET", path: "/api/sites/2/deploys?page=1&size=2"},
	"Environment":           {method: "GET", path: "/api/environments/3"},
	"Environment.deploys":   {method: "GET", path: "/api/environments/3/deploys?page=1&size=2"},
	"Deploy":                {method: "GET", path: "/api/deploys/1000"},
	"User":                  {method: "POST", path: "/api/users/search", body: `{"ids":["1","2"]}`},
}

type sample struct{ method, path, body string }

// unsteady is what differs from run to run.
var unsteady = []string{"Mutation.createDeploy", "Mutation.legacyLogin", "Site 3"}

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

type connector struct{ coordinate, selection, isSuccess, method, url, body string }

// connectors of the monolith's contract, in its order.
func connectors(t *testing.T) []connector {
	t.Helper()
	doc := parse(t, "monolith")
	source := doc.SchemaExtension[0].Directives.ForName("source")
	var all []connector
	add := func(coordinate string, applied ast.DirectiveList) {
		for i, d := range applied.ForNames("connect") {
			c := connector{coordinate: coordinate, selection: d.Arguments.ForName("selection").Value.Raw}
			if i > 0 {
				c.coordinate += " " + strconv.Itoa(i+1)
			}
			c.isSuccess = source.Arguments.ForName("isSuccess").Value.Raw
			if own := d.Arguments.ForName("isSuccess"); own != nil {
				c.isSuccess = own.Value.Raw
			}
			for _, v := range d.Arguments.ForName("http").Value.Children {
				if strings.ToUpper(v.Name) == v.Name {
					c.method, c.url = v.Name, v.Value.Raw
				}
				if v.Name == "body" {
					c.body = v.Value.Raw
				}
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

// answered is what mappings see of an answer besides its body.
var answered = mapping.Variables{
	"status": mapping.IntValue(http.StatusOK),
	"response": mapping.ObjectValue([]string{"headers"}, []mapping.Value{mapping.ObjectValue(
		[]string{"set-cookie"}, []mapping.Value{mapping.ListValue([]mapping.Value{mapping.StringValue("LEGACYSESSID=x")})},
	)}),
}

// evaluate runs a mapping and allows it no problem but the absence of a code in an answer that is fine.
func evaluate(t *testing.T, what, source, answer string) mapping.Value {
	t.Helper()
	selection, err := mapping.Parse(source, mapping.V03)
	if err != nil {
		t.Fatalf("%s: %v", what, err)
	}
	input := mapping.StringValue(answer)
	if strings.HasPrefix(answer, "{") {
		if input, err = mapping.ParseJSON([]byte(answer)); err != nil {
			t.Fatalf("%s: %v: %s", what, err, answer)
		}
	}
	v, problems, err := selection.Eval(input, answered, mapping.Limits{})
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
