package transport

import (
	"errors"
	"fmt"
	"net"
	"regexp"
	"strings"
	"time"

	"github.com/ficusgraph/ficus/uploads"
)

// Config is how the graph is served. Its zero value is the default; the keys are Apollo Router's where the
// thing is the same.
type Config struct {
	// Supergraph is where the graph is served.
	Supergraph Endpoint `yaml:"supergraph"`
	// CORS says which websites may ask from a browser; none may by default.
	CORS CORS `yaml:"cors"`
	// CSRF says how requests prove that no website made the browser send them.
	CSRF CSRF `yaml:"csrf"`
	// Limits bounds requests.
	Limits Limits `yaml:"limits"`
	// Batching lets one request hold several operations.
	Batching Batching `yaml:"batching"`
	// FileUploads takes files with mutations; not by default.
	FileUploads uploads.Config `yaml:"file_uploads"`
	// HealthCheck is the health endpoint.
	HealthCheck HealthCheck `yaml:"health_check"`
	// GraphiQL is the page in the browser.
	GraphiQL GraphiQL `yaml:"graphiql"`
	// WebSocket is how the graph is served over WebSockets.
	WebSocket WebSocket `yaml:"websocket"`
	// Subscription is how subscriptions are served.
	Subscription Subscription `yaml:"subscription"`
	// Admin is the listener for operators.
	Admin Admin `yaml:"admin"`
	// TLS is how the gateway proves to clients who it is, and they to it.
	TLS TLS `yaml:"tls"`
	// Server bounds connections.
	Server Connections `yaml:"server"`
	// Shutdown is how the server ends.
	Shutdown Shutdown `yaml:"shutdown"`
	// Dedupe has equal queries that are under way at one time answered once.
	Dedupe bool `yaml:"-"`
	// Admission bounds how many operations are executed at one time, and for how long each may be.
	Admission Admission `yaml:"-"`
}

// Endpoint is where the graph is served.
type Endpoint struct {
	// Listen is the address, 127.0.0.1:4000 by default.
	Listen string `yaml:"listen"`
	// Path of the graph, /graphql by default.
	Path string `yaml:"path"`
}

// Limits bounds requests.
type Limits struct {
	// HTTPMaxRequestBytes is the largest request body, 2,000,000 by default.
	HTTPMaxRequestBytes int `yaml:"http_max_request_bytes"`
	// HTTP1MaxRequestBufSize is the largest request line with headers, in bytes, 131,072 by default.
	HTTP1MaxRequestBufSize int `yaml:"http1_max_request_buf_size"`
	// HTTP1MaxRequestHeaders is how many header lines a request may have, 200 by default.
	HTTP1MaxRequestHeaders int `yaml:"http1_max_request_headers"`
	// HTTPMaxUnreadBytes is how large all answers may be together that clients have not read yet, 100,663,296 by
	// default. Beyond, the clients that took nothing for longest are cut off.
	HTTPMaxUnreadBytes int `yaml:"http_max_unread_bytes"`
	// Memory is how many bytes may live in the heap; while it is more, requests are refused. 0 means any number.
	Memory int `yaml:"memory"`
	// Measured are the keys of limits that refuse nothing. What bounds requests without any configuration does so
	// nevertheless.
	Measured []string `yaml:"-"`
}

// HealthCheck is the health endpoint, on the public listener and the admin one.
type HealthCheck struct {
	// Enabled is true by default; it turns off the endpoint on the public listener.
	Enabled *bool `yaml:"enabled"`
	// Path is /health by default; /live and /ready are beneath it.
	Path string `yaml:"path"`
}

// GraphiQL is the page in the browser: the console, or the explorer where that was not built.
type GraphiQL struct {
	// Enabled serves it at / and, to browsers, at the graph's path.
	Enabled bool `yaml:"enabled"`
}

// Admin is the listener for operators; it must not be reachable from outside.
type Admin struct {
	// Listen is the address, 127.0.0.1:9090 by default; "off" for none.
	Listen string `yaml:"listen"`
	// Token that requests to the API there must bring, at least 16 characters. Without one the API is only for this
	// machine: it is shut where the listener is not on loopback.
	Token string `yaml:"token"`
}

// Connections bounds what a client's connection may take.
type Connections struct {
	// HeaderReadTimeout is how long a request's header may take, 10s by default.
	HeaderReadTimeout time.Duration `yaml:"header_read_timeout"`
	// ReadTimeout is how long a whole request may take to arrive, 30s by default.
	ReadTimeout time.Duration `yaml:"read_timeout"`
	// WriteTimeout is how long answering may take, from the end of the request's header to the last byte; 120s by default.
	WriteTimeout time.Duration `yaml:"write_timeout"`
	// MaxConnections is how many may be open, 5,000 by default. Beyond, those are closed that wait for a request for
	// longest; one is refused only where on all of them something is being answered.
	MaxConnections int `yaml:"max_connections"`
	// StrictTransportSecurity is what browsers are told by the header of this name where TLS is spoken,
	// max-age=31536000 by default; off for nothing.
	StrictTransportSecurity string `yaml:"strict_transport_security"`
	// TrustedProxies are the networks of proxies whose word is taken for who asked them; none by default.
	TrustedProxies []string `yaml:"trusted_proxies"`
	// ForwardedHeader is where they say it: x-forwarded-for, which is the default, forwarded, or another with one
	// address or a list of them. Only one is read: a proxy that writes one passes on the other as the client made it up.
	ForwardedHeader string `yaml:"forwarded_header"`
	// Compression is how answers are compressed.
	Compression Compression `yaml:"compression"`
	// IdleTimeout is how long a connection without requests is kept, 120s by default.
	IdleTimeout time.Duration `yaml:"idle_timeout"`
}

// Shutdown is how the server ends.
type Shutdown struct {
	// Delay is how long requests are still taken after readiness went down, so that load balancers see it; 0 by default.
	Delay time.Duration `yaml:"delay"`
	// Timeout is how long requests in flight may take to complete, 30s by default.
	Timeout time.Duration `yaml:"timeout"`
}

// Validate reports everything that is wrong with the configuration.
func (c Config) Validate() error {
	var errs []error
	add := func(err error) {
		if err != nil {
			errs = append(errs, err)
		}
	}
	add(validAddress("supergraph.listen", c.Supergraph.Listen))
	if c.Admin.Listen != AdminOff {
		add(validAddress("admin.listen", c.Admin.Listen))
	}
	if c.Admin.Listen != AdminOff && c.Admin.Token == "" && !onlyHere(c.Admin.Listen) {
		add(fmt.Errorf("admin.listen: %s can be asked from other machines, and there is no admin.token; set one, as openssl rand -hex 32 makes it, or listen on 127.0.0.1", c.Admin.Listen))
	}
	if n := len(c.Admin.Token); n > 0 && n < leastToken {
		add(fmt.Errorf("admin.token: has %d characters, and can be guessed; take at least %d, as openssl rand -hex 32 makes them", n, leastToken))
	}
	add(validPath("supergraph.path", c.Supergraph.Path))
	add(validPath("health_check.path", c.HealthCheck.Path))
	full := c.withDefaults()
	if full.Supergraph.Path == full.HealthCheck.Path {
		add(fmt.Errorf("supergraph.path and health_check.path are both %s; give each its own", full.Supergraph.Path))
	}
	add(notNegative("limits.http_max_request_bytes", int64(c.Limits.HTTPMaxRequestBytes)))
	add(notNegative("limits.http1_max_request_buf_size", int64(c.Limits.HTTP1MaxRequestBufSize)))
	add(notNegative("limits.http1_max_request_headers", int64(c.Limits.HTTP1MaxRequestHeaders)))
	add(notNegative("limits.http_max_unread_bytes", int64(c.Limits.HTTPMaxUnreadBytes)))
	add(notNegative("limits.memory", int64(c.Limits.Memory)))
	add(notNegative("traffic_shaping.router.timeout", int64(c.Admission.Timeout)))
	add(notNegative("traffic_shaping.router.concurrency_limit", int64(c.Admission.Concurrency)))
	add(notNegative("traffic_shaping.router.max_waiting", int64(c.Admission.MaxWaiting)))
	add(notNegative("traffic_shaping.router.max_wait", int64(c.Admission.MaxWait)))
	add(notNegative("server.header_read_timeout", int64(c.Server.HeaderReadTimeout)))
	add(notNegative("server.read_timeout", int64(c.Server.ReadTimeout)))
	add(notNegative("server.write_timeout", int64(c.Server.WriteTimeout)))
	add(notNegative("server.idle_timeout", int64(c.Server.IdleTimeout)))
	add(notNegative("server.max_connections", int64(c.Server.MaxConnections)))
	if v := c.Server.StrictTransportSecurity; v != "" && v != hstsOff && !hstsShape.MatchString(v) {
		add(fmt.Errorf("server.strict_transport_security: %q is not its value; write max-age=31536000 with ; includeSubDomains or without, or off", v))
	}
	add(notNegative("server.compression.min_bytes", int64(c.Server.Compression.MinBytes)))
	add(notNegative("shutdown.delay", int64(c.Shutdown.Delay)))
	add(notNegative("shutdown.timeout", int64(c.Shutdown.Timeout)))
	_, err := newProxies(c.Server.TrustedProxies, c.Server.ForwardedHeader)
	add(err)
	errs = append(errs, c.TLS.Supergraph.validate("tls.supergraph")...)
	errs = append(errs, c.TLS.Admin.validate("tls.admin")...)
	add(c.Batching.validate())
	add(c.FileUploads.Validate())
	add(c.WebSocket.validate())
	add(c.Subscription.validate())
	add(c.CORS.validate())
	add(c.CSRF.validate())
	return errors.Join(errs...)
}

// leastToken is how many characters the operators' token has at least.
const leastToken = 16

// AdminOff as Admin.Listen means that there is no admin listener.
const AdminOff = "off"

// withDefaults is the configuration with nothing left open.
func (c Config) withDefaults() Config {
	fallback(&c.Supergraph.Listen, "127.0.0.1:4000")
	fallback(&c.Supergraph.Path, "/graphql")
	fallback(&c.HealthCheck.Path, "/health")
	fallback(&c.Admin.Listen, "127.0.0.1:9090")
	fallback(&c.Limits.HTTPMaxRequestBytes, defaultBody)
	fallback(&c.Limits.HTTP1MaxRequestBufSize, defaultHeader)
	fallback(&c.Limits.HTTP1MaxRequestHeaders, defaultHeaders)
	fallback(&c.Limits.HTTPMaxUnreadBytes, 96<<20)
	fallback(&c.Server.HeaderReadTimeout, 10*time.Second)
	fallback(&c.Server.ReadTimeout, 30*time.Second)
	fallback(&c.Server.WriteTimeout, 2*time.Minute)
	fallback(&c.Server.IdleTimeout, 2*time.Minute)
	fallback(&c.Server.MaxConnections, 5_000)
	fallback(&c.Server.StrictTransportSecurity, "max-age=31536000")
	fallback(&c.Server.ForwardedHeader, "X-Forwarded-For")
	fallback(&c.Server.Compression.MinBytes, 2048)
	fallback(&c.Batching.MaximumSize, 10)
	fallback(&c.Admission.Timeout, time.Minute)
	fallback(&c.Admission.MaxWaiting, c.Admission.Concurrency)
	fallback(&c.Admission.MaxWait, time.Second)
	fallback(&c.Shutdown.Timeout, 30*time.Second)
	c.WebSocket.fill()
	c.Subscription.fill()
	return c
}

// Addresses is where the public and the admin listener belong; admin is empty where there is none.
func (c Config) Addresses() (public, admin string) {
	c = c.withDefaults()
	if c.Admin.Listen == AdminOff {
		return c.Supergraph.Listen, ""
	}
	return c.Supergraph.Listen, c.Admin.Listen
}

// Path is where the graph is served.
func (c Config) Path() string { return c.withDefaults().Supergraph.Path }

// HealthPath is where the health checks are.
func (c Config) HealthPath() string { return c.withDefaults().HealthCheck.Path }

func fallback[T comparable](v *T, to T) {
	var zero T
	if *v == zero {
		*v = to
	}
}

func validAddress(key, v string) error {
	if v == "" {
		return nil
	}
	if _, _, err := net.SplitHostPort(v); err != nil {
		return fmt.Errorf("%s: %q is not an address; write host:port, such as 127.0.0.1:4000", key, v)
	}
	return nil
}

// onlyHere says whether an address can be reached only from this machine; one that is no address is another fault.
func onlyHere(address string) bool {
	host, _, err := net.SplitHostPort(address)
	if address == "" || err != nil || host == "localhost" {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}

// pathShape is what may be a path: no pattern of the router, no query.
var pathShape = regexp.MustCompile(`^/[A-Za-z0-9._~/-]*$`)

func validPath(key, v string) error {
	if v != "" && !pathShape.MatchString(v) {
		return fmt.Errorf("%s: %q is not a path; write one such as /graphql, of letters, digits and ._~-/", key, v)
	}
	return nil
}

func notNegative(key string, v int64) error {
	if v < 0 {
		return fmt.Errorf("%s: must not be negative", key)
	}
	return nil
}

// validHeaderName says whether v can be the name of a header.
func validHeaderName(v string) bool {
	const marks = "!#$%&'*+-.^_`|~"
	for _, c := range v {
		if (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && !strings.ContainsRune(marks, c) {
			return false
		}
	}
	return v != ""
}
