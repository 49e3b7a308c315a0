package resolvers_test

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/executor"
	"github.com/google/go-cmp/cmp"

	"github.com/ficusgraph/ficus/graph"
	"github.com/ficusgraph/ficus/graph/model"
	"github.com/ficusgraph/ficus/resolvers"
)

// book is a port that answers from a map and remembers what it was asked for.
type book struct {
	usage map[string]*model.Usage
	fails error
	short bool

	mu    sync.Mutex
	asked [][]string
}

func (b *book) UsageByOrganization(_ context.Context, ids []string) ([]*model.Usage, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.asked = append(b.asked, slices.Sorted(slices.Values(ids)))
	if b.fails != nil {
		return nil, b.fails
	}
	if b.short {
		return nil, nil
	}
	found := make([]*model.Usage, len(ids))
	for i, id := range ids {
		found[i] = b.usage[id]
	}
	return found, nil
}

func maya(context.Context) (resolvers.Caller, bool) {
	return resolvers.Caller{Subject: "1", Email: "maya@example.com", Organization: "7"}, true
}

func nobody(context.Context) (resolvers.Caller, bool) { return resolvers.Caller{}, false }

// answer executes a query as the gateway does: against the generated subgraph, with loaders for the request.
func answer(t *testing.T, r *resolvers.Resolver, query, variables string) string {
	t.Helper()
	params := &graphql.RawParams{Query: query}
	if variables != "" {
		d := json.NewDecoder(strings.NewReader(variables))
		d.UseNumber()
		if err := d.Decode(&params.Variables); err != nil {
			t.Fatal(err)
		}
	}
	exec := executor.New(graph.NewExecutableSchema(graph.Config{Resolvers: r}))
	ctx := graphql.StartOperationTrace(r.WithLoaders(t.Context()))
	operation, errs := exec.CreateOperationContext(ctx, params)
	if errs != nil {
		t.Fatal(errs)
	}
	responses, ctx := exec.DispatchOperation(ctx, operation)
	out, err := json.Marshal(responses(ctx))
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

func TestViewerIsWhoTheTokenNames(t *testing.T) {
	r := &resolvers.Resolver{Viewer: maya, Organizations: &book{}}
	got := answer(t, r, `{ viewer { id email scopes user { id } organization { id } } }`, "")
	want := `{"data":{"viewer":{"id":"1","email":"maya@example.com","scopes":[],"user":{"id":"1"},"organization":{"id":"7"}}}}`
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestViewerOfAnAnonymousRequestIsNullWithoutError(t *testing.T) {
	r := &resolvers.Resolver{Viewer: nobody, Organizations: &book{}}
	if got, want := answer(t, r, `{ viewer { id } }`, ""), `{"data":{"viewer":null}}`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

const entities = `query ($r: [_Any!]!) { _entities(representations: $r) {
	... on Organization { allowance { sitesUsed sitesIncluded membersUsed membersIncluded } }
	... on Site { hostingSummary }
} }`

func TestAllowancesOfOneRequestAreLoadedAtOnce(t *testing.T) {
	b := &book{usage: map[string]*model.Usage{
		"1": {OrganizationID: "1", Plan: model.PlanFree, Sites: 1, Members: 2},
		"2": {OrganizationID: "2", Plan: model.PlanElite, Sites: 40, Members: 90},
		"3": {OrganizationID: "3", Plan: "BARTER", Sites: 1, Members: 1},
	}}
	r := &resolvers.Resolver{Viewer: maya, Organizations: b}
	got := answer(t, r, entities, `{"r":[
		{"__typename":"Organization","id":"1"},
		{"__typename":"Organization","id":"2"},
		{"__typename":"Organization","id":"3"},
		{"__typename":"Organization","id":"1"}]}`)
	want := `{"data":{"_entities":[` + strings.Join([]string{
		`{"allowance":{"sitesUsed":1,"sitesIncluded":2,"membersUsed":2,"membersIncluded":3}}`,
		`{"allowance":{"sitesUsed":40,"sitesIncluded":null,"membersUsed":90,"membersIncluded":null}}`,
		`{"allowance":{"sitesUsed":1,"sitesIncluded":0,"membersUsed":1,"membersIncluded":0}}`,
		`{"allowance":{"sitesUsed":1,"sitesIncluded":2,"membersUsed":2,"membersIncluded":3}}`,
	}, ",") + `]}}`
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([][]string{{"1", "2", "3"}}, b.asked); diff != "" {
		t.Errorf("loads (-want +got):\n%s", diff)
	}
}

func TestRequestsDoNotShareLoads(t *testing.T) {
	b := &book{usage: map[string]*model.Usage{"1": {OrganizationID: "1"}}}
	r := &resolvers.Resolver{Viewer: maya, Organizations: b}
	for range 2 {
		answer(t, r, entities, `{"r":[{"__typename":"Organization","id":"1"}]}`)
	}
	if len(b.asked) != 2 {
		t.Errorf("loads = %v, want one for each of two requests", b.asked)
	}
}

func TestFailuresOfThePortAreErrorsAtTheirPathWithoutInternals(t *testing.T) {
	for _, c := range []struct {
		name string
		port *book
		code string
	}{
		{"the port fails", &book{fails: errors.New("dial tcp 10.0.0.7: refused")}, "SUBREQUEST_HTTP_ERROR"},
		{"the port answers too little", &book{short: true}, "SUBREQUEST_HTTP_ERROR"},
		{"there is no such organization", &book{}, "NOT_FOUND"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := &resolvers.Resolver{Viewer: maya, Organizations: c.port}
			got := answer(t, r, entities, `{"r":[{"__typename":"Organization","id":"1"}]}`)
			if !strings.Contains(got, `"path":["_entities",0,"allowance"]`) || !strings.Contains(got, `"code":"`+c.code+`"`) {
				t.Errorf("want an error %s at its path, got %s", c.code, got)
			}
			if strings.Contains(got, "10.0.0.7") {
				t.Errorf("the answer names an internal address: %s", got)
			}
		})
	}
}

func TestUsageIsLoadedWithoutLoadersToo(t *testing.T) {
	b := &book{usage: map[string]*model.Usage{"1": {Sites: 5, Plan: model.PlanElite}}}
	r := &resolvers.Resolver{Viewer: maya, Organizations: b}
	a, err := r.Organization().Allowance(t.Context(), &model.Organization{ID: "1"})
	if err != nil || a.SitesUsed != 5 {
		t.Errorf("allowance = %+v, %v", a, err)
	}
}

func TestHostingSummaryReadsWhatTheMonolithBrought(t *testing.T) {
	r := &resolvers.Resolver{Viewer: maya, Organizations: &book{}}
	got := answer(t, r, entities, `{"r":[{"__typename":"Site","id":"1","framework":"NEXTJS","createdAt":1614816000}]}`)
	want := `{"data":{"_entities":[{"hostingSummary":"Next.js, hosted since March 2021"}]}}`
	if got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestBadRequiredFieldFailsItsOwnEntityOnly(t *testing.T) {
	for _, bad := range []string{
		`{"__typename":"Site","id":"2"}`,
		`{"__typename":"Site","id":"2","framework":"COBOL","createdAt":1}`,
		`{"__typename":"Site","id":"2","framework":"DRUPAL","createdAt":"soon"}`,
		`{"__typename":"Site","id":"2","framework":"DRUPAL","createdAt":null}`,
	} {
		r := &resolvers.Resolver{Viewer: maya, Organizations: &book{}}
		got := answer(t, r, entities, `{"r":[{"__typename":"Site","id":"1","framework":"STATIC","createdAt":0},`+bad+`]}`)
		if !strings.Contains(got, "Static files, hosted since January 1970") ||
			!strings.Contains(got, `"path":["_entities",1,"hostingSummary"]`) {
			t.Errorf("%s: got %s", bad, got)
		}
	}
}
