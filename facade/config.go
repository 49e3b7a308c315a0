package facade

import (
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"time"
)

// Config says where goes what is asked beside the graph; the key is "facade". Without back ends there is no facade.
type Config struct {
	// Backends by name. Migrations move paths between those that their from and to name.
	Backends map[string]Backend `yaml:"backends"`
	// Default is the back end of what no route leads elsewhere; without one that is answered with H23.
	Default string `yaml:"default"`
	// Routes that do not move.
	Routes []Fixed `yaml:"routes"`
	// Hosts that the gateway answers for; others are H31. Any by default.
	Hosts []string `yaml:"hosts"`
	// SharedLimits bound requests under way at all back ends together that name one, as those on one database.
	SharedLimits map[string]int `yaml:"shared_limits"`
	// CookieKeys sign cookies: the first one signs, all are taken.
	CookieKeys []CookieKey `yaml:"cookie_keys"`
	// Shadow has the other side asked too.
	Shadow Shadow `yaml:"shadow"`
}

// Backend is an application that answers HTTP.
type Backend struct {
	// URL is where it is: scheme, host and port. URLs are several, which take turns; one that cannot be reached is left
	// out for a while.
	URL  string   `yaml:"url"`
	URLs []string `yaml:"urls"`
	// Host that it is asked for: keep, which is the default, passes on the client's; rewrite is that of the URL; anything
	// else is a name.
	Host string `yaml:"host"`
	// Timeouts are those of Heroku's router by default.
	Timeouts Timeouts `yaml:"timeouts"`
	// MaxConnections is how many requests, streams and upgraded connections may be under way; 0 is any number. As many as
	// MaxWaiting wait for a place, for MaxWait; by default as many, and 1s.
	MaxConnections int           `yaml:"max_connections"`
	MaxWaiting     int           `yaml:"max_waiting"`
	MaxWait        time.Duration `yaml:"max_wait"`
	// SharedLimit of facade.shared_limits that counts for it too.
	SharedLimit string `yaml:"shared_limit"`
	// MaxRequestBytes is the largest request body; 0 is any size.
	MaxRequestBytes int `yaml:"max_request_bytes"`
	// Health asks each address whether it is well.
	Health Health `yaml:"health"`
	// Maintenance answers everything with H80.
	Maintenance bool `yaml:"maintenance"`
}

// Timeouts bound the phases of a request.
type Timeouts struct {
	// Connect is for a connection to be made, 5s by default.
	Connect time.Duration `yaml:"connect"`
	// FirstByte is from the end of the request to the begin of the answer, 30s by default.
	FirstByte time.Duration `yaml:"first_byte"`
	// Idle is how long nothing may come or go on either side of a body or an upgraded connection, 55s by default.
	Idle time.Duration `yaml:"idle"`
	// KeepAlive is how long a connection without requests is kept, 4s by default. It must be shorter than what the back
	// end keeps them for, or requests meet connections that it is about to close.
	KeepAlive time.Duration `yaml:"keep_alive"`
	// Boot is how long a request waits for a back end of which no address takes connections; 0, the default, is not at all.
	Boot time.Duration `yaml:"boot"`
}

// Health is how addresses of a back end are asked whether they are well.
type Health struct {
	// Path that answers with less than 500 when it is; "" asks nobody.
	Path string `yaml:"path"`
	// Interval between two questions, 5s by default.
	Interval time.Duration `yaml:"interval"`
}

// Fixed is a route that does not move.
type Fixed struct {
	// Host, Path and Methods are as those of a migration's paths.
	Host    string   `yaml:"host"`
	Path    string   `yaml:"path"`
	Methods []string `yaml:"methods"`
	// To is the back end.
	To string `yaml:"to"`
	// Timeouts in place of the back end's: first_byte and idle.
	Timeouts Timeouts `yaml:"timeouts"`
}

// CookieKey signs cookies.
type CookieKey struct {
	// ID tells the keys apart; it is written into the cookie.
	ID string `yaml:"id"`
	// Secret has 32 characters at least.
	Secret string `yaml:"secret"`
}

// Shadow has a sample of GET and HEAD on paths that move asked of the other side too, after the answer.
type Shadow struct {
	// Percent of the requests; 0, the default, is none.
	Percent float64 `yaml:"percent"`
	// Concurrency is how many are under way at most, 4 by default; what finds no place is left out.
	Concurrency int `yaml:"concurrency"`
	// Timeout of one, 10s by default.
	Timeout time.Duration `yaml:"timeout"`
	// MaxBytes is the largest body that is compared, 1,000,000 by default.
	MaxBytes int `yaml:"max_bytes"`
	// Headers that are compared beside Content-Type and Location.
	Headers []string `yaml:"headers"`
	// Ignore are members of JSON answers that may differ, such as /generatedAt or /items/*/updatedAt.
	Ignore []string `yaml:"ignore"`
}

// Enabled says whether there is a facade.
func (c Config) Enabled() bool { return len(c.Backends) > 0 }

// Validate returns everything that is wrong that shows without the migrations, joined. Keys are named from facade on.
func (c Config) Validate() error {
	var errs []error
	add := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }
	for _, name := range slices.Sorted(maps.Keys(c.Backends)) {
		c.Backends[name].validate("facade.backends."+name, c.SharedLimits, add)
	}
	if _, ok := c.Backends[c.Default]; c.Default != "" && !ok {
		add("facade.default: there is no back end %s; name one of facade.backends", c.Default)
	}
	if !c.Enabled() && (c.Default != "" || len(c.Routes) > 0) {
		add("facade: has no back ends; name them in facade.backends")
	}
	for _, name := range slices.Sorted(maps.Keys(c.SharedLimits)) {
		if c.SharedLimits[name] <= 0 {
			add("facade.shared_limits.%s: must be more than 0", name)
		}
	}
	for i, k := range c.CookieKeys {
		switch {
		case k.ID == "" || strings.ContainsAny(k.ID, ". ;,\"\\") || len(k.ID) > 32:
			add("facade.cookie_keys[%d].id: %q is no id; write letters and digits, 32 at most", i, k.ID)
		case slices.ContainsFunc(c.CookieKeys[:i], func(o CookieKey) bool { return o.ID == k.ID }):
			add("facade.cookie_keys[%d].id: %s is there twice", i, k.ID)
		case len(k.Secret) < leastSecret:
			add("facade.cookie_keys[%d].secret: has %d characters, and can be guessed; take at least %d, as openssl rand -hex 32 makes them", i, len(k.Secret), leastSecret)
		}
	}
	if !(c.Shadow.Percent >= 0 && c.Shadow.Percent <= 100) {
		add("facade.shadow.percent: %v is not between 0 and 100", c.Shadow.Percent)
	}
	if c.Shadow.Concurrency < 0 || c.Shadow.Timeout < 0 || c.Shadow.MaxBytes < 0 {
		add("facade.shadow: concurrency, timeout and max_bytes must not be negative")
	}
	b := NewBuilder(c, nil)
	return errors.Join(append(errs, b.faults...)...)
}

// leastSecret is how many characters a secret has at least.
const leastSecret = 32

func (b Backend) validate(at string, shared map[string]int, add func(string, ...any)) {
	switch {
	case b.URL != "" && len(b.URLs) > 0:
		add("%s.url: and urls are both there; keep one", at)
	case b.URL == "" && len(b.URLs) == 0:
		add("%s: has no url; write where it is, such as http://10.0.0.1:8080", at)
	}
	for i, text := range b.addresses() {
		key := at + ".url"
		if b.URL == "" {
			key = fmt.Sprintf("%s.urls[%d]", at, i)
		}
		u, err := url.Parse(text)
		if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || u.User != nil || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "" {
			add("%s: %q is not where a back end can be; write scheme, host and port, such as http://10.0.0.1:8080: paths are passed on as they are", key, text)
		}
	}
	t := b.Timeouts
	for _, d := range []struct {
		key string
		of  time.Duration
	}{
		{"timeouts.connect", t.Connect},
		{"timeouts.first_byte", t.FirstByte},
		{"timeouts.idle", t.Idle},
		{"timeouts.keep_alive", t.KeepAlive},
		{"timeouts.boot", t.Boot},
		{"max_wait", b.MaxWait},
		{"health.interval", b.Health.Interval},
		{"max_connections", time.Duration(b.MaxConnections)},
		{"max_waiting", time.Duration(b.MaxWaiting)},
		{"max_request_bytes", time.Duration(b.MaxRequestBytes)},
	} {
		if d.of < 0 {
			add("%s.%s: must not be negative", at, d.key)
		}
	}
	if b.Health.Path != "" && b.Health.Path[0] != '/' {
		add("%s.health.path: %q is not a path; write one such as /health", at, b.Health.Path)
	}
	if _, ok := shared[b.SharedLimit]; b.SharedLimit != "" && !ok {
		add("%s.shared_limit: there is no facade.shared_limits.%s", at, b.SharedLimit)
	}
}

// addresses are the URLs, however they are written.
func (b Backend) addresses() []string {
	if b.URL != "" {
		return []string{b.URL}
	}
	return b.URLs
}

// withDefaults is the configuration with nothing left open.
func (c Config) withDefaults() Config {
	c.Backends = maps.Clone(c.Backends)
	for name, b := range c.Backends {
		fallback(&b.Timeouts.Connect, 5*time.Second)
		fallback(&b.Timeouts.FirstByte, 30*time.Second)
		fallback(&b.Timeouts.Idle, 55*time.Second)
		fallback(&b.Timeouts.KeepAlive, 4*time.Second)
		fallback(&b.Health.Interval, 5*time.Second)
		fallback(&b.MaxWaiting, b.MaxConnections)
		fallback(&b.MaxWait, time.Second)
		c.Backends[name] = b
	}
	fallback(&c.Shadow.Concurrency, 4)
	fallback(&c.Shadow.Timeout, 10*time.Second)
	fallback(&c.Shadow.MaxBytes, 1_000_000)
	return c
}

func fallback[T comparable](v *T, to T) {
	var zero T
	if *v == zero {
		*v = to
	}
}
