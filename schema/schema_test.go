package schema_test

import (
	"maps"
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
	if diff := cmp.Diff([]string{"health", "monolith", "platform", "tickets"}, schema.Names()); diff != "" {
		t.Error(diff)
	}
}

func TestReadOfAnUnknownSubgraphSaysWhichThereAre(t *testing.T) {
	_, err := schema.Read("billing")
	if err == nil || !strings.Contains(err.Error(), `"billing"; there are health, monolith, platform, tickets`) {
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

// TestTheServiceHasBuiltItsContractButForSomeFields holds both versions of the bundled service to their contract: what
// they have is as agreed, and what they lack is what the demo shows as mocks.
func TestTheServiceHasBuiltItsContractButForSomeFields(t *testing.T) {
	later := []string{
		"Mutation.addReply", "Reply.body", "Reply.createdAt", "Reply.id", "ReplyInput.body", "ReplyInput.ticketId",
		"Ticket.replies", "Ticket.suggestedReply",
	}
	first := slices.Sorted(slices.Values(slices.Concat(later, []string{"Sentiment.ANGRY", "Sentiment.CALM", "Sentiment.WORRIED", "Ticket.sentiment"})))
	built := map[string]string{}
	for _, version := range []struct {
		file  string
		lacks []string
	}{{"schema.graphql", first}, {"version2.graphql", later}} {
		sdl, err := os.ReadFile("../examples/tickets/service/" + version.file)
		if err != nil {
			t.Fatal(err)
		}
		doc, err := parser.ParseSchema(&ast.Source{Name: version.file, Input: string(sdl)})
		if err != nil {
			t.Fatal(err)
		}
		maps.Copy(built, members(doc))
		agreed := members(parse(t, "tickets"))
		for name, text := range built {
			if agreed[name] != text {
				t.Errorf("%s has %s as %q; agreed was %q", version.file, name, text, agreed[name])
			}
		}
		var lacks []string
		for name := range agreed {
			if built[name] == "" {
				lacks = append(lacks, name)
			}
		}
		slices.Sort(lacks)
		if diff := cmp.Diff(version.lacks, lacks); diff != "" {
			t.Errorf("%s: %s", version.file, diff)
		}
	}
}

// members is what types consist of: fields with their arguments, and enum values.
func members(doc *ast.SchemaDocument) map[string]string {
	all := map[string]string{}
	for _, d := range slices.Concat(doc.Definitions, doc.Extensions) {
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
// records as batches and its changes as mutations. Its feed of deploys is for the services beside it.
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
		if len(reached) == 0 && route != "GET /api/deploys" {
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
	if diff := cmp.Diff([]string{"Organization", "Site", "Site 2", "Site 3", "User"}, batched); diff != "" {
		t.Error(diff)
	}
}
