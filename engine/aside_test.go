package engine_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/ficusgraph/ficus/engine"
	"github.com/ficusgraph/ficus/engine/operation"
)

// TestWhatIsAskedAsideLeavesNoTrace: exactly the labels given are active, nothing is counted, limited or taken over.
func TestWhatIsAskedAsideLeavesNoTrace(t *testing.T) {
	s := &source{}
	seen := &plans{}
	e := engine.New(snapshot(t, s, engine.Config{
		Labels:    func(_ context.Context, list []string) []string { return list },
		RateLimit: func(context.Context, engine.Executing) error { t.Error("it is limited"); return nil },
		Admit:     func(context.Context, *operation.Prepared) error { t.Error("it is admitted"); return nil },
		Extensions: func(ctx context.Context, _ engine.Executed) (context.Context, func([]byte) []byte) {
			t.Error("it is noted")
			return ctx, nil
		},
	}), seen)
	for _, test := range []struct {
		labels []string
		asked  string
		active bool
	}{{nil, "old", false}, {[]string{"moved"}, "new", true}} {
		before := s.count(test.asked)
		body, out := e.Aside(t.Context(), &engine.Request{Query: "{ count }", Labels: test.labels}, nil)
		if string(body) != `{"data":{"count":7}}` || s.count(test.asked) != before+1 {
			t.Errorf("with %v %s was not asked: %s", test.labels, test.asked, body)
		}
		if !slices.Equal(out.Decided.Labels, []string{"moved"}) || out.Decided.IsActive("moved") != test.active {
			t.Errorf("with %v: %+v", test.labels, out.Decided)
		}
	}
	if n := seen.made.Load(); n != 0 {
		t.Errorf("%d plannings are told", n)
	}
	if c := e.Plans(); c.Hits+c.Misses != 0 {
		t.Errorf("plans are counted: %+v", c)
	}
	if n := e.Reload(t.Context(), snapshot(t, s, engine.Config{})); n != 0 {
		t.Errorf("%d operations are taken over", n)
	}
	for _, query := range []string{"mutation { touch }", "{ nothing }", "{"} {
		if body, out := e.Aside(t.Context(), &engine.Request{Query: query}, nil); !out.Refused || !strings.Contains(string(body), `"errors"`) {
			t.Errorf("%s is answered: %s", query, body)
		}
	}
}

// TestAnAnswerSaysWhatLabelsDecided: those that matter, and which were active.
func TestAnAnswerSaysWhatLabelsDecided(t *testing.T) {
	e := engine.New(snapshot(t, &source{}, engine.Config{}), nil)
	_, out := e.Execute(t.Context(), &engine.Request{Query: "{ count }", Labels: []string{"moved", "other"}}, nil)
	if got := out.Decided; !slices.Equal(got.Labels, []string{"moved"}) || !slices.Equal(got.Active(), []string{"moved"}) || got.Plan == nil {
		t.Errorf("%+v", got)
	}
	if _, out = e.Execute(t.Context(), &engine.Request{Query: "{ version }"}, nil); out.Decided.Labels != nil || out.Decided.IsActive("") {
		t.Errorf("nothing decides, and yet: %+v", out.Decided)
	}
}
