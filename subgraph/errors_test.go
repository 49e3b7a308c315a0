package subgraph_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ficusgraph/ficus/engine/executor"
	"github.com/ficusgraph/ficus/engine/queryplan"
	"github.com/ficusgraph/ficus/subgraph"
)

// seenOf says of a redaction what of code, a and b it lets through, after the text.
func seenOf(r *executor.Redaction) string {
	if r == nil {
		return "everything"
	}
	out := []string{"no text"}
	if !r.Message {
		out[0] = "text"
	}
	for _, key := range []string{"code", "a", "b"} {
		if r.Shows != nil && r.Shows(key) {
			out = append(out, key)
		}
	}
	if len(r.Codes) > 0 {
		out = append(out, "and "+strings.Join(r.Codes, ","))
	}
	return strings.Join(out, " ")
}

func TestWhatIsSeenOfErrors(t *testing.T) {
	cases := []struct{ name, section, want string }{
		{"by default", ``, "no text"},
		{"all", `{all: true}`, "everything"},
		{"of none but one", `{all: false, subgraphs: {products: true}}`, "everything"},
		{"of all but one", `{all: true, subgraphs: {products: false}}`, "no text"},
		{"of another", `{subgraphs: {users: true}}`, "no text"},
		{"some members", `{all: {allow_extensions_keys: [code]}}`, "no text code"},
		{"and the text", `{all: {redact_message: false, allow_extensions_keys: [code]}}`, "text code"},
		{"all members but some", `{all: {redact_message: false, deny_extensions_keys: [a]}}`, "text code b"},
		{"one's own beside those of all", `{all: {allow_extensions_keys: [code]}, subgraphs: {products: {allow_extensions_keys: [a]}}}`, "no text code a"},
		{"without some of all", `{all: {allow_extensions_keys: [code, a]}, subgraphs: {products: {allow_extensions_keys: [b], exclude_global_keys: [a]}}}`, "no text code b"},
		{"one list in place of the other", `{all: {allow_extensions_keys: [code]}, subgraphs: {products: {deny_extensions_keys: [a]}}}`, "no text code b"},
		{"only the text is not", `{all: true, subgraphs: {products: {redact_message: true}}}`, "no text code a b"},
		{"codes for clients", `{all: {allow_codes: [GONE]}, subgraphs: {products: {allow_codes: [HELD]}}}`, "no text and GONE,HELD"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			cfg := config(t, "include_subgraph_errors: "+c.section)
			if err := cfg.Validate(); err != nil {
				t.Fatal(err)
			}
			r := remote(t, serve(t, write(200, "application/json", `{"data":null}`)), cfg)
			res, err := r.Fetch(t.Context(), &executor.Request{Fetch: &queryplan.Fetch{Subgraph: "products"}, Body: []byte(`{}`)})
			if err != nil {
				t.Fatal(err)
			}
			if got := seenOf(res.Redaction); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
			connectors := cfg.IncludeSubgraphErrors.OfConnectors("products")
			if !strings.Contains(c.section, "products") && connectors != nil {
				t.Error("what is said of services is said of connectors")
			}
		})
	}
	connectors := config(t, `include_subgraph_errors: {all: false, subgraphs: {monolith: {deny_extensions_keys: [a]}, shop: false}}`).IncludeSubgraphErrors
	got := []string{seenOf(connectors.OfConnectors("monolith")), seenOf(connectors.OfConnectors("shop")), seenOf(connectors.OfConnectors("other"))}
	if want := []string{"text code b", "no text", "everything"}; !slices.Equal(got, want) {
		t.Errorf("of connectors %q, want %q", got, want)
	}
	if r := subgraph.EveryError().OfConnectors("shop"); r != nil {
		t.Error("not every error is seen")
	}
}

func TestFaultsOfWhatIsSeen(t *testing.T) {
	err := config(t, `
include_subgraph_errors:
  all: {allow_extensions_keys: [a], deny_extensions_keys: [b]}
  subgraphs:
    x: {allow_extensions_keys: [a], deny_extensions_keys: [b]}
`).Validate()
	want := `include_subgraph_errors.all: give one of allow_extensions_keys and deny_extensions_keys
include_subgraph_errors.subgraphs.x: give one of allow_extensions_keys and deny_extensions_keys`
	if err == nil {
		t.Fatal("no fault was found")
	}
	if diff := cmp.Diff(want, err.Error()); diff != "" {
		t.Error(diff)
	}
	err = config(t, `include_subgraph_errors: {subgraphs: {x: {exclude_global_keys: [a]}}}`).Validate()
	if err == nil || !strings.Contains(err.Error(), "all has no list to take them out of") {
		t.Error(err)
	}
}
