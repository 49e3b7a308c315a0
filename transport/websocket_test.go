package transport_test

import (
	"context"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"github.com/ficusgraph/ficus/transport"
)

// talk is a connection of a client.
type talk struct {
	t *testing.T
	*websocket.Conn
}

// dial opens a WebSocket to the graph, or gives the status of the refusal.
func dial(t *testing.T, url string, header http.Header, protocols ...string) (*talk, int) {
	t.Helper()
	d := websocket.Dialer{Subprotocols: protocols}
	conn, res, err := d.Dial("ws"+strings.TrimPrefix(url, "http")+"/graphql", header)
	if err != nil {
		if res == nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		return nil, res.StatusCode
	}
	t.Cleanup(func() { _ = conn.Close() })
	return &talk{t, conn}, res.StatusCode
}

func (c *talk) say(text string) {
	c.t.Helper()
	if err := c.WriteMessage(websocket.TextMessage, []byte(text)); err != nil {
		c.t.Fatal(err)
	}
}

// hears wants the next message; a ping of the server's is passed over.
func (c *talk) hears(want string) {
	c.t.Helper()
	_ = c.SetReadDeadline(time.Now().Add(20 * time.Second))
	for {
		_, text, err := c.ReadMessage()
		if err != nil {
			c.t.Fatalf("%v, want %s", err, want)
		}
		if string(text) == `{"type":"ping"}` {
			continue
		}
		if !strings.Contains(string(text), want) || !json.Valid(text) {
			c.t.Errorf("heard %s, want %s", text, want)
		}
		return
	}
}

// ends wants the connection to be closed.
func (c *talk) ends(code int) {
	c.t.Helper()
	_ = c.SetReadDeadline(time.Now().Add(20 * time.Second))
	for {
		_, text, err := c.ReadMessage()
		if err == nil {
			c.t.Logf("passed over: %s", text)
			continue
		}
		var closed *websocket.CloseError
		if !errors.As(err, &closed) || closed.Code != code {
			c.t.Errorf("%v, want the code %d", err, code)
		}
		return
	}
}

const spoken = "graphql-transport-ws"

func TestOperationsOverAWebSocket(t *testing.T) {
	server := start(t, transport.Config{WebSocket: transport.WebSocket{Enabled: true}}, func(p *transport.Parts) {
		p.Engine = small{before: func(ctx context.Context) {
			if ctx.Value(whoKey{}) == "panic" {
				panic("boom")
			}
		}}
		p.Connect = func(r *http.Request, payload []byte) (*http.Request, error) {
			var said struct{ Who string }
			_ = json.Unmarshal(payload, &said)
			if said.Who == "nobody" {
				return nil, errors.New("who are you")
			}
			return r.WithContext(context.WithValue(r.Context(), whoKey{}, said.Who)), nil
		}
	})
	begin := func(payload string) *talk {
		c, _ := dial(t, server.URL, nil, spoken)
		c.say(`{"type":"connection_init","payload":` + payload + `}`)
		return c
	}
	t.Run("answers", func(t *testing.T) {
		c := begin(`{}`)
		c.hears(`{"type":"connection_ack"}`)
		c.say(`{"type":"subscribe","id":"<1>","payload":{"query":"query($n: String){hello(name: $n)}","variables":{"n":"x"}}}`)
		c.hears(`"type":"next","id":"\u003c1\u003e","payload":{`)
		c.hears(`{"type":"complete","id":"\u003c1\u003e"}`)
		c.say(`{"type":"subscribe","id":"2","payload":{"query":"mutation{greet}"}}`)
		c.hears(`"type":"next","id":"2"`)
		c.hears(`"type":"complete","id":"2"`)
		c.say(`{"type":"subscribe","id":"3","payload":{"query":"{"}}`)
		c.hears(`{"type":"error","id":"3","payload":[{`)
		c.say(`{"type":"subscribe","id":"3","payload":{"query":"{hello}","query":"{hello}"}}`)
		c.hears(`given twice`)
		c.say(`{"type":"complete","id":"unheard of"}`)
		c.say(`{"type":"ping","payload":{"a":1}}`)
		c.hears(`{"type":"pong"}`)
	})
	for name, c := range map[string]struct {
		say  []string
		code int
	}{
		"who is nobody":           {[]string{`{"type":"connection_init","payload":{"who":"nobody"}}`}, 4403},
		"before it is known who":  {[]string{`{"type":"subscribe","id":"1","payload":{"query":"{hello}"}}`}, 4401},
		"who twice":               {[]string{`{"type":"connection_init"}`, `{"type":"connection_init"}`}, 4429},
		"no JSON":                 {[]string{`rubbish`}, 4400},
		"no message of ours":      {[]string{`{"type":"start"}`}, 4400},
		"an operation without id": {[]string{`{"type":"connection_init"}`, `{"type":"subscribe","payload":{"query":"{hello}"}}`}, 4400},
	} {
		t.Run(name, func(t *testing.T) {
			talk, _ := dial(t, server.URL, nil, spoken)
			for _, text := range c.say {
				talk.say(text)
			}
			talk.ends(c.code)
		})
	}
	t.Run("a long message before it is known who", func(t *testing.T) {
		c, _ := dial(t, server.URL, nil, spoken)
		// It may be cut off while it is being sent.
		_ = c.WriteMessage(websocket.TextMessage, []byte(`{"type":"connection_init","payload":"`+strings.Repeat("x", 70_000)+`"}`))
		_ = c.SetReadDeadline(time.Now().Add(20 * time.Second))
		_, text, err := c.ReadMessage()
		var late net.Error
		if err == nil || errors.As(err, &late) && late.Timeout() {
			t.Errorf("heard %s %v, want the connection to end", text, err)
		}
	})
	t.Run("a panic is one operation's", func(t *testing.T) {
		c := begin(`{"who":"panic"}`)
		c.hears("connection_ack")
		c.say(`{"type":"subscribe","id":"1","payload":{"query":"{hello}"}}`)
		c.hears("INTERNAL_SERVER_ERROR")
		c.say(`{"type":"ping"}`)
		c.hears("pong")
	})
}

type whoKey struct{}

// TestWhoMayOpenAWebSocket: browsers say which website asks, and send cookies along whoever it is.
func TestWhoMayOpenAWebSocket(t *testing.T) {
	var cookie atomic.Pointer[string]
	cfg := transport.Config{WebSocket: transport.WebSocket{Enabled: true}, CORS: transport.CORS{Origins: []string{"https://app.test"}}}
	server := start(t, cfg, func(p *transport.Parts) {
		p.Connect = func(r *http.Request, _ []byte) (*http.Request, error) {
			text := r.Header.Get("Cookie")
			cookie.Store(&text)
			return r, nil
		}
	})
	for _, c := range []struct {
		origin, protocol string
		status           int
		cookie           string
	}{
		{"", spoken, 101, "a=b"},
		{server.URL, spoken, 101, "a=b"},
		{"https://app.test", spoken, 101, ""},
		{"https://evil.test", spoken, 403, ""},
		{"https://app.test.evil", spoken, 403, ""},
		{"null", spoken, 403, ""},
		{"", "graphql-ws", 400, ""},
		{"", "", 400, ""},
	} {
		header := http.Header{"Cookie": {"a=b"}}
		if c.origin != "" {
			header.Set("Origin", c.origin)
		}
		talk, status := dial(t, server.URL, header, c.protocol)
		if status != c.status {
			t.Errorf("%s with %s: %d, want %d", c.origin, c.protocol, status, c.status)
		}
		if talk == nil {
			continue
		}
		talk.say(`{"type":"connection_init"}`)
		talk.hears("connection_ack")
		if got := *cookie.Load(); got != c.cookie {
			t.Errorf("%s: cookie %q, want %q", c.origin, got, c.cookie)
		}
	}
	if got := send(t, "GET", server.URL+"/graphql?query={hello}", ""); got.code() != "CSRF_ERROR" {
		t.Errorf("a GET that is no WebSocket: %d %s", got.status, got.body)
	}
}

func TestWebSocketsAreBounded(t *testing.T) {
	block := make(chan struct{})
	cfg := transport.Config{
		Limits: transport.Limits{HTTPMaxRequestBytes: 1000},
		WebSocket: transport.WebSocket{
			Enabled: true, InitTimeout: 200 * time.Millisecond, PingInterval: 50 * time.Millisecond, MaxConnections: 2, MaxOperations: 2,
		},
	}
	server := start(t, cfg, func(p *transport.Parts) {
		p.Engine = small{before: func(ctx context.Context) {
			select {
			case <-block:
			case <-ctx.Done():
			}
		}}
	})
	silent, _ := dial(t, server.URL, nil, spoken)
	c, _ := dial(t, server.URL, nil, spoken)
	if _, status := dial(t, server.URL, nil, spoken); status != 503 {
		t.Errorf("a third connection: %d", status)
	}
	c.say(`{"type":"connection_init"}`)
	c.hears("connection_ack")
	c.say(`{"type":"subscribe","id":"1","payload":{"query":"{hello}"}}`)
	c.say(`{"type":"subscribe","id":"2","payload":{"query":"{hello}"}}`)
	c.say(`{"type":"subscribe","id":"3","payload":{"query":"{hello}"}}`)
	c.hears("TOO_MANY_OPERATIONS")
	// One that its client has no use for makes room.
	c.say(`{"type":"complete","id":"1"}`)
	time.Sleep(50 * time.Millisecond)
	c.say(`{"type":"subscribe","id":"1","payload":{"query":"{hello}"}}`)
	close(block)
	c.hears(`"next"`)
	c.hears(``)
	c.hears(``)
	c.hears(`"complete"`)
	silent.ends(4408)
	c.say(`{"type":"ping","payload":{"a":"` + strings.Repeat("x", 1000) + `"}}`)
	c.ends(websocket.CloseMessageTooBig)
	eventually(t, "there is room again", func() bool {
		again, status := dial(t, server.URL, nil, spoken)
		if again != nil {
			_ = again.Close()
		}
		return status == 101
	})
}

// TestAnIDThatIsTaken ends the connection, as the protocol asks.
func TestAnIDThatIsTaken(t *testing.T) {
	server := start(t, transport.Config{WebSocket: transport.WebSocket{Enabled: true}}, func(p *transport.Parts) {
		p.Engine = small{before: func(ctx context.Context) { <-ctx.Done() }}
	})
	c, _ := dial(t, server.URL, nil, spoken)
	c.say(`{"type":"connection_init"}`)
	c.hears("connection_ack")
	c.say(`{"type":"subscribe","id":"1","payload":{"query":"{hello}"}}`)
	c.say(`{"type":"subscribe","id":"1","payload":{"query":"{hello}"}}`)
	c.ends(4409)
}

// TestWebSocketsDrain: what is under way is answered, then the connection is closed; the server waits for that.
func TestWebSocketsDrain(t *testing.T) {
	begun, block := make(chan struct{}), make(chan struct{})
	s, err := transport.New(transport.Config{WebSocket: transport.WebSocket{Enabled: true}}, transport.Parts{Engine: small{before: func(context.Context) {
		close(begun)
		<-block
	}}})
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- s.Serve(ctx, l, nil) }()
	c, _ := dial(t, "http://"+l.Addr().String(), nil, spoken)
	c.say(`{"type":"connection_init"}`)
	c.hears("connection_ack")
	c.say(`{"type":"subscribe","id":"1","payload":{"query":"{hello}"}}`)
	<-begun
	cancel()
	select {
	case err := <-ended:
		t.Fatalf("ended while an operation was under way: %v", err)
	case <-time.After(200 * time.Millisecond):
	}
	close(block)
	c.hears(`"next"`)
	c.hears(`"complete"`)
	c.ends(websocket.CloseGoingAway)
	if err := <-ended; err != nil {
		t.Error(err)
	}
}
