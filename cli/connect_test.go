package cli_test

import (
	"encoding/json"
	"encoding/xml"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const librarySchema = `extend schema
  @link(url: "https://specs.apollo.dev/federation/v2.12", import: ["@key"])
  @link(url: "https://specs.apollo.dev/connect/v0.3", import: ["@source", "@connect"])
  @source(name: "api", http: { baseURL: "http://books.example", headers: [{ name: "Authorization", from: "authorization" }] })

type Query {
  book(id: ID!): Book
    @connect(source: "api", http: { GET: "/books/{$args.id}" }, selection: "id title: name", errors: { message: "$.why" })
}

type Book { id: ID! title: String }
`

// TestSuitesOfTheBundledSchema: each connector of the demo sends and maps what its cases say, and each has one.
func TestSuitesOfTheBundledSchema(t *testing.T) {
	t.Chdir(filepath.Join("..", "schema"))
	code, out, errs, _ := runHere(t, "connect", "test", "--complete")
	if code != 0 || !strings.Contains(out, " 0 failed, 0 skipped") {
		t.Errorf("exit code %d\n%s%s", code, out, errs)
	}
}

func TestConnectRun(t *testing.T) {
	files := map[string]string{
		"library.graphql": librarySchema,
		"answer.json":     `{"id":7,"name":"Seven"}`,
		"bad.json":        `{"why":"no such book"}`,
		"virtual.graphql": `extend schema
  @link(url: "https://specs.apollo.dev/federation/v2.12", import: ["@key"])
  @link(url: "https://specs.apollo.dev/connect/v0.4", import: ["@connect"])
type Query { ping(x: Int): String @connect(selection: "$(['pong', $args.x])->joinNotNull(' ')") }
`,
		"ficus.yaml": "subgraphs: {library: {schema: {file: library.graphql}}}",
	}
	runIn(t, files, "version")
	tests := []struct {
		args []string
		code int
		want []string
	}{
		{
			[]string{"Query.book", "--vars", `{"$args":{"id":"7"},"$requestHeaders":{"authorization":"Bearer t"}}`, "--response", "answer.json"},
			0,
			[]string{"Query.book@connect[0]  (library.api)", "GET http://books.example/books/7", "Authorization: [redacted]", "200 OK, 23 bytes", `"title": "Seven"`},
		},
		{[]string{"Query.book", "--schema", "library.graphql", "--vars", `{"$args":{"id":"7"}}`, "--response", "bad.json", "--status", "404"}, 1, []string{"failed    CONNECTOR_FETCH: no such book", "error: the call failed"}},
		{[]string{"Query.book", "--vars", `{"$args":{"id":"7"}}`, "--response", "bad.json"}, 0, []string{"problems", "library.graphql:8:77: selection: id: property id is not in the object"}},
		{[]string{"Query.ping", "--schema", "virtual.graphql", "--vars", `{"$args":{"x":3}}`}, 0, []string{`"pong 3"`}},
		{[]string{"Query.bok"}, 1, []string{`did you mean "Query.book"?`}},
		{[]string{"Query.book", "--vars", "{"}, 2, []string{"--vars: the variables are not JSON"}},
		{[]string{"Query.book", "--status", "404"}, 2, []string{"belong to the answer that --response gives"}},
		{[]string{}, 2, []string{"takes the connector's id"}},
	}
	for _, test := range tests {
		code, out, errs, _ := runHere(t, append([]string{"connect", "run"}, test.args...)...)
		if code != test.code {
			t.Errorf("%q: exit code %d, want %d\n%s%s", test.args, code, test.code, out, errs)
		}
		for _, want := range test.want {
			if !strings.Contains(out+errs, want) {
				t.Errorf("%q: no %q in\n%s%s", test.args, want, out, errs)
			}
		}
	}
}

func TestConnectListInJSON(t *testing.T) {
	code, out, errs, _ := runIn(t, map[string]string{"library.graphql": librarySchema}, "connect", "list", "--schema", "library.graphql", "--json")
	var list []map[string]any
	if err := json.Unmarshal([]byte(out), &list); code != 0 || err != nil || len(list) != 1 || list[0]["target"] != "Query.book" || list[0]["url"] != "/books/{$args.id}" {
		t.Errorf("exit code %d, %s%s", code, out, errs)
	}
}

// suiteFile is a suite of one case that asks for book 7 and is answered so; the rest is the case's.
func suiteFile(rest string) string {
	return "config: { schema: library.graphql, name: books }\ntests:\n  - name: seven\n    target: Query.book\n    variables: { $args: { id: \"7\" } }\n" +
		"    apiResponseBody: '{\"id\": 7, \"name\": \"Seven\"}'\n" + rest
}

func TestConnectTest(t *testing.T) {
	tests := []struct {
		name, suite string
		code        int
		want        []string
	}{
		{"passes", suiteFile("    expect: { connectorRequest: { url: 'http://books.example/books/7' }, connectorResponse: '{\"title\": \"Seven\", \"id\": 7.0}', problems: [] }\n"), 0, []string{"ok    seven", "1 passed, 0 failed, 0 skipped"}},
		{"fails", suiteFile("    expect: { connectorRequest: { method: POST }, connectorResponse: { id: 7, title: Eight } }\n"), 1, []string{"FAIL  seven  (books.connector.yaml:3)", "- POST", "+ GET", `-   "title": "Eight"`, `+   "title": "Seven"`, "1 of 1 cases failed"}},
		{"skips", suiteFile("    skip: true\n    expect: { connectorRequest: { method: POST } }\n"), 0, []string{"skip  seven"}},
		{"unknown key", suiteFile("    expects: {}\n"), 2, []string{"books.connector.yaml:7:5", "did you mean expect?"}},
		{"unknown variable", strings.Replace(suiteFile("    expect: { problems: [] }\n"), "$args", "$arg", 1), 2, []string{"books.connector.yaml:5:18", "did you mean $args?"}},
		{"unknown target", strings.Replace(suiteFile("    expect: { problems: [] }\n"), "Query.book", "Query.bok", 1), 2, []string{"books.connector.yaml:4:13", `did you mean "Query.book"?`}},
		{"both spellings", suiteFile("    connector: Query.book\n    expect: { problems: [] }\n"), 2, []string{"target and connector are the same thing"}},
		{"expects nothing", suiteFile(""), 2, []string{"books.connector.yaml:3:", "the case expects nothing"}},
		{"no JSON", suiteFile("    expect: { connectorResponse: 'Seven' }\n"), 2, []string{"connectorResponse is not JSON"}},
		{"no schema", "tests: []\n", 2, []string{"names no schema"}},
		{"no tests", "config: { schema: library.graphql }\n", 2, []string{"has no tests"}},
		{"a schema that is not there", "config: { schema: nowhere.graphql }\ntests: [{}]\n", 2, []string{"nowhere.graphql"}},
		{"no YAML", "config: [\n", 2, []string{"books.connector.yaml:1:"}},
		{"a file that is not there", suiteFile("    expect: { connectorResponseFile: seven.json }\n"), 2, []string{"books.connector.yaml:7:", "seven.json"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			files := map[string]string{"library.graphql": librarySchema, "books.connector.yaml": test.suite}
			code, out, errs, _ := runIn(t, files, "connect", "test", "--junit", "out.xml")
			if code != test.code {
				t.Errorf("exit code %d, want %d\n%s%s", code, test.code, out, errs)
			}
			for _, want := range test.want {
				if !strings.Contains(out+errs, want) {
					t.Errorf("no %q in\n%s%s", want, out, errs)
				}
			}
			if code < 2 {
				readJUnit(t, code)
			}
		})
	}
}

// readJUnit reads out.xml as a CI system would.
func readJUnit(t *testing.T, failures int) {
	t.Helper()
	text, err := os.ReadFile("out.xml")
	if err != nil {
		t.Fatal(err)
	}
	var suites struct {
		Suites []struct {
			Name     string `xml:"name,attr"`
			Failures int    `xml:"failures,attr"`
			Cases    []struct {
				Name    string  `xml:"name,attr"`
				Failure *string `xml:"failure"`
			} `xml:"testcase"`
		} `xml:"testsuite"`
	}
	if err := xml.Unmarshal(text, &suites); err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	s := suites.Suites[0]
	if s.Name != "books" || s.Failures != failures || len(s.Cases) != 1 || (s.Cases[0].Failure != nil) != (failures > 0) {
		t.Errorf("%s", text)
	}
}
