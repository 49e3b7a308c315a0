package schema_test

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"

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
