package facade_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/ficusgraph/ficus/facade"
	"github.com/ficusgraph/ficus/rollout"
)

// shop has a back end for each of the names, and routes "METHODS HOST/PATH BACKEND".
func shop(t *testing.T, routes ...string) facade.Config {
	t.Helper()
	cfg := facade.Config{Default: "monolith", Backends: map[string]facade.Backend{}}
	for _, name := range []string{"monolith", "tickets", "images", "other", "single"} {
		cfg.Backends[name] = facade.Backend{URL: named(t, name).URL}
	}
	for _, text := range routes {
		parts := strings.Fields(text)
		host, path, _ := strings.Cut(parts[1], "/")
		r := facade.Fixed{Host: host, Path: "/" + path, To: parts[2]}
		if parts[0] != "*" {
			r.Methods = strings.Split(parts[0], ",")
		}
		cfg.Routes = append(cfg.Routes, r)
	}
	return cfg
}

// TestTheNarrowestRouteWins, whatever the order in which they are written.
func TestTheNarrowestRouteWins(t *testing.T) {
	f := serve(t, shop(
		t, "* /tickets/* tickets", "* /tickets/{id} single", "GET /tickets/new other", "* img.example.com/* images",
		"* *.example.com/tickets/* other", "* /tickets/{id}/photos/* images", "POST /basket other", "* /café monolith",
	), facade.Parts{})
	for _, c := range []struct{ method, host, path, want string }{
		{"GET", "a", "/", "monolith"},
		{"GET", "a", "/tickets", "tickets"},
		{"GET", "a", "/tickets/", "tickets"},
		{"GET", "a", "/tickets/1", "single"},
		{"GET", "a", "/tickets/1;jsessionid=2", "single"},
		{"GET", "a", "/tickets/1/2", "tickets"},
		{"GET", "a", "/tickets/1/photos", "images"},
		{"GET", "a", "/tickets/1/photos/3/4", "images"},
		{"GET", "a", "/tickets/new", "other"},
		{"POST", "a", "/tickets/new", "single"},
		{"GET", "a", "/ticketsold", "monolith"},
		{"GET", "a", "/Tickets", "monolith"},
		{"GET", "a", "/%74ickets/new", "other"},
		{"GET", "IMG.example.com:8080", "/tickets/1", "images"},
		{"GET", "www.example.com", "/tickets/1", "other"},
		{"GET", "example.com", "/tickets/1", "single"},
		{"POST", "a", "/basket", "other"},
		{"GET", "a", "/basket", "monolith"},
		{"GET", "a", "/basket/x", "monolith"},
	} {
		if got := send(t, c.method, f.URL+c.path, "", "Host: "+c.host); got.body != c.want {
			t.Errorf("%s %s%s goes to %q, want %s", c.method, c.host, c.path, got.body, c.want)
		}
	}
	if got := send(t, "HEAD", f.URL+"/tickets/new", ""); got.header.Get("Content-Length") != "5" {
		t.Errorf("HEAD goes not with GET: %v", got.header)
	}
}

// TestNoSpellingOfAPathGetsPastItsRoute: what some back ends would read otherwise than the routes is refused where that
// matters, and passed on where it does not.
func TestNoSpellingOfAPathGetsPastItsRoute(t *testing.T) {
	f := serve(t, shop(t, "* /admin/* other", "* /files/* images"), facade.Parts{})
	for _, path := range []string{
		"/x/../admin/users", "/x/%2e%2e/admin", "/x/%2E%2E%2Fadmin", "//admin", "/%2fadmin", "/x%2f..%2fadmin",
		"/%5cadmin", "/x/..;/admin", "/x/..;a=b/admin", "/%252fadmin", "/.//admin/", "/admin/../x", "/./admin", "/x/%252e%252e/admin",
		"/x%0a", "/x%7f", "/%2525252525252fadmin", "/graphql;x", "/%67raphql", "//graphql", "/x/../graphql",
	} {
		r, err := http.NewRequestWithContext(t.Context(), "GET", f.URL, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.URL.Opaque = path
		r.URL.Host = f.Listener.Addr().String()
		res, err := plain.RoundTrip(r)
		if err != nil {
			t.Fatal(err)
		}
		_ = res.Body.Close()
		if res.StatusCode != http.StatusBadRequest || res.Header.Get("Ficus-Error") != "H26" {
			t.Errorf("%s: HTTP %d %s", path, res.StatusCode, res.Header.Get("Ficus-Error"))
		}
	}
	for path, want := range map[string]string{
		"/a//b": "monolith", "/a/../b": "monolith", "/a%2Fb": "monolith", "/100%25": "monolith", "/files/a%2Fb": "images", "/files//a": "images",
		"/files/a%252Fb": "images", "/caf%C3%A9": "monolith", "/a%20b;c": "monolith", "/admin%2f..%2fx": "monolith", "/.well-known/x": "monolith",
	} {
		if got := send(t, "GET", f.URL+path, ""); got.body != want {
			t.Errorf("%s: HTTP %d %s, want %s", path, got.status, got.body, want)
		}
	}
}

// TestFaultsOfRoutes: each names its key.
func TestFaultsOfRoutes(t *testing.T) {
	for route, want := range map[string]string{
		"* /a/*/b other":       `facade.routes[0].path: "/a/*/b"`,
		"* /a/x* other":        `facade.routes[0].path: "/a/x*"`,
		"* /a/../b other":      "facade.routes[0].path: ",
		"* a b":                "facade.routes[0].to: ",
		"G%T,A/B /a other":     "facade.routes[0].methods[1]: ",
		"CONNECT /a other":     "facade.routes[0].methods[0]: ",
		"* a:80/a other":       "facade.routes[0].host: ",
		"* a.*.example/ other": "facade.routes[0].host: ",
		"* /a nobody":          `facade.routes[0].to: there is no back end "nobody"`,
	} {
		err := shop(t, route).Validate()
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", route, err, want)
		}
	}
	both := shop(t, "GET,POST /a/{x} other", "* /a/{y} other", "POST /a/{z} images")
	if err := both.Validate(); err == nil || !strings.Contains(err.Error(), "facade.routes[2].path: POST /a/{z} is led by facade.routes[0] already") {
		t.Errorf("%v", err)
	}
}

// TestFaultsOfMigrations: those that show only beside the configuration.
func TestFaultsOfMigrations(t *testing.T) {
	cfg := shop(t, "* /fixed other")
	moves := func(path string) *rollout.Migration {
		return &rollout.Migration{Name: "m", File: "m.yaml", From: "monolith", To: "tickets", Paths: []rollout.Path{{Path: path}}}
	}
	b := facade.NewBuilder(cfg, []string{"/graphql", "/_ficus/*"})
	if err := b.Add(moves("/tickets/*")); err != nil {
		t.Fatal(err)
	}
	nobody := moves("/a")
	nobody.To = "nobody"
	signed := moves("/b")
	signed.Cookie = &rollout.Cookie{Name: "side", Signed: true}
	for want, m := range map[string]*rollout.Migration{
		"paths[0].path: /tickets/* is led by m.yaml: paths[0] already": moves("/tickets/*"),
		"paths[0].path: /fixed is led by facade.routes[0] already":     moves("/fixed"),
		"paths[0].path: the gateway itself is at /graphql":             moves("/graphql"),
		"paths[0].path: the gateway itself is at /_ficus/x":            moves("/_ficus/x"),
		"to: there is no back end nobody":                              nobody,
		"cookie.signed: nothing can sign it":                           signed,
	} {
		if err := b.Add(m); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
	if err := facade.NewBuilder(facade.Config{}, nil).Add(moves("/a")); err == nil || !strings.Contains(err.Error(), "paths: ") {
		t.Errorf("%v", err)
	}
}

// FuzzPath: no path makes the table panic, and none that leads to the one route in one reading comes to the other.
func FuzzPath(f *testing.F) {
	for _, seed := range []string{"/a", "//", "/%2e", "/x/..;/admin", "/%", "/\\", "/%25%32%66"} {
		f.Add(seed)
	}
	cfg := facade.Config{
		Default: "a", Backends: map[string]facade.Backend{"a": {URL: "http://127.0.0.1:1"}},
		Routes: []facade.Fixed{{Path: "/admin/*", To: "a"}, {Path: "/{x}/b", To: "a"}},
	}
	table := facade.NewBuilder(cfg, []string{"/graphql"}).Table()
	f.Fuzz(func(t *testing.T, path string) {
		r, err := http.NewRequestWithContext(t.Context(), "GET", "http://a/", nil)
		if err != nil {
			t.Fatal(err)
		}
		if r.URL, err = r.URL.Parse(path); err != nil {
			return
		}
		route, code := table.Find(r)
		if (route == nil) == (code == "") {
			t.Errorf("%q: route %v and code %q", path, route, code)
		}
		if code == "" && strings.Contains(strings.ToLower(r.URL.Path), "..") && route.Where == "facade.routes[0]" && !strings.Contains(r.URL.Path, "admin") {
			t.Errorf("%q is led to %s", path, route.Where)
		}
	})
}
