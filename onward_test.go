package main_test

import (
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/google/go-cmp/cmp"
	"github.com/gorilla/websocket"
)

// shownOwners are services and a monolith behind a gateway that shows each of them otherwise who asks.
type shownOwners struct {
	t *testing.T
	// url is the graph's, base the gateway's.
	url, base string
	// seen is the header of the last request to each owner.
	seen   chan http.Header
	trades atomic.Int32
	// issuerAway has the issuer that trades tokens answer with 503.
	issuerAway atomic.Bool
}

const signingSecret = "a secret that is long enough to sign"

func newShownOwners(t *testing.T) *shownOwners {
	t.Helper()
	o := &shownOwners{t: t, seen: make(chan http.Header, 100)}
	owner := serving(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		o.seen <- r.Header.Clone()
		w.Header().Set("Content-Type", "application/json")
		for _, field := range []string{"minted", "claimed", "traded", "plain"} {
			if strings.Contains(string(body), field) {
				_, _ = fmt.Fprintf(w, `{"data":{%q:1}}`, field)
				return
			}
		}
		_, _ = io.WriteString(w, `{"id": 1}`)
	})
	issuer := serving(t, func(w http.ResponseWriter, r *http.Request) {
		o.trades.Add(1)
		if o.issuerAway.Load() {
			w.WriteHeader(503)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = fmt.Fprintf(w, `{"access_token":"for-%s","token_type":"Bearer","expires_in":600}`, r.PostFormValue("audience"))
	})
	sdl := func(field string) string { return "type Query { " + field + ": Int }" }

	o.url = configured(t, fmt.Sprintf(`
admin: {listen: "off"}
contract: {poll_interval: "off"}
websocket: {enabled: true}
traffic_shaping: {router: {dedupe: {enabled: true}}}
subgraphs:
  minting: {routing_url: %[1]s, schema: {sdl: "%[2]s"}}
  claiming: {routing_url: %[1]s, schema: {sdl: "%[3]s"}}
  trading: {routing_url: %[1]s, schema: {sdl: "%[4]s"}}
  plain: {routing_url: %[1]s, schema: {sdl: "%[5]s"}}
  monolith:
    schema:
      sdl: |
        extend schema @link(url: "https://specs.apollo.dev/federation/v2.11", import: ["@key"])
          @link(url: "https://specs.apollo.dev/connect/v0.2", import: ["@connect", "@source"])
          @source(name: "app", http: { baseURL: "%[1]s", headers: [{ name: "X-User-Id", from: "X-User-Id" }] })
        type Query { legacy: Int @connect(source: "app", http: {GET: "/legacy"}, selection: "$.id") }
connectors: {sources: {monolith.app: {auth: {mint: {claims: [email]}, claims: [{claim: sub, header: X-User-Id}]}}}}
headers: {all: {request: [{propagate: {matching: ".*"}}]}}
authentication:
  router: {jwt: {jwks: [{secret: %[6]s, algorithms: [HS256]}]}}
  minting: {issuer: "https://graph.example.com", keys: {secret: "another secret that replicas share, and nobody else"}}
  subgraph:
    subgraphs:
      minting: {mint: {ttl: 30s, claims: [email]}}
      claiming: {claims: [{claim: sub, header: X-User-Id}, {claim: roles, header: x-roles}]}
      trading: {exchange: {url: %[7]s, audience: trading}, claims: [{claim: sub, header: X-User-Id}]}
`, owner.URL, sdl("minted"), sdl("claimed"), sdl("traded"), sdl("plain"), signingSecret, issuer.URL))
	o.base = strings.TrimSuffix(o.url, "/graphql")
	return o
}

// signedFor is the header of somebody's token.
func signedFor(t *testing.T, claims jwt.MapClaims) http.Header {
	t.Helper()
	claims["exp"] = time.Now().Add(time.Hour).Unix()
	text, err := jwt.NewWithClaims(jwt.SigningMethodHS256, claims).SignedString([]byte(signingSecret))
	if err != nil {
		t.Fatal(err)
	}
	return http.Header{"Authorization": {"Bearer " + text}}
}

// asked is what the owner of a field sees of a request.
func (o *shownOwners) asked(field string, header http.Header) http.Header {
	o.t.Helper()
	_, a := post(o.t, o.url, "{"+field+"}", header)
	if string(a.Data) != `{"`+field+`":1}` {
		o.t.Fatalf("%s: %s", field, a.Data)
	}
	return <-o.seen
}

// keys are those that the gateway publishes.
func (o *shownOwners) keys() map[string]ed25519.PublicKey {
	o.t.Helper()
	r := send(o.t, http.MethodGet, o.base+"/.well-known/jwks.json", nil, nil)
	var set struct{ Keys []struct{ Kid, X string } }
	if err := json.Unmarshal([]byte(r.body), &set); err != nil || r.status != 200 || len(set.Keys) == 0 {
		o.t.Fatalf("%d %s %v", r.status, r.body, err)
	}
	out := map[string]ed25519.PublicKey{}
	for _, k := range set.Keys {
		out[k.Kid], _ = base64.RawURLEncoding.DecodeString(k.X)
	}
	return out
}

// minted are the claims of a token as the service reads them that is its audience.
func (o *shownOwners) minted(header http.Header, audience string) jwt.MapClaims {
	o.t.Helper()
	keys := o.keys()
	var claims jwt.MapClaims
	_, err := jwt.ParseWithClaims(strings.TrimPrefix(header.Get("Authorization"), "Bearer "), &claims, func(tok *jwt.Token) (any, error) {
		kid, _ := tok.Header["kid"].(string)
		return keys[kid], nil
	}, jwt.WithValidMethods([]string{"EdDSA"}), jwt.WithIssuer("https://graph.example.com"), jwt.WithAudience(audience), jwt.WithExpirationRequired())
	if err != nil {
		o.t.Fatalf("%v: %v", err, header)
	}
	return claims
}

// spoofed adds to a header all by which a client could pose as somebody else.
func spoofed(h http.Header) http.Header {
	h = h.Clone()
	for _, name := range []string{"X-User-Id", "X_User_Id", "x_user-id", "X.User.Id", "X-Roles", "x_roles"} {
		h[name] = []string{"root"}
	}
	h["Connection"] = []string{"X-User-Id, X-Roles, Authorization"}
	return h
}

// TestEachOwnerIsShownWhoAsks: as it is configured, over HTTP, whatever a client says of itself.
func TestEachOwnerIsShownWhoAsks(t *testing.T) {
	o := newShownOwners(t)
	ann := signedFor(t, jwt.MapClaims{"sub": "ann", "iss": "https://id.example.com", "email": "ann@acme.test", "roles": []string{"a", "b"}, "scope": "read", "tenant": "acme"})

	got := o.minted(o.asked("minted", spoofed(ann)), "minting")
	if got["exp"].(float64)-got["iat"].(float64) != 30 {
		t.Errorf("good for %v to %v", got["iat"], got["exp"])
	}
	for _, name := range []string{"iat", "exp", "jti"} {
		delete(got, name)
	}
	if diff := cmp.Diff(jwt.MapClaims{
		"iss": "https://graph.example.com", "aud": "minting", "sub": "ann", "email": "ann@acme.test", "scope": "read", "tenant": "acme",
		"sub_id": map[string]any{"format": "iss_sub", "iss": "https://id.example.com", "sub": "ann"},
	}, got); diff != "" {
		t.Error(diff)
	}
	h := o.asked("claimed", spoofed(ann))
	if h.Get("X-User-Id") != "ann" || h.Get("X-Roles") != "a,b" {
		t.Errorf("claimed: %v", h)
	}
	posing(t, h)
	for range 2 {
		h = o.asked("traded", spoofed(ann))
		if h.Get("Authorization") != "Bearer for-trading" || h.Get("X-User-Id") != "ann" || o.trades.Load() != 1 {
			t.Errorf("traded: %v after %d trades", h, o.trades.Load())
		}
	}
	posing(t, h)
	h = o.asked("legacy", spoofed(ann))
	if got := o.minted(h, "monolith.app"); got["sub"] != "ann" || got["email"] != "ann@acme.test" || h.Get("X-User-Id") != "ann" {
		t.Errorf("legacy: %v %v", got, h)
	}
	posing(t, h)
	posing(t, o.asked("plain", spoofed(ann)))
}

// posing fails if anything of what a client made up reached an owner.
func posing(t *testing.T, h http.Header) {
	t.Helper()
	for name, values := range h {
		for _, v := range values {
			if v == "root" {
				t.Errorf("the client's own %s reached the owner", name)
			}
		}
	}
}

// TestNobodyIsShownAsNobody: also who says that it is somebody.
func TestNobodyIsShownAsNobody(t *testing.T) {
	o := newShownOwners(t)
	for _, field := range []string{"minted", "claimed", "traded", "legacy", "plain"} {
		h := o.asked(field, spoofed(http.Header{}))
		if h.Get("Authorization") != "" || h.Get("X-User-Id") != "" {
			t.Errorf("%s: %v", field, h)
		}
		posing(t, h)
	}
}

// TestATokenForAServiceIsNoneForTheGateway: whoever gets one cannot go on as the caller, nor use it at another service.
func TestATokenForAServiceIsNoneForTheGateway(t *testing.T) {
	o := newShownOwners(t)
	h := o.asked("minted", signedFor(t, jwt.MapClaims{"sub": "ann"}))
	r := inquire(t, o.url, "{plain}", http.Header{"Authorization": h["Authorization"]})
	if r.status != 401 || !strings.Contains(r.body, "UNAUTHENTICATED") {
		t.Errorf("%d %s", r.status, r.body)
	}
	// Signed by the callers' issuer, in the gateway's name: one of the gateway's own claims is not made by another.
	r = inquire(t, o.url, "{plain}", signedFor(t, jwt.MapClaims{"sub": "ann", "iss": "https://graph.example.com"}))
	if r.status != 401 {
		t.Errorf("%d %s", r.status, r.body)
	}
	// A public key of the gateway is no shared secret.
	for _, key := range o.keys() {
		text, err := jwt.NewWithClaims(jwt.SigningMethodHS256, jwt.MapClaims{"sub": "ann", "exp": time.Now().Add(time.Hour).Unix()}).SignedString([]byte(key))
		if err != nil {
			t.Fatal(err)
		}
		if r = inquire(t, o.url, "{plain}", http.Header{"Authorization": {"Bearer " + text}}); r.status != 401 {
			t.Errorf("%d %s", r.status, r.body)
		}
	}
}

// TestWithoutATradeNothingIsSent: where the issuer is away the service is not asked, as nobody or as anybody.
func TestWithoutATradeNothingIsSent(t *testing.T) {
	o := newShownOwners(t)
	o.issuerAway.Store(true)
	r := inquire(t, o.url, "{traded}", signedFor(t, jwt.MapClaims{"sub": "ann"}))
	if !strings.Contains(r.body, "SUBREQUEST_IDENTITY_ERROR") || len(o.seen) != 0 {
		t.Errorf("%s; the service was asked %d times", r.body, len(o.seen))
	}
}

// TestOperationsOfAWebSocketShowWhoAsks: the one who said so in connection_init, and not in the request that opened it.
func TestOperationsOfAWebSocketShowWhoAsks(t *testing.T) {
	o := newShownOwners(t)
	dialer := websocket.Dialer{Subprotocols: []string{"graphql-transport-ws"}}
	conn, _, err := dialer.Dial("ws"+strings.TrimPrefix(o.url, "http"), http.Header{"X-User-Id": {"root"}, "X_User_Id": {"root"}})
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	token := signedFor(t, jwt.MapClaims{"sub": "ann"}).Get("Authorization")
	for _, text := range []string{
		`{"type":"connection_init","payload":{"authorization":"` + token + `","X-User-Id":"root"}}`,
		`{"type":"subscribe","id":"1","payload":{"query":"{minted}"}}`,
	} {
		if err := conn.WriteMessage(websocket.TextMessage, []byte(text)); err != nil {
			t.Fatal(err)
		}
		if _, _, err := conn.ReadMessage(); err != nil {
			t.Fatal(err)
		}
	}
	h := <-o.seen
	if got := o.minted(h, "minting"); got["sub"] != "ann" {
		t.Errorf("%v", got)
	}
	posing(t, h)
}
