package admin_test

import (
	"bytes"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/ficusgraph/ficus/admin"
)

const token = "a token of sixteen or more"

// said is what was logged.
type said struct{ bytes.Buffer }

func newAPI(cfg admin.Config) (*admin.API, *said) {
	log := &said{}
	if cfg.Address == nil {
		cfg.Address = &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 9090}
	}
	api := admin.New(cfg, slog.New(slog.NewTextHandler(log, nil)))
	api.Handle(http.MethodGet, "/status", func(*http.Request) (any, error) { return map[string]int{"fields": 3}, nil })
	api.Handle(http.MethodGet, "/told", func(*http.Request) (any, error) {
		return nil, admin.Errorf(http.StatusConflict, "NOT_NOW", "not %s", "now")
	})
	api.Handle(http.MethodGet, "/broken", func(*http.Request) (any, error) { return nil, errors.New("the secret cause") })
	api.Handle(http.MethodGet, "/unwritable", func(*http.Request) (any, error) { return func() {}, nil })
	api.Handle(http.MethodPost, "/echo", func(r *http.Request) (any, error) {
		var in struct {
			Text string `json:"text"`
		}
		err := admin.Read(r, &in)
		return in, err
	})
	return api, log
}

// ask sends a request to the API, with headers in pairs; one called Host is where it is sent.
func ask(h http.Handler, method, path, body string, headers ...string) (status int, answer string, header http.Header) {
	r := httptest.NewRequest(method, "http://127.0.0.1:9090"+path, strings.NewReader(body))
	for i := 0; i < len(headers); i += 2 {
		if headers[i] == "Host" {
			r.Host = headers[i+1]
			continue
		}
		r.Header.Add(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	text, _ := io.ReadAll(w.Result().Body)
	return w.Code, string(text), w.Header()
}

// TestWhoMayAsk: with a token who brings it, without one who is on this machine, and never another website.
func TestWhoMayAsk(t *testing.T) {
	open, guarded := admin.Config{Listen: "ops.internal:9090"}, admin.Config{Token: token}
	outside := admin.Config{Listen: "0.0.0.0:9090", Address: &net.TCPAddr{IP: net.IPv4zero, Port: 9090}}
	outsideWithToken := outside
	outsideWithToken.Token = token
	tests := []struct {
		name    string
		cfg     admin.Config
		headers []string
		status  int
		want    string
	}{
		{"on this machine", open, nil, 200, "{\"fields\":3}\n"},
		{"by the name localhost", open, []string{"Host", "LocalHost:9090"}, 200, "fields"},
		{"in IPv6", open, []string{"Host", "[::1]:9090"}, 200, "fields"},
		{"by the configured name", open, []string{"Host", "ops.internal:9090"}, 200, "fields"},
		{"by a name that was made to lead here", open, []string{"Host", "evil.example:9090"}, 403, `{"error":{"code":"UNKNOWN_HOST"`},
		{"by an address that is not here", open, []string{"Host", "10.0.0.1:9090"}, 403, "UNKNOWN_HOST"},
		{"without a name", open, []string{"Host", ""}, 403, "UNKNOWN_HOST"},
		{"from another website", open, []string{"Sec-Fetch-Site", "cross-site"}, 403, "CROSS_SITE_REQUEST"},
		{"from another port of this machine", open, []string{"Sec-Fetch-Site", "same-site"}, 403, "CROSS_SITE_REQUEST"},
		{"from an older browser", open, []string{"Origin", "https://evil.example"}, 403, "CROSS_SITE_REQUEST"},
		{"from nowhere that has a name", open, []string{"Origin", "null"}, 403, "CROSS_SITE_REQUEST"},
		{"from its own page", open, []string{"Sec-Fetch-Site", "same-origin", "Origin", "http://127.0.0.1:9090"}, 200, "fields"},
		{"typed into a browser", open, []string{"Sec-Fetch-Site", "none"}, 200, "fields"},

		{"with the token", guarded, []string{"Authorization", "Bearer " + token}, 200, "fields"},
		{"with the token, whatever the name", outsideWithToken, []string{"Authorization", "bearer " + token, "Host", "gateway-3:9090"}, 200, "fields"},
		{"without the token", guarded, nil, 401, `{"error":{"code":"UNAUTHENTICATED"`},
		{"with another", guarded, []string{"Authorization", "Bearer " + token + "x"}, 401, "UNAUTHENTICATED"},
		{"with nothing", guarded, []string{"Authorization", "Bearer "}, 401, "UNAUTHENTICATED"},
		{"in another scheme", guarded, []string{"Authorization", "Basic " + token}, 401, "UNAUTHENTICATED"},
		{"with two", guarded, []string{"Authorization", "Bearer " + token, "Authorization", "Bearer x"}, 401, "UNAUTHENTICATED"},
		{"with the token, from another website", guarded, []string{"Authorization", "Bearer " + token, "Origin", "https://evil.example"}, 403, "CROSS_SITE_REQUEST"},

		{"open to everybody", outside, nil, 403, "ADMIN_TOKEN_NOT_SET"},
		{"open to everybody, with a guess", outside, []string{"Authorization", "Bearer "}, 403, "ADMIN_TOKEN_NOT_SET"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			api, _ := newAPI(test.cfg)
			status, got, header := ask(api, "GET", "/api/v1/status", "", test.headers...)
			if status != test.status || !strings.Contains(got, test.want) {
				t.Errorf("HTTP %d %s, want %d %s", status, got, test.status, test.want)
			}
			if (header.Get("WWW-Authenticate") != "") != (status == 401) {
				t.Errorf("HTTP %d with WWW-Authenticate %q", status, header.Get("WWW-Authenticate"))
			}
			if header.Get("Cache-Control") != "no-store" || header.Get("Content-Type") != "application/json" {
				t.Errorf("headers %v", header)
			}
		})
	}
}

// TestAShutAPISaysSo at the start, and an open one has nothing to say.
func TestAShutAPISaysSo(t *testing.T) {
	if _, log := newAPI(admin.Config{Address: &net.TCPAddr{IP: net.IPv6unspecified, Port: 9090}}); !strings.Contains(log.String(), "admin.token") {
		t.Errorf("logged %q", log)
	}
	for _, cfg := range []admin.Config{{}, {Token: token, Address: &net.TCPAddr{IP: net.IPv4zero}}} {
		if _, log := newAPI(cfg); log.Len() > 0 {
			t.Errorf("logged %q", log)
		}
	}
}

func TestErrorsAreJSON(t *testing.T) {
	api, log := newAPI(admin.Config{})
	tests := []struct {
		method, path, body, media string
		status                    int
		want                      string
	}{
		{"GET", "/api/v1/told", "", "", 409, `{"error":{"code":"NOT_NOW","message":"not now"}}` + "\n"},
		{"GET", "/api/v1/broken", "", "", 500, `{"error":{"code":"INTERNAL_SERVER_ERROR","message":"internal error; the gateway's log says more"}}` + "\n"},
		{"GET", "/api/v1/unwritable", "", "", 500, "INTERNAL_SERVER_ERROR"},
		{"GET", "/api/v1/nowhere", "", "", 404, `"code":"NOT_FOUND"`},
		{"GET", "/api/v2/status", "", "", 404, `"code":"NOT_FOUND"`},
		{"DELETE", "/api/v1/status", "", "", 405, `"code":"METHOD_NOT_ALLOWED"`},
		{"POST", "/api/v1/echo", `{"text":"a"}`, "application/json; charset=utf-8", 200, `{"text":"a"}`},
		{"POST", "/api/v1/echo", `{"text":"a"}`, "text/plain", 415, "application/json"},
		{"POST", "/api/v1/echo", `{"text":`, "application/json", 400, "unexpected EOF"},
		{"POST", "/api/v1/echo", `{"txet":"a"}`, "application/json", 400, `unknown field \"txet\"`},
		{"POST", "/api/v1/echo", `{} {}`, "application/json", 400, "more than one"},
		{"POST", "/api/v1/echo", `{"text":"` + strings.Repeat("x", 16<<20) + `"}`, "application/json", 413, "PAYLOAD_TOO_LARGE"},
	}
	for _, test := range tests {
		status, got, _ := ask(api, test.method, test.path, test.body, "Content-Type", test.media)
		if status != test.status || !strings.Contains(got, test.want) {
			t.Errorf("%s %s: HTTP %d %s, want %d %s", test.method, test.path, status, got, test.status, test.want)
		}
	}
	if !strings.Contains(log.String(), "the secret cause") {
		t.Errorf("the cause is not logged: %q", log)
	}
}

// TestAHandlerCanBeServedElsewhere, as to the gateway's page: to no other website there either.
func TestAHandlerCanBeServedElsewhere(t *testing.T) {
	h := admin.SameSite(admin.JSON(slog.New(slog.DiscardHandler), func(*http.Request) (any, error) { return 1, nil }))
	if status, got, _ := ask(h, "GET", "/_ficus/status", "", "Sec-Fetch-Site", "same-origin"); status != 200 || got != "1\n" {
		t.Errorf("HTTP %d %s", status, got)
	}
	if status, got, _ := ask(h, "GET", "/_ficus/status", "", "Sec-Fetch-Site", "cross-site"); status != 403 || !strings.Contains(got, "CROSS_SITE_REQUEST") {
		t.Errorf("HTTP %d %s", status, got)
	}
}
