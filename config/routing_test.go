package config_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestTheFirstURLIsThatOfTheGraph: it is routing_url, or else the first of the list.
func TestTheFirstURLIsThatOfTheGraph(t *testing.T) {
	cfg, err := parse(`subgraphs:
  a: {routing_url: 'http://a', routing_urls: ['http://b', 'http://c'], schema: {sdl: x}}
  b: {routing_urls: ['http://d', 'http://e'], schema: {sdl: x}}
  c: {routing_url: 'http://f', schema: {sdl: x}}
`, nil)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string][]string{"a": {"http://a", "http://b", "http://c"}, "b": {"http://d", "http://e"}}
	if diff := cmp.Diff(want, cfg.Traffic.RoutingURLs); diff != "" {
		t.Error(diff)
	}
	if got := cfg.Subgraphs["b"].RoutingURL; got != "http://d" {
		t.Errorf("the graph has %q", got)
	}
}
