package auth_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/json"
	"io"
	"math/big"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/ficusgraph/ficus/auth"
)

// bearer makes a certificate that signs itself, and is its own authority.
func bearer(t *testing.T, edit func(*x509.Certificate)) tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(0xbeef), Subject: pkix.Name{CommonName: "app", Organization: []string{"acme"}},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
	}
	if edit != nil {
		edit(template)
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key, Leaf: leaf}
}

// shown is a server that says who asks, and trusts the certificates; ask asks it with one of them, or with none.
func shown(t *testing.T, v *auth.Verifier, trusted ...tls.Certificate) (ask func(own *tls.Certificate, header ...string) (int, string)) {
	t.Helper()
	server := httptest.NewUnstartedServer(auth.Middleware(v)(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		who := auth.FromContext(r.Context())
		claims, _ := who.Claim("mtls")
		_, _ = io.WriteString(w, who.String()+" "+claims)
	})))
	pool := x509.NewCertPool()
	for _, c := range trusted {
		pool.AddCert(c.Leaf)
	}
	server.TLS = &tls.Config{ClientAuth: tls.VerifyClientCertIfGiven, ClientCAs: pool}
	server.StartTLS()
	t.Cleanup(server.Close)
	return func(own *tls.Certificate, header ...string) (int, string) {
		t.Helper()
		transport := server.Client().Transport.(*http.Transport).Clone()
		transport.DisableKeepAlives = true
		if own != nil {
			transport.TLSClientConfig.Certificates = []tls.Certificate{*own}
		}
		r, _ := http.NewRequest(http.MethodPost, server.URL, nil)
		for _, h := range header {
			name, value, _ := strings.Cut(h, ": ")
			r.Header.Add(name, value)
		}
		res, err := (&http.Client{Transport: transport}).Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		body, _ := io.ReadAll(res.Body)
		return res.StatusCode, string(body)
	}
}

func mtls(t *testing.T, cfg auth.Router, parts auth.Parts) *auth.Verifier {
	t.Helper()
	v, err := auth.New(auth.Config{Router: cfg}, parts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = v.Close() })
	return v
}

func TestACertificateNamesItsBearer(t *testing.T) {
	with := func(text ...string) func(*x509.Certificate) {
		return func(c *x509.Certificate) {
			for _, s := range text {
				u, _ := url.Parse(s)
				c.URIs = append(c.URIs, u)
			}
		}
	}
	for _, c := range []struct {
		name    string
		edit    func(*x509.Certificate)
		subject []string
		status  int
		says    string
	}{
		{"common name", nil, nil, 200, `app of ficus:mtls {"common_name":"app","issuer":"CN=app,O=acme","organization":["acme"],"serial":"beef","subject":"CN=app,O=acme"}`},
		{"SPIFFE id", with("spiffe://acme.test/ns/shop/sa/web"), nil, 200, "spiffe://acme.test/ns/shop/sa/web of ficus:mtls"},
		{"two URIs are no SPIFFE id", with("spiffe://acme.test/a", "spiffe://acme.test/b"), nil, 200, "app of ficus:mtls"},
		{"a common name poses as a SPIFFE id", func(c *x509.Certificate) {
			c.Subject.CommonName, c.DNSNames = "spiffe://acme.test/admin", []string{"web.acme.test"}
		}, nil, 200, "web.acme.test of"},
		{"as configured", func(c *x509.Certificate) { c.EmailAddresses = []string{"a@acme.test"} }, []string{"uri", "email", "common_name"}, 200, "a@acme.test of"},
		{"nobody", nil, []string{"dns"}, 401, "the client certificate names nobody"},
	} {
		t.Run(c.name, func(t *testing.T) {
			own := bearer(t, c.edit)
			ask := shown(t, mtls(t, auth.Router{MTLS: &auth.MTLS{Subject: c.subject}}, auth.Parts{}), own)
			if status, body := ask(&own); status != c.status || !strings.Contains(body, c.says) {
				t.Errorf("%d %s, want %d %s", status, body, c.status, c.says)
			}
			if _, body := ask(nil); !strings.Contains(body, "nobody") {
				t.Errorf("without one: %s", body)
			}
		})
	}
}

// TestACertificateBesideATokenIsNotWhoAsks: the token is, and the certificate may stand for the proxy that brings it.
func TestACertificateBesideATokenIsNotWhoAsks(t *testing.T) {
	own := bearer(t, nil)
	v := mtls(t, auth.Router{MTLS: &auth.MTLS{}, JWT: &auth.JWT{JWKS: []auth.KeySet{{Secret: secret}}, Mode: auth.ModeRequired}}, auth.Parts{})
	ask := shown(t, v, own)
	fine := sign(t, jwt.SigningMethodHS256, []byte(secret), nil, good(map[string]any{"exp": time.Now().Add(time.Hour).Unix(), "nbf": 1, "iat": 1}))
	poses := sign(t, jwt.SigningMethodHS256, []byte(secret), nil, good(map[string]any{"exp": time.Now().Add(time.Hour).Unix(), "nbf": 1, "iat": 1, "iss": auth.CertificateIssuer}))
	for _, c := range []struct {
		name   string
		own    *tls.Certificate
		header []string
		status int
		says   string
	}{
		{"both", &own, []string{"Authorization: Bearer " + fine}, 200, "u1 of https://id.test"},
		{"a bad token is not passed over", &own, []string{"Authorization: Bearer rubbish"}, 401, "malformed"},
		{"the certificate alone", &own, nil, 200, "app of ficus:mtls"},
		{"neither", nil, nil, 401, "authentication is required"},
		{"a token that poses as a certificate", nil, []string{"Authorization: Bearer " + poses}, 401, "issuer"},
	} {
		if status, body := ask(c.own, c.header...); status != c.status || !strings.Contains(body, c.says) {
			t.Errorf("%s: %d %s, want %d %s", c.name, status, body, c.status, c.says)
		}
	}
}

// TestATokenBoundToACertificate is good only on connections of that (RFC 8705).
func TestATokenBoundToACertificate(t *testing.T) {
	own, other := bearer(t, nil), bearer(t, nil)
	sum := sha256.Sum256(own.Certificate[0])
	print := base64.RawURLEncoding.EncodeToString(sum[:])
	for _, verifier := range []*auth.Verifier{
		mtls(t, auth.Router{JWT: &auth.JWT{JWKS: []auth.KeySet{{Secret: secret}}}}, auth.Parts{}),
		mtls(t, auth.Router{JWT: &auth.JWT{JWKS: []auth.KeySet{{Secret: secret}}}, MTLS: &auth.MTLS{}}, auth.Parts{}),
	} {
		ask := shown(t, verifier, own, other)
		for _, c := range []struct {
			name   string
			cnf    any
			own    *tls.Certificate
			status int
			says   string
		}{
			{"shown", map[string]any{"x5t#S256": print}, &own, 200, "u1 of"},
			{"another shown", map[string]any{"x5t#S256": print}, &other, 401, "bound to a certificate"},
			{"none shown", map[string]any{"x5t#S256": print}, nil, 401, "bound to a certificate"},
			{"an empty thumbprint", map[string]any{"x5t#S256": ""}, nil, 401, "bound to a certificate"},
			{"no text", map[string]any{"x5t#S256": 1}, &own, 401, "bound to a certificate"},
			{"no object", "x5t#S256", &own, 401, "malformed"},
			{"another method", map[string]any{"jkt": "x"}, nil, 200, "u1 of"},
		} {
			token := sign(t, jwt.SigningMethodHS256, []byte(secret), nil, good(map[string]any{"exp": time.Now().Add(time.Hour).Unix(), "nbf": 1, "iat": 1, "cnf": c.cnf}))
			for range 2 { // the second is remembered
				if status, body := ask(c.own, "Authorization: Bearer "+token); status != c.status || !strings.Contains(body, c.says) {
					t.Errorf("%s: %d %s, want %d %s", c.name, status, body, c.status, c.says)
				}
			}
		}
	}
}

// TestACertificateEnds: by its time, though the connection goes on, and by its subject's revocation.
func TestACertificateEnds(t *testing.T) {
	own := bearer(t, nil)
	now := time.Now()
	file := filepath.Join(t.TempDir(), "revoked.json")
	text, _ := json.Marshal(map[string]any{"subjects": []string{"gone"}})
	if err := os.WriteFile(file, text, 0o600); err != nil {
		t.Fatal(err)
	}
	v := mtls(t, auth.Router{MTLS: &auth.MTLS{}, JWT: &auth.JWT{JWKS: []auth.KeySet{{Secret: secret}}, Revoked: auth.Revoked{File: file}}},
		auth.Parts{Now: func() time.Time { return now }})
	gone := bearer(t, func(c *x509.Certificate) { c.Subject.CommonName = "gone" })
	ask := shown(t, v, own, gone)
	if status, body := ask(&gone); status != 401 || !strings.Contains(body, "revoked") {
		t.Errorf("%d %s", status, body)
	}
	now = own.Leaf.NotAfter.Add(time.Second)
	if status, body := ask(&own); status != 401 || !strings.Contains(body, "the client certificate has expired") {
		t.Errorf("%d %s", status, body)
	}
}

func TestMTLSConfig(t *testing.T) {
	err := auth.Config{Router: auth.Router{MTLS: &auth.MTLS{Subject: []string{"dns", "serial"}}}}.Validate()
	if err == nil || !strings.Contains(err.Error(), `authentication.router.mtls.subject[1]: "serial" is none of`) {
		t.Error(err)
	}
}
