package comparison_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ficusgraph/ficus/rollout/comparison"
)

// sites is the selection { sites { id health { status load checked tickets { id title } tags } } } of which Site.health moves.
func sites() *comparison.Field {
	leaf := func(name string, c ...string) *comparison.Field {
		return &comparison.Field{Name: name, Coordinates: c}
	}
	health := leaf("health", "Site.health")
	health.Moved = true
	tickets := leaf("tickets", "Health.tickets")
	tickets.Keys, tickets.Fields = [][]string{{"id"}}, []*comparison.Field{leaf("id", "Ticket.id"), leaf("title", "Ticket.title")}
	health.Fields = []*comparison.Field{
		leaf("status", "Health.status"), leaf("load", "Health.load"), leaf("checked", "Health.checked"), leaf("tags", "Health.tags"), tickets,
	}
	list := leaf("sites", "Query.sites")
	list.Keys, list.Fields = [][]string{{"id"}}, []*comparison.Field{leaf("id", "Site.id"), health}
	return &comparison.Field{Fields: []*comparison.Field{list}}
}

func read(t *testing.T, body string) comparison.Answer {
	t.Helper()
	if !strings.HasPrefix(body, `{"data"`) {
		body = fmt.Sprintf(`{"data":{"sites":[{"id":"1","health":%s}]}}`, body)
	}
	a, err := comparison.Read([]byte(body))
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func told(r comparison.Result) []string {
	var out []string
	for _, d := range r.Differences {
		out = append(out, string(d.Kind)+" "+d.Path)
	}
	return out
}

func TestWhatIsDifferent(t *testing.T) {
	hour := comparison.Rules{"Health.checked": {Window: time.Hour}}
	near := comparison.Rules{"Health.load": {Tolerance: "2%"}}
	by := func(o comparison.Ordering) comparison.Rules {
		return comparison.Rules{"Health.tags": {Order: o}, "Health.tickets": {Order: o}}
	}
	for _, test := range []struct {
		name  string
		rules comparison.Rules
		a, b  string
		want  []string
	}{
		{"nothing", nil, `{"status":"ok","load":1}`, `{"load":1,"status":"ok"}`, nil},
		{"a value", nil, `{"status":"ok"}`, `{"status":"bad"}`, []string{`value sites[id="1"].health.status`}},
		{"a type", nil, `{"load":1}`, `{"load":"1"}`, []string{`type sites[id="1"].health.load`}},
		{"a null", nil, `{"load":1}`, `{"load":null}`, []string{`null sites[id="1"].health.load`}},
		{"the whole field", nil, `{"load":1}`, `null`, []string{`null sites[id="1"].health`}},
		{"null and absent", nil, `{"load":null}`, `{}`, []string{`absent sites[id="1"].health.load`}},
		{"one number written in two ways", nil, `{"load":1.50}`, `{"load":1.5}`, nil},
		{"a number too large for a Float", nil, `{"load":9007199254740993}`, `{"load":9007199254740992}`, []string{`value sites[id="1"].health.load`}},
		{"just within a percentage", near, `{"load":98}`, `{"load":100}`, nil},
		{"beyond a percentage", near, `{"load":97.9}`, `{"load":100}`, []string{`value sites[id="1"].health.load`}},
		{"within an amount", comparison.Rules{"Health.load": {Tolerance: "0.1"}}, `{"load":0.3}`, `{"load":0.2}`, nil},
		{"within a window", hour, `{"checked":"2026-01-01T10:00:00Z"}`, `{"checked":"2026-01-01T12:00:00+01:00"}`, nil},
		{"beyond a window", hour, `{"checked":"2026-01-01T10:00:00Z"}`, `{"checked":"2026-01-01T12:00:00Z"}`, []string{`value sites[id="1"].health.checked`}},
		{"no time in a window", hour, `{"checked":"soon"}`, `{"checked":"later"}`, []string{`value sites[id="1"].health.checked`}},
		{"the order of values", nil, `{"tags":["a","b"]}`, `{"tags":["b","a"]}`, []string{`value sites[id="1"].health.tags[0]`, `value sites[id="1"].health.tags[1]`}},
		{"an order that does not count", by(comparison.IgnoreOrder), `{"tags":["a","b","b"]}`, `{"tags":["b","a","b"]}`, nil},
		{"how often, where the order does not count", by(comparison.IgnoreOrder), `{"tags":["a","b","b"]}`, `{"tags":["b","a","a"]}`, []string{`element sites[id="1"].health.tags`}},
		{"a length", nil, `{"tags":["a"]}`, `{"tags":[]}`, []string{`length sites[id="1"].health.tags`}},
		{
			"the order of entities", nil, `{"tickets":[{"id":1,"title":"a"},{"id":2,"title":"b"}]}`, `{"tickets":[{"id":2,"title":"b"},{"id":1,"title":"c"}]}`,
			[]string{`value sites[id="1"].health.tickets[id=1].title`, `order sites[id="1"].health.tickets`},
		},
		{"entities by key", by(comparison.ByKey), `{"tickets":[{"id":1,"title":"a"},{"id":2,"title":"b"}]}`, `{"tickets":[{"id":2,"title":"b"},{"id":1,"title":"a"}]}`, nil},
		{
			"an entity of one side", nil, `{"tickets":[{"id":1},{"id":2}]}`, `{"tickets":[{"id":2},{"id":3}]}`,
			[]string{`element sites[id="1"].health.tickets[id=1]`, `element sites[id="1"].health.tickets[id=3]`},
		},
		{"what is ignored", comparison.Rules{"Site.health": {Ignore: true}}, `{"status":"ok"}`, `null`, nil},
		{"an error's code", nil, `{"data":{"sites":[{"id":"1","health":null}]},"errors":[{"message":"a","path":["sites",0,"health"],"extensions":{"code":"GONE"}}]}`, `null`, []string{`error sites[id="1"].health`}},
		{
			"one code with other words", nil, `{"data":{"sites":[{"id":"1","health":null}]},"errors":[{"message":"a","path":["sites",0,"health"],"extensions":{"code":"GONE"}}]}`,
			`{"data":{"sites":[{"id":"1","health":null}]},"errors":[{"message":"b","path":["sites",0,"health","load"],"extensions":{"code":"GONE"}}]}`, nil,
		},
		{"a null that went up", nil, `{"status":"ok"}`, `{"data":{"sites":[null]}}`, []string{`null sites[0]`}},
		{"a site that came meanwhile", nil, `{"status":"ok"}`, `{"data":{"sites":[{"id":"2","health":{"status":"bad"}},{"id":"1","health":{"status":"ok"}}]}}`, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			a, b := read(t, test.a), read(t, test.b)
			if diff := cmp.Diff(test.want, told(comparison.Compare(sites(), test.rules, a, b))); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
			if back := comparison.Compare(sites(), test.rules, b, a); (len(back.Differences) == 0) != (test.want == nil) {
				t.Errorf("the other way round: %v", told(back))
			}
			for _, one := range []comparison.Answer{a, b} {
				if got := told(comparison.Compare(sites(), test.rules, one, one)); got != nil {
					t.Errorf("an answer differs from itself: %v", got)
				}
			}
		})
	}
}

// TestWhatTheSameSideShowsTooIsNoise: at the place, above it or beneath it, and not beside it.
func TestWhatTheSameSideShowsTooIsNoise(t *testing.T) {
	raw := []comparison.Difference{{Path: "a.b"}, {Path: "a.bc"}, {Path: "a.b[0].c"}, {Path: "d"}}
	noise, real := comparison.Noise(raw, []comparison.Difference{{Path: "a.b"}, {Path: "d.e"}})
	if len(noise) != 3 || len(real) != 1 || real[0].Path != "a.bc" {
		t.Errorf("noise %v, real %v", noise, real)
	}
}

// TestRulesThatMakeNoSense are told with their key; what ignores has an end, and ends then.
func TestRulesThatMakeNoSense(t *testing.T) {
	end := time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)
	for _, test := range []struct {
		name string
		rule comparison.Rule
		want string
	}{
		{"A.b", comparison.Rule{Tolerance: "two"}, `compare[A.b].tolerance: "two" is neither`},
		{"A.b", comparison.Rule{Window: -1}, "compare[A.b].window"},
		{"A.b", comparison.Rule{Order: "any"}, `compare[A.b].order: "any" is none of`},
		{"A.b", comparison.Rule{Ignore: true}, "compare[A.b].until: is missing"},
		{"A.b", comparison.Rule{Why: "so", Until: end}, "compare[A.b]: says nothing"},
		{"A", comparison.Rule{Order: "key"}, "compare[A]: is not a coordinate"},
		{"A.b", comparison.Rule{Ignore: true, Until: end}, ""},
	} {
		err := comparison.Rules{test.name: test.rule}.Validate("compare")
		if (err == nil) != (test.want == "") || err != nil && !strings.Contains(err.Error(), test.want) {
			t.Errorf("%+v: %v, want %q", test.rule, err, test.want)
		}
	}
	rules := comparison.Rules{"A.b": {Ignore: true, Until: end}}
	if holding, ended := rules.At(end.Add(-1)); len(holding) != 1 || ended != nil {
		t.Errorf("before the end: %v, %v", holding, ended)
	}
	if holding, ended := rules.At(end); len(holding) != 0 || len(ended) != 1 {
		t.Errorf("at the end: %v, %v", holding, ended)
	}
}

// TestAnswersThatAreNone: what was refused, or is not JSON, is not compared.
func TestAnswersThatAreNone(t *testing.T) {
	for _, body := range []string{``, `[]`, `{"errors":[{"message":"no"}]}`, `{"data":`, `{"data":{"a":}}`} {
		if a, err := comparison.Read([]byte(body)); err == nil {
			t.Errorf("%s is read as %v", body, a)
		}
	}
}
