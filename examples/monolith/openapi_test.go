package main_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/google/go-cmp/cmp"

	"github.com/ficusgraph/ficus/examples/monolith/legacy"
)

// samples are a request for each operation, by its id.
var samples = map[string]struct{ path, body string }{
	"listOrganizations":      {path: "/api/organizations?size=100"},
	"getOrganization":        {path: "/api/organizations/1"},
	"listOrganizationSites":  {path: "/api/organizations/1/sites"},
	"listMembers":            {path: "/api/organizations/1/members"},
	"listInvoices":           {path: "/api/organizations/1/invoices"},
	"listSites":              {path: "/api/sites?size=100"},
	"getSite":                {path: "/api/sites/1"},
	"listSiteHealth":         {path: "/api/sites/health?site_ids=1,2,3"},
	"renameSite":             {path: "/api/sites/3/rename", body: `{"name":"Harbor Handbook"}`},
	"listEnvironments":       {path: "/api/sites/1/environments"},
	"listSiteDeploys":        {path: "/api/sites/1/deploys"},
	"getEnvironment":         {path: "/api/environments/1"},
	"listEnvironmentDeploys": {path: "/api/environments/3/deploys"},
	"createDeploy":           {path: "/api/environments/1/deploys", body: `{"message":"Ship it"}`},
	"feedDeploys":            {path: "/api/deploys?after=10"},
	"listLatestDeploys":      {path: "/api/deploys/latest?site_ids=1,2,3"},
	"getDeploy":              {path: "/api/deploys/1000"},
	"getUser":                {path: "/api/users/1"},
	"searchUsers":            {path: "/api/users/search", body: `{"ids":["1","2"]}`},
	"getInvoice":             {path: "/api/invoices/1"},
	"whoAmI":                 {path: "/api/whoami"},
	"getStats":               {path: "/api/stats"},
	"login":                  {path: "/login", body: `{"email":"maya@harborpine.example","password":"strangler"}`},
	"logout":                 {path: "/logout"},
	"healthz":                {path: "/healthz"},
}

func description(t *testing.T) *openapi3.T {
	t.Helper()
	doc, err := openapi3.NewLoader().LoadFromFile("openapi.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if err := doc.Validate(t.Context()); err != nil {
		t.Fatal(err)
	}
	return doc
}

func TestTheDescriptionHasTheRoutesOfTheApplication(t *testing.T) {
	var described []string
	for path, item := range description(t).Paths.Map() {
		for method := range item.Operations() {
			described = append(described, method+" "+path)
		}
	}
	slices.Sort(described)
	if diff := cmp.Diff(legacy.Routes(), described); diff != "" {
		t.Errorf("routes (-application +openapi.yaml):\n%s", diff)
	}
}

// TestTheApplicationAnswersAsDescribed asks each operation and holds the answer to its schema, which must know every
// member of it.
func TestTheApplicationAnswersAsDescribed(t *testing.T) {
	base := start(t)
	doc := description(t)
	for _, path := range slices.Sorted(maps.Keys(doc.Paths.Map())) {
		for method, op := range doc.Paths.Value(path).Operations() {
			t.Run(op.OperationID, func(t *testing.T) {
				sample, ok := samples[op.OperationID]
				if !ok {
					t.Fatal("no sample request; add one")
				}
				kind, answer := ask(t, method, base+sample.path, sample.body)
				content := op.Responses.Value("200").Value.Content
				if content[kind] == nil {
					t.Fatalf("the answer is %s, described is %v", kind, slices.Collect(maps.Keys(content)))
				}
				schema := content[kind].Schema
				var value any = string(answer)
				if kind == "application/json" {
					if err := json.Unmarshal(answer, &value); err != nil {
						t.Fatalf("%v: %s", err, answer)
					}
					if data := value.(map[string]any); data["status"] != "ok" {
						t.Fatalf("refused: %s", answer)
					}
				}
				if err := schema.Value.VisitJSON(value); err != nil {
					t.Errorf("%v\n%s", err, answer)
				}
				for _, name := range unknown(schema, value, "") {
					t.Errorf("%s is not described: %s", name, answer)
				}
			})
		}
	}
}

// unknown are the members of a value that its schema does not name.
func unknown(ref *openapi3.SchemaRef, value any, place string) (names []string) {
	switch value := value.(type) {
	case []any:
		for i, v := range value {
			names = append(names, unknown(ref.Value.Items, v, fmt.Sprintf("%s[%d]", place, i))...)
		}
	case map[string]any:
		known := openapi3.Schemas{}
		maps.Copy(known, ref.Value.Properties)
		for _, part := range ref.Value.AllOf {
			maps.Copy(known, part.Value.Properties)
		}
		for _, name := range slices.Sorted(maps.Keys(value)) {
			if known[name] == nil {
				names = append(names, place+"."+name)
			} else {
				names = append(names, unknown(known[name], value[name], place+"."+name)...)
			}
		}
	}
	return names
}

func ask(t *testing.T, method, url, body string) (kind string, answer []byte) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("X-Legacy-Key", "ficus-demo-key")
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if answer, err = io.ReadAll(res.Body); err != nil {
		t.Fatal(err)
	}
	if res.StatusCode != http.StatusOK {
		t.Fatalf("HTTP %d: %s", res.StatusCode, answer)
	}
	kind, _, _ = strings.Cut(res.Header.Get("Content-Type"), ";")
	return kind, answer
}

// start runs the application until the test ends, and gives its URL.
func start(t *testing.T) (base string) {
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
