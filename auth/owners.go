package auth

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"

	"github.com/ficusgraph/ficus/auth/exchange"
	"github.com/ficusgraph/ficus/auth/mint"
)

// Owners says what services are shown of who asks. By default that is nothing.
type Owners struct {
	// All holds for every subgraph that is not named.
	All *Shown `yaml:"all"`
	// Subgraphs holds for those named, in place of All.
	Subgraphs map[string]Shown `yaml:"subgraphs"`
}

// Shown is what an owner is shown of who asks: a token, of one of three kinds, and claims. Nobody is shown as nobody.
type Shown struct {
	// ForwardToken shows the token that was verified.
	ForwardToken bool `yaml:"forward_token"`
	// Mint shows a token that the gateway makes for this owner.
	Mint *mint.Kind `yaml:"mint"`
	// Exchange shows a token that an issuer gives for the one that was verified (RFC 8693).
	Exchange *exchange.Config `yaml:"exchange"`
	// Header is where the token goes: behind Bearer in Authorization by default, alone in any other.
	Header string `yaml:"header"`
	// Claims go in headers of their own.
	Claims []ClaimHeader `yaml:"claims"`
}

// ClaimHeader is a claim and the header that it goes in.
type ClaimHeader struct {
	// Claim is sub, or another.
	Claim string `yaml:"claim"`
	// Header is one that nobody else sets: copies of clients are taken out of their requests.
	Header string `yaml:"header"`
}

// authorization is the header of tokens.
const authorization = "Authorization"

// of is what the owner of that name is shown.
func (o Owners) of(subgraph string) Shown {
	if s, ok := o.Subgraphs[subgraph]; ok {
		return s
	}
	if o.All != nil {
		return *o.All
	}
	return Shown{}
}

// list is all that is said of owners, with the key of each.
func (o Owners) list() (keys []string, all []Shown) {
	const at = "authentication.subgraph."
	if o.All != nil {
		keys, all = append(keys, at+"all"), append(all, *o.All)
	}
	for _, name := range slices.Sorted(maps.Keys(o.Subgraphs)) {
		keys, all = append(keys, at+"subgraphs."+name), append(all, o.Subgraphs[name])
	}
	return keys, all
}

// showsToken says whether there is a token among what is shown.
func (s Shown) showsToken() bool { return s.ForwardToken || s.Mint != nil || s.Exchange != nil }

// header is where the token goes.
func (s Shown) header() string {
	if s.Header == "" {
		return authorization
	}
	return http.CanonicalHeaderKey(s.Header)
}

// headers are those that nobody else sets, in their canonical form.
func (s Shown) headers() []string {
	var out []string
	if s.showsToken() {
		out = append(out, s.header())
	}
	for _, c := range s.Claims {
		out = append(out, http.CanonicalHeaderKey(c.Header))
	}
	return out
}

func (c Config) validateOwners() []error {
	var errs []error
	keys, all := c.Subgraph.list()
	if len(all) > 0 && !c.Asks() {
		errs = append(errs, errors.New("authentication.subgraph: services are to be shown who asks, and nobody is asked; say how in authentication.router"))
	}
	for i, s := range all {
		for _, err := range s.validate(c.Minting) {
			errs = append(errs, fmt.Errorf("%s.%w", keys[i], err))
		}
	}
	if c.Minting != nil {
		for _, err := range c.Minting.Validate() {
			errs = append(errs, fmt.Errorf("authentication.minting.%w", err))
		}
	}
	return errs
}

func (s Shown) validate(minting *mint.Config) []error {
	var errs []error
	add := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }
	switch {
	case s.ForwardToken && s.Mint != nil, s.ForwardToken && s.Exchange != nil, s.Mint != nil && s.Exchange != nil:
		add("mint: shows more than one token; keep one of forward_token, mint and exchange")
	case s.Header != "" && !s.showsToken():
		add("header: is for a token, and none is shown; give forward_token, mint or exchange")
	case s.Header != "" && !settable(s.Header):
		add("header: %q is not a header that can be set", s.Header)
	}
	if s.Mint != nil && minting == nil {
		add("mint: needs authentication.minting, which says in whose name")
	} else if s.Mint != nil {
		for _, err := range s.Mint.Validate(*minting) {
			add("mint.%w", err)
		}
	}
	if s.Exchange != nil {
		for _, err := range s.Exchange.Validate() {
			add("exchange.%w", err)
		}
	}
	for i, c := range s.Claims {
		name := http.CanonicalHeaderKey(c.Header)
		switch {
		case c.Claim == "":
			add("claims[%d].claim: is empty; name a claim, such as sub", i)
		case !settable(c.Header):
			add("claims[%d].header: %q is not a header that can be set", i, c.Header)
		case s.showsToken() && name == s.header(), slices.ContainsFunc(s.Claims[:i], func(o ClaimHeader) bool { return http.CanonicalHeaderKey(o.Header) == name }):
			add("claims[%d].header: %s is set already", i, c.Header)
		}
	}
	return errs
}

// connections are headers that belong to a connection, a message or its content.
var connections = []string{
	"Accept", "Accept-Encoding", "Connection", "Content-Encoding", "Content-Length", "Content-Type", "Cookie", "Expect", "Host",
	"Http2-Settings", "Keep-Alive", "Proxy-Authenticate", "Proxy-Authorization", "Proxy-Connection", "Te", "Trailer", "Transfer-Encoding", "Upgrade",
}

// settable says whether a header of the name can say who asks. One with another mark than a dash cannot: to servers that
// make variables of headers (CGI, WSGI) it is the same as one with a dash.
func settable(name string) bool {
	for _, c := range []byte(name) {
		if (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && c != '-' {
			return false
		}
	}
	return name != "" && !slices.Contains(connections, http.CanonicalHeaderKey(name))
}

// own are the issuers of the gateway itself. What it mints for services is no token for the gateway, unless a key set
// names it: whoever gets one could go on with it as the caller.
func (c Config) own() []string {
	out := []string{KeyIssuer, CertificateIssuer, SessionIssuer}
	if c.Minting == nil {
		return out
	}
	for _, k := range c.tokens().JWKS {
		if slices.Contains(k.Issuers, c.Minting.Issuer) || k.Issuer == c.Minting.Issuer {
			return out
		}
	}
	return append(out, c.Minting.Issuer)
}
