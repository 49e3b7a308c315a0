package transport

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"sync"
	"time"

	"github.com/gorilla/websocket"

	"github.com/ficusgraph/ficus/auth"
	"github.com/ficusgraph/ficus/engine"
)

// Close codes of graphql-transport-ws.
const (
	closeBadMessage   = 4400
	closeUnauthorized = 4401
	closeForbidden    = 4403
	closeInitTimeout  = 4408
	closeIDTaken      = 4409
	closeTooManyInits = 4429
)

// maxInit is how long a message may be before it is known who connects.
const maxInit = 64 << 10

// writing is how long a message may take to leave.
const writing = 10 * time.Second

// socket is one connection. One goroutine reads, one for each operation answers, one looks after time; they meet in
// write and in under, which are locked.
type socket struct {
	k    *sockets
	conn *websocket.Conn
	r    *http.Request
	// payload of connection_init; it is set before any operation begins. It proves who asks, for each of them anew: a
	// token may expire or be revoked while a connection lives.
	payload []byte
	// ctx ends with the connection.
	ctx context.Context
	cut context.CancelFunc

	writes  sync.Mutex
	mu      sync.Mutex
	under   map[string]*underWay
	acked   bool
	running sync.WaitGroup
}

// underWay is an operation that has not ended.
type underWay struct{ stop context.CancelFunc }

// message is a message in both directions.
type message struct {
	ID      string          `json:"id"`
	Type    string          `json:"type"`
	Payload json.RawMessage `json:"payload"`
}

func newSocket(k *sockets, conn *websocket.Conn, r *http.Request) *socket {
	c := &socket{k: k, conn: conn, r: r, under: map[string]*underWay{}}
	c.ctx, c.cut = context.WithCancel(r.Context())
	conn.SetReadLimit(min(maxInit, int64(k.s.cfg.Limits.HTTPMaxRequestBytes)))
	return c
}

// run serves the connection until it ends, and what is under way on it.
func (c *socket) run() {
	defer func() {
		c.cut()
		c.running.Wait()
		_ = c.conn.Close()
	}()
	c.running.Go(c.watch)
	_ = c.conn.SetReadDeadline(time.Now().Add(c.k.cfg.InitTimeout))
	for {
		var m message
		kind, text, err := c.conn.ReadMessage()
		if err != nil {
			if c.payload == nil && isTimeout(err) {
				c.close(closeInitTimeout, "Connection initialisation timeout")
			}
			return
		}
		if kind != websocket.TextMessage || json.Unmarshal(text, &m) != nil {
			c.close(closeBadMessage, "Invalid message received")
			return
		}
		if code, why := c.take(m); code != 0 {
			c.close(code, why)
			return
		}
		if c.payload != nil {
			_ = c.conn.SetReadDeadline(time.Now().Add(2*c.k.cfg.PingInterval + writing))
		}
	}
}

// take does what a message says; a code ends the connection.
func (c *socket) take(m message) (code int, why string) {
	switch m.Type {
	case "connection_init":
		return c.init(m.Payload)
	case "ping":
		c.write(message{Type: "pong"})
	case "pong":
	case "subscribe":
		return c.subscribe(m)
	case "complete":
		c.mu.Lock()
		one := c.under[m.ID]
		c.mu.Unlock()
		if one != nil {
			one.stop()
		}
	default:
		return closeBadMessage, "Invalid message received"
	}
	return 0, ""
}

// init verifies who connects.
func (c *socket) init(payload []byte) (code int, why string) {
	if c.payload != nil {
		return closeTooManyInits, "Too many initialisation requests"
	}
	if payload = bytes.TrimSpace(payload); len(payload) == 0 || string(payload) == "null" {
		payload = []byte("{}")
	}
	c.payload = payload
	if _, err := c.admitted(c.ctx); err != nil {
		return closeForbidden, err.Error()
	}
	c.conn.SetReadLimit(int64(c.k.s.cfg.Limits.HTTPMaxRequestBytes))
	c.mu.Lock()
	c.acked = true
	c.mu.Unlock()
	c.write(message{Type: "connection_ack"})
	return 0, ""
}

// admitted is the request of the connection with who asks in its context.
func (c *socket) admitted(ctx context.Context) (*http.Request, error) {
	r := c.r.WithContext(ctx)
	if c.k.s.parts.Connect == nil {
		return r, nil
	}
	return c.k.s.parts.Connect(r, c.payload)
}

// subscribe begins an operation.
func (c *socket) subscribe(m message) (code int, why string) {
	if c.payload == nil {
		return closeUnauthorized, "Unauthorized"
	}
	if m.ID == "" {
		return closeBadMessage, "Invalid message received"
	}
	ctx, stop := context.WithCancel(c.ctx)
	one := &underWay{stop}
	c.mu.Lock()
	_, taken := c.under[m.ID]
	full := len(c.under) >= c.k.cfg.MaxOperations
	if !taken && !full {
		c.under[m.ID] = one
	}
	c.mu.Unlock()
	switch {
	case taken:
		stop()
		return closeIDTaken, "Subscriber for this id already exists"
	case full:
		stop()
		c.refuse(m.ID, refusef(http.StatusTooManyRequests, CodeTooManyOperations, "too many operations are under way on this connection; wait for one to complete"))
		return 0, ""
	case c.ending():
		c.done(m.ID, one)
		c.refuse(m.ID, refusef(http.StatusServiceUnavailable, CodeEnding, "the server ends; connect again"))
		return 0, ""
	}
	c.running.Go(func() {
		defer c.done(m.ID, one)
		c.answer(ctx, m)
	})
	return 0, ""
}

// Codes of operations that a connection refuses.
const (
	// CodeTooManyOperations is an operation beyond websocket.max_operations_per_connection.
	CodeTooManyOperations = "TOO_MANY_OPERATIONS"
	// CodeEnding is an operation on a connection that is about to be closed.
	CodeEnding = "SERVER_ENDING"
)

// ending says whether the server drains.
func (c *socket) ending() bool {
	select {
	case <-c.k.ending:
		return true
	default:
		return false
	}
}

// done ends an operation. Its id may be another's already: that is free once the client was told of the end.
func (c *socket) done(id string, one *underWay) {
	one.stop()
	c.mu.Lock()
	if c.under[id] == one {
		delete(c.under, id)
	}
	c.mu.Unlock()
}

// free lets the client use the id of an operation again.
func (c *socket) free(id string) {
	c.mu.Lock()
	delete(c.under, id)
	c.mu.Unlock()
}

// answer executes an operation and sends what it comes to; nothing where the client has no use for it any more.
func (c *socket) answer(ctx context.Context, m message) {
	s, start := c.k.s, time.Now()
	result, outcome := engine.Outcome{}, OutcomeRefused
	id := s.parts.NewID()
	defer func() {
		if v := recover(); v != nil {
			s.caught(ctx, id, v)
			outcome = OutcomePanic
			c.refuse(m.ID, internal())
		}
		s.parts.Observer.RequestDone(kindName(result.Kind), outcome, time.Since(start))
	}()
	p, refused := scanParams(m.Payload)
	if refused != nil {
		c.refuse(m.ID, refused)
		return
	}
	r, err := c.admitted(ctx)
	if err != nil {
		c.refuse(m.ID, refusef(http.StatusUnauthorized, auth.CodeUnauthenticated, "%s", err))
		return
	}
	if refused = s.parts.know(&p, r.Header); refused != nil {
		c.refuse(m.ID, refused)
		return
	}
	var body []byte
	asked := &engine.Request{Query: p.query, OperationName: p.operationName, Variables: p.variables}
	under := c.context(r, id)
	if body, result, refused = s.ask(under, asked, start, nil); result.Code == engine.CodeSubscription {
		result, refused = c.events(under, asked, m.ID)
		if refused == nil {
			outcome = outcomeName(result)
			return
		}
	}
	if result.Release != nil {
		defer result.Release()
	}
	if refused != nil {
		if refused.excess != nil {
			s.passed(r, refused.excess, true)
		}
		c.refuse(m.ID, refused)
		return
	}
	if outcome = outcomeName(result); ctx.Err() != nil {
		return
	}
	c.send(m.ID, body, result.Refused)
}

// events answers a subscription. Its end is told unless the client ended it, or was told why it was.
func (c *socket) events(ctx context.Context, r *engine.Request, id string) (engine.Outcome, *refusal) {
	out, refused := c.k.s.subscribe(ctx, r, func(ctx context.Context) error {
		return c.k.s.verify(c.r.WithContext(ctx), c.payload)
	}, func(body []byte, out engine.Outcome) error {
		if out.Refused {
			c.send(id, body, true)
		} else {
			c.write(message{ID: id, Type: "next", Payload: body})
		}
		return ctx.Err()
	})
	if refused == nil && !out.Refused && ctx.Err() == nil {
		c.write(message{ID: id, Type: "complete"})
	}
	return out, refused
}

// context is the one that an operation is executed in: the connection's header, who asks, and an id of its own.
func (c *socket) context(r *http.Request, id string) context.Context {
	ctx := withRequestID(r.Context(), id)
	r = r.WithContext(ctx)
	r.Header = r.Header.Clone()
	r.Header[headerRequestID] = []string{id}
	if c.k.s.parts.Context != nil {
		ctx = c.k.s.parts.Context(ctx, r)
	}
	return c.k.s.visit(ctx, r)
}

// send sends a response, which is an error where nothing was executed.
func (c *socket) send(id string, body []byte, refused bool) {
	if !refused {
		c.write(message{ID: id, Type: "next", Payload: body}, message{ID: id, Type: "complete"})
		return
	}
	var said struct {
		Errors json.RawMessage `json:"errors"`
	}
	if err := json.Unmarshal(body, &said); err != nil {
		body = []byte(internalBody)
		_ = json.Unmarshal(body, &said)
	}
	c.write(message{ID: id, Type: "error", Payload: said.Errors})
}

func (c *socket) refuse(id string, why *refusal) { c.send(id, why.body(), true) }
