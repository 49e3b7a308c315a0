package subgraph_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/handler"
	"github.com/99designs/gqlgen/graphql/handler/transport"
	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/ficusgraph/ficus/engine/executor"
	"github.com/ficusgraph/ficus/engine/queryplan"
	"github.com/ficusgraph/ficus/subgraph"
)

// ticks is a schema of gqlgen's whose subscription has three events, or, if it is to last, one.
type ticks struct {
	schema *ast.Schema
	// saw is the token that came, by header or by connection_init, and open how many subscriptions there are.
	saw  atomic.Pointer[string]
	open atomic.Int64
}

func newTicks() *ticks {
	return &ticks{schema: gqlparser.MustLoadSchema(&ast.Source{Input: `type Query { a: Int } type Subscription { tick(from: Int!): Int last: Int long: String }`})}
}

func (s *ticks) Schema() *ast.Schema { return s.schema }

func (s *ticks) Complexity(context.Context, string, string, int, map[string]any) (int, bool) {
	return 0, false
}

func (s *ticks) Exec(ctx context.Context) graphql.ResponseHandler {
	op := graphql.GetOperationContext(ctx)
	token := op.Headers.Get("Authorization") + transport.GetInitPayload(ctx).GetString("Authorization")
	s.saw.Store(&token)
	s.open.Add(1)
	context.AfterFunc(ctx, func() { s.open.Add(-1) })
	from, _ := op.Variables["from"].(int64)
	n := 0
	return func(ctx context.Context) *graphql.Response {
		switch {
		case strings.Contains(op.RawQuery, "last") && n > 0:
			<-ctx.Done()
			return nil
		case n == 3:
			return nil
		}
		n++
		if strings.Contains(op.RawQuery, "long") {
			return &graphql.Response{Data: json.RawMessage(`{"long":"` + strings.Repeat("x", 100_000) + `"}`)}
		}
		return &graphql.Response{Data: fmt.Appendf(nil, `{"tick":%d}`, int(from)+n)}
	}
}

// ticking serves the schema over both protocols.
func ticking(t *testing.T) (*ticks, string) {
	t.Helper()
	schema := newTicks()
	server := handler.New(schema)
	server.AddTransport(transport.Websocket{KeepAlivePingInterval: 20 * time.Millisecond})
	server.AddTransport(transport.SSE{})
	server.AddTransport(transport.POST{})
	h := httptest.NewServer(server)
	t.Cleanup(h.Close)
	return schema, h.URL
}

// watching is a Remote of the service at the URL.
func watching(t *testing.T, url, protocol string) *subgraph.Remote {
	t.Helper()
	cfg := subgraph.Config{
		Passthrough: subgraph.Passthrough{All: subgraph.Subscribing{Protocol: protocol}},
		Headers:     subgraph.Headers{All: subgraph.HeaderRules{Request: []subgraph.HeaderRule{{Propagate: &subgraph.Propagate{Named: "authorization"}}}}},
	}
	cfg.TrafficShaping.All.HTTPMaxResponseBytes = 10_000
	cfg.TrafficShaping.All.Timeout = 5 * time.Second
	r, err := subgraph.NewRemote("ticks", url, cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.Close)
	return r
}

func subscription(query string) *executor.Request {
	body, _ := json.Marshal(map[string]any{"query": query, "variables": map[string]any{"from": 5}})
	return &executor.Request{Fetch: &queryplan.Fetch{Subgraph: "ticks", Kind: ast.Subscription, Operation: query}, Body: body, Variables: []byte(`{"from":5}`)}
}

func bothWays(t *testing.T, run func(t *testing.T, protocol string)) {
	for _, protocol := range []string{"websocket", "graphql_ws", "sse"} {
		t.Run(protocol, func(t *testing.T) { run(t, protocol) })
	}
}

// TestServicesAreSubscribedTo, with the headers of the rules, over both protocols.
func TestServicesAreSubscribedTo(t *testing.T) {
	bothWays(t, func(t *testing.T, protocol string) {
		schema, url := ticking(t)
		ctx := subgraph.NewContext(t.Context(), subgraph.Inbound{Header: http.Header{"Authorization": {"Bearer x"}}})
		var got []string
		err := watching(t, url, protocol).Stream(ctx, subscription("subscription($from: Int!) { tick(from: $from) }"), func(r *executor.Response) error {
			got = append(got, string(r.Body))
			return nil
		})
		if want := `{"data":{"tick":6}} {"data":{"tick":7}} {"data":{"tick":8}}`; strings.Join(got, " ") != want || err != nil {
			t.Errorf("%v %v", got, err)
		}
		if saw := *schema.saw.Load(); !strings.HasPrefix(saw, "Bearer x") {
			t.Errorf("the service saw the token %q", saw)
		}
	})
}

// TestASubscriptionOfAServiceEnds with its taker, with its context, and with what it sends.
func TestASubscriptionOfAServiceEnds(t *testing.T) {
	gone := errors.New("gone")
	bothWays(t, func(t *testing.T, protocol string) {
		schema, url := ticking(t)
		r := watching(t, url, protocol)
		before := runtime.NumGoroutine()
		err := r.Stream(t.Context(), subscription("subscription { tick(from: 1) }"), func(*executor.Response) error { return gone })
		if !errors.Is(err, gone) {
			t.Errorf("%v", err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		err = r.Stream(ctx, subscription("subscription { last }"), func(*executor.Response) error { cancel(); return nil })
		if !errors.Is(err, context.Canceled) {
			t.Errorf("%v", err)
		}
		waitFor(t, "the service is still subscribed to", func() bool { return schema.open.Load() == 0 })
		err = r.Stream(t.Context(), subscription("subscription { long }"), func(*executor.Response) error { return nil })
		var told *executor.Error
		if !errors.As(err, &told) || told.Code != subgraph.CodeHTTP || !strings.Contains(told.Message, "larger than 10000 bytes") {
			t.Errorf("%v", err)
		}
		var last string
		err = r.Stream(t.Context(), subscription("subscription { nope }"), func(r *executor.Response) error { last = string(r.Body); return nil })
		if err != nil || !strings.Contains(last, `"errors":[{"message":"Cannot query field`) {
			t.Errorf("%s %v", last, err)
		}
		waitFor(t, "goroutines are left", func() bool { return runtime.NumGoroutine() <= before+4 }) // the test server's own
	})
}

// TestServicesThatSendNoEvents are failures that say why, and to clients nothing of where.
func TestServicesThatSendNoEvents(t *testing.T) {
	html := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(http.StatusBadGateway)
	}))
	defer html.Close()
	half := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		fmt.Fprint(w, ":\n\nevent: next\ndata: {\"data\":\ndata: null}\n\nevent: next\ndata: {")
	}))
	defer half.Close()
	for name, c := range map[string]struct{ url, protocol, message string }{
		"nothing there, websocket": {"http://127.0.0.1:1", "websocket", "could not be reached"},
		"nothing there, sse":       {"http://127.0.0.1:1", "sse", "could not be reached"},
		"html, websocket":          {html.URL, "websocket", "could not be read"},
		"html, sse":                {html.URL, "sse", "could not be read"},
		"half a stream":            {half.URL, "sse", "before it was complete"},
		"no protocol":              {half.URL, "", "is not subscribed to"},
	} {
		t.Run(name, func(t *testing.T) {
			err := watching(t, c.url, c.protocol).Stream(t.Context(), subscription("subscription { last }"), func(r *executor.Response) error {
				if string(r.Body) != "{\"data\":\nnull}" {
					t.Errorf("%s", r.Body)
				}
				return nil
			})
			var told *executor.Error
			if !errors.As(err, &told) || !strings.Contains(told.Message, c.message) || strings.Contains(told.Message, "127.0.0.1") {
				t.Errorf("%v", err)
			}
		})
	}
}

// TestResolversInProcessSendEvents as a service with them does.
func TestResolversInProcessSendEvents(t *testing.T) {
	schema := newTicks()
	var got []string
	err := subgraph.NewLocal(schema, subgraph.LocalConfig{}).Stream(t.Context(), subscription("subscription($from: Int!) { tick(from: $from) }"), func(r *executor.Response) error {
		got = append(got, string(r.Body))
		return nil
	})
	if want := `{"data":{"tick":6}} {"data":{"tick":7}} {"data":{"tick":8}}`; strings.Join(got, " ") != want || err != nil {
		t.Errorf("%v %v", got, err)
	}
	waitFor(t, "the resolver goes on", func() bool { return schema.open.Load() == 0 })
}

func TestWrongProtocolsAreFaults(t *testing.T) {
	for protocol, want := range map[string]string{"graphql_transport_ws": "write websocket", "carrier": `there is no "carrier"`} {
		err := subgraph.Passthrough{Subgraphs: map[string]subgraph.Subscribing{"a": {Protocol: protocol}}}.Validate()
		if err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "passthrough.subgraphs.a.protocol") {
			t.Errorf("%v", err)
		}
	}
	if err := (subgraph.Passthrough{All: subgraph.Subscribing{Path: "ws"}}).Validate(); err == nil {
		t.Error("a path without a slash is none")
	}
}

func waitFor(t *testing.T, what string, done func() bool) {
	t.Helper()
	for until := time.Now().Add(10 * time.Second); !done(); time.Sleep(time.Millisecond) {
		if time.Now().After(until) {
			t.Fatal(what)
		}
	}
}
