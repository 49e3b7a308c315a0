package main_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ficusgraph/ficus/internal/free"
)

// identified makes a certificate of its own authority, for localhost and for clients.
func identified(t *testing.T, name string, ends time.Time) (pair tls.Certificate, cert, key string) {
	t.Helper()
	secret, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: name}, DNSNames: []string{"localhost"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: ends, IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &secret.PublicKey, secret)
	if err != nil {
		t.Fatal(err)
	}
	own, err := x509.MarshalPKCS8PrivateKey(secret)
	if err != nil {
		t.Fatal(err)
	}
	cert = string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
	key = string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: own}))
	if pair, err = tls.X509KeyPair([]byte(cert), []byte(key)); err != nil {
		t.Fatal(err)
	}
	return pair, cert, key
}

// TestACertificateOpensWhatTheGraphRestricts: from files beside the configuration to the identity of who asks, on both
// listeners, and to new files while the gateway runs.
func TestACertificateOpensWhatTheGraphRestricts(t *testing.T) {
	service := answering(t, `{"data":{"mine":2}}`)
	dir := t.TempDir()
	_, cert, key := identified(t, "gateway", time.Now().Add(100*24*time.Hour))
	app, authority, _ := identified(t, "app", time.Now().Add(time.Hour))
	for name, text := range map[string]string{"cert.pem": cert, "key.pem": key, "clients.pem": authority} {
		writeIn(t, dir, name, text)
	}
	back := free.Address(t)
	writeIn(t, dir, "ficus.yaml", fmt.Sprintf(`
admin: {listen: %q}
tls:
  supergraph:
    certificate: ${file.cert.pem}
    key: key.pem
    client_authentication: {ca: clients.pem, mode: request}
  admin: {certificate: cert.pem, key: key.pem, min_version: "1.3"}
authentication: {router: {mtls: {subject: [common_name]}}}
subgraphs:
  a:
    routing_url: %s
    schema:
      sdl: |
        extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@policy"])
        type Query { mine: Int @policy(policies: [["app"]]) }
authorization: {directives: {policies: {app: 'subject == "app" && claims.mtls.common_name == "app"'}}}
`, back, service.URL))
	address := free.Address(t)
	p := start(t, nil, "serve", "--config", filepath.Join(dir, "ficus.yaml"), "--listen", address)
	p.line("msg=serving")
	trust := func(cert string, own ...tls.Certificate) *http.Client {
		pool := x509.NewCertPool()
		pool.AppendCertsFromPEM([]byte(cert))
		return &http.Client{Transport: &http.Transport{
			TLSClientConfig: &tls.Config{RootCAs: pool, ServerName: "localhost", Certificates: own}, ForceAttemptHTTP2: true, DisableKeepAlives: true,
		}}
	}
	ask := func(c *http.Client) string {
		res, err := c.Post("https://"+address+"/graphql", "application/json", strings.NewReader(`{"query":"{ mine }"}`))
		if err != nil {
			return err.Error()
		}
		defer res.Body.Close()
		body, _ := io.ReadAll(res.Body)
		return res.Proto + " " + string(body)
	}
	if got := ask(trust(cert, app)); got != `HTTP/2.0 {"data":{"mine":2}}` {
		t.Errorf("with a certificate: %s", got)
	}
	if got := ask(trust(cert)); !strings.Contains(got, `"mine":null`) || !strings.Contains(got, "UNAUTHORIZED_FIELD_OR_TYPE") {
		t.Errorf("without one: %s", got)
	}
	res, err := trust(cert).Get("https://" + back + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if text, _ := io.ReadAll(res.Body); !strings.Contains(string(text), `ficus_tls_certificate_expires_timestamp_seconds{listener="supergraph"} `) {
		t.Error("the metrics do not say when the certificate expires")
	}
	_, cert, key = identified(t, "renewed", time.Now().Add(time.Hour))
	writeIn(t, dir, "cert.pem", cert)
	writeIn(t, dir, "key.pem", key)
	p.line("expires soon")
	if got := ask(trust(cert, app)); got != `HTTP/2.0 {"data":{"mine":2}}` {
		t.Errorf("with new files: %s", got)
	}
}
