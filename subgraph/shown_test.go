package subgraph_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ficusgraph/ficus/engine/executor"
	"github.com/ficusgraph/ficus/engine/queryplan"
	"github.com/ficusgraph/ficus/subgraph"
)

// showing are headers that say who asks; none means that nobody can say.
type showing [][2]string

func (s showing) Sets(name string) bool {
	return name == "X-User-Id" || len(s) > 0 && name == s[0][0]
}

func (s showing) Headers(context.Context) ([][2]string, error) {
	if s == nil {
		return nil, errors.New("the issuer is away")
	}
	return s, nil
}

func (showing) Answered(context.Context, [][2]string, int) {}

// TestWhoAsksIsNotForRulesToSay: whatever they pass on or set under its names.
func TestWhoAsksIsNotForRulesToSay(t *testing.T) {
	var got http.Header
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got = r.Header
		_, _ = w.Write([]byte(`{"data":{}}`))
	}))
	defer s.Close()
	rules := subgraph.Headers{All: subgraph.HeaderRules{Request: []subgraph.HeaderRule{
		{Propagate: &subgraph.Propagate{Matching: ".*"}},
		{Insert: &subgraph.Insert{Name: "X-User-Id", Value: "set"}},
	}}}
	for name, tc := range map[string]struct {
		shown showing
		rules subgraph.Headers
		want  []string
		code  string
	}{
		"somebody":        {showing{{"Authorization", "Bearer t"}, {"X-User-Id", "ann"}}, rules, []string{"Bearer t", "ann", "1"}, ""},
		"without rules":   {showing{{"Authorization", "Bearer t"}}, subgraph.Headers{}, []string{"Bearer t", "", ""}, ""},
		"nobody":          {showing{}, rules, []string{"Basic x", "", "1"}, ""},
		"nobody can tell": {nil, rules, nil, "SUBREQUEST_IDENTITY_ERROR"},
	} {
		got = nil
		f := remote(t, s.URL, subgraph.Config{Headers: tc.rules, Shown: func(string) subgraph.Shown { return tc.shown }})
		ctx := subgraph.NewContext(t.Context(), subgraph.Inbound{Header: http.Header{"X-User-Id": {"root"}, "Authorization": {"Basic x"}, "X-One": {"1"}}})
		_, err := f.Fetch(ctx, &executor.Request{Fetch: &queryplan.Fetch{Subgraph: "products"}, Body: []byte(`{}`)})
		var failed *executor.Error
		if errors.As(err, &failed) && failed.Code != tc.code || (err != nil) != (tc.code != "") {
			t.Errorf("%s: %v", name, err)
		}
		var seen []string
		if got != nil {
			seen = []string{got.Get("Authorization"), got.Get("X-User-Id"), got.Get("X-One")}
		}
		if diff := cmp.Diff(tc.want, seen); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}
