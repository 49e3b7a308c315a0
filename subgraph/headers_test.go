package subgraph_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/google/go-cmp/cmp"

	"github.com/ficusgraph/ficus/subgraph"
)

func config(t *testing.T, text string) subgraph.Config {
	t.Helper()
	var c subgraph.Config
	if err := yaml.UnmarshalWithOptions([]byte(text), &c, yaml.Strict()); err != nil {
		t.Fatal(err)
	}
	return c
}

func TestHeaderRules(t *testing.T) {
	client := http.Header{
		"Authorization": {"Bearer t"}, "Cookie": {"a=1"}, "X-One": {"1"}, "X-Two": {"2", "3"}, "X-Hop": {"h"},
		"Connection": {"close, X-Hop"}, "Content-Type": {"text/evil"}, "Accept": {"*/*"}, "Te": {"trailers"}, "Host": {"evil"},
	}
	claims := map[string]string{"sub": "u1", "bad": "a\r\nX-Injected: 1"}
	cases := []struct {
		name, rules string
		want        http.Header
	}{
		{"nothing by default", ``, http.Header{}},
		{"by name, in any case", `all: {request: [{propagate: {named: authorization}}]}`, http.Header{"Authorization": {"Bearer t"}}},
		{"all values", `all: {request: [{propagate: {named: X-Two}}]}`, http.Header{"X-Two": {"2", "3"}}},
		{"under another name", `all: {request: [{propagate: {named: x-one, rename: x-uno}}]}`, http.Header{"X-Uno": {"1"}}},
		{"a default", `all: {request: [{propagate: {named: x-none, default: d}}]}`, http.Header{"X-None": {"d"}}},
		{"absent", `all: {request: [{propagate: {named: x-none}}]}`, http.Header{}},
		{"those that match", `all: {request: [{propagate: {matching: "^x-.*"}}]}`, http.Header{"X-One": {"1"}, "X-Two": {"2", "3"}}},
		{
			"everything, but never what belongs to the hop or the content", `all: {request: [{propagate: {matching: .*}}]}`,
			http.Header{"Authorization": {"Bearer t"}, "Cookie": {"a=1"}, "X-One": {"1"}, "X-Two": {"2", "3"}},
		},
		{"tied to the client's connection", `all: {request: [{propagate: {named: x-hop}}]}`, http.Header{}},
		{"insert", `all: {request: [{insert: {name: x-a, value: b}}]}`, http.Header{"X-A": {"b"}}},
		{"a claim", `all: {request: [{insert: {name: x-user-id, from_claim: sub}}]}`, http.Header{"X-User-Id": {"u1"}}},
		{"a claim that is not there", `all: {request: [{insert: {name: x-user-id, from_claim: none}}]}`, http.Header{}},
		{"a claim with a default", `all: {request: [{insert: {name: x-user-id, from_claim: none, default: anonymous}}]}`, http.Header{"X-User-Id": {"anonymous"}}},
		{"a claim that would inject a header", `all: {request: [{insert: {name: x-user-id, from_claim: bad}}]}`, http.Header{}},
		{"a client cannot stand in for a claim", `all: {request: [{propagate: {matching: "^x-.*"}}, {insert: {name: x-one, from_claim: none}}]}`, http.Header{"X-Two": {"2", "3"}}},
		{"nor by a rule that comes later", `all: {request: [{insert: {name: x-one, from_claim: sub}}, {propagate: {matching: "^x-.*"}}]}`, http.Header{"X-One": {"u1"}, "X-Two": {"2", "3"}}},
		{"of several rules for one name the first that finds something", `all: {request: [{propagate: {named: x-none, rename: x-uno}}, {propagate: {named: x-one, rename: x-uno}}, {propagate: {named: x-two, rename: x-uno}}]}`, http.Header{"X-Uno": {"1"}}},
		{"a default is something", `all: {request: [{propagate: {named: x-none, rename: x-uno, default: d}}, {propagate: {named: x-one, rename: x-uno}}]}`, http.Header{"X-Uno": {"d"}}},
		{"what is taken over goes before what was inserted", `all: {request: [{insert: {name: x-one, value: b}}, {propagate: {named: x-one}}]}`, http.Header{"X-One": {"1"}}},
		{"the operation's name and kind", `all: {request: [{insert: {name: x-op, from_context: operation_name}}, {insert: {name: x-kind, from_context: "apollo::supergraph::operation_kind"}}]}`, http.Header{"X-Op": {"Shop"}, "X-Kind": {"query"}}},
		{"the request's id", `all: {request: [{insert: {name: x-id, from_context: request_id}}]}`, http.Header{"X-Id": {"r1"}}},
		{"of the body", `all: {request: [{insert: {name: x-op, path: .operationName}}, {insert: {name: x-q, path: .query}}]}`, http.Header{"X-Op": {"Shop"}, "X-Q": {"query Shop { a }"}}},
		{"variables, as they were sent", `all: {request: [{insert: {name: x-a, path: ".variables.in.region"}}, {insert: {name: x-b, path: ".variables.ids[1]"}}, {insert: {name: x-c, path: ".variables.yes"}}]}`, http.Header{"X-A": {"eu"}, "X-B": {"12345678901234567890"}, "X-C": {"true"}}},
		{"of lists and objects there is no header", `all: {request: [{insert: {name: x-a, path: ".variables.in"}}, {insert: {name: x-b, path: ".variables.ids", default: none}}]}`, http.Header{"X-B": {"none"}}},
		{"what is not there", `all: {request: [{insert: {name: x-a, path: ".variables.ids[7].x"}}, {insert: {name: x-b, path: ".variables.none", default: d}}]}`, http.Header{"X-B": {"d"}}},
		{"a variable that would inject a header", `all: {request: [{insert: {name: x-a, path: ".variables.evil", default: safe}}]}`, http.Header{"X-A": {"safe"}}},
		{"remove", `all: {request: [{propagate: {matching: "^x-"}}, {remove: {named: x-one}}]}`, http.Header{"X-Two": {"2", "3"}}},
		{"remove what matches, but not the protocol's own", `all: {request: [{insert: {name: x-a, value: b}}, {remove: {matching: .*}}]}`, http.Header{"User-Agent": nil}},
		{"of the subgraph, after those of all", `{all: {request: [{insert: {name: x-a, value: "1"}}]}, subgraphs: {products: {request: [{insert: {name: x-a, value: "2"}}]}}}`, http.Header{"X-A": {"2"}}},
		{"of another subgraph", `{subgraphs: {users: {request: [{insert: {name: x-a, value: "2"}}]}}}`, http.Header{}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			var got http.Header
			url := serve(t, func(w http.ResponseWriter, r *http.Request) {
				got = r.Header
				write(200, "application/json", `{"data":1}`)(w, r)
			})
			cfg := config(t, "headers:\n  "+c.rules)
			if err := cfg.Validate(); err != nil {
				t.Fatal(err)
			}
			ctx := subgraph.NewContext(t.Context(), subgraph.Inbound{Header: client, Claim: func(name string) (string, bool) {
				v, ok := claims[name]
				return v, ok
			}})
			ctx = subgraph.WithAsked(ctx, &subgraph.Asked{
				Query: "query Shop { a }", OperationName: "Shop", Kind: "query", RequestID: "r1",
				Variables: []byte(`{"in":{"region":"eu"},"ids":["x",12345678901234567890],"yes":true,"evil":"a\r\nX-Injected: 1"}`),
			})
			for _, f := range senders(t, url, cfg) {
				checkHeader(t, ctx, f, &got, c.want)
			}
		})
	}
}

// checkHeader fetches and compares what header the service got.
func checkHeader(t *testing.T, ctx context.Context, f *subgraph.Remote, got *http.Header, beside http.Header) {
	t.Helper()
	if res := fetch(ctx, f, `{}`); res.Body == "" {
		t.Fatalf("%+v", res)
	}
	want := http.Header{
		"Accept": {"application/json, application/graphql-response+json"}, "Accept-Encoding": {"zstd, gzip, br"},
		"Content-Length": {"2"}, "Content-Type": {"application/json"}, "User-Agent": {"ficus"},
	}
	for name, values := range beside {
		if want[name] = values; values == nil {
			delete(want, name)
		}
	}
	if diff := cmp.Diff(want, *got); diff != "" {
		t.Error(diff)
	}
}

func TestRulesWithoutAClient(t *testing.T) {
	var got http.Header
	url := serve(t, func(w http.ResponseWriter, r *http.Request) {
		got = r.Header
		write(200, "application/json", `{"data":1}`)(w, r)
	})
	cfg := config(t, `headers: {all: {request: [{propagate: {named: x-a, default: d}}, {propagate: {matching: .}}, {insert: {name: x-b, from_claim: sub}}]}}`)
	fetch(t.Context(), remote(t, url, cfg), `{}`)
	if got.Get("X-A") != "d" || got.Get("X-B") != "" {
		t.Error(got)
	}
}

func TestConfigNamesEachFault(t *testing.T) {
	err := config(t, `
headers:
  all:
    request:
      - {propagate: {named: x, matching: y}}
      - {propagate: {matching: "("}}
      - {propagate: {named: content-type}}
      - {propagate: {matching: a, rename: b}}
      - {}
      - {propagate: {named: a}, insert: {name: b, value: c}}
  subgraphs:
    users:
      request:
        - {insert: {name: "a b", value: c}}
        - {insert: {name: a, value: "b\nc"}}
        - {insert: {name: a, value: b, from_claim: c}}
        - {insert: {name: a, value: b, default: c}}
        - {remove: {}}
        - {remove: {named: host}}
        - {remove: {matching: "["}}
        - {propagate: {named: a, rename: te}}
        - {insert: {name: a, from_context: nobody}}
        - {insert: {name: a, path: .extensions.x}}
        - {insert: {name: a, path: ".variables[x]"}}
  connector:
    all: {request: [{remove: {}}]}
    sources: {shop.api: {request: [{remove: {}}]}}
traffic_shaping:
  all: {timeout: -1s}
  subgraphs: {users: {http_max_response_bytes: -5}}
override_subgraph_url:
  a: ftp://x
  b: "http://"
  c: "http://127.0.0.1:4001"
`).Validate()
	want := []string{
		`headers.all.request[0]: propagate: give one of named and matching`,
		"headers.all.request[1]: propagate.matching: error parsing regexp: missing closing ): `(`",
		`headers.all.request[2]: propagate.named: content-type belongs to the connection or the content, and cannot be set by a rule`,
		`headers.all.request[3]: propagate: rename and default go with named, not with matching`,
		`headers.all.request[4]: is 0 rules; give each its own dash: propagate, insert or remove`,
		`headers.all.request[5]: is 2 rules; give each its own dash: propagate, insert or remove`,
		`headers.subgraphs.users.request[0]: insert.name: "a b" cannot be the name of a header`,
		`headers.subgraphs.users.request[1]: insert.name: the value of a has a character that a header cannot have`,
		`headers.subgraphs.users.request[2]: insert a: give one of value, from_claim, from_context and path`,
		`headers.subgraphs.users.request[3]: insert a: default goes with from_claim, from_context or path`,
		`headers.subgraphs.users.request[4]: remove: give one of named and matching`,
		`headers.subgraphs.users.request[5]: remove.named: host belongs to the connection or the content, and cannot be set by a rule`,
		"headers.subgraphs.users.request[6]: remove.matching: error parsing regexp: missing closing ]: `[`",
		`headers.subgraphs.users.request[7]: propagate.rename: te belongs to the connection or the content, and cannot be set by a rule`,
		`headers.subgraphs.users.request[8]: insert a: from_context: there is no "nobody"; there are operation_name, operation_kind, request_id`,
		`headers.subgraphs.users.request[9]: insert a: path: ".extensions.x" does not lead into a request; write one such as .operationName or .variables.ids[0]`,
		`headers.subgraphs.users.request[10]: insert a: path: ".variables[x]" does not lead into a request; write one such as .operationName or .variables.ids[0]`,
		`headers.connector.all.request[0]: remove: give one of named and matching`,
		`headers.connector.sources.shop.api.request[0]: remove: give one of named and matching`,
		`traffic_shaping.all.timeout: must not be negative`,
		`traffic_shaping.subgraphs.users.http_max_response_bytes: must not be negative`,
		`override_subgraph_url.a: "ftp://x" is not an HTTP URL; write one such as http://127.0.0.1:4001/graphql`,
		`override_subgraph_url.b: "http://" is not an HTTP URL; write one such as http://127.0.0.1:4001/graphql`,
	}
	if diff := cmp.Diff(strings.Join(want, "\n"), err.Error()); diff != "" {
		t.Error(diff)
	}
	if err := (subgraph.Config{}).Validate(); err != nil {
		t.Error(err)
	}
}

func TestTheURLOfASubgraph(t *testing.T) {
	for text, want := range map[string]string{
		"":               "there is no URL",
		"localhost:4001": "not an HTTP URL",
		"://":            "not a URL",
	} {
		if _, err := subgraph.NewRemote("products", text, subgraph.Config{}); err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "products") {
			t.Errorf("%q: %v", text, err)
		}
	}
	url := serve(t, write(200, "application/json", `{"data":1}`))
	f := remote(t, "http://127.0.0.1:1", subgraph.Config{OverrideSubgraphURL: map[string]string{"products": url}})
	if got := fetch(t.Context(), f, `{}`); got.Body != `{"data":1}` {
		t.Errorf("%+v", got)
	}
}
