package subgraph_test

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/ficusgraph/ficus/engine/executor"
	"github.com/ficusgraph/ficus/engine/queryplan"
	"github.com/ficusgraph/ficus/subgraph"
)

// answering are services with these headers, in the order of their fetches, and what of them goes back under the rules.
// They answer in the opposite order.
func answering(t *testing.T, rules string, answers ...http.Header) (http.Header, bool) {
	t.Helper()
	header, _, own := heardOf(t, config(t, rules), subgraph.End{Plan: planOf(len(answers)), Fetches: len(answers)}, 200, answers...)
	return header, own
}

func heardOf(t *testing.T, cfg subgraph.Config, end subgraph.End, status int, answers ...http.Header) (http.Header, int, bool) {
	t.Helper()
	if err := cfg.Validate(); err != nil {
		t.Fatal(err)
	}
	ctx, heard := subgraph.Listen(t.Context())
	for i := len(answers) - 1; i >= 0; i-- {
		url := serve(t, func(w http.ResponseWriter, r *http.Request) {
			for name, values := range answers[i] {
				w.Header()[name] = values
			}
			write(status, "application/json", `{"data":null,"errors":[]}`)(w, r)
		})
		r, err := subgraph.NewRemote(fmt.Sprintf("s%d", i), url, cfg)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(r.Close)
		fetchAs(ctx, r, end.Plan.Fetches[i])
	}
	return heard.Reply(end, cfg.Headers.CacheControl.Enabled)
}

func fetchAs(ctx context.Context, r *subgraph.Remote, f *queryplan.Fetch) {
	if res, err := r.Fetch(ctx, &executor.Request{Fetch: f, Body: []byte(`{}`)}); err == nil {
		res.Free()
	}
}

// planOf asks one field of the first of so many services, and the others below it.
func planOf(fetches int) *queryplan.Plan {
	p := &queryplan.Plan{Kind: ast.Query, Shape: &queryplan.Shape{Variants: []*queryplan.Variant{{Fields: []*queryplan.Field{{Key: "a", Name: "a"}, {Key: "t", Typename: "Query"}}}}}}
	for i := range fetches {
		f := &queryplan.Fetch{ID: i, Subgraph: fmt.Sprintf("s%d", i)}
		if i > 0 {
			f.Path = queryplan.Path{{Name: "a"}}
		}
		p.Fetches = append(p.Fetches, f)
	}
	return p
}

func TestResponseRules(t *testing.T) {
	one := http.Header{"X-Cost": {"1"}, "X-Legacy-A": {"a"}, "Set-Cookie": {"a=1; Path=/", "b=2"}, "Access-Control-Allow-Origin": {"*"}, "X-Hop": {"h"}, "Connection": {"x-hop"}}
	two := http.Header{"X-Cost": {"2", "3"}, "X-Legacy-B": {"b"}, "Set-Cookie": {"b=2", "c=3, d=4"}}
	cases := []struct {
		name, rules string
		want        http.Header
	}{
		{"nothing by default", ``, nil},
		{"the first in the order of the plan", `headers: {all: {response: [{propagate: {named: x-cost}}]}}`, http.Header{"X-Cost": {"1"}}},
		{"the last", `headers: {all: {response: [{propagate: {named: x-cost, algorithm: last_write}}]}}`, http.Header{"X-Cost": {"2, 3"}}},
		{"all of them", `headers: {all: {response: [{propagate: {named: x-cost, algorithm: append}}]}}`, http.Header{"X-Cost": {"1, 2, 3"}}},
		{"under another name", `headers: {all: {response: [{propagate: {named: x-cost, rename: cost}}]}}`, http.Header{"Cost": {"1"}}},
		{"a default", `headers: {subgraphs: {s1: {response: [{propagate: {named: x-none, default: d}}]}}}`, http.Header{"X-None": {"d"}}},
		{"of one subgraph", `headers: {subgraphs: {s1: {response: [{propagate: {named: x-cost}}]}}}`, http.Header{"X-Cost": {"2, 3"}}},
		{"cookies are kept apart, each once", `headers: {all: {response: [{propagate: {named: set-cookie}}]}}`, http.Header{"Set-Cookie": {"a=1; Path=/", "b=2", "c=3, d=4"}}},
		{
			"those that match, but no cookie, nothing of the hop, and nothing that lets websites in", `headers: {all: {response: [{propagate: {matching: .}}]}}`,
			http.Header{"X-Cost": {"1"}, "X-Legacy-A": {"a"}, "X-Legacy-B": {"b"}},
		},
		{"insert and remove", `headers: {all: {response: [{propagate: {matching: ^x-}}, {insert: {name: x-by, value: f}}, {remove: {matching: legacy}}]}}`, http.Header{"X-Cost": {"1"}, "X-By": {"f"}}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			got, own := answering(t, c.rules, one, two)
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
			if own != (c.want["Set-Cookie"] != nil) {
				t.Errorf("own is %v", own)
			}
		})
	}
}

func TestWhatGoesBackIsBounded(t *testing.T) {
	many := http.Header{}
	for i := range 500 {
		many[fmt.Sprintf("X-%d", i)] = []string{"v"}
	}
	for i := range 500 {
		many["Set-Cookie"] = append(many["Set-Cookie"], fmt.Sprintf("c%d=%s", i, strings.Repeat("v", 100)))
	}
	got, _ := answering(t, `headers: {all: {response: [{propagate: {matching: .}}, {propagate: {named: set-cookie}}]}}`, many)
	fields, bytes := 0, 0
	for name, values := range got {
		for _, v := range values {
			fields++
			bytes += len(name) + len(v)
		}
	}
	if fields == 0 || fields > 100 || bytes > 32<<10 {
		t.Errorf("%d fields, %d bytes", fields, bytes)
	}
}

func TestCacheControlIsTheStrictestOfAll(t *testing.T) {
	const on = `headers: {cache_control: {enabled: true}}`
	cases := []struct {
		name, rules string
		said        []string
		want        string
	}{
		{"the least age", on, []string{"max-age=60", "max-age=30"}, "max-age=30"},
		{"private", on, []string{"max-age=60, public", "max-age=90, private"}, "private, max-age=60"},
		{"public is what all are", on, []string{"max-age=60, public", "max-age=90, public"}, "public, max-age=60"},
		{"not what one is", on, []string{"max-age=60, public", "max-age=90"}, "max-age=60"},
		{"no-store", on, []string{"max-age=60, public", "no-store"}, "no-store"},
		{"no-cache", on, []string{"max-age=60", "no-cache, max-age=5"}, "no-cache"},
		{"a shared cache has its own", on, []string{"public, max-age=60, s-maxage=600", "public, max-age=120"}, "public, max-age=60, s-maxage=120"},
		{"must-revalidate", on, []string{"max-age=60, must-revalidate", "max-age=60"}, "max-age=60, must-revalidate"},
		{"what is not understood does not last", on, []string{"max-age=soon", "max-age=60"}, "max-age=0"},
		{"nothing is not to be kept", on, []string{"max-age=60", ""}, "no-store"},
		{"unless it is said otherwise", `headers: {cache_control: {enabled: true, default: "public, max-age=5"}}`, []string{"public, max-age=60", ""}, "public, max-age=5"},
		{"for a subgraph", `headers: {cache_control: {enabled: true, subgraphs: {s1: max-age=7}}}`, []string{"max-age=60", ""}, "max-age=7"},
		{"asked for", ``, []string{"max-age=60"}, ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			answers := make([]http.Header, len(c.said))
			for i, text := range c.said {
				if answers[i] = (http.Header{}); text != "" {
					answers[i]["Cache-Control"] = []string{text}
				}
			}
			if got, _ := answering(t, c.rules, answers...); got.Get("Cache-Control") != c.want {
				t.Errorf("got %q, want %q", got.Get("Cache-Control"), c.want)
			}
		})
	}
}

func TestWhatMayNotBeKept(t *testing.T) {
	cases := []struct {
		name string
		end  func(*subgraph.End)
		said http.Header
		want string
	}{
		{"good", func(*subgraph.End) {}, http.Header{"Cache-Control": {"public, max-age=60"}}, "public, max-age=60"},
		{"older already", func(*subgraph.End) {}, http.Header{"Cache-Control": {"max-age=60"}, "Age": {"20"}}, "max-age=40"},
		{"for who asks", func(e *subgraph.End) { e.Identified = true }, http.Header{"Cache-Control": {"public, max-age=60, s-maxage=90"}}, "private, max-age=60"},
		{"with errors", func(e *subgraph.End) { e.Errors = 1 }, http.Header{"Cache-Control": {"max-age=60"}}, "no-store"},
		{"of a mutation", func(e *subgraph.End) { e.Plan.Kind = ast.Mutation }, http.Header{"Cache-Control": {"max-age=60"}}, "no-store"},
		{"made up in part", func(e *subgraph.End) { e.Fetches = 2 }, http.Header{"Cache-Control": {"max-age=60"}}, "no-store"},
		{"different for all", func(*subgraph.End) {}, http.Header{"Cache-Control": {"max-age=60"}, "Vary": {"*"}}, "no-store"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			end := subgraph.End{Plan: planOf(1), Fetches: 1}
			c.end(&end)
			got, _, _ := heardOf(t, config(t, `headers: {cache_control: {enabled: true}}`), end, 200, c.said)
			if got.Get("Cache-Control") != c.want {
				t.Errorf("got %q, want %q", got.Get("Cache-Control"), c.want)
			}
		})
	}
	got, _ := answering(t, `headers: {cache_control: {enabled: true}}`, http.Header{"Cache-Control": {"max-age=9"}, "Vary": {"X-Tenant, Accept-Language"}}, http.Header{"Cache-Control": {"max-age=9"}, "Vary": {"x-tenant"}})
	if !slices.Equal(got["Vary"], []string{"X-Tenant, Accept-Language"}) {
		t.Errorf("Vary is %q", got["Vary"])
	}
}

func TestTheStatusOfTheOnlyField(t *testing.T) {
	rule := config(t, `subgraph_status: {all: [503], subgraphs: {s0: [404, 503]}}`)
	two := planOf(1)
	two.Shape.Variants[0].Fields = append(two.Shape.Variants[0].Fields, &queryplan.Field{Key: "b", Name: "b"})
	cases := []struct {
		name   string
		cfg    subgraph.Config
		end    subgraph.End
		status int
		want   int
	}{
		{"by rule", rule, subgraph.End{Plan: planOf(1), Errors: 1}, 404, 404},
		{"not without one", subgraph.Config{}, subgraph.End{Plan: planOf(1), Errors: 1}, 404, 0},
		{"nor of another status", rule, subgraph.End{Plan: planOf(1), Errors: 1}, 500, 0},
		{"nor where all is well", rule, subgraph.End{Plan: planOf(1)}, 404, 0},
		{"nor of one field among others", rule, subgraph.End{Plan: two, Errors: 1}, 404, 0},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if _, got, _ := heardOf(t, c.cfg, c.end, c.status, http.Header{}); got != c.want {
				t.Errorf("got %d, want %d", got, c.want)
			}
		})
	}
	if _, got, _ := heardOf(t, config(t, `subgraph_status: {subgraphs: {s1: [404]}}`), subgraph.End{Plan: planOf(2), Errors: 1}, 404, http.Header{}, http.Header{}); got != 0 {
		t.Errorf("a field below became the status %d", got)
	}
}

func TestResponseRulesNameEachFault(t *testing.T) {
	err := config(t, `
headers:
  all:
    response:
      - {propagate: {named: access-control-allow-origin}}
      - {propagate: {named: x, rename: content-length}}
      - {propagate: {named: cache-control}}
      - {propagate: {named: set-cookie, rename: x-cookie}}
      - {propagate: {named: set-cookie, algorithm: first_write}}
      - {propagate: {named: x, algorithm: newest}}
      - {insert: {name: x, value: "a\r\nset-cookie: evil=1"}}
      - {insert: {name: strict-transport-security, value: a}}
      - {}
      - {propagate: {matching: "("}}
  cache_control: {default: "max-age", subgraphs: {a: "forever"}}
subgraph_status: {all: [200, 404], subgraphs: {a: [407]}}
`).Validate()
	want := []string{
		`headers.all.response[0]: propagate.named: Access-Control-Allow-Origin is written by this gateway, and by no source`,
		`headers.all.response[1]: propagate.named: Content-Length belongs to the connection or the content, and cannot be set by a rule`,
		`headers.all.response[2]: propagate.named: Cache-Control is what headers.cache_control makes of all answers`,
		`headers.all.response[3]: propagate: Set-Cookie is no other header under another name`,
		`headers.all.response[4]: propagate: each Set-Cookie stands for itself; leave algorithm out, or write append`,
		`headers.all.response[5]: propagate.algorithm: "newest" is none of first_write, last_write, append`,
		`headers.all.response[6]: insert.name: the value of x has a character that a header cannot have`,
		`headers.all.response[7]: insert.name: strict-transport-security is written by this gateway, and by no source`,
		`headers.all.response[8]: is 0 rules; give each its own dash: propagate, insert or remove`,
		"headers.all.response[9]: propagate.matching: error parsing regexp: missing closing ): `(`",
		`headers.cache_control.default: max-age wants seconds, such as max-age=60`,
		`headers.cache_control.subgraphs.a: "forever" is none of max-age, must-revalidate, no-cache, no-store, private, public, s-maxage`,
		`subgraph_status.all[0]: 200 is not passed on; write statuses of failures, 400 to 599 without 407 and 408`,
		`subgraph_status.subgraphs.a[0]: 407 is not passed on; write statuses of failures, 400 to 599 without 407 and 408`,
	}
	if diff := cmp.Diff(strings.Join(want, "\n"), err.Error()); diff != "" {
		t.Error(diff)
	}
}
