package transport_test

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"io"
	"log/slog"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ficusgraph/ficus/transport"
)

// signed is a certificate with its key.
type signed struct {
	cert     *x509.Certificate
	key      *ecdsa.PrivateKey
	pem, own string
}

// sign makes a certificate; without an authority one that signs others. edit may change what it says.
func sign(t *testing.T, name string, by *signed, edit func(*x509.Certificate)) signed {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: name}, DNSNames: []string{"localhost"},
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore:   time.Now().Add(-time.Hour), NotAfter: time.Now().Add(90 * 24 * time.Hour), BasicConstraintsValid: true, IsCA: by == nil,
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth, x509.ExtKeyUsageServerAuth},
	}
	if edit != nil {
		edit(template)
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
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return signed{
		cert, key, string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})),
		string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret})),
	}
}

func (c signed) pair(t *testing.T) tls.Certificate {
	t.Helper()
	pair, err := tls.X509KeyPair([]byte(c.pem), []byte(c.own))
	if err != nil {
		t.Fatal(err)
	}
	return pair
}

// lines is a log that can be read while it is written.
type lines struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *lines) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(b)
}

func (l *lines) has(text string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Contains(l.text.String(), text)
}

// secure is a client that trusts the authority and shows the certificates, on new connections.
func secure(by signed, edit func(*tls.Config), own ...tls.Certificate) *http.Client {
	pool := x509.NewCertPool()
	pool.AddCert(by.cert)
	cfg := &tls.Config{RootCAs: pool, Certificates: own}
	if edit != nil {
		edit(cfg)
	}
	// Whoever says what to speak does not want HTTP/2.
	return &http.Client{Timeout: 10 * time.Second, Transport: &http.Transport{TLSClientConfig: cfg, ForceAttemptHTTP2: cfg.NextProtos == nil, DisableKeepAlives: true}}
}

// get is the status and the protocol of an answer, or the error.
func get(c *http.Client, url string) (string, *http.Response) {
	res, err := c.Get(strings.Replace(url, "http://", "https://", 1) + "/health")
	if err != nil {
		return err.Error(), nil
	}
	defer res.Body.Close()
	_, _ = io.Copy(io.Discard, res.Body)
	return res.Proto + " " + res.Status, res
}

func TestTLSOfBothListeners(t *testing.T) {
	authority := sign(t, "authority", nil, nil)
	server := sign(t, "gateway", &authority, nil)
	own := transport.ServerTLS{Certificate: server.pem, CertificateChain: server.pem + authority.pem, Key: server.own}
	strict := own
	strict.MinVersion = "1.3"
	s := serve(t, transport.Config{TLS: transport.TLS{Supergraph: own, Admin: strict}}, nil)
	only12 := func(c *tls.Config) { c.MaxVersion = tls.VersionTLS12 }
	for _, c := range []struct {
		name, url string
		client    *http.Client
		want      string
	}{
		{"HTTP/2", s.url, secure(authority, nil), "HTTP/2.0 200 OK"},
		{"HTTP/1.1", s.url, secure(authority, func(c *tls.Config) { c.NextProtos = []string{"http/1.1"} }), "HTTP/1.1 200 OK"},
		{"1.2", s.url, secure(authority, only12), "HTTP/2.0 200 OK"},
		{"1.1", s.url, secure(authority, func(c *tls.Config) { c.MinVersion, c.MaxVersion = tls.VersionTLS10, tls.VersionTLS11 }), "protocol version not supported"},
		{"a weak suite", s.url, secure(authority, func(c *tls.Config) {
			only12(c)
			c.CipherSuites = []uint16{tls.TLS_RSA_WITH_AES_128_GCM_SHA256, tls.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA}
		}), "handshake failure"},
		{"another authority", s.url, secure(sign(t, "other", nil, nil), nil), "unknown authority"},
		{"operators", s.admin, secure(authority, nil), "HTTP/2.0 200 OK"},
		{"operators by 1.2", s.admin, secure(authority, only12), "protocol version not supported"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, res := get(c.client, c.url)
			if !strings.Contains(got, c.want) {
				t.Errorf("%s, want %s", got, c.want)
			}
			if res != nil && len(res.TLS.PeerCertificates) != 2 {
				t.Errorf("%d certificates are shown, want 2", len(res.TLS.PeerCertificates))
			}
		})
	}
	t.Run("without TLS", func(t *testing.T) {
		if got := send(t, "GET", s.url+"/health", ""); got.status != 400 || strings.Contains(got.body, "UP") {
			t.Errorf("%d %s", got.status, got.body)
		}
	})
}

func TestClientsShowCertificates(t *testing.T) {
	authority, other := sign(t, "authority", nil, nil), sign(t, "other", nil, nil)
	server := sign(t, "gateway", &authority, nil)
	good, stranger := sign(t, "app", &other, nil), sign(t, "stranger", &authority, nil)
	expired := sign(t, "late", &other, func(c *x509.Certificate) { c.NotAfter = time.Now().Add(-time.Minute) })
	notForClients := sign(t, "server", &other, func(c *x509.Certificate) { c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth} })
	for _, c := range []struct {
		mode transport.ClientMode
		name string
		own  []tls.Certificate
		good bool
	}{
		{"", "good", []tls.Certificate{good.pair(t)}, true},
		{"", "none", nil, false},
		{"require", "of another authority", []tls.Certificate{stranger.pair(t)}, false}, // Go's client has none that fits
		{"require", "expired", []tls.Certificate{expired.pair(t)}, false},
		{"require", "not for clients", []tls.Certificate{notForClients.pair(t)}, false},
		{"request", "good", []tls.Certificate{good.pair(t)}, true},
		{"request", "none", nil, true},
		{"request", "expired", []tls.Certificate{expired.pair(t)}, false},
	} {
		t.Run(string(c.mode)+" "+c.name, func(t *testing.T) {
			s := serve(t, transport.Config{TLS: transport.TLS{Supergraph: transport.ServerTLS{
				Certificate: server.pem, Key: server.own, ClientAuthentication: &transport.ClientCertificates{CA: other.pem, Mode: c.mode},
			}}}, nil)
			got, res := get(secure(authority, nil, c.own...), s.url)
			// By TLS 1.3 a client may write before it reads why it was refused, so only whether is certain.
			if (res != nil) != c.good {
				t.Errorf("%s, want %v", got, c.good)
			}
		})
	}
}

// TestCertificatesAreReplaced: new ones are shown without a restart, bad ones leave the last good ones, and that is logged.
func TestCertificatesAreReplaced(t *testing.T) {
	authority, other := sign(t, "authority", nil, nil), sign(t, "other", nil, nil)
	dir := t.TempDir()
	put := func(name, text string) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	first := sign(t, "first", &authority, func(c *x509.Certificate) { c.NotAfter = time.Now().Add(13 * 24 * time.Hour) })
	put("cert.pem", first.pem)
	put("key.pem", first.own)
	put("ca.pem", authority.pem)
	app := sign(t, "app", &authority, nil)
	var log lines
	s := serve(t, transport.Config{TLS: transport.TLS{Supergraph: transport.ServerTLS{
		Certificate: first.pem, Key: filepath.Join(dir, "key.pem"),
		ClientAuthentication: &transport.ClientCertificates{CA: filepath.Join(dir, "ca.pem")},
	}}}, func(p *transport.Parts) {
		p.Logger = slog.New(slog.NewTextHandler(&log, nil))
		p.Files.Origin = func(value string) string {
			if value == first.pem { // as if the configuration had ${file.cert.pem}
				return filepath.Join(dir, "cert.pem")
			}
			return ""
		}
	})
	client := secure(authority, nil, app.pair(t))
	shown := func() string {
		got, res := get(client, s.url)
		if res == nil {
			return got
		}
		return res.TLS.PeerCertificates[0].Subject.CommonName
	}
	if got := shown(); got != "first" {
		t.Fatal(got)
	}
	if !log.has("expires soon") {
		t.Error("nobody is told that the certificate expires in 13 days")
	}
	second := sign(t, "second", &authority, nil)
	put("cert.pem", second.pem)
	eventually(t, "a half replaced pair is logged", func() bool { return log.has("cannot be read; the last ones stay in force") })
	if got := shown(); got != "first" {
		t.Errorf("with half a pair: %s", got)
	}
	put("key.pem", second.own)
	eventually(t, "the new one is shown", func() bool { return shown() == "second" })
	put("cert.pem", "nonsense")
	eventually(t, "nonsense is logged", func() bool { return log.has("failed to find any PEM data") })
	if got := shown(); got != "second" {
		t.Errorf("with nonsense: %s", got)
	}
	put("cert.pem", second.pem)
	put("ca.pem", other.pem)
	eventually(t, "clients of the old authority are refused", func() bool { return shown() != "second" })
}

func TestCertificatesExpireInTheMetrics(t *testing.T) {
	authority := sign(t, "authority", nil, nil)
	end := time.Now().Add(48 * time.Hour).Truncate(time.Second)
	server := sign(t, "gateway", &authority, func(c *x509.Certificate) { c.NotAfter = end })
	own := transport.ServerTLS{Certificate: server.pem, CertificateChain: authority.pem, Key: server.own}
	s := newServer(t, transport.Config{TLS: transport.TLS{Supergraph: own}}, nil)
	all := s.Certificates()
	if len(all) != 1 || !all["supergraph"]().Equal(end) {
		t.Errorf("%d listeners, %v, want %v", len(all), all["supergraph"](), end)
	}
}

func TestFaultsOfTLSAreSaid(t *testing.T) {
	a, b := sign(t, "a", nil, nil), sign(t, "b", nil, nil)
	for _, c := range []struct {
		name string
		tls  transport.ServerTLS
		want string
	}{
		{"no key", transport.ServerTLS{Certificate: a.pem}, "tls.supergraph.key: is empty"},
		{"no certificate", transport.ServerTLS{Key: a.own}, "tls.supergraph: has no certificate"},
		{"another's key", transport.ServerTLS{Certificate: a.pem, Key: b.own}, "tls.supergraph.certificate: tls: private key does not match public key"},
		{"an old version", transport.ServerTLS{Certificate: a.pem, Key: a.own, MinVersion: "1.1"}, `tls.supergraph.min_version: "1.1" is neither "1.2" nor "1.3"`},
		{"no authority", transport.ServerTLS{Certificate: a.pem, Key: a.own, ClientAuthentication: &transport.ClientCertificates{}}, "tls.supergraph.client_authentication.ca: is empty"},
		{"a key for an authority", transport.ServerTLS{Certificate: a.pem, Key: a.own, ClientAuthentication: &transport.ClientCertificates{CA: a.own}}, "client_authentication.ca: holds a PRIVATE KEY"},
		{"another mode", transport.ServerTLS{Certificate: a.pem, Key: a.own, ClientAuthentication: &transport.ClientCertificates{CA: a.pem, Mode: "maybe"}}, `mode: "maybe" is neither require nor request`},
		{"a file that is not there", transport.ServerTLS{Certificate: "no/such.pem", Key: a.own}, "tls.supergraph.certificate: open no/such.pem"},
	} {
		_, err := transport.New(transport.Config{TLS: transport.TLS{Supergraph: c.tls}}, transport.Parts{Engine: small{}})
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %s", c.name, err, c.want)
		}
	}
	err := transport.Config{TLS: transport.TLS{Admin: transport.ServerTLS{Certificate: a.pem}}}.Validate()
	if err == nil || !strings.Contains(err.Error(), "tls.admin.key") {
		t.Error(err)
	}
}

// TestTLSEndsInOrder: a server with TLS drains as one without, and nothing goes on after it.
func TestTLSEndsInOrder(t *testing.T) {
	authority := sign(t, "authority", nil, nil)
	server := sign(t, "gateway", &authority, nil)
	own := transport.ServerTLS{Certificate: server.pem, Key: server.own}
	s := newServer(t, transport.Config{TLS: transport.TLS{Supergraph: own}}, nil)
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	public := listen(t)
	go func() { ended <- s.Serve(ctx, public, nil) }()
	if got, _ := get(secure(authority, nil), "http://"+public.Addr().String()); !strings.Contains(got, "200") {
		t.Error(got)
	}
	stop()
	select {
	case err := <-ended:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(10 * time.Second):
		t.Error("it does not end")
	}
}
