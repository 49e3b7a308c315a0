package transport_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/ficusgraph/ficus/engine"
	"github.com/ficusgraph/ficus/transport"
)

// ticking answers subscriptions by what its query says: "subscription { tick }" with three events, "subscription { forever }" with
// one, and then none until the context ends; others it refuses.
type ticking struct{ small }

func (e ticking) Execute(ctx context.Context, r *engine.Request, dst []byte) ([]byte, engine.Outcome) {
	if strings.HasPrefix(r.Query, "subscription") {
		body := `{"errors":[{"message":"a stream","extensions":{"code":"` + engine.CodeSubscription + `"}}]}`
		return append(dst, body...), engine.Outcome{Kind: ast.Subscription, Refused: true, Code: engine.CodeSubscription, Errors: 1}
	}
	return e.small.Execute(ctx, r, dst)
}

func (e ticking) Subscribe(ctx context.Context, r *engine.Request, to engine.Responses) (engine.Outcome, error) {
	out := engine.Outcome{Kind: ast.Subscription}
	code := ""
	switch {
	case strings.Contains(r.Query, "invalid"):
		code = "GRAPHQL_VALIDATION_FAILED"
	case strings.Contains(r.Query, "secret"):
		code = "UNAUTHENTICATED"
	}
	if code != "" {
		out.Refused, out.Code, out.Errors = true, code, 1
		return out, to.Emit([]byte(`{"errors":[{"message":"no","extensions":{"code":"`+code+`"}}]}`), out)
	}
	events := 3
	if strings.Contains(r.Query, "forever") {
		events = 1
	}
	for i := range events {
		bounded, end, err := to.Begin(ctx)
		if err != nil {
			out.Refused = true
			return out, to.Emit([]byte(`{"errors":[{"message":"`+err.Error()+`"}]}`), out)
		}
		if _, limited := bounded.Deadline(); !limited {
			return out, errors.New("an event may take for ever")
		}
		err = to.Emit(fmt.Appendf(nil, "{\"data\":{\"n\":%d,\r\n\"v\":[]}}", i), out)
		end()
		if err != nil {
			return out, err
		}
	}
	if events == 1 {
		<-ctx.Done()
		return out, ctx.Err()
	}
	return out, nil
}

func withTicks(p *transport.Parts) { p.Engine = ticking{} }

const (
	wantEvents = "Accept: text/event-stream"
	wantParts  = `Accept: multipart/mixed;boundary="graphql";subscriptionSpec=1.0, application/json`
)

// TestStreams is the table of what a subscription gets over HTTP.
func TestStreams(t *testing.T) {
	server := start(t, transport.Config{}, withTicks)
	off := start(t, transport.Config{Subscription: transport.Subscription{Enabled: new(bool)}}, withTicks)
	for _, c := range []struct {
		name, query, accept string
		url                 string
		status              int
		media, body         string
	}{
		{
			name: "events", query: "subscription { tick }", accept: wantEvents, status: 200, media: "text/event-stream; charset=utf-8",
			body: ":\n\nevent: next\ndata: {\"data\":{\"n\":0,  \"v\":[]}}\n\nevent: next\ndata: {\"data\":{\"n\":1,  \"v\":[]}}\n\n" +
				"event: next\ndata: {\"data\":{\"n\":2,  \"v\":[]}}\n\nevent: complete\ndata:\n\n",
		},
		{
			name: "parts", query: "subscription { tick }", accept: wantParts, status: 200, media: `multipart/mixed;boundary="graphql";subscriptionSpec=1.0`,
			body: "--graphql\r\ncontent-type: application/json\r\n\r\n{\"payload\":{\"data\":{\"n\":0,\r\n\"v\":[]}}}\r\n" +
				"--graphql\r\ncontent-type: application/json\r\n\r\n{\"payload\":{\"data\":{\"n\":1,\r\n\"v\":[]}}}\r\n" +
				"--graphql\r\ncontent-type: application/json\r\n\r\n{\"payload\":{\"data\":{\"n\":2,\r\n\"v\":[]}}}\r\n" +
				"--graphql\r\ncontent-type: application/json\r\n\r\n{}\r\n--graphql--\r\n",
		},
		{
			name: "a document that is wrong", query: "subscription { invalid }", accept: wantEvents, status: 200, media: "text/event-stream; charset=utf-8",
			body: ":\n\nevent: next\ndata: {\"errors\":[{\"message\":\"no\",\"extensions\":{\"code\":\"GRAPHQL_VALIDATION_FAILED\"}}]}\n\nevent: complete\ndata:\n\n",
		},
		{
			name: "a document that is wrong, in parts", query: "subscription { invalid }", accept: wantParts, status: 200, media: `multipart/mixed;boundary="graphql";subscriptionSpec=1.0`,
			body: "--graphql\r\ncontent-type: application/json\r\n\r\n{\"payload\":null,\"errors\":[{\"message\":\"no\",\"extensions\":{\"code\":\"GRAPHQL_VALIDATION_FAILED\"}}]}\r\n" +
				"--graphql\r\ncontent-type: application/json\r\n\r\n{}\r\n--graphql--\r\n",
		},
		{
			name: "who may not", query: "subscription { secret }", accept: wantEvents, status: 401, media: "application/graphql-response+json; charset=utf-8",
			body: `{"errors":[{"message":"no","extensions":{"code":"UNAUTHENTICATED"}}]}`,
		},
		{
			name: "a query", query: "{ hello }", accept: wantEvents, status: 200, media: "text/event-stream; charset=utf-8",
			body: ":\n\nevent: next\ndata: {\"data\":{\"kind\":\"query\",\"query\":\"{ hello }\",\"variables\":{}}}\n\nevent: complete\ndata:\n\n",
		},
		{name: "a query, where parts are welcome", query: "{ hello }", accept: wantParts, status: 200, media: "application/json; charset=utf-8", body: `{"data":{"kind":"query","query":"{ hello }","variables":{}}}`},
		{name: "no stream", query: "subscription { tick }", accept: "Accept: application/json", status: 200, media: "application/json; charset=utf-8", body: `{"errors":[{"message":"a stream","extensions":{"code":"SUBSCRIPTION_NEEDS_STREAM"}}]}`},
		{name: "no stream, graphql media", query: "subscription { tick }", accept: wantGraph, status: 400, media: "application/graphql-response+json; charset=utf-8", body: `{"errors":[{"message":"a stream","extensions":{"code":"SUBSCRIPTION_NEEDS_STREAM"}}]}`},
		{name: "parts of another protocol", query: "subscription { tick }", accept: "Accept: multipart/mixed", status: 406},
		{name: "a stream that is not wanted", query: "subscription { tick }", accept: "Accept: text/event-stream;q=0", status: 406},
		{name: "turned off", query: "subscription { tick }", accept: wantEvents, url: off.URL, status: 400, media: "application/json; charset=utf-8"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.url == "" {
				c.url = server.URL
			}
			got := send(t, "POST", c.url+"/graphql", fmt.Sprintf(`{"query":%q}`, c.query), isJSON, c.accept)
			if got.status != c.status || c.media != "" && got.header.Get("Content-Type") != c.media {
				t.Errorf("%d %s, want %d %s; %s", got.status, got.header.Get("Content-Type"), c.status, c.media, got.body)
			}
			if diff := cmp.Diff(c.body, got.body); c.body != "" && diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
		})
	}
	t.Run("by GET", func(t *testing.T) {
		got := send(t, "GET", server.URL+"/graphql?query=subscription%7Btick%7D", "", "Apollo-Require-Preflight: yes", wantEvents)
		if got.status != 200 || strings.Count(got.body, "event: next") != 3 {
			t.Errorf("%d %s", got.status, got.body)
		}
	})
}

// subscribe opens a stream of events.
func subscribe(t *testing.T, url, query string) (*bufio.Reader, func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, url+"/graphql", strings.NewReader(fmt.Sprintf(`{"query":%q}`, query)))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Accept", "text/event-stream")
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cancel(); _ = res.Body.Close() })
	return bufio.NewReader(res.Body), cancel
}

// reads wants the line to come.
func reads(t *testing.T, from *bufio.Reader, want string) {
	t.Helper()
	for {
		line, err := from.ReadString('\n')
		if err != nil {
			t.Fatalf("%v, want %s", err, want)
		}
		if strings.Contains(line, want) {
			return
		}
	}
}

// waits wants something to become true.
func waits(t *testing.T, what string, done func() bool) {
	t.Helper()
	for until := time.Now().Add(20 * time.Second); !done(); time.Sleep(time.Millisecond) {
		if time.Now().After(until) {
			t.Fatal(what)
		}
	}
}

// TestAStreamOutlivesTheTimesOfAnswers: what bounds requests and answers does not end it, and it shows that it is alive.
func TestAStreamOutlivesTheTimesOfAnswers(t *testing.T) {
	cfg := transport.Config{
		Server:       transport.Connections{ReadTimeout: 50 * time.Millisecond, WriteTimeout: 50 * time.Millisecond},
		Admission:    transport.Admission{Timeout: 50 * time.Millisecond},
		Subscription: transport.Subscription{Heartbeat: 60 * time.Millisecond},
	}
	cfg.Server.HeaderReadTimeout = time.Second
	server := serve(t, cfg, withTicks)
	stream, _ := subscribe(t, server.url, "subscription { forever }")
	reads(t, stream, "event: next")
	for range 3 { // more than 180 ms
		reads(t, stream, ":")
		reads(t, stream, ":")
	}
}

// TestSubscriptionsAreBounded: beyond the limit they are refused, and whoever leaves makes room.
func TestSubscriptionsAreBounded(t *testing.T) {
	seen := &counts{}
	cfg := transport.Config{Subscription: transport.Subscription{MaxOpened: 2}, WebSocket: transport.WebSocket{Enabled: true}}
	server := start(t, cfg, func(p *transport.Parts) { withTicks(p); p.Observer = seen })
	stream, leave := subscribe(t, server.URL, "subscription { forever }")
	reads(t, stream, "event: next")
	c, _ := dial(t, server.URL, nil, spoken)
	c.say(`{"type":"connection_init"}`)
	c.hears("connection_ack")
	c.say(`{"type":"subscribe","id":"1","payload":{"query":"subscription { forever }"}}`)
	c.hears(`"type":"next","id":"1"`)
	c.say(`{"type":"subscribe","id":"2","payload":{"query":"subscription { forever }"}}`)
	c.hears("TOO_MANY_SUBSCRIPTIONS")
	if got := send(t, "POST", server.URL+"/graphql", `{"query":"subscription { tick }"}`, isJSON, wantEvents); got.status != 503 || got.code() != "TOO_MANY_SUBSCRIPTIONS" || got.header.Get("Retry-After") == "" {
		t.Errorf("%d %s", got.status, got.body)
	}
	if n := seen.subscriptions.Load(); n != 2 || seen.events.Load() != 2 {
		t.Errorf("%d subscriptions, %d events", n, seen.events.Load())
	}
	leave()
	c.say(`{"type":"complete","id":"1"}`)
	waits(t, "subscriptions are open that nobody takes", func() bool { return seen.subscriptions.Load() == 0 })
	if _, passed := seen.passed.Load("subscription.max_opened_subscriptions true"); !passed {
		t.Error("nobody is told of the limit")
	}
}

// TestSubscriptionsOverWebSockets: a response for each event, and then the end.
func TestSubscriptionsOverWebSockets(t *testing.T) {
	server := start(t, transport.Config{WebSocket: transport.WebSocket{Enabled: true}}, withTicks)
	c, _ := dial(t, server.URL, nil, spoken)
	c.say(`{"type":"connection_init"}`)
	c.hears("connection_ack")
	c.say(`{"type":"subscribe","id":"1","payload":{"query":"subscription { tick }"}}`)
	for i := range 3 {
		c.hears(fmt.Sprintf(`"id":"1","payload":{"data":{"n":%d`, i))
	}
	c.hears(`{"type":"complete","id":"1"}`)
	c.say(`{"type":"subscribe","id":"1","payload":{"query":"subscription { invalid }"}}`)
	c.hears(`{"type":"error","id":"1","payload":[{"message":"no"`)
	c.say(`{"type":"subscribe","id":"1","payload":{"query":"subscription { forever }"}}`)
	c.hears(`"type":"next"`)
	c.say(`{"type":"complete","id":"1"}`)
	c.say(`{"type":"subscribe","id":"2","payload":{"query":"{ hello }"}}`)
	c.hears(`"type":"next","id":"2"`)
	c.hears(`"type":"complete","id":"2"`)
}

// TestSubscriptionsEndWithTheServer: clients are told, so that they come back.
func TestSubscriptionsEndWithTheServer(t *testing.T) {
	cfg := transport.Config{WebSocket: transport.WebSocket{Enabled: true}, Shutdown: transport.Shutdown{Timeout: 10 * time.Second}}
	server := serve(t, cfg, withTicks)
	stream, _ := subscribe(t, server.url, "subscription { forever }")
	reads(t, stream, "event: next")
	c, _ := dial(t, server.url, nil, spoken)
	c.say(`{"type":"connection_init"}`)
	c.hears("connection_ack")
	c.say(`{"type":"subscribe","id":"1","payload":{"query":"subscription { forever }"}}`)
	c.hears(`"type":"next","id":"1"`)
	server.stop()
	reads(t, stream, "SERVER_ENDING")
	reads(t, stream, "event: complete")
	if _, err := io.ReadAll(stream); err != nil {
		t.Errorf("the stream was cut off: %v", err)
	}
	c.hears("SERVER_ENDING")
	c.ends(1001)
	if err := server.wait(t); err != nil {
		t.Error(err)
	}
}

// TestWhoSubscribesIsAskedAgain: a token that is not good any more ends the subscription at the next event.
func TestWhoSubscribesIsAskedAgain(t *testing.T) {
	server := start(t, transport.Config{}, func(p *transport.Parts) {
		p.Engine = slowly{ticking{}}
		p.Verify = func(*http.Request, []byte) (*http.Request, error) { return nil, errors.New("the token has expired") }
	})
	stream, _ := subscribe(t, server.URL, "subscription { tick }")
	reads(t, stream, "the token has expired")
	reads(t, stream, "event: complete")
}

// slowly has an event that comes after it is time to ask again.
type slowly struct{ ticking }

func (e slowly) Subscribe(ctx context.Context, r *engine.Request, to engine.Responses) (engine.Outcome, error) {
	time.Sleep(1100 * time.Millisecond)
	return e.ticking.Subscribe(ctx, r, to)
}
