package subgraph

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/textproto"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/ficusgraph/ficus/subgraph/wire"
)

// Outbound is the way of the requests of connectors to one source: of any method, to any path, and, where a source
// has no base URL, to several hosts. It shares the connections, the codings and the bounds of Remote.
type Outbound struct {
	shaping     Shaping
	compression Compression
	maxBytes    int
	permit      Permit
	// proxy is the address of the proxy that was last used: dialing that is not for the permit to judge.
	proxy       atomic.Pointer[string]
	connections *connections
	pool        pool
	// usual is how large answers are of late, for the first buffer of the next.
	usual atomic.Int64

	mu    sync.Mutex
	hosts map[string]*wire.Client
}

// Request is a request of a connector.
type Request struct {
	Method, URL string
	// Header fields in their order; the names are canonical. A Host goes before that of the URL.
	Header [][2]string
	// Body is nil for none.
	Body []byte
	// Once says that the request changes something, whatever its method says, and is not sent twice.
	Once bool
	// Deadline is when the answer must be there.
	Deadline time.Time
}

// Answer is what the source said. Nothing of it is used again.
type Answer struct {
	Status int
	Header http.Header
	Body   []byte
	// Received is the size of the body as it came.
	Received int
}

// ErrTooLarge says that an answer has more bytes than are read of one.
var ErrTooLarge = errTooLarge

// NewOutbound is the way to the source of that name.
func NewOutbound(source string, cfg Connectors, permit Permit) (*Outbound, error) {
	secure, err := cfg.TLS.Sources[source].over(cfg.TLS.All).config()
	if err != nil {
		return nil, fmt.Errorf("tls.connector: %w", err)
	}
	s := cfg.Traffic.Of(source)
	o := &Outbound{
		shaping: s.shaping(), compression: s.Compression, maxBytes: cfg.Limits.Of(source), permit: permit,
		hosts: map[string]*wire.Client{},
	}
	o.connections = newConnections(o.shaping, secure, o.permitted)
	return o, nil
}

// Close closes the connections that are not in use; the others close when their requests end.
func (o *Outbound) Close() {
	o.connections.close()
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, c := range o.hosts {
		c.Close()
	}
}

// Send sends a request and reads the answer. On an error the answer has the status, if that had arrived.
func (o *Outbound) Send(ctx context.Context, r Request) (*Answer, error) {
	if err := o.compress(&r); err != nil {
		return nil, err
	}
	in := &reply{}
	var err error
	if host, target, ok := o.plain(&r); ok {
		err = o.wired(ctx, host, target, &r, in)
	} else {
		err = o.hosted(ctx, &r, in)
	}
	out := &Answer{Status: in.Status, Received: len(in.Body)}
	if err != nil {
		return out, err
	}
	if h, ok := in.header.(http.Header); ok {
		out.Header = h
	} else {
		out.Header = fields(&in.Answer)
	}
	if err := o.decode(in); err != nil {
		return out, err
	}
	out.Body = in.Body
	return out, nil
}

// grows is how many times its size an answer may have when it is decompressed: what grows more, beyond the first
// megabyte, was made to.
const grows = 200

func (o *Outbound) decode(in *reply) error {
	limit := min(o.maxBytes, max(1<<20, grows*len(in.Body)))
	err := o.pool.decode(in, limit)
	if errors.Is(err, errTooLarge) && limit < o.maxBytes {
		return fmt.Errorf("%w: it is more than %d times larger than what was sent", err, grows)
	}
	return err
}

func (o *Outbound) compress(r *Request) error {
	if o.compression == "" || len(r.Body) == 0 {
		return nil
	}
	body, err := o.compression.compress(r.Body)
	if err != nil {
		return fmt.Errorf("compress the body: %w", err)
	}
	r.Body = body
	r.Header = append(slices.Clip(r.Header), [2]string{"Content-Encoding", string(o.compression)})
	return nil
}

// plain takes the URL apart, if the request can be sent as package wire does.
func (o *Outbound) plain(r *Request) (host, target string, ok bool) {
	rest, ok := strings.CutPrefix(r.URL, "http://")
	if !ok || r.Method == http.MethodHead || !ascii(rest) {
		return "", "", false
	}
	if i := strings.IndexAny(rest, "/?#"); i >= 0 {
		host, target = rest[:i], rest[i:]
	} else {
		host = rest
	}
	target, _, _ = strings.Cut(target, "#")
	if !strings.HasPrefix(target, "/") {
		target = "/" + target
	}
	// Who names a user there, or a zone, is for net/http.
	return host, target, host != "" && !strings.ContainsAny(host, "@%")
}

// maxHosts is to how many hosts package wire is used: who goes to more is no source as they are meant.
const maxHosts = 16

// client is that for a host; nil where net/http is to be used.
func (o *Outbound) client(host string) *wire.Client {
	o.mu.Lock()
	defer o.mu.Unlock()
	c, ok := o.hosts[host]
	if ok || len(o.hosts) >= maxHosts {
		return c
	}
	if u, err := url.Parse("http://" + host); err == nil && direct(u, o.shaping) {
		c = wire.New(wire.Config{
			Dial: o.dial(u), MaxConns: o.shaping.MaxConnsPerHost, IdleTimeout: o.shaping.PoolIdleTimeout, MaxAge: o.shaping.PoolMaxAge,
		})
	}
	if c != nil {
		o.hosts[host] = c
	}
	return c
}

func (o *Outbound) dial(u *url.URL) func(context.Context) (net.Conn, error) {
	port := u.Port()
	if port == "" {
		port = "80"
	}
	address, dial := net.JoinHostPort(u.Hostname(), port), dialer(o.shaping, o.permitted)
	return func(ctx context.Context) (net.Conn, error) { return dial(ctx, "tcp", address) }
}

func (o *Outbound) wired(ctx context.Context, host, target string, r *Request, in *reply) error {
	c := o.client(host)
	if c == nil {
		return o.hosted(ctx, r, in)
	}
	named := host
	head := make([]byte, 0, 512)
	head = append(head, r.Method...)
	head = append(append(append(head, ' '), target...), " HTTP/1.1\r\n"...)
	fields := make([]byte, 0, 256)
	for _, h := range o.header(r) {
		if h[0] == "Host" {
			named = h[1]
			continue
		}
		fields = appendField(fields, h[0], h[1])
	}
	head = append(appendField(head, "Host", named), fields...)
	usual := o.usual.Load()
	in.Buffer = make([]byte, 0, min(headRoom+usual*5/4, trusted)+headRoom)
	reads := r.Method == http.MethodGet && len(r.Body) == 0 && !r.Once
	err := c.Do(ctx, &wire.Request{Head: head, Body: r.Body, Deadline: r.Deadline, Limit: o.maxBytes, Reads: reads}, &in.Answer)
	in.header = &in.Answer
	o.usual.Store((3*usual + int64(len(in.Body))) / 4)
	if errors.Is(err, wire.ErrTooLarge) {
		return errTooLarge
	}
	return err
}

// header is all that is sent but what the connection needs, and none of what belongs to it.
func (o *Outbound) header(r *Request) [][2]string {
	out := make([][2]string, 0, len(r.Header)+3)
	for _, h := range r.Header {
		if !slices.Contains(framing, h[0]) {
			out = append(out, h)
		}
	}
	for _, h := range [...][2]string{{"Accept", "application/json"}, {"Accept-Encoding", acceptedCodings}, {"User-Agent", "ficus"}} {
		if !slices.ContainsFunc(out, func(o [2]string) bool { return o[0] == h[0] }) {
			out = append(out, h)
		}
	}
	return out
}

// framing are the headers that say where a message ends, or belong to one hop.
var framing = []string{"Connection", "Content-Length", "Expect", "Http2-Settings", "Keep-Alive", "Proxy-Connection", "Te", "Trailer", "Transfer-Encoding", "Upgrade"}

// hosted sends by net/http.
func (o *Outbound) hosted(ctx context.Context, r *Request, in *reply) error {
	ctx, cancel := context.WithDeadline(ctx, r.Deadline)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, r.Method, r.URL, nil)
	if err != nil {
		return err
	}
	for _, h := range o.header(r) {
		if h[0] == "Host" {
			req.Host = h[1]
			continue
		}
		req.Header.Add(h[0], h[1])
	}
	hideIdempotencyKeys(req.Header)
	if u := req.URL.User; u != nil && req.Header.Get("Authorization") == "" {
		password, _ := u.Password()
		req.SetBasicAuth(u.Username(), password)
	}
	switch {
	case r.Body != nil:
		defer attach(req, r.Body)()
	case r.Once:
		req.Body = io.NopCloser(strings.NewReader("")) // net/http repeats reads, but not with a body that it cannot repeat
	}
	if r.Method != http.MethodGet && r.Method != http.MethodHead && r.Body != nil {
		req = once(req, o.shaping.ExperimentalHTTP2 == HTTP2Only)
	}
	if err := o.throughProxy(req); err != nil {
		return err
	}
	res, done, err := o.connections.roundTrip(req, time.Now())
	defer done()
	if err != nil {
		return err
	}
	defer func() { _ = res.Body.Close() }()
	in.Status, in.header = res.StatusCode, res.Header
	return in.readAll(res.Body, res.ContentLength, o.maxBytes)
}

// throughProxy judges the host of a request that a proxy will connect to.
func (o *Outbound) throughProxy(r *http.Request) error {
	proxy, err := http.ProxyFromEnvironment(r)
	if err != nil || proxy == nil {
		return err
	}
	host := proxy.Hostname()
	o.proxy.Store(&host)
	ip, _ := netip.ParseAddr(r.URL.Hostname()) // of a name nothing more is known
	if o.permit == nil {
		return nil
	}
	return o.permit(r.URL.Hostname(), ip)
}

func (o *Outbound) permitted(host string, ip netip.Addr) error {
	if proxy := o.proxy.Load(); o.permit == nil || proxy != nil && *proxy == host {
		return nil
	}
	return o.permit(host, ip)
}

// fields are the header of an answer as net/http has them.
func fields(a *wire.Answer) http.Header {
	h := make(http.Header, 8)
	for name, value := range a.All {
		key := textproto.CanonicalMIMEHeaderKey(string(name))
		h[key] = append(h[key], string(value))
	}
	return h
}
