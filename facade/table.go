package facade

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/ficusgraph/ficus/rollout"
)

// Route leads requests to a back end; one that moves, to one of two.
type Route struct {
	// Where it is written, for messages.
	Where string
	rollout.Path
	// To is the back end; of one that moves it is the new one, and From the old one.
	To, From string
	// Migration by which it moves; nil for a fixed one.
	Migration *rollout.Migration
	// Timeouts in place of the back end's; 0 is those of the back end.
	Timeouts Timeouts
	// own marks what the gateway answers itself.
	own bool
}

// Table finds the route of a request. The narrowest wins: a host goes before a pattern of hosts, and that before none; then
// segment by segment a word before a name, and that before the rest; then the one that names the method. It is immutable.
type Table struct {
	hosts map[string]*node
	// wild are patterns of hosts without their asterisk, the longest first.
	wild []wildHost
	any  *node
	// own are the paths that the gateway answers itself, whatever the host.
	own *node
	// fallback is where everything else goes; nil for nowhere.
	fallback *Route
	// allowed are the hosts that are answered for; nil is any.
	allowed map[string]bool
	// signed are the migrations whose cookies are signed, by cookie.
	signed map[string]*rollout.Migration
}

type wildHost struct {
	suffix string
	*node
}

// node is a place in the tree of paths.
type node struct {
	words map[string]*node
	name  *node
	// end are the routes of the path that ends here, rest those of all beneath it, and of it too.
	end, rest []*Route
}

// find is the route of a request, or why there is none.
func (t *Table) find(r *http.Request) (*Route, *refusal) {
	host := hostOf(r.Host)
	if t.allowed != nil && !t.allowed[host] {
		return nil, refuse(H31, "this host is not served here")
	}
	if r.Method == http.MethodConnect || r.URL.Path == "*" {
		return nil, refuse(H26, "the gateway does not pass on requests of this kind")
	}
	written, zealous, ok := readings(r.URL)
	if !ok {
		return nil, refuse(H26, "the path cannot be read")
	}
	route := t.lookup(host, r.Method, written)
	if &written[0] != &zealous[0] && route != t.lookup(host, r.Method, zealous) {
		return nil, refuse(H26, "the path can be read in two ways; write it without dots, double slashes and encoded slashes")
	}
	switch {
	case route == nil:
		return nil, refuse(H23, "nothing is served at this path")
	case route.own:
		return nil, refuse(H26, "the gateway itself is at this path; write it plainly")
	}
	return route, nil
}

// lookup is the narrowest route, the fallback where there is none.
func (t *Table) lookup(host, method string, segments reading) *Route {
	if r := t.own.find(segments, method); r != nil {
		return r
	}
	if n := t.hosts[host]; n != nil {
		if r := n.find(segments, method); r != nil {
			return r
		}
	}
	for _, w := range t.wild {
		if strings.HasSuffix(host, w.suffix) && len(host) > len(w.suffix) {
			if r := w.find(segments, method); r != nil {
				return r
			}
		}
	}
	if r := t.any.find(segments, method); r != nil {
		return r
	}
	return t.fallback
}

// find visits each node at most once, as a node is reached by one way only.
func (n *node) find(segments reading, method string) *Route {
	if len(segments) == 0 {
		if r := pick(n.end, method); r != nil {
			return r
		}
		return pick(n.rest, method)
	}
	if next := n.words[segments[0]]; next != nil {
		if r := next.find(segments[1:], method); r != nil {
			return r
		}
	}
	if n.name != nil && segments[0] != "" {
		if r := n.name.find(segments[1:], method); r != nil {
			return r
		}
	}
	return pick(n.rest, method)
}

// pick is the route that names the method, or the one for all.
func pick(routes []*Route, method string) *Route {
	var all *Route
	for _, r := range routes {
		switch {
		case len(r.Methods) == 0:
			all = r
		case slices.Contains(r.Methods, method):
			return r
		}
	}
	if method == http.MethodHead {
		if r := pick(routes, http.MethodGet); r != nil && len(r.Methods) > 0 {
			return r
		}
	}
	return all
}

// hostOf is a host in the form in which routes are found: without port and closing dot, in small letters.
func hostOf(host string) string {
	if i := strings.LastIndexByte(host, ':'); i >= 0 && !strings.Contains(host[i:], "]") {
		host = host[:i]
	}
	return strings.ToLower(strings.TrimSuffix(host, "."))
}

// add puts a route into the tree, or says which one is there already.
func (n *node) add(segments []string, r *Route) error {
	for i, s := range segments {
		switch {
		case s == "*" && i == len(segments)-1:
			return join(&n.rest, r)
		case strings.HasPrefix(s, "{"):
			if n.name == nil {
				n.name = &node{}
			}
			n = n.name
		default:
			if n.words == nil {
				n.words = map[string]*node{}
			}
			if n.words[s] == nil {
				n.words[s] = &node{}
			}
			n = n.words[s]
		}
	}
	return join(&n.end, r)
}

// join adds a route to those of one path, of which no two may take the same method.
func join(routes *[]*Route, r *Route) error {
	for _, other := range *routes {
		both := len(r.Methods) == 0 && len(other.Methods) == 0 ||
			slices.ContainsFunc(r.Methods, func(m string) bool { return slices.Contains(other.Methods, m) })
		if both {
			return fmt.Errorf("%s is led by %s already; the same requests cannot go two ways", r.Path, other.Where)
		}
	}
	*routes = append(*routes, r)
	return nil
}

// Find is the route of a request, or the code with which it is refused.
func (t *Table) Find(r *http.Request) (*Route, Code) {
	route, refused := t.find(r)
	if refused != nil {
		return nil, refused.code
	}
	return route, ""
}
