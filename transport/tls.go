package transport

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// TLS is how the gateway proves to clients who it is, and they to it, by listener.
type TLS struct {
	// Supergraph is TLS of the public listener.
	Supergraph ServerTLS `yaml:"supergraph"`
	// Admin is TLS of the admin listener.
	Admin ServerTLS `yaml:"admin"`
}

// ServerTLS is TLS of one listener; without a certificate there is none. Each value is PEM, or the name of a file that
// holds it. What comes from a file is read again when that changes.
type ServerTLS struct {
	// Certificate is the gateway's, and may be followed by those that lead to the authority.
	Certificate string `yaml:"certificate"`
	// CertificateChain are those that lead from Certificate to the authority.
	CertificateChain string `yaml:"certificate_chain"`
	// Key is the private key of Certificate.
	Key string `yaml:"key"`
	// MinVersion is "1.2", which is the default, or "1.3".
	MinVersion string `yaml:"min_version"`
	// ClientAuthentication asks clients for a certificate; nobody is asked by default.
	ClientAuthentication *ClientCertificates `yaml:"client_authentication"`
}

// ClientCertificates says which certificates of clients are good.
type ClientCertificates struct {
	// CA are the authorities that clients' certificates lead to.
	CA string `yaml:"ca"`
	// Mode is require, which is the default and closes connections without a certificate, or request, which takes them.
	// A certificate that is not good is refused in both.
	Mode ClientMode `yaml:"mode" jsonschema:"enum=require,enum=request"`
}

// ClientMode says what becomes of clients without a certificate.
type ClientMode string

// The modes.
const (
	RequireCertificate ClientMode = "require"
	RequestCertificate ClientMode = "request"
)

// enabled says whether the listener speaks TLS.
func (c ServerTLS) enabled() bool { return c.Certificate != "" }

// minVersions are the versions that may be the least one. What is older is broken.
var minVersions = map[string]uint16{"": tls.VersionTLS12, "1.2": tls.VersionTLS12, "1.3": tls.VersionTLS13}

// validate reports what is wrong with the configuration, but for what is in files.
func (c ServerTLS) validate(key string) []error {
	var errs []error
	add := func(format string, args ...any) { errs = append(errs, fmt.Errorf(key+format, args...)) }
	if !c.enabled() {
		if c != (ServerTLS{}) {
			add(": has no certificate; without one there is no TLS")
		}
		return errs
	}
	if c.Key == "" {
		add(".key: is empty; give the private key of the certificate, or the file that holds it")
	}
	if _, ok := minVersions[c.MinVersion]; !ok {
		add(`.min_version: %q is neither "1.2" nor "1.3"`, c.MinVersion)
	}
	if a := c.ClientAuthentication; a != nil {
		if a.CA == "" {
			add(".client_authentication.ca: is empty; name the authorities that clients' certificates lead to")
		}
		if !slices.Contains([]ClientMode{"", RequireCertificate, RequestCertificate}, a.Mode) {
			add(".client_authentication.mode: %q is neither require nor request", a.Mode)
		}
	}
	if len(errs) == 0 && !slices.ContainsFunc(c.texts(), isFile) {
		if _, err := c.load(nil); err != nil {
			add(".%w", err)
		}
	}
	return errs
}

// texts are the values that are PEM or files.
func (c ServerTLS) texts() []string {
	out := []string{c.Certificate, c.CertificateChain, c.Key}
	if c.ClientAuthentication != nil {
		out = append(out, c.ClientAuthentication.CA)
	}
	return out
}

// isFile says whether a value names a file, rather than being PEM itself.
func isFile(value string) bool { return value != "" && !strings.Contains(value, "-----BEGIN") }

// load is TLS of the listener, with what its files hold now.
func (c ServerTLS) load(read func(string) ([]byte, error)) (*tls.Config, error) {
	content := func(key, value string) ([]byte, error) {
		if !isFile(value) {
			return []byte(value), nil
		}
		text, err := read(value)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", key, err)
		}
		return text, nil
	}
	own, err := c.own(content)
	if err != nil {
		return nil, err
	}
	out := &tls.Config{
		Certificates: []tls.Certificate{own}, MinVersion: minVersions[c.MinVersion], CipherSuites: suites(),
		NextProtos: []string{"h2", "http/1.1"},
	}
	if a := c.ClientAuthentication; a != nil {
		text, err := content("client_authentication.ca", a.CA)
		if err != nil {
			return nil, err
		}
		if out.ClientCAs, err = authorities(text); err != nil {
			return nil, fmt.Errorf("client_authentication.ca: %w", err)
		}
		out.ClientAuth = tls.RequireAndVerifyClientCert
		if a.Mode == RequestCertificate {
			out.ClientAuth = tls.VerifyClientCertIfGiven
		}
		// A session that is taken up again would outlive the authority that let it begin.
		out.SessionTicketsDisabled = true
	}
	return out, nil
}

// own is the gateway's certificate with its chain.
func (c ServerTLS) own(content func(key, value string) ([]byte, error)) (tls.Certificate, error) {
	var out tls.Certificate
	var texts [3][]byte
	for i, v := range [...]struct{ key, value string }{{"certificate", c.Certificate}, {"certificate_chain", c.CertificateChain}, {"key", c.Key}} {
		var err error
		if texts[i], err = content(v.key, v.value); err != nil {
			return out, err
		}
	}
	out, err := tls.X509KeyPair(texts[0], texts[2])
	if err != nil {
		return out, fmt.Errorf("certificate: %w", err)
	}
	for rest := texts[1]; ; {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			break
		}
		// Many a chain begins with the certificate itself.
		if block.Type == pemCertificate && !slices.ContainsFunc(out.Certificate, func(der []byte) bool { return string(der) == string(block.Bytes) }) {
			out.Certificate = append(out.Certificate, block.Bytes)
		}
	}
	return out, nil
}

// pemCertificate is the type of a PEM block that is a certificate.
const pemCertificate = "CERTIFICATE"

// authorities are the certificates of a text, and nothing else may be there.
func authorities(text []byte) (*x509.CertPool, error) {
	pool, found := x509.NewCertPool(), false
	for rest := text; ; {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			break
		}
		if block.Type != pemCertificate {
			return nil, fmt.Errorf("holds a %s; only certificates belong here", block.Type)
		}
		authority, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, fmt.Errorf("holds a certificate that cannot be read: %w", err)
		}
		pool.AddCert(authority)
		found = true
	}
	if !found {
		return nil, errors.New("holds no certificate in PEM")
	}
	return pool, nil
}

// suites are those of TLS 1.2 with forward secrecy and authenticated encryption. Those of TLS 1.3 are all like that.
func suites() []uint16 {
	return []uint16{
		tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, tls.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
		tls.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, tls.TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
		tls.TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256, tls.TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
	}
}
