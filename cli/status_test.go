package cli_test

import (
	"encoding/json"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ficusgraph/ficus/admin"
	"github.com/ficusgraph/ficus/owners/status"
)

// shop is a folder with a graph of which a service implements a part, and the service, with the type of a field.
func shop(t *testing.T, total string) (dir string) {
	t.Helper()
	service := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte(`{"data":{"_service":{"sdl":"type Query { cart: Cart }\ntype Cart @key(fields: \"id\") {\n  id: ID!\n  total: ` + total + `\n}"}}}`))
	}))
	t.Cleanup(service.Close)
	dir = t.TempDir()
	for name, text := range map[string]string{
		"ficus.yaml": "environment: dev\nadmin: {listen: off}\ncontract: {owners: OWNERS.yaml}\n" +
			"subgraphs:\n  shop: {routing_url: \"" + service.URL + "\", schema: {file: shop.graphql}}\n",
		"shop.graphql": "extend schema @link(url: \"https://specs.apollo.dev/federation/v2.7\", import: [\"@key\"])\n" +
			"type Query { cart: Cart }\ntype Cart @key(fields: \"id\") { id: ID! total: Int note: String gift: Boolean }\n",
		"OWNERS.yaml":               "\"*\": shop\nCart.gift: gifts\n",
		"operations/ready.graphql":  "query Total { cart { total } }",
		"operations/page/note.gql":  "query Note { cart { note } }",
		"operations/apollo.json":    `{"format":"apollo-persisted-query-manifest","version":1,"operations":[{"id":"1","name":"Gift","type":"query","body":"query Gift { cart { gift } }"}]}`,
		"operations/relay.json":     `{"abc":"query Again { cart { total } }"}`,
		"operations/unrelated.json": `{"compilerOptions":{}}`,
		"done/ready.graphql":        "{ cart { total } }",
		"broken/manifest.json":      `{"format":`,
		"empty/readme.txt":          "nothing",
		"bodiless/apollo.json":      `{"format":"apollo-persisted-query-manifest","operations":[{"id":"1"}]}`,
		"invalid/invalid.graphql":   "{ cart { price } }",
		"wrong/ficus.yaml":          "contract: {owners: OWNERS.yaml}\nsubgraphs: {shop: {routing_url: \"http://a\", schema: {file: ../shop.graphql}}}\n",
		"wrong/OWNERS.yaml":         "\n  Cart.totl: shop\n",
		"unowned/ficus.yaml":        "subgraphs: {shop: {routing_url: \"http://127.0.0.1:1\", schema: {file: ../shop.graphql}}}\n",
		"lost/ficus.yaml":           "contract: {owners: nowhere.yaml}\nsubgraphs: {shop: {routing_url: \"http://a\", schema: {file: ../shop.graphql}}}\n",
	} {
		name = filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestStatusTellsWhatIsDone(t *testing.T) {
	t.Chdir(shop(t, "Int"))
	tests := []struct {
		name, args string
		code       int
		out, errs  []string
	}{
		{"counts", "", 0, []string{"shop      service  3            2       0        0              up", "shop   3            1       0        0", "gifts  0            1       0        0"}, nil},
		{"fields", "--fields", 0, []string{"shop: Cart.note is mocked (shop)\n", "shop: Cart.gift is mocked (gifts)\n"}, nil},
		{"operations", "--operations operations", 0, []string{
			"operations/apollo.json[Gift] Gift: mocked: Cart.gift\noperations/page/note.gql Note: mocked: Cart.note\n2 of 4 saved operations (50 %) answered by real owners alone\n",
		}, nil},
		{"fails on nothing", "--operations done --fail-on missing,contradicting,operations", 0, []string{"1 of 1 saved operation (100 %)"}, nil},
		{"fails on mocks", "--fail-on mocked", 1, []string{"SUBGRAPH"}, []string{"error: 2 fields mocked: Cart.gift, Cart.note\n"}},
		{"fails on operations", "--operations operations --fail-on mocked,operations", 1, nil, []string{
			"error: 2 fields mocked: ", "error: 2 of 4 saved operations not ready: operations/apollo.json[Gift] Gift, operations/page/note.gql Note\n",
		}},
		{"fails on what is not valid", "--operations invalid --fail-on operations", 1, []string{`invalid/invalid.graphql: invalid: 1:10: Cannot query field "price"`}, []string{"1 of 1 saved operation not ready: invalid/invalid.graphql"}},
		{"a team's fields", "--team gifts --fields --fail-on mocked", 1, []string{"gifts  0            1", "shop: Cart.gift is mocked (gifts)\n"}, []string{"error: 1 field mocked: Cart.gift\n"}},
		{"a team that is done", "--team gifts --fail-on missing", 0, nil, nil},
		{"a team that is none", "--team gift", 1, nil, []string{"--team gift: the owners file has no such team; it has: shop, gifts"}},
		{"a team without an owners file", "--team gifts --config unowned/ficus.yaml", 1, nil, []string{"--team gifts: there is no owners file"}},
		{"in production", "--env production --fields", 0, []string{"shop      service  3            0       2", "shop: Cart.note is missing (shop)\n"}, nil},
		{"what production lacks", "--env production --operations operations --fail-on missing,mocked,operations", 1, []string{"Note: missing: Cart.note\n", "2 of 4 saved operations"}, []string{
			"error: 2 fields missing: Cart.gift, Cart.note\n", "2 of 4 saved operations not ready",
		}},
		{"an unknown reason", "--fail-on mokced", 2, nil, []string{`"mokced" is none of missing, mocked, contradicting, operations`}},
		{"operations that are not named", "--fail-on operations", 2, nil, []string{"--operations"}},
		{"a token for nobody", "--token x", 2, nil, []string{"--url"}},
		{"two graphs", "--url http://127.0.0.1:1 --config ficus.yaml", 2, nil, []string{"leave out --config"}},
		{"no operations", "--operations empty", 1, nil, []string{"empty holds no saved operations"}},
		{"a manifest that is no JSON", "--operations broken", 1, nil, []string{"manifest.json: unexpected end"}},
		{"a manifest without texts", "--operations bodiless", 1, nil, []string{"operation 1 of the manifest has no body"}},
		{"a pattern that fits nothing", "--config wrong/ficus.yaml", 1, nil, []string{"OWNERS.yaml:2:3: Cart.totl: fits no field of the graph; did you mean Cart.total?"}},
		{"an owners file that is not there", "--config lost/ficus.yaml", 1, nil, []string{"contract.owners: ", "nowhere.yaml"}},
		{"a gateway that is not there", "--url http://127.0.0.1:1", 1, nil, []string{"ask the running gateway"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			code, out, errs, _ := runHere(t, append([]string{"status"}, strings.Fields(test.args)...)...)
			if code != test.code {
				t.Errorf("exit code %d, want %d", code, test.code)
			}
			for _, want := range test.out {
				if !strings.Contains(out, want) {
					t.Errorf("no %q in\n%s", want, out)
				}
			}
			for _, want := range test.errs {
				if !strings.Contains(errs, want) {
					t.Errorf("no %q in\n%s", want, errs)
				}
			}
		})
	}
}

// TestStatusSaysWhoContradicts with the lines of both, and who uses it is not ready.
func TestStatusSaysWhoContradicts(t *testing.T) {
	t.Chdir(shop(t, "String"))
	code, out, errs, _ := runHere(t, "status", "--operations", "operations", "--fail-on", "contradicting")
	for _, want := range []string{
		"shop      service  2            2       0        1 ", "shop   2            1       0        1\n",
		"\n  contract  shop.graphql:3:40: type Cart @key(fields: \"id\") { id: ID! total: Int ", ":4:3: total: String\n",
		"operations/ready.graphql Total: contradicting: Cart.total\n", "0 of 4 saved operations",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in\n%s", want, out)
		}
	}
	if code != 1 || !strings.Contains(errs, "error: 1 coordinate not as in the contract: Cart.total") {
		t.Errorf("exit code %d, %s", code, errs)
	}
}

// TestStatusInJSON has what the tables have, and fails alike.
func TestStatusInJSON(t *testing.T) {
	t.Chdir(shop(t, "Int"))
	code, out, errs, _ := runHere(t, "status", "--json", "--operations", "operations", "--fail-on", "operations")
	var got status.Report
	if err := json.Unmarshal([]byte(out), &got); err != nil || code != 1 {
		t.Fatalf("exit code %d, %v\n%s%s", code, err, out, errs)
	}
	if len(got.Subgraphs) != 1 || len(got.Teams) != 2 || len(got.Types) != 2 || got.Operations.Total != 4 || got.Operations.Ready != 2 {
		t.Errorf("%+v", got)
	}
}

// TestStatusAsksARunningGateway: the same report, over the admin API.
func TestStatusAsksARunningGateway(t *testing.T) {
	const token = "a token of sixteen or more"
	t.Chdir(shop(t, "Int"))
	_, want, _, _ := runHere(t, "status", "--json", "--operations", "operations")
	var report status.Report
	if err := json.Unmarshal([]byte(want), &report); err != nil {
		t.Fatal(err)
	}
	operations := report.Operations
	report.Operations = nil
	api := admin.New(admin.Config{Token: token, Address: &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)}}, slog.New(slog.DiscardHandler))
	api.Handle(http.MethodGet, "/status", func(*http.Request) (any, error) { return report, nil })
	api.Handle(http.MethodPost, "/operations", func(r *http.Request) (any, error) {
		var asked struct{ Operations []status.Saved }
		if err := admin.Read(r, &asked); err != nil || len(asked.Operations) != 4 {
			t.Errorf("%v, %+v", err, asked)
		}
		return operations, nil
	})
	gateway := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/health" {
			_, _ = w.Write([]byte(`{"status":"UP","graph":"stale","error":"the cause"}`))
			return
		}
		api.ServeHTTP(w, r)
	}))
	t.Cleanup(gateway.Close)
	other := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(other.Close)
	code, got, errs, _ := runHere(t, "status", "--url", gateway.URL+"/", "--token", token, "--json", "--operations", "operations")
	if code != 0 || got != want || !strings.HasPrefix(errs, "warning: the gateway at "+strings.TrimPrefix(gateway.URL, "http://")+" serves an older graph, as the newest cannot be served: the cause\n") {
		t.Errorf("exit code %d %s\n%s\nwant\n%s", code, errs, got, want)
	}
	if code, out, errs, _ := runHere(t, "status", "--url", gateway.URL, "--token", token, "--fail-on", "mocked"); code != 1 || !strings.Contains(out, "gifts") || !strings.Contains(errs, "2 fields mocked") {
		t.Errorf("exit code %d %s\n%s", code, errs, out)
	}
	if code, _, errs, _ := runHere(t, "status", "--url", gateway.URL); code != 1 || !strings.Contains(errs, "HTTP 401: the API wants the header Authorization: Bearer") {
		t.Errorf("without the token: exit code %d %s", code, errs)
	}
	if code, _, errs, _ := runHere(t, "status", "--url", other.URL); code != 1 || !strings.Contains(errs, "is no gateway's admin API") {
		t.Errorf("something else: exit code %d %s", code, errs)
	}
}
