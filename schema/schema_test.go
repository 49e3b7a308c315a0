package schema_test

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"

	"github.com/ficusgraph/ficus/examples/monolith/legacy"
	"github.com/ficusgraph/ficus/schema"
)

func parse(t *testing.T, name string) *ast.SchemaDocument {
	t.Helper()
	sdl, err := schema.Read(name)
	if err != nil {
		t.Fatal(err)
	}
	doc, err := parser.ParseSchema(&ast.Source{Name: name, Input: sdl})
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return doc
}

func TestNamesAreTheSubgraphs(t *testing.T) {
	if diff := cmp.Diff([]string{"monolith", "platform", "tickets"}, schema.Names()); diff != "" {
		t.Error(diff)
	}
}

func TestReadOfAnUnknownSubgraphSaysWhichThereAre(t *testing.T) {
	_, err := schema.Read("billing")
	if err == nil || !strings.Contains(err.Error(), `"billing"; there are monolith, platform, tickets`) {
		t.Errorf("got %v", err)
	}
}

func TestRootFieldsOfTheMonolithHaveAConnectorOrAreMocked(t *testing.T) {
	for _, d := range parse(t, "monolith").Definitions {
		if d.Name != "Query" && d.Name != "Mutation" {
			continue
		}
		for _, f := range d.Fields {
			if f.Directives.ForName("connect") == nil && f.Directives.ForName("mock") == nil {
				t.Errorf("%s.%s has neither @connect nor @mock", d.Name, f.Name)
			}
		}
	}
}

func TestFieldsThatNobodyAnswersAreMarked(t *testing.T) {
	var marked []string
	for _, name := range schema.Names() {
		for _, d := range parse(t, name).Definitions {
			for _, f := range d.Fields {
				if f.Directives.ForName("mock") != nil {
					marked = append(marked, name+" "+d.Name+"."+f.Name)
				}
			}
		}
	}
	want := []string{"monolith Site.carbonScore", "monolith User.avatarUrl", "platform Site.performance"}
	if diff := cmp.Diff(want, marked); diff != "" {
		t.Error(diff)
	}
}

// TestServiceHasBuiltItsContractButForTwoFields holds the bundled service to its contract: what it has is as
// agreed, and what it lacks is what the demo shows as mocks.
func TestServiceHasBuiltItsContractButForTwoFields(t *testing.T) {
	sdl, err := os.ReadFile("../examples/tickets/schema.graphql")
	if err != nil {
		t.Fatal(err)
	}
	doc, err := parser.ParseSchema(&ast.Source{Name: "service", Input: string(sdl)})
	if err != nil {
		t.Fatal(err)
	}
	agreed, built := members(parse(t, "tickets")), members(doc)
	for name, text := range built {
		if agreed[name] != text {
			t.Errorf("the service has %s as %q; agreed was %q", name, text, agreed[name])
		}
	}
	var lacks []string
	for name := range agreed {
		if built[name] == "" {
			lacks = append(lacks, name)
		}
	}
	slices.Sort(lacks)
	want := []string{"Sentiment.ANGRY", "Sentiment.CALM", "Sentiment.WORRIED", "Ticket.sentiment", "Ticket.suggestedReply"}
	if diff := cmp.Diff(want, lacks); diff != "" {
		t.Error(diff)
	}
}

// members is what types consist of: fields with their arguments, and enum values.
func members(doc *ast.SchemaDocument) map[string]string {
	all := map[string]string{}
	for _, d := range doc.Definitions {
		for _, f := range d.Fields {
			text := f.Type.String()
			for _, a := range f.Arguments {
				text += " " + a.Name + ":" + a.Type.String() + "=" + a.DefaultValue.String()
			}
			for _, applied := range f.Directives {
				text += " @" + applied.Name
			}
			all[d.Name+"."+f.Name] = text
		}
		for _, v := range d.EnumValues {
			all[d.Name+"."+v.Name] = "value"
		}
	}
	return all
}

// TestEachRouteOfTheMonolithHasAConnector: what the application answers is in the graph, its lists of many
// records as batches and its changes as mutations.
func TestEachRouteOfTheMonolithHasAConnector(t *testing.T) {
	expression := regexp.MustCompile(`\{[^}]*\}`)
	pattern := func(method, path string) string {
		path, _, _ = strings.Cut(path, "?")
		return method + " " + expression.ReplaceAllString(path, "{}")
	}
	by := map[string][]string{}
	for _, c := range connectors(t) {
		p := pattern(c.method, c.url)
		by[p] = append(by[p], c.coordinate)
	}
	for _, route := range legacy.Routes() {
		method, path, _ := strings.Cut(route, " ")
		reached := by[pattern(method, path)]
		if len(reached) == 0 {
			t.Errorf("no connector asks %s", route)
		}
		delete(by, pattern(method, path))
		changes := method == "POST" && path != "/api/users/search"
		for _, c := range reached {
			if strings.HasPrefix(c, "Mutation.") != changes {
				t.Errorf("%s asks %s", c, route)
			}
		}
	}
	for p, c := range by {
		t.Errorf("%v ask %s, which the application does not answer", c, p)
	}
}

// TestWhatTheMonolithAnswersForManyIsBatched names the lists by ids, and the types that are resolved from them.
func TestWhatTheMonolithAnswersForManyIsBatched(t *testing.T) {
	var batched []string
	for _, c := range connectors(t) {
		if strings.Contains(c.url+c.body, "$batch") {
			batched = append(batched, c.coordinate)
		}
	}
	if diff := cmp.Diff([]string{"Organization", "Site", "Site 2", "User"}, batched); diff != "" {
		t.Error(diff)
	}
}
