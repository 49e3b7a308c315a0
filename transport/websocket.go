package transport

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gorilla/websocket"
)

// WebSocket is how the graph is served over WebSockets, by the protocol graphql-transport-ws.
// https://github.com/graphql/graphql-over-http/blob/main/rfcs/GraphQLOverWebSocket.md
type WebSocket struct {
	// Enabled serves it at the graph's path. It is off by default.
	Enabled bool `yaml:"enabled"`
	// InitTimeout is how long a client may take to say who it is (connection_init), 10s by default.
	InitTimeout time.Duration `yaml:"connection_init_timeout"`
	// PingInterval is how often clients are asked whether they are still there, 25s by default; one that says nothing for
	// two of them is cut off.
	PingInterval time.Duration `yaml:"ping_interval"`
	// MaxConnections that are open at one time, 4,000 by default.
	MaxConnections int `yaml:"max_connections"`
	// MaxOperations that one connection has under way, 16 by default.
	MaxOperations int `yaml:"max_operations_per_connection"`
}

func (c WebSocket) validate() error {
	return errors.Join(
		notNegative("websocket.connection_init_timeout", int64(c.InitTimeout)), notNegative("websocket.ping_interval", int64(c.PingInterval)),
		notNegative("websocket.max_connections", int64(c.MaxConnections)), notNegative("websocket.max_operations_per_connection", int64(c.MaxOperations)),
	)
}

func (c *WebSocket) fill() {
	fallback(&c.InitTimeout, 10*time.Second)
	fallback(&c.PingInterval, 25*time.Second)
	fallback(&c.MaxConnections, 4_000)
	fallback(&c.MaxOperations, 16)
}

// CodeTooManyConnections is a WebSocket beyond websocket.max_connections.
const CodeTooManyConnections = "TOO_MANY_CONNECTIONS"

// subprotocol is the one that is spoken. gqlgen's own transport speaks it too, but it reads messages of any length,
// and validates documents in a time that grows with their square before the engine sees them.
const subprotocol = "graphql-transport-ws"

// sockets are the WebSockets that are open.
type sockets struct {
	s        *Server
	cfg      WebSocket
	upgrader websocket.Upgrader
	origins  func(string) bool
	any      bool
	open     atomic.Int64
	// ending is closed when the server drains; running counts the connections that are left.
	ending chan struct{}
	once   sync.Once
	mu     sync.Mutex
	ended  bool
	// running is waited for only once ended is set, after which none is added.
	running sync.WaitGroup
}

func newSockets(s *Server) (*sockets, error) {
	allowed, err := s.cfg.CORS.origins()
	if err != nil {
		return nil, err
	}
	return &sockets{
		s: s, cfg: s.cfg.WebSocket, origins: allowed, any: s.cfg.CORS.AllowAnyOrigin, ending: make(chan struct{}),
		upgrader: websocket.Upgrader{
			HandshakeTimeout: s.cfg.Server.HeaderReadTimeout, Subprotocols: []string{subprotocol},
			ReadBufferSize: 2048, WriteBufferSize: 2048, WriteBufferPool: new(sync.Pool),
			CheckOrigin: func(*http.Request) bool { return true }, // it was checked before, by what CORS allows
			Error:       func(http.ResponseWriter, *http.Request, int, error) {},
		},
	}, nil
}

// ServeHTTP makes the request's connection a WebSocket and serves it until it ends.
func (k *sockets) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	r, refused := k.check(r)
	if refused == nil && !k.enter() {
		refused = refusef(http.StatusServiceUnavailable, CodeTooManyConnections, "too many connections are open; try again later")
	}
	if refused != nil {
		k.s.refuse(w, r, refused)
		return
	}
	defer k.leave()
	conn, err := k.upgrader.Upgrade(w, r, nil)
	if err != nil {
		k.s.refuse(w, r, badRequest("the connection cannot become a WebSocket: %s", strings.TrimPrefix(err.Error(), "websocket: ")))
		return
	}
	newSocket(k, conn, r).run()
}

// check refuses connections of websites that may not ask, and those that speak another protocol. Browsers send cookies
// along with every website's connection, and ask nobody before; so they count only where CORS says so.
func (k *sockets) check(r *http.Request) (*http.Request, *refusal) {
	if !slices.Contains(websocket.Subprotocols(r), subprotocol) {
		return r, badRequest("the WebSocket's subprotocol is not supported; offer %s", subprotocol)
	}
	origin := r.Header.Get("Origin")
	if origin == "" || sameOrigin(origin, r.Host) {
		return r, nil
	}
	if !k.any && !k.origins(origin) {
		return r, refusef(http.StatusForbidden, CodeCSRF, "the website %s may not connect; cors.origins does not have it", strings.ToValidUTF8(origin, ""))
	}
	if !k.s.cfg.CORS.AllowCredentials {
		r = r.Clone(r.Context())
		r.Header.Del("Cookie")
	}
	return r, nil
}

func sameOrigin(origin, host string) bool {
	u, err := url.Parse(origin)
	return err == nil && u.Host != "" && strings.EqualFold(u.Host, host)
}

// enter takes a place for a connection, unless there is none or the server ends.
func (k *sockets) enter() bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.ended || k.open.Load() >= int64(k.cfg.MaxConnections) {
		return false
	}
	k.open.Add(1)
	k.running.Add(1)
	return true
}

func (k *sockets) leave() {
	k.open.Add(-1)
	k.running.Done()
}

// end takes no more connections, and has those that are open end when nothing is under way on them.
func (k *sockets) end() {
	k.mu.Lock()
	k.ended = true
	k.mu.Unlock()
	k.once.Do(func() { close(k.ending) })
}

// wait returns when all connections have ended, or with an error when the context does.
func (k *sockets) wait(ctx context.Context) error {
	done := make(chan struct{})
	go func() {
		k.running.Wait()
		close(done)
	}()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("%d WebSockets: %w", k.open.Load(), ctx.Err())
	}
}
