package monolith_test

import (
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	monolith "github.com/ficusgraph/ficus/monolith-adapter"
	"github.com/ficusgraph/ficus/subgraph"
)

// What a name leads to is the resolver's to say; here it is said.
func TestANameThatLeadsElsewhereIsRefused(t *testing.T) {
	for _, tc := range []struct {
		host, ip string
		allowed  []string
		ok       bool
	}{
		{"legacy.internal", "10.1.2.3", nil, true},
		{"legacy.internal", "192.0.2.1", nil, true},
		{"legacy.internal", "2001:db8::1", nil, true},
		{"legacy.internal", "127.0.0.1", nil, false},
		{"legacy.internal", "::1", nil, false},
		{"legacy.internal", "169.254.169.254", nil, false},
		{"legacy.internal", "fd00:ec2::254", nil, false},
		{"legacy.internal", "224.0.0.1", nil, false},
		{"legacy.internal", "0.0.0.0", nil, false},
		{"legacy.internal", "169.254.169.254", []string{"legacy.internal"}, false},
		{"legacy.internal", "127.0.0.1", []string{"legacy.internal"}, false},
		{"legacy.internal", "127.0.0.1", []string{"legacy.internal", "127.0.0.0/8"}, true},
		{"legacy.internal.", "10.1.2.3", []string{"Legacy.Internal"}, true},
		{"a.legacy.internal", "10.1.2.3", []string{"legacy.internal"}, false},
		{"a.legacy.internal", "10.1.2.3", []string{"*.internal"}, true},
		{"notinternal", "10.1.2.3", []string{"*.internal"}, false},
		{"x", "169.254.1.1", []string{"169.254.0.0/16"}, true},
		{"x", "10.0.0.1", []string{"10.0.0.1"}, true},
		{"x", "10.0.0.2", []string{"10.0.0.1"}, false},
	} {
		err := monolith.Permit(t, tc.allowed, tc.host, netip.MustParseAddr(tc.ip))
		if (err == nil) != tc.ok {
			t.Errorf("%s at %s with %v: %v", tc.host, tc.ip, tc.allowed, err)
		}
	}
}

func TestRedirectsWithinTheHostCanBeFollowed(t *testing.T) {
	for name, tc := range map[string]struct {
		redirects monolith.Redirects
		to, want  string
	}{
		"not by default":   {"", "/there", `"status":302`},
		"within the host":  {monolith.RedirectsSameHost, "/there", `{"data":{"a":"there"}}`},
		"round and round":  {monolith.RedirectsSameHost, "/ping?n=1", `"status":302`},
		"another scheme":   {monolith.RedirectsSameHost, "https://{host}/there", `"status":302`},
		"to a step":        {monolith.RedirectsSameHost, "/a/%2e%2e/there", `"status":302`},
		"with a user":      {monolith.RedirectsSameHost, "http://me:pw@{host}/there", `"status":302`},
		"without an aim":   {monolith.RedirectsSameHost, "", `"status":302`},
		"no URL":           {monolith.RedirectsSameHost, "http://[::", `"status":302`},
		"the host in full": {monolith.RedirectsSameHost, "http://{host}/there#x", `{"data":{"a":"there"}}`},
	} {
		server := httptest.NewServer(asJSON(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/there" {
				fmt.Fprint(w, `{"pong":"there"}`)
				return
			}
			w.Header()["Location"] = []string{strings.ReplaceAll(tc.to, "{host}", r.Host)}
			w.WriteHeader(http.StatusFound)
		}))
		body, _ := ping(t, t.Context(), server.URL, one(monolith.SourceConfig{Redirects: tc.redirects}, subgraph.ConnectorShaping{}, 0), "{ a: ping(n: 1) }")
		if !strings.Contains(body, tc.want) {
			t.Errorf("%s: %s, want %s", name, body, tc.want)
		}
		server.Close()
	}
}

func TestHostsAreJudgedWhenTheyAreDialed(t *testing.T) {
	port := strings.TrimPrefix(pong(t, nil), "http://127.0.0.1")
	for _, tc := range []struct {
		name, host string
		allowed    []string
		want       string // "" is an answer
	}{
		{"loopback as the URL says", "127.0.0.1", nil, ""},
		{"loopback by its name", "localhost", nil, ""},
		{"loopback below its name", "app.localhost", nil, ""},
		{"metadata", "169.254.169.254", nil, "169.254.169.254 is not allowed; list it in allowed_hosts"},
		{"metadata written otherwise", "[::ffff:169.254.169.254]", nil, "is not allowed"},
		{"unspecified, which is this machine", "0.0.0.0", nil, "is not allowed"},
		{"link-local", "[fe80::1]", nil, "is not allowed"},
		{"listed by its address", "127.0.0.1", []string{"127.0.0.1"}, ""},
		{"listed by its network", "127.0.0.1", []string{"10.0.0.0/8", "127.0.0.0/8"}, ""},
		{"not listed", "127.0.0.1", []string{"10.0.0.0/8"}, "is not allowed"},
		{"another name listed", "localhost", []string{"legacy.internal"}, "is not allowed"},
		{"its name listed", "localhost", []string{"LOCALHOST"}, ""},
		{"below a name listed", "app.localhost", []string{"*.localhost"}, ""},
		{"a name that leads to this machine", "rebound.test", nil, "its own address"},
	} {
		if tc.host == "rebound.test" || strings.HasSuffix(tc.host, ".localhost") {
			if _, err := net.LookupHost(tc.host); err != nil {
				continue // what the name leads to is the resolver's; hosts_test.go has it without one
			}
		}
		cfg := one(monolith.SourceConfig{AllowedHosts: tc.allowed}, subgraph.ConnectorShaping{Timeout: 2 * time.Second}, 0)
		_, errs := ping(t, t.Context(), "http://"+tc.host+port, cfg, "{ a: ping }")
		if len(errs) != 1 || (errs[0] == nil) != (tc.want == "") || tc.want != "" && !strings.Contains(errs[0].Error(), tc.want) {
			t.Errorf("%s: %v, want %q", tc.name, errs, tc.want)
		}
		if _, errs = ping(t, t.Context(), "https://"+tc.host+port, cfg, "{ a: ping }"); tc.want != "" && !strings.Contains(errs[0].Error(), tc.want) {
			t.Errorf("%s, TLS: %v, want %q", tc.name, errs, tc.want)
		}
	}
}
