package engine_test

import (
	"context"
	"testing"

	"github.com/ficusgraph/ficus/engine"
)

type askedKey struct{}

// TestExtensionsAreAdded: to what was executed, with or without errors, for requests that have some; and they see
// the request's context, in which the subgraphs are asked.
func TestExtensionsAreAdded(t *testing.T) {
	asked := 0
	cfg := engine.Config{Extensions: func(ctx context.Context) (context.Context, func([]byte) []byte) {
		if ctx.Value(askedKey{}) == nil {
			return ctx, nil
		}
		asked++
		return ctx, func(dst []byte) []byte { return append(dst, `{"seen":true}`...) }
	}}
	e := engine.New(snapshot(t, &source{version: "1"}, cfg), nil)
	asking := context.WithValue(t.Context(), askedKey{}, true)
	for _, test := range []struct {
		ctx         context.Context
		query, want string
	}{
		{asking, "{ version }", `{"data":{"version":"1"},"extensions":{"seen":true}}`},
		{asking, "{ __typename }", `{"data":{"__typename":"Query"},"extensions":{"seen":true}}`},
		{t.Context(), "{ version }", `{"data":{"version":"1"}}`},
	} {
		r := engine.Request{Query: test.query, Sharing: []byte("same")}
		body, out := e.Execute(test.ctx, &r, nil)
		if string(body) != test.want {
			t.Errorf("%s: %s, want %s", test.query, body, test.want)
		}
		if (out.Release == nil) != (test.ctx == asking) {
			t.Errorf("%s: the response is shared: %v", test.query, out.Release != nil)
		}
		if out.Release != nil {
			out.Release()
		}
	}
	if _, out := e.Execute(asking, &engine.Request{Query: "{ nope }"}, nil); !out.Refused || asked != 2 {
		t.Errorf("extensions were asked for %d times, and %+v", asked, out)
	}
}
