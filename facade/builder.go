package facade

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"github.com/ficusgraph/ficus/rollout"
)

// Builder makes a Table of the configuration's routes and those of migrations.
type Builder struct {
	cfg   Config
	table *Table
	// faults are those of the configuration's own routes.
	faults []error
}

// NewBuilder begins with the configuration's routes and the paths that the gateway answers itself.
func NewBuilder(cfg Config, own []string) *Builder {
	b := &Builder{cfg: cfg, table: &Table{hosts: map[string]*node{}, any: &node{}, own: &node{}, signed: map[string]*rollout.Migration{}}}
	if cfg.Default != "" {
		b.table.fallback = &Route{Where: "facade.default", To: cfg.Default}
	}
	for _, h := range cfg.Hosts {
		if b.table.allowed == nil {
			b.table.allowed = map[string]bool{}
		}
		b.table.allowed[hostOf(h)] = true
	}
	for _, p := range own {
		_ = b.table.own.add(strings.Split(p[1:], "/"), &Route{Where: "the gateway itself", Path: rollout.Path{Path: p}, own: true})
	}
	for i, f := range cfg.Routes {
		at := fmt.Sprintf("facade.routes[%d]", i)
		r := &Route{Where: at, Path: rollout.Path{Host: f.Host, Path: f.Path, Methods: f.Methods}, To: f.To, Timeouts: f.Timeouts}
		if _, ok := cfg.Backends[f.To]; !ok {
			b.faults = append(b.faults, fmt.Errorf("%s.to: there is no back end %q; name one of facade.backends", at, f.To))
		}
		if f.Timeouts.Connect != 0 || f.Timeouts.KeepAlive != 0 || f.Timeouts.Boot != 0 {
			b.faults = append(b.faults, fmt.Errorf("%s.timeouts: takes first_byte and idle; the others belong to the back end", at))
		}
		if err := b.table.add(r); err != nil {
			b.faults = append(b.faults, fmt.Errorf("%s%w", at, err))
		}
	}
	return b
}

// Add adds the paths of a migration. Each fault begins with the key that it is about.
func (b *Builder) Add(m *rollout.Migration) error {
	if len(m.Paths) == 0 {
		return nil
	}
	if !b.cfg.Enabled() {
		return errors.New("paths: move between back ends, and there are none; name them in the configuration, in facade.backends")
	}
	var errs []error
	for _, side := range [][2]string{{"from", m.From}, {"to", m.To}} {
		if _, ok := b.cfg.Backends[side[1]]; !ok && side[1] != "" {
			errs = append(errs, fmt.Errorf("%s: there is no back end %s; name it in the configuration, in facade.backends", side[0], side[1]))
		}
	}
	for i, p := range m.Paths {
		at := fmt.Sprintf("paths[%d]", i)
		p.Methods = slices.Clone(p.Methods)
		if err := b.table.add(&Route{Where: m.File + ": " + at, Path: p, To: m.To, From: m.From, Migration: m}); err != nil {
			errs = append(errs, fmt.Errorf("%s%w", at, err))
		}
	}
	errs = append(errs, b.sign(m))
	return errors.Join(errs...)
}

// sign takes note of a signed cookie.
func (b *Builder) sign(m *rollout.Migration) error {
	if m.Cookie == nil || !m.Cookie.Signed {
		return nil
	}
	if other := b.table.signed[m.Cookie.Name]; other != nil {
		return fmt.Errorf("cookie.name: %s is the signed cookie of %s too; give each its own", m.Cookie.Name, other.File)
	}
	if len(b.cfg.CookieKeys) == 0 {
		return errors.New("cookie.signed: nothing can sign it; name a key in the configuration, in facade.cookie_keys")
	}
	b.table.signed[m.Cookie.Name] = m
	return nil
}

// Table is what was built. Nothing may be added afterwards.
func (b *Builder) Table() *Table { return b.table }

var (
	hostShape    = regexp.MustCompile(`^(\*\.)?[A-Za-z0-9_]([A-Za-z0-9_.-]*[A-Za-z0-9_])?$`)
	segmentShape = regexp.MustCompile(`^(\{[A-Za-z_][A-Za-z0-9_]*\}|[^{}*%;\\\x00-\x20\x7f?#]*)$`)
)

// add checks a route and puts it where it is found. Each fault begins with the key beneath the route's.
func (t *Table) add(r *Route) error {
	if r.Host != "" && !hostShape.MatchString(r.Host) {
		return fmt.Errorf(".host: %q is not a host; write www.example.com or *.example.com, without a port", r.Host)
	}
	for i, m := range r.Methods {
		r.Methods[i] = strings.ToUpper(m)
		if m == "" || strings.ContainsAny(m, " ,;/") || r.Methods[i] == http.MethodConnect {
			return fmt.Errorf(".methods[%d]: %q is not a method that is passed on; write GET, or POST", i, m)
		}
	}
	segments, err := segmentsOf(r.Path.Path)
	if err != nil {
		return fmt.Errorf(".path: %w", err)
	}
	if t.own.find(segments, http.MethodGet) != nil {
		return fmt.Errorf(".path: the gateway itself is at %s; it never comes to a back end", r.Path.Path)
	}
	if err := t.tree(r.Host).add(segments, r); err != nil {
		return fmt.Errorf(".path: %w", err)
	}
	return nil
}

// tree is where the paths of a host are.
func (t *Table) tree(host string) *node {
	host = hostOf(host)
	if host == "" {
		return t.any
	}
	if suffix, wild := strings.CutPrefix(host, "*"); wild {
		for _, w := range t.wild {
			if w.suffix == suffix {
				return w.node
			}
		}
		n := &node{}
		t.wild = append(t.wild, wildHost{suffix, n})
		slices.SortFunc(t.wild, func(a, b wildHost) int {
			return cmp.Or(cmp.Compare(len(b.suffix), len(a.suffix)), cmp.Compare(a.suffix, b.suffix))
		})
		return n
	}
	if t.hosts[host] == nil {
		t.hosts[host] = &node{}
	}
	return t.hosts[host]
}

// maxSegments bounds a pattern, and with it the tree's depth.
const maxSegments = 64

// segmentsOf are those of a route's path.
func segmentsOf(p string) ([]string, error) {
	if p == "" || p[0] != '/' {
		return nil, fmt.Errorf("%q is not a path; write one that begins with a slash, such as /tickets/*", p)
	}
	out := strings.Split(p[1:], "/")
	if len(out) > maxSegments {
		return nil, fmt.Errorf("%q has more than %d segments", p, maxSegments)
	}
	for i, s := range out {
		last := i == len(out)-1
		switch {
		case s == "*" && last, s == "" && last:
		case s == "" || s == "." || s == "..":
			return nil, fmt.Errorf("%q has empty segments or dots, which no path has when it is matched; leave them out", p)
		case !segmentShape.MatchString(s):
			return nil, fmt.Errorf("%q: %q is neither a word nor a name; write words decoded, {id} for any one segment, and * alone at the end for all beneath", p, s)
		}
	}
	return out, nil
}
