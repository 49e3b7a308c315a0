package main_test

import (
	"errors"
	"io"
	"io/fs"
	"net/http"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/ficusgraph/ficus/internal/free"
)

// page is what a browser gets.
func page(t *testing.T, url string) (status int, body string) {
	t.Helper()
	r, err := http.NewRequest("GET", url, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Accept", "text/html,*/*;q=0.8")
	got, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer got.Body.Close()
	text, err := io.ReadAll(got.Body)
	if err != nil {
		t.Fatal(err)
	}
	return got.StatusCode, string(text)
}

// TestThePageForDevelopers: the console where it was built into the program, else a page that says how to; beside it
// what scenarios there are.
func TestThePageForDevelopers(t *testing.T) {
	address := free.Address(t)
	p := startIn(t, mockFolder(t), "mock", "serve", "*.graphql", "--listen", address)
	p.line("serving")
	url := "http://" + address
	want := `data-scenarios="/_ficus/scenarios"`
	if _, err := os.Stat("console/dist/index.html"); errors.Is(err, fs.ErrNotExist) {
		want = "make console"
	}
	_, html := page(t, url)
	if script := regexp.MustCompile(`src="(/_ficus/[^"]+)"`).FindStringSubmatch(html); script != nil {
		if status, body := page(t, url+script[1]); status != 200 || len(body) < 100_000 {
			t.Errorf("the console's script: %d, %d bytes", status, len(body))
		}
	}
	for _, path := range []string{"/", "/graphql"} {
		if status, body := page(t, url+path); status != 200 || !strings.Contains(body, want) {
			t.Errorf("%s: %d, and not in it: %s\n%.300s", path, status, want, body)
		}
	}
	if status, body := page(t, url+"/_ficus/scenarios"); status != 200 || !strings.HasPrefix(body, `{"scenarios":[{"name":"empty-cart"},{"name":"empty","description":`) {
		t.Errorf("scenarios: %d %s", status, body)
	}
}

// TestNobodyIsShownScenariosThatMayNotBeChosen: a gateway whose requests may not choose does not list them.
func TestNobodyIsShownScenariosThatMayNotBeChosen(t *testing.T) {
	address := free.Address(t)
	dir := mockFolder(t)
	writeIn(t, dir, "ficus.yaml", "supergraph: { listen: "+address+" }\nadmin: { listen: off }\nenvironment: dev\nmocks: { report: true }\n"+
		"subgraphs:\n  shop: { mock: always, schema: { file: shop.graphql } }\n")
	p := startIn(t, dir, "serve", "--config", "ficus.yaml")
	p.line("serving")
	for _, path := range []string{"/", "/_ficus/scenarios", "/_ficus/console/console.js"} {
		if status, body := page(t, "http://"+address+path); status != 404 {
			t.Errorf("%s: %d %.80s", path, status, body)
		}
	}
}
