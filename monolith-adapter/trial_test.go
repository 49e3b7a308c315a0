package monolith_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	monolith "github.com/ficusgraph/ficus/monolith-adapter"
	"github.com/ficusgraph/ficus/monolith-adapter/mapping"
)

const trialSchema = `extend schema
  @link(url: "https://specs.apollo.dev/federation/v2.12", import: ["@key"])
  @link(url: "https://specs.apollo.dev/connect/v0.3", import: ["@source", "@connect"])
  @source(name: "api", http: {
    baseURL: "http://{$config.host}/v1"
    headers: [{ name: "X-Api-Key", value: "{$config.key}" }, { name: "X-Trace", from: "trace" }]
  })

type Query {
  book(id: ID!, lines: Int = 3): Book
    @connect(
      id: "oneBook"
      source: "api"
      http: { GET: "/books/{$args.id}?lines={$args.lines}&token=t1" }
      errors: { message: "$.why", extensions: "tenant: $context.tenant" }
      selection: """
      id
      title: name->first
      author { name }
      """
    )
}

type Book @key(fields: "id")
  @connect(source: "api", http: { GET: "/books?ids={$batch.id->joinNotNull(',')}" }, selection: "$.items { id title }")
  @connect(source: "api", http: { GET: "/covers/{$this.id}" }, selection: "id title") {
  id: ID!
  title: String
  author: Author
}

type Author { name: String }
`

func declared(t *testing.T) *monolith.Connectors {
	t.Helper()
	c, err := monolith.Declared("library", "library.graphql", trialSchema)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// try makes a trial's call.
func try(t *testing.T, target, variables string, cfg monolith.Config, reply *monolith.ReceivedResponse) *monolith.Seen {
	t.Helper()
	con, err := declared(t).Find(target)
	if err != nil {
		t.Fatal(err)
	}
	vars, err := monolith.ParseVariables([]byte(variables))
	if err != nil {
		t.Fatal(err)
	}
	e, err := monolith.Trial{Connector: con, Variables: vars, Config: cfg, Reply: reply}.Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// TestTrialWithACannedAnswer: nobody is asked, the variables are those given, problems have their place in the schema.
func TestTrialWithACannedAnswer(t *testing.T) {
	e := try(t, "oneBook", `{"$args":{"id":"7"},"$config":{"host":"nowhere.example","key":"k1"},"$requestHeaders":{"trace":["a","b"]}}`,
		monolith.Config{}, &monolith.ReceivedResponse{Status: 200, Body: []byte(`{"id":7,"name":5,"author":null}`)})
	if e.Request.URL != "http://nowhere.example/v1/books/7?lines=3&token=t1" {
		t.Errorf("asked for %s", e.Request.URL)
	}
	if want := [][2]string{{"X-Api-Key", "k1"}, {"X-Trace", "a"}, {"X-Trace", "b"}}; !cmp.Equal(e.Request.Headers, want) {
		t.Errorf("sent %v, want %v", e.Request.Headers, want)
	}
	if got := e.Value.String(); got != `{"id":7,"title":5,"author":null}` {
		t.Errorf("mapped %s", got)
	}
	var problems []string
	for _, p := range e.Show(100).Problems {
		problems = append(problems, p.String())
	}
	want := []string{
		"library.graphql:18:18: selection: title: ->first needs a list or a string, not a number",
		"library.graphql:19:16: selection: author.name: property name is not in null",
	}
	if diff := cmp.Diff(want, problems); diff != "" {
		t.Error(diff)
	}
	shown := e.Show(1000)
	if shown.Request.Headers["X-Api-Key"][0] != monolith.Redacted || !strings.HasSuffix(shown.Request.URL, "?lines=3&token="+monolith.Redacted) {
		t.Errorf("secrets are shown: %v", shown.Request)
	}
	if got := e.Show(5).Response.Body; got != `{"id"… (26 more bytes)` {
		t.Errorf("of a long body this is shown: %v", got)
	}
}

// TestTrialOfAFailure: the error is what clients would be told, with the cause that they are not.
func TestTrialOfAFailure(t *testing.T) {
	e := try(t, "Query.book", `{"$args":{"id":"7"},"$config":{"host":"h","key":""},"$context":{"tenant":"t1"}}`,
		monolith.Config{}, &monolith.ReceivedResponse{Status: 404, Body: []byte(`{"why":"gone"}`)})
	if f := e.Failure; f == nil || f.Code != monolith.CodeFetch || f.Message != "gone" || f.Extensions.String() != `{"tenant":"t1"}` {
		t.Errorf("failed with %+v", f)
	}
	e = try(t, "Query.book", `{"$args":{"id":".."},"$config":{"host":"h","key":""}}`, monolith.Config{}, &monolith.ReceivedResponse{Status: 200})
	if e.Request != nil || e.Failure == nil || e.Failure.Code != monolith.CodeRequestInvalid || !strings.Contains(e.Failure.Cause, "..") {
		t.Errorf("a path that leads elsewhere: %+v, %+v", e.Request, e.Failure)
	}
}

// TestTrialAsksTheApplication: at the configured address, once.
func TestTrialAsksTheApplication(t *testing.T) {
	var asked []string
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked = append(asked, r.RequestURI+" "+r.Header.Get("X-Api-Key"))
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Set-Cookie", "sid=1")
		_, _ = w.Write([]byte(`{"items":[{"id":1,"title":"One"},{"id":2,"title":"Two"}]}`))
	}))
	defer s.Close()
	cfg := monolith.Config{Sources: map[string]monolith.SourceConfig{
		"library.api": {OverrideURL: s.URL, Config: map[string]any{"key": "k2", "host": "unused"}},
		"other.api":   {OverrideURL: "http://other.example"},
	}}
	e := try(t, "Book[0]", `{"$batch":[{"id":"1"},{"id":"2"}]}`, cfg, nil)
	if want := []string{"/books?ids=1,2 k2"}; !cmp.Equal(asked, want) && !cmp.Equal(asked, []string{"/books?ids=1%2C2 k2"}) {
		t.Errorf("asked %q, want %q", asked, want)
	}
	if e.Failure != nil || e.Value.Len() != 2 || e.Response.Status != 200 || e.Took <= 0 {
		t.Errorf("got %+v, %s", e, e.Value)
	}
	if shown := e.Show(100); shown.Response.Headers["Set-Cookie"][0] != monolith.Redacted {
		t.Errorf("a cookie is shown: %v", shown.Response.Headers)
	}
}

func TestTargetsThatAreNotThere(t *testing.T) {
	c := declared(t)
	for target, want := range map[string]string{
		"Query.bok":                       `did you mean "Query.book"?`,
		"Book":                            "Book has 2 connectors; name one of them: Book[0], Book[1]",
		"Book[2]":                         `did you mean "Book[0]"?`,
		"nothing.at.all.like.it.whatever": "there are: Query.book, oneBook, Book[0], Book[1]",
	} {
		if _, err := c.Find(target); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", target, err, want)
		}
	}
	for _, target := range []string{"oneBook", "Query.book", "Query.book[0]", "Query.book@connect[0]", "library_Query_book_0"} {
		if con, err := c.Find(target); err != nil || con.ID != "oneBook" {
			t.Errorf("%s: %v", target, err)
		}
	}
}

func TestVariablesThatAreNone(t *testing.T) {
	for text, want := range map[string]string{
		`{"$arg":{}}`:   `did you mean "$args"?`,
		`{"$args":[1]}`: "$args is a list, and must be an object",
		`{"$batch":{}}`: "$batch is an object, and must be a list",
		`[]`:            "are a list; give an object",
		`{`:             "not JSON",
	} {
		if _, err := monolith.ParseVariables([]byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", text, err, want)
		}
	}
}

func TestSecretsOfURLs(t *testing.T) {
	for in, want := range map[string]string{
		"http://u:p@h/a?b=1":       "http://" + monolith.Redacted + "@h/a?b=1",
		"http://h/a?api_key=1&b=2": "http://h/a?api_key=" + monolith.Redacted + "&b=2",
		"http://h/a@b?q=%zz":       "http://h/a@b?q=%zz",
		"http://h/a?author=5":      "http://h/a?author=5",
	} {
		if got := (monolith.SentRequest{URL: in}).Redacted().URL; got != want {
			t.Errorf("%s is shown as %s, want %s", in, got, want)
		}
	}
}

const batchedSchema = `extend schema
  @link(url: "https://specs.apollo.dev/federation/v2.12", import: ["@key"])
  @link(url: "https://specs.apollo.dev/connect/v0.3", import: ["@source", "@connect"])
  @link(url: "https://ficus.dev/spec/v0.1", import: ["@batched"])
  @source(name: "api", http: { baseURL: "http://sites.example" })

type Query {
  site(id: ID!): Site @connect(source: "api", http: { GET: "/sites/{$args.id}" }, selection: "id", entity: true)
}

type Site @key(fields: "id") {
  id: ID!
  deploys(first: Int = 3): [String]
    @connect(id: "one", source: "api", http: { GET: "/sites/{$this.id}/deploys?n={$args.first}" }, selection: "$.items->map(@.name)")
    @batched(connect: "one", http: { GET: "/deploys?n={$args.first}&sites={$batch.id->joinNotNull(',')}" }, groupBy: "site", selection: "$.items { site deploys: name }")
}
`

// TestTrialOfBatched: with $batch the field is asked for as @batched says, without it as the plain connector does.
func TestTrialOfBatched(t *testing.T) {
	c, err := monolith.Declared("hosting", "hosting.graphql", batchedSchema)
	if err != nil {
		t.Fatal(err)
	}
	var listed []string
	for _, l := range c.Listing() {
		listed = append(listed, l.Kind+" "+l.Target)
	}
	if want := []string{"entity Query.site", "field Site.deploys", "batch Site.deploys@batched[0]"}; !cmp.Equal(listed, want) {
		t.Errorf("listed %q, want %q", listed, want)
	}
	for _, test := range []struct{ target, variables, url, value string }{
		{"Site.deploys", `{"$this":{"id":1}}`, "http://sites.example/sites/1/deploys?n=3", `["a"]`},
		{"Site.deploys", `{"$batch":[{"id":1},{"id":2}],"$args":{"first":1}}`, "http://sites.example/deploys?n=1&sites=1%2C2", `[{"site":1,"deploys":"a"}]`},
		{"Site.deploys@batched[0]", `{"$batch":[{"id":1}]}`, "http://sites.example/deploys?n=3&sites=1", `[{"site":1,"deploys":"a"}]`},
	} {
		con, err := c.Find(test.target)
		if err != nil {
			t.Fatal(err)
		}
		vars, err := monolith.ParseVariables([]byte(test.variables))
		if err != nil {
			t.Fatal(err)
		}
		e, err := monolith.Trial{Connector: con, Variables: vars, Reply: &monolith.ReceivedResponse{Status: 200, Body: []byte(`{"items":[{"site":1,"name":"a"}]}`)}}.Run(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if e.Request.URL != test.url || e.Value.String() != test.value {
			t.Errorf("%s %s: %s gives %s", test.target, test.variables, e.Request.URL, e.Value)
		}
	}
}

// TestTrialWithoutRequest: a connector without http maps its variables and asks nobody.
func TestTrialWithoutRequest(t *testing.T) {
	c, err := monolith.Declared("texts", "texts.graphql", `extend schema
  @link(url: "https://specs.apollo.dev/federation/v2.14", import: ["@key"])
  @link(url: "https://specs.apollo.dev/connect/v0.4", import: ["@connect", "@source"])
type Query { greeting(name: String): Greeting @connect(selection: "text: $args.name") }
type Greeting { text: String }
`)
	if err != nil {
		t.Fatal(err)
	}
	e, err := monolith.Trial{Connector: c.List[0], Variables: monolith.TrialVariables{Args: mapping.ObjectValue([]string{"name"}, []mapping.Value{mapping.StringValue("Ada")})}}.Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if e.Request != nil || e.Response != nil || e.Value.String() != `{"text":"Ada"}` {
		t.Errorf("%+v, %s", e, e.Value)
	}
	if shown := e.Show(100); shown.Request != nil || c.Listing()[0].Method != "" {
		t.Errorf("%+v", shown)
	}
}
