package monolith_test

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	monolith "github.com/ficusgraph/ficus/monolith-adapter"
)

// The schemas of docs/connectors.md compose, and can be served.
func TestSchemasInTheDocumentsCompose(t *testing.T) {
	text, err := os.ReadFile("../docs/connectors.md")
	if err != nil {
		t.Fatal(err)
	}
	blocks := regexp.MustCompile("(?ms)^```graphql\n(.*?)^```").FindAllStringSubmatch(string(text), -1)
	if len(blocks) < 2 {
		t.Fatalf("%d schemas", len(blocks))
	}
	for _, b := range blocks {
		_, connectors, err := expanded(t, txtar.Parse([]byte("-- catalog.graphql --\n"+b[1])))
		if err != nil {
			t.Errorf("%v\n%s", err, b[1])
			continue
		}
		fetcher, err := monolith.New(connectors, monolith.Config{}, monolith.Ports{})
		if err != nil {
			t.Errorf("%v\n%s", err, b[1])
			continue
		}
		fetcher.Close()
		if want := strings.Count(b[1], "@connect("); len(connectors.List) != want {
			t.Errorf("%d connectors, want %d", len(connectors.List), want)
		}
	}
}
