package transport_test

import (
	"testing"

	"github.com/ficusgraph/ficus/transport"
)

// TestAccept is the table of what clients accept and what they get.
func TestAccept(t *testing.T) {
	server := start(t, transport.Config{}, nil)
	const plain, graph = "application/json; charset=utf-8", "application/graphql-response+json; charset=utf-8"
	for accept, want := range map[string]string{
		"*/*":                               plain,
		"application/*":                     plain,
		"application/json":                  plain,
		"application/graphql-response+json": graph,
		"application/graphql-response+json, application/json":                       graph,
		"application/json, application/graphql-response+json":                       graph,
		"application/graphql-response+json, application/json;q=0.9":                 graph,
		"application/graphql-response+json;q=0.5, application/json":                 plain,
		"application/graphql-response+json;q=0, */*":                                plain,
		"application/graphql-response+json, */*;q=0.1":                              graph,
		"application/*;q=0.9, application/json;q=0.1":                               graph,
		"APPLICATION/GRAPHQL-RESPONSE+JSON; charset=utf-8":                          graph,
		"application/graphql-response+json; charset=latin1, application/json;q=0.1": plain,
		"text/html, application/xhtml+xml, application/xml;q=0.9, */*;q=0.8":        plain,
		"rubbish;;, application/json":                                               plain,
		"text/event-stream":                                                         "text/event-stream; charset=utf-8",
		"multipart/mixed":                                                           "",
		"application/json;q=0":                                                      "",
		"application/json;q=rubbish":                                                "",
		"application/json; charset=utf-16":                                          "",
	} {
		got := send(t, "POST", server.URL+"/graphql", `{"query":"{hello}"}`, isJSON, "Accept: "+accept)
		switch {
		case want == "" && got.status != 406:
			t.Errorf("%s: %d, want 406", accept, got.status)
		case want != "" && (got.status != 200 || got.header.Get("Content-Type") != want):
			t.Errorf("%s: %d %s, want %s", accept, got.status, got.header.Get("Content-Type"), want)
		}
	}
	two := send(t, "POST", server.URL+"/graphql", `{"query":"{hello}"}`, isJSON, "Accept: text/html", "Accept: application/graphql-response+json")
	if two.header.Get("Content-Type") != graph {
		t.Errorf("two headers: %s", two.header.Get("Content-Type"))
	}
}
