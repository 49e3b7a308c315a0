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
	cfg := engine.Config{Extensions: func(ctx context.Context, _ engine.Executed) (context.Context, func([]byte) []byte) {
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

// TestExtensionsOfSeveralAreOneObject, whoever of them has something to say, which is known only at the end.
func TestExtensionsOfSeveralAreOneObject(t *testing.T) {
	says := func(text string) engine.Extensions {
		return func(ctx context.Context, of engine.Executed) (context.Context, func([]byte) []byte) {
			if text == "nil" {
				return ctx, nil
			}
			return ctx, func(dst []byte) []byte {
				if text == "" {
					return dst
				}
				return append(dst, `{"`+text+of.Operation+`":`+string('0'+rune(len(of.Plan.Fetches)))+`}`...)
			}
		}
	}
	for _, test := range []struct {
		extensions engine.Extensions
		want       string
	}{
		{says("a").And(says("b")), `,"extensions":{"aNamed":1,"bNamed":1}`},
		{says("").And(says("b")), `,"extensions":{"bNamed":1}`},
		{says("a").And(says("")), `,"extensions":{"aNamed":1}`},
		{says("").And(says("")), ``},
		{says("nil").And(says("b")), `,"extensions":{"bNamed":1}`},
		{says("a").And(says("nil")), `,"extensions":{"aNamed":1}`},
		{says("nil").And(says("nil")), ``},
		{engine.Extensions(nil).And(says("b")), `,"extensions":{"bNamed":1}`},
		{says("a").And(nil), `,"extensions":{"aNamed":1}`},
	} {
		e := engine.New(snapshot(t, &source{version: "1"}, engine.Config{Extensions: test.extensions}), nil)
		body, _ := e.Execute(t.Context(), &engine.Request{Query: "query Named { version }"}, nil)
		if want := `{"data":{"version":"1"}` + test.want + `}`; string(body) != want {
			t.Errorf("%s, want %s", body, want)
		}
	}
}
