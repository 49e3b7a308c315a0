package auth_test

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/google/go-cmp/cmp"

	"github.com/ficusgraph/ficus/auth"
	"github.com/ficusgraph/ficus/auth/exchange"
	"github.com/ficusgraph/ficus/auth/mint"
)

// asking is a configuration by which somebody is asked, and services are shown what is given.
func asking(all auth.Shown) auth.Config {
	return auth.Config{
		Router:   auth.Router{JWT: &auth.JWT{JWKS: []auth.KeySet{{Secret: secret}}}},
		Subgraph: auth.Owners{All: &all}, Minting: &mint.Config{Issuer: "https://graph"},
	}
}

func onward(t *testing.T, cfg auth.Config, post exchange.Post) *auth.Onward {
	t.Helper()
	if err := cfg.Validate(); err != nil {
		t.Fatal(err)
	}
	o, err := auth.NewOnward(cfg, auth.OnwardParts{Post: post, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = o.Close() })
	return o
}

// TestClaimsThatCouldBeReadAsOthersAreNotShown: trimmed by who reads the header, or divided at commas.
func TestClaimsThatCouldBeReadAsOthersAreNotShown(t *testing.T) {
	for _, tc := range []struct {
		claim any
		want  string
	}{
		{"ann", "ann"},
		{"Ann Müller", "Ann Müller"},
		{json.Number("12345678901234567890"), "12345678901234567890"},
		{true, "true"},
		{[]any{"a", "b"}, "a,b"},
		{map[string]any{"b": "1", "a": []any{"x"}}, `{"a":["x"],"b":"1"}`},
		{" root", ""},
		{"root ", ""},
		{"\troot", ""},
		{"a\r\nX-Admin: 1", ""},
		{"a\x00", ""},
		{"a\x7f", ""},
		{[]any{"user,admin"}, ""},
		{"", ""},
		{nil, ""},
	} {
		i := &auth.Identity{Claims: map[string]any{"c": tc.claim}}
		if got, ok := i.Plain("c"); got != tc.want || ok != (tc.want != "") {
			t.Errorf("%q: %q %t, want %q", tc.claim, got, ok, tc.want)
		}
	}
	if _, ok := (*auth.Identity)(nil).Plain("sub"); ok {
		t.Error("nobody has a claim")
	}
}

func TestNamesThatServersReadAsTheSameAreStripped(t *testing.T) {
	o := onward(t, asking(auth.Shown{Claims: []auth.ClaimHeader{{Claim: "sub", Header: "x-user-id"}}}), nil)
	sent := http.Header{"X-User-Id": {"a"}, "X_user_id": {"a"}, "X.user-Id": {"a"}, "X-User-Idx": {"kept"}, "Authorization": {"kept"}}
	before := sent.Clone()
	want := http.Header{"X-User-Idx": {"kept"}, "Authorization": {"kept"}}
	if diff := cmp.Diff(want, o.Received(sent)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(before, sent); diff != "" {
		t.Errorf("the request itself was changed: %s", diff)
	}
	plain := http.Header{"Accept": {"a"}}
	if n := testing.AllocsPerRun(100, func() { o.Received(plain) }); n != 0 {
		t.Errorf("%v allocations where there is nothing to take out", n)
	}
}

// TestAnAPIKeyIsMintedForAsToo: who has no token of its own has one for services, until the time of the kind is over.
func TestAnAPIKeyIsMintedForAsToo(t *testing.T) {
	o := onward(t, asking(auth.Shown{Mint: &mint.Kind{}, Header: "X-Identity"}), nil)
	ctx := auth.NewContext(t.Context(), &auth.Identity{Subject: "key:1", Issuer: auth.KeyIssuer, Claims: map[string]any{"sub": "key:1"}})
	to := o.To("accounts")
	first, err := to.Headers(ctx)
	if err != nil || len(first) != 1 || first[0][0] != "X-Identity" || strings.Contains(first[0][1], " ") {
		t.Fatalf("%v %v", first, err)
	}
	if other, _ := o.To("reviews").Headers(ctx); other[0][1] == first[0][1] {
		t.Error("two services are shown one token")
	}
	if !to.Sets("X-Identity") || !to.Sets("X_identity") || to.Sets("Authorization") {
		t.Error("the header of the token is not its own")
	}
}

// TestARefusedTradeIsMadeAnew: what the service took once and takes no longer, for the next request.
func TestARefusedTradeIsMadeAnew(t *testing.T) {
	trades := 0
	o := onward(t, asking(auth.Shown{Exchange: &exchange.Config{URL: "http://issuer"}}), func(context.Context, string, [][2]string, []byte) (int, []byte, error) {
		trades++
		return 200, []byte(`{"access_token":"t` + string(rune('0'+trades)) + `","token_type":"Bearer","expires_in":600}`), nil
	})
	to := o.To("a")
	who, err := verifier(t, one(auth.KeySet{Secret: secret}), auth.Parts{}).Verify(t.Context(), sign(t, jwt.SigningMethodHS256, []byte(secret), nil, good(nil)))
	if err != nil {
		t.Fatal(err)
	}
	ctx := auth.NewContext(t.Context(), who)
	for _, step := range []struct {
		want   string
		status int
	}{{"Bearer t1", 200}, {"Bearer t1", 401}, {"Bearer t2", 401}, {"Bearer t2", 0}} {
		got, err := to.Headers(ctx)
		if err != nil || len(got) != 1 || got[0][1] != step.want {
			t.Errorf("%v %v, want %s", got, err, step.want)
		}
		to.Answered(ctx, got, step.status)
	}
}

// BenchmarkShown is what a service is shown of a token that was seen before.
func BenchmarkShown(b *testing.B) {
	cfg := asking(auth.Shown{Mint: &mint.Kind{}, Claims: []auth.ClaimHeader{{Claim: "sub", Header: "X-User-Id"}}})
	o, err := auth.NewOnward(cfg, auth.OnwardParts{Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		b.Fatal(err)
	}
	defer o.Close()
	who, err := verifier(b, one(auth.KeySet{Secret: secret}), auth.Parts{}).Verify(b.Context(), sign(b, jwt.SigningMethodHS256, []byte(secret), nil, good(nil)))
	if err != nil {
		b.Fatal(err)
	}
	ctx, to := auth.NewContext(b.Context(), who), o.To("accounts")
	b.ReportAllocs()
	for b.Loop() {
		if _, err := to.Headers(ctx); err != nil {
			b.Fatal(err)
		}
	}
}

func TestFaultsOfWhatIsShown(t *testing.T) {
	kind := &mint.Kind{}
	for _, tc := range []struct {
		shown auth.Shown
		want  string
	}{
		{auth.Shown{ForwardToken: true, Mint: kind}, "mint: shows more than one token"},
		{auth.Shown{Header: "X-A"}, "header: is for a token, and none is shown"},
		{auth.Shown{ForwardToken: true, Header: "X_A"}, `header: "X_A" is not a header that can be set`},
		{auth.Shown{Mint: &mint.Kind{TTL: 2 * time.Hour}}, "mint.ttl: 2h0m0s must be between 0 and 1h0m0s"},
		{auth.Shown{Mint: &mint.Kind{Claims: []string{"aud"}}}, `mint.claims[0]: "aud" is made by the gateway`},
		{auth.Shown{Exchange: &exchange.Config{}}, "exchange.url: must be the URL"},
		{auth.Shown{Claims: []auth.ClaimHeader{{Header: "X-A"}}}, "claims[0].claim: is empty"},
		{auth.Shown{Claims: []auth.ClaimHeader{{Claim: "a", Header: "Cookie"}}}, `claims[0].header: "Cookie" is not`},
		{auth.Shown{Claims: []auth.ClaimHeader{{Claim: "a", Header: "X-A"}, {Claim: "b", Header: "x-a"}}}, "claims[1].header: x-a is set already"},
		{auth.Shown{Mint: kind, Claims: []auth.ClaimHeader{{Claim: "a", Header: "authorization"}}}, "claims[0].header: authorization is set already"},
	} {
		err := asking(tc.shown).Validate()
		if err == nil || !strings.Contains(err.Error(), "authentication.subgraph.all."+tc.want) {
			t.Errorf("%v, want %s", err, tc.want)
		}
	}
	without := asking(auth.Shown{Mint: kind})
	without.Minting = nil
	if err := without.Validate(); err == nil || !strings.Contains(err.Error(), "mint: needs authentication.minting") {
		t.Error(err)
	}
	without = asking(auth.Shown{ForwardToken: true})
	without.Router = auth.Router{}
	if err := without.Validate(); err == nil || !strings.Contains(err.Error(), "nobody is asked") {
		t.Error(err)
	}
	bad := asking(auth.Shown{})
	bad.Minting = &mint.Config{}
	if err := bad.Validate(); err == nil || !strings.Contains(err.Error(), "authentication.minting.issuer: is empty") {
		t.Error(err)
	}
}

// TestMintedTokensAreTakenWhereAKeySetNamesThem: by who wants that.
func TestMintedTokensAreTakenWhereAKeySetNamesThem(t *testing.T) {
	text := sign(t, jwt.SigningMethodHS256, []byte(secret), nil, good(map[string]any{"iss": "https://graph"}))
	for _, named := range []bool{false, true} {
		cfg, want := asking(auth.Shown{}), auth.ReasonIssuer
		if named {
			cfg.Router.JWT.JWKS[0].Issuers, want = []string{"https://graph"}, ""
		}
		v, err := auth.New(cfg, auth.Parts{Now: func() time.Time { return now }, Logger: slog.New(slog.DiscardHandler)})
		if err != nil {
			t.Fatal(err)
		}
		defer v.Close()
		if _, err := v.Verify(t.Context(), text); reason(t, err) != want {
			t.Errorf("named %t: %v", named, err)
		}
	}
}
