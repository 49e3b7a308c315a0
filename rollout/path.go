package rollout

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Path is what of HTTP moves with a migration, beside the graph: requests to a host, a path and some methods. The back
// ends between which it moves have the names of the migration's From and To.
type Path struct {
	// Host of the requests; *.example.com is all beneath. Any by default.
	Host string `yaml:"host" json:"host,omitempty"`
	// Path is matched whole: /tickets, or with names for single segments, /tickets/{id}; /tickets/* is all beneath too.
	Path string `yaml:"path" json:"path"`
	// Methods, all by default. GET has HEAD with it.
	Methods []string `yaml:"methods" json:"methods,omitempty"`
}

// String is the path in a line.
func (p Path) String() string {
	out := p.Host + p.Path
	if len(p.Methods) > 0 {
		out = strings.Join(p.Methods, ",") + " " + out
	}
	return out
}

// Cookie tells browsers, and proxies before the gateway, that they are on the new side of a migration. It is set there,
// and taken away on the old side.
type Cookie struct {
	Name string `yaml:"name"`
	// Value that it has, 1 by default; a signed one has its own.
	Value string `yaml:"value"`
	// MaxAge is how long browsers keep it, such as 12h, 30d or 1y, which is the default.
	MaxAge string `yaml:"max_age"`
	// Signed cookies say for whom the side was decided, so that nobody can make one up; a key of the migration may then
	// be the cookie.
	Signed bool `yaml:"signed"`
	// Domain for which browsers send it; the request's host by default.
	Domain string `yaml:"domain"`
}

// Content is the value of one that is not signed.
func (c *Cookie) Content() string {
	if c.Value == "" {
		return "1"
	}
	return c.Value
}

// Age is how long browsers keep it.
func (c *Cookie) Age() (time.Duration, error) {
	const day = 24 * time.Hour
	text := c.MaxAge
	if text == "" {
		return 365 * day, nil
	}
	for _, u := range []struct {
		name string
		of   time.Duration
	}{{"y", 365 * day}, {"d", day}} {
		if n, err := strconv.Atoi(strings.TrimSuffix(text, u.name)); err == nil && strings.HasSuffix(text, u.name) && n > 0 && n <= 100_000 {
			return time.Duration(n) * u.of, nil
		}
	}
	d, err := time.ParseDuration(text)
	if err != nil || d < time.Second {
		return 0, fmt.Errorf("%q is not how long a cookie is kept; write 12h, 30d or 1y", text)
	}
	return d, nil
}

// validPaths says what of the paths and the cookie is wrong that shows without the back ends.
func (m *Migration) validPaths() []error {
	var errs []error
	add := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }
	for i, p := range m.Paths {
		if p.Path == "" {
			add("paths[%d]: has no path; write path: /tickets/*", i)
		}
	}
	c := m.Cookie
	if c == nil {
		return errs
	}
	if len(m.Paths) == 0 {
		add("cookie: is set on answers to paths, and no paths move; name them, or leave it out")
	}
	made := http.Cookie{Name: c.Name, Value: c.Content(), Domain: c.Domain} //nolint:gosec // only its form is checked
	if err := made.Valid(); err != nil {
		add("cookie: cannot be sent: %w", err)
	}
	if _, err := c.Age(); err != nil {
		add("cookie.max_age: %w", err)
	}
	if c.Signed && c.Value != "" {
		add("cookie.value: a signed cookie has its own value; leave it out")
	}
	for i, k := range m.Key {
		if k.Cookie != "" && k.Cookie == c.Name && !c.Signed {
			add("key[%d].cookie: %s is the same for all on the new side and tells nobody apart; sign it, or take another key", i, c.Name)
		}
	}
	return errs
}
