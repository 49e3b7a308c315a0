package usage_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ficusgraph/ficus/usage"
)

func header(of map[string]string) func(string) string {
	return func(name string) string { return of[name] }
}

func web(version string) func(string) string {
	return header(map[string]string{"apollographql-client-name": "web", "apollographql-client-version": version})
}

func at(second int64) func() time.Time {
	return func() time.Time { return time.Unix(second, 0) }
}

// TestOperationsAreCountedByClient: values and layout make no difference, and are not kept.
func TestOperationsAreCountedByClient(t *testing.T) {
	r := usage.New(usage.Config{}, at(7))
	for i := range 3 {
		r.Record(fmt.Sprintf(`query Find { find(mail: "maya%d@example.com", first: %d, in: [OPEN], deep: {secret: """x"""}) { id } }`, i, i), "Find", web("2"))
	}
	r.Record("query   Find { find(mail: \"other\", first: 9, in: [OPEN], deep: {secret: \"y\"}) {\n id } }", "Find", web("3"))
	r.Record("{ me { id } }", "", header(nil))
	r.Record("{ me {", "", header(nil)) // what is refused is not recorded by callers; here it is only counted
	text, err := json.Marshal(r.Report())
	if err != nil {
		t.Fatal(err)
	}
	want := `{"since":"1970-01-01T00:00:07Z","operations":[` +
		`{"text":"query {\n me {\n  id\n }\n}\n","clients":[{"count":1,"last":"1970-01-01T00:00:07Z"}]},` +
		`{"name":"Find","text":"query Find {\n find(mail: \"\", first: 0, in: [OPEN], deep: {secret:\"\"}) {\n  id\n }\n}\n","clients":[` +
		`{"name":"web","version":"2","count":3,"last":"1970-01-01T00:00:07Z"},{"name":"web","version":"3","count":1,"last":"1970-01-01T00:00:07Z"}]}` +
		`],"beyond":1}`
	if string(text) != want {
		t.Errorf("got  %s\nwant %s", text, want)
	}
}

// TestWhatIsKeptIsBounded: what has no room is counted, and what is there goes on.
func TestWhatIsKeptIsBounded(t *testing.T) {
	r := usage.New(usage.Config{MaxOperations: 3}, at(0))
	var all sync.WaitGroup
	for i := range 10 {
		all.Go(func() { r.Record(fmt.Sprintf("{ a%d }", i), "", header(nil)) })
	}
	all.Wait()
	first := r.Report().Operations[0]
	r.Record(first.Text, "", header(nil))
	r.Record("{ "+strings.Repeat("long ", 100_000)+"}", "", header(nil))
	got := r.Report()
	if len(got.Operations) != 3 || got.Beyond != 8 || got.Operations[0].Clients[0].Count != 2 {
		t.Errorf("%+v", got)
	}
	r = usage.New(usage.Config{}, at(0))
	long := strings.Repeat("field ", 10_000)
	for i := range 400 {
		r.Record(fmt.Sprintf("{ a%d %s }", i, long), "", header(nil))
	}
	if kept := len(r.Report().Operations); kept < 50 || kept > 300 {
		t.Errorf("%d operations of 60 kB are kept", kept)
	}
	r = usage.New(usage.Config{}, at(0))
	r.Record("{ a }", "", header(map[string]string{"apollographql-client-name": strings.Repeat("é", 500)}))
	if name := r.Report().Operations[0].Clients[0].Name; len(name) != 128 {
		t.Errorf("the name has %d bytes", len(name))
	}
}
