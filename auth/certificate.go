package auth

import (
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// MTLS takes clients for whom their certificate names, where they bring neither token nor API key. TLS has verified the
// certificate before: tls.supergraph.client_authentication says by which authorities.
type MTLS struct {
	// Subject says what of a certificate names its bearer: the first of these that it has. By default spiffe,
	// common_name, dns.
	Subject []string `yaml:"subject"`
}

// CertificateIssuer is the Issuer of identities that certificates stand for. A token that says it is from there is
// refused.
const CertificateIssuer = "ficus:mtls"

// naming is how each part of a certificate names its bearer, "" where it has no such part.
var naming = map[string]func(*x509.Certificate) string{
	"spiffe":      spiffe,
	"common_name": commonName,
	"dns":         func(c *x509.Certificate) string { return first(c.DNSNames) },
	"email":       func(c *x509.Certificate) string { return first(c.EmailAddresses) },
	"uri":         func(c *x509.Certificate) string { return first(uris(c)) },
}

// validateMTLS reports what is wrong with router.mtls.
func (c Config) validateMTLS() []error {
	if c.Router.MTLS == nil {
		return nil
	}
	var errs []error
	for i, name := range c.Router.MTLS.Subject {
		if naming[name] == nil {
			errs = append(errs, fmt.Errorf("authentication.router.mtls.subject[%d]: %q is none of spiffe, common_name, dns, email, uri", i, name))
		}
	}
	return errs
}

// subjects are the parts that may name a bearer, in turn.
func (m *MTLS) subjects() []string {
	if len(m.Subject) > 0 {
		return m.Subject
	}
	return []string{"spiffe", "common_name", "dns"}
}

// spiffe is the only URI of a certificate if that is a SPIFFE id; a certificate with several is no SVID.
// https://github.com/spiffe/spiffe/blob/main/standards/X509-SVID.md#2-spiffe-id
func spiffe(c *x509.Certificate) string {
	if len(c.URIs) != 1 || c.URIs[0].Scheme != "spiffe" || c.URIs[0].Host == "" {
		return ""
	}
	return c.URIs[0].String()
}

// commonName is that of a certificate, unless it looks like the id that another kind of certificate has.
func commonName(c *x509.Certificate) string {
	if strings.Contains(c.Subject.CommonName, "://") {
		return ""
	}
	return c.Subject.CommonName
}

func uris(c *x509.Certificate) []string {
	out := make([]string, len(c.URIs))
	for i, u := range c.URIs {
		out[i] = u.String()
	}
	return out
}

func first(list []string) string {
	if len(list) == 0 {
		return ""
	}
	return list[0]
}

// certificate is the one that the client showed and TLS verified, nil if there is none.
func certificate(r *http.Request) *x509.Certificate {
	if r.TLS == nil || len(r.TLS.VerifiedChains) == 0 {
		return nil
	}
	return r.TLS.VerifiedChains[0][0]
}

// thumbprint names a certificate as tokens do that are bound to one.
// https://www.rfc-editor.org/rfc/rfc8705#section-3.1
func thumbprint(c *x509.Certificate) string {
	sum := sha256.Sum256(c.Raw)
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// fromCertificate is whom the certificate names. It is verified when a connection begins, and connections may outlive
// it.
func (v *Verifier) fromCertificate(c *x509.Certificate) (*Identity, error) {
	if v.parts.Now().After(c.NotAfter) {
		return nil, &Error{Reason: ReasonCertificateExpired}
	}
	subject := ""
	for _, name := range v.mtls.subjects() {
		if subject = naming[name](c); subject != "" {
			break
		}
	}
	if subject == "" {
		return nil, &Error{Reason: ReasonCertificateNameless, Cause: errors.New("it has none of " + strings.Join(v.mtls.subjects(), ", "))}
	}
	i := &Identity{Subject: subject, Issuer: CertificateIssuer, Claims: map[string]any{
		"sub": subject, "iss": CertificateIssuer, "x5t#S256": thumbprint(c), "mtls": described(c),
	}}
	return i, v.revoked.refuses(i)
}

// described is what a certificate says of its bearer, as a claim.
func described(c *x509.Certificate) map[string]any {
	out := map[string]any{"serial": c.SerialNumber.Text(16), "issuer": c.Issuer.String(), "subject": c.Subject.String()}
	if c.Subject.CommonName != "" {
		out["common_name"] = c.Subject.CommonName
	}
	for _, l := range []struct {
		name string
		list []string
	}{{"dns", c.DNSNames}, {"email", c.EmailAddresses}, {"uri", uris(c)}, {"organization", c.Subject.Organization}, {"organizational_unit", c.Subject.OrganizationalUnit}} {
		if len(l.list) == 0 {
			continue
		}
		texts := make([]any, len(l.list))
		for i, text := range l.list {
			texts[i] = text
		}
		out[l.name] = texts
	}
	return out
}

// bound is the error of a token that is bound to a certificate which the client did not show: somebody else has it.
// https://www.rfc-editor.org/rfc/rfc8705#section-3
func (v *Verifier) bound(i *Identity, r *http.Request) error {
	confirmation, given := i.Claims["cnf"]
	if !given {
		return nil
	}
	methods, ok := confirmation.(map[string]any)
	if !ok {
		return &Error{Reason: ReasonPayload, Cause: errors.New("cnf is not an object")}
	}
	want, given := methods["x5t#S256"]
	if !given {
		return nil // bound to what is not known here
	}
	c := certificate(r)
	switch {
	case c == nil:
		return &Error{Reason: ReasonBinding, Cause: errors.New("no certificate was shown")}
	case want != thumbprint(c):
		return &Error{Reason: ReasonBinding, Cause: errors.New("another certificate was shown")}
	case v.parts.Now().After(c.NotAfter):
		return &Error{Reason: ReasonCertificateExpired}
	}
	return nil
}

// ours says whether the issuer is one that only this package names.
func ours(issuer string) bool { return slices.Contains([]string{KeyIssuer, CertificateIssuer}, issuer) }
