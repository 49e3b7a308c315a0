package subgraph

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"maps"
	"slices"
)

// TLS is how services prove who they are, and the gateway to them.
type TLS struct {
	Subgraph  TLSBySubgraph `yaml:"subgraph"`
	Connector ConnectorTLS  `yaml:"connector"`
}

// ConnectorTLS is TLS by connectors' source.
type ConnectorTLS struct {
	// All holds for every source.
	All ClientTLS `yaml:"all"`
	// Sources holds for those named <subgraph>.<source>; what it leaves open is taken from All.
	Sources map[string]ClientTLS `yaml:"sources"`
}

// TLSBySubgraph is TLS by subgraph.
type TLSBySubgraph struct {
	// All holds for every subgraph.
	All ClientTLS `yaml:"all"`
	// Subgraphs holds for the subgraphs named; what it leaves open is taken from All.
	Subgraphs map[string]ClientTLS `yaml:"subgraphs"`
}

// ClientTLS is TLS to one service. All values are PEM; ${file.path} takes one from a file.
type ClientTLS struct {
	// CertificateAuthorities are trusted instead of those of the system.
	CertificateAuthorities string `yaml:"certificate_authorities"`
	// ClientAuthentication is the certificate that the gateway shows to a service that asks for one.
	ClientAuthentication *ClientAuthentication `yaml:"client_authentication"`
}

// ClientAuthentication is a certificate and its private key.
type ClientAuthentication struct {
	// CertificateChain begins with the gateway's own certificate.
	CertificateChain string `yaml:"certificate_chain"`
	// Key is the private key of the first certificate.
	Key string `yaml:"key"`
}

func (t TLS) validate() error {
	errs := []error{t.Subgraph.All.validate("tls.subgraph.all")}
	for _, name := range slices.Sorted(maps.Keys(t.Subgraph.Subgraphs)) {
		errs = append(errs, t.Subgraph.Subgraphs[name].validate("tls.subgraph.subgraphs."+name))
	}
	errs = append(errs, t.Connector.All.validate("tls.connector.all"))
	for _, name := range slices.Sorted(maps.Keys(t.Connector.Sources)) {
		errs = append(errs, t.Connector.Sources[name].validate("tls.connector.sources."+name))
	}
	return flatten(errs)
}

func (c ClientTLS) validate(key string) error {
	var errs []error
	if _, err := c.authorities(); err != nil {
		errs = append(errs, fmt.Errorf("%s.certificate_authorities: %w", key, err))
	}
	if _, err := c.certificates(); err != nil {
		errs = append(errs, fmt.Errorf("%s.client_authentication: %w", key, err))
	}
	return errors.Join(errs...)
}

// config is TLS to a subgraph.
func (t TLS) config(subgraph string) (*tls.Config, error) {
	return t.Subgraph.Subgraphs[subgraph].over(t.Subgraph.All).config()
}

// over is the configuration with what it leaves open taken from another.
func (c ClientTLS) over(all ClientTLS) ClientTLS {
	fallback(&c.CertificateAuthorities, all.CertificateAuthorities)
	fallback(&c.ClientAuthentication, all.ClientAuthentication)
	return c
}

func (c ClientTLS) config() (*tls.Config, error) {
	roots, err := c.authorities()
	if err != nil {
		return nil, fmt.Errorf("certificate_authorities: %w", err)
	}
	own, err := c.certificates()
	if err != nil {
		return nil, fmt.Errorf("client_authentication: %w", err)
	}
	return &tls.Config{
		MinVersion: tls.VersionTLS12, RootCAs: roots, Certificates: own,
		ClientSessionCache: tls.NewLRUClientSessionCache(0), // a further connection costs no signature
	}, nil
}

// authorities are the trusted ones, nil for those of the system.
func (c ClientTLS) authorities() (*x509.CertPool, error) {
	if c.CertificateAuthorities == "" {
		return nil, nil
	}
	pool, found := x509.NewCertPool(), false
	for rest := []byte(c.CertificateAuthorities); ; {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			break
		}
		if block.Type != "CERTIFICATE" {
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
		return nil, errors.New("holds no certificate in PEM; write ${file.ca.pem} to take it from a file")
	}
	return pool, nil
}

func (c ClientTLS) certificates() ([]tls.Certificate, error) {
	own := c.ClientAuthentication
	switch {
	case own == nil:
		return nil, nil
	case own.CertificateChain == "" || own.Key == "":
		return nil, errors.New("takes both, certificate_chain and key, in PEM; write ${file.client.pem} to take one from a file")
	}
	pair, err := tls.X509KeyPair([]byte(own.CertificateChain), []byte(own.Key))
	if err != nil {
		return nil, err
	}
	return []tls.Certificate{pair}, nil
}
