package subgraph_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ficusgraph/ficus/subgraph"
)

// certificate is what a test server shows.
func certificate(s *httptest.Server) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.Certificate().Raw}))
}

// authority signs certificates.
type authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
	pem  string
}

// sign makes a certificate; without an authority one that signs itself and others.
func sign(t *testing.T, name string, by *authority) authority {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: name}, DNSNames: []string{"localhost"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), BasicConstraintsValid: true, IsCA: by == nil,
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth, x509.ExtKeyUsageServerAuth},
	}
	parent, signer := template, key
	if by != nil {
		parent, signer = by.cert, by.key
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, &key.PublicKey, signer)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return authority{cert, key, string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))}
}

func (a authority) keyPEM(t *testing.T) string {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(a.key)
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
}

func (a authority) authentication(t *testing.T) *subgraph.ClientAuthentication {
	t.Helper()
	return &subgraph.ClientAuthentication{CertificateChain: a.pem, Key: a.keyPEM(t)}
}

func TestTLS(t *testing.T) {
	trusted, other := sign(t, "trusted", nil), sign(t, "other", nil)
	server, client, stranger := sign(t, "server", &trusted), sign(t, "gateway", &trusted), sign(t, "stranger", &other)
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprintf(w, `{"data":%q}`, r.TLS.PeerCertificates[0].Subject.CommonName)
	}))
	pool := x509.NewCertPool()
	pool.AddCert(trusted.cert)
	pair, err := tls.X509KeyPair([]byte(server.pem), []byte(server.keyPEM(t)))
	if err != nil {
		t.Fatal(err)
	}
	s.TLS = &tls.Config{Certificates: []tls.Certificate{pair}, ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: pool}
	s.StartTLS()
	t.Cleanup(s.Close)
	url := strings.Replace(s.URL, "127.0.0.1", "localhost", 1)
	const insecure = "no secure connection to the service could be made"

	all := subgraph.ClientTLS{CertificateAuthorities: trusted.pem, ClientAuthentication: client.authentication(t)}
	for _, c := range []struct {
		name, url string
		tls       subgraph.TLSBySubgraph
		want      string
	}{
		{"for all", url, subgraph.TLSBySubgraph{All: all}, `{"data":"gateway"}`},
		{"for this one", url, subgraph.TLSBySubgraph{Subgraphs: map[string]subgraph.ClientTLS{"products": all}}, `{"data":"gateway"}`},
		{"half from all", url, subgraph.TLSBySubgraph{
			All:       subgraph.ClientTLS{CertificateAuthorities: other.pem, ClientAuthentication: client.authentication(t)},
			Subgraphs: map[string]subgraph.ClientTLS{"products": {CertificateAuthorities: other.pem + trusted.pem}},
		}, `{"data":"gateway"}`},
		{"for another", url, subgraph.TLSBySubgraph{Subgraphs: map[string]subgraph.ClientTLS{"reviews": all}}, insecure},
		{"another authority", url, subgraph.TLSBySubgraph{All: subgraph.ClientTLS{CertificateAuthorities: other.pem, ClientAuthentication: client.authentication(t)}}, insecure},
		{"no certificate of ours", url, subgraph.TLSBySubgraph{All: subgraph.ClientTLS{CertificateAuthorities: trusted.pem}}, insecure},
		{"one that the service does not trust", url, subgraph.TLSBySubgraph{All: subgraph.ClientTLS{CertificateAuthorities: trusted.pem, ClientAuthentication: stranger.authentication(t)}}, insecure},
		{"another name", s.URL, subgraph.TLSBySubgraph{All: all}, insecure},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := remote(t, c.url, subgraph.Config{TLS: subgraph.TLS{Subgraph: c.tls}})
			for range 2 {
				got := fetch(t.Context(), f, `{}`)
				if got.Body+got.Message != c.want {
					t.Errorf("%+v, want %s", got, c.want)
				}
			}
		})
	}
	t.Run("plain where TLS is spoken", func(t *testing.T) {
		got := fetch(t.Context(), remote(t, strings.Replace(url, "https", "http", 1), subgraph.Config{}), `{}`)
		if got.Code != "SUBREQUEST_HTTP_ERROR" {
			t.Errorf("%+v", got)
		}
	})
	t.Run("TLS where it is not spoken", func(t *testing.T) {
		plain := serve(t, write(200, "application/json", `{}`))
		got := fetch(t.Context(), remote(t, strings.Replace(plain, "http", "https", 1), subgraph.Config{}), `{}`)
		if diff := cmp.Diff(result{Code: "SUBREQUEST_HTTP_ERROR", Message: insecure}, got); diff != "" {
			t.Error(diff)
		}
	})
}

func TestFaultsOfTLSAreSaid(t *testing.T) {
	a, b := sign(t, "a", nil), sign(t, "b", nil)
	for _, c := range []struct {
		name string
		tls  subgraph.ClientTLS
		want string
	}{
		{"no PEM", subgraph.ClientTLS{CertificateAuthorities: "ca.pem"}, "tls.subgraph.all.certificate_authorities: holds no certificate in PEM; write ${file.ca.pem} to take it from a file"},
		{"a key", subgraph.ClientTLS{CertificateAuthorities: a.keyPEM(t)}, "tls.subgraph.all.certificate_authorities: holds a PRIVATE KEY; only certificates belong here"},
		{"damaged", subgraph.ClientTLS{CertificateAuthorities: "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"}, "tls.subgraph.all.certificate_authorities: holds a certificate that cannot be read"},
		{"no key", subgraph.ClientTLS{ClientAuthentication: &subgraph.ClientAuthentication{CertificateChain: a.pem}}, "tls.subgraph.all.client_authentication: takes both"},
		{"another's key", subgraph.ClientTLS{ClientAuthentication: &subgraph.ClientAuthentication{CertificateChain: a.pem, Key: b.keyPEM(t)}}, "tls.subgraph.all.client_authentication: tls: private key does not match public key"},
	} {
		cfg := subgraph.Config{TLS: subgraph.TLS{Subgraph: subgraph.TLSBySubgraph{All: c.tls}}}
		if err := cfg.Validate(); err == nil || !strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("%s: %v, want %s", c.name, err, c.want)
		}
		if _, err := subgraph.NewRemote("products", "https://x", cfg); err == nil {
			t.Errorf("%s: a remote was made", c.name)
		}
	}
}
