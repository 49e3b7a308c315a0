package auth

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/ficusgraph/ficus/auth/mint"
)

// Config says how requests are authenticated; the key is "authentication", and those beneath it are Apollo
// Router's, but for API keys, sessions and minting. Without router.jwt, router.api_keys and router.sessions nobody is
// asked who they are.
type Config struct {
	// Router is what the gateway itself asks of clients.
	Router Router `yaml:"router"`
	// Subgraph is what services are shown of who asks.
	Subgraph Owners `yaml:"subgraph"`
	// Minting has the gateway make tokens of its own for services and connectors.
	Minting *mint.Config `yaml:"minting"`
}

// Router is what the gateway itself asks of clients.
type Router struct {
	// JWT verifies bearer tokens.
	JWT *JWT `yaml:"jwt"`
	// APIKeys lets in who brings one of them.
	APIKeys *APIKeys `yaml:"api_keys"`
	// Sessions lets in who has a session of the monolith.
	Sessions *Sessions `yaml:"sessions"`
	// MTLS takes clients for whom their certificate names.
	MTLS *MTLS `yaml:"mtls"`
}

// JWT says which tokens are good.
type JWT struct {
	// JWKS are the key sets; a token has to be good by one of them.
	JWKS []KeySet `yaml:"jwks"`
	// HeaderName is Authorization by default.
	HeaderName string `yaml:"header_name"`
	// HeaderValuePrefix stands before the token, Bearer by default.
	HeaderValuePrefix string `yaml:"header_value_prefix"`
	// Sources are where a token is looked for when that header is not there, in turn.
	Sources []Source `yaml:"sources"`
	// Revoked names a file of tokens and subjects that are not accepted any longer, in force within a second.
	Revoked Revoked `yaml:"revoked"`
	// IgnoreOtherPrefixes takes a header with another prefix for none; by default such a request is refused.
	IgnoreOtherPrefixes bool `yaml:"ignore_other_prefixes"`
	// Mode is optional (the default: who brings no token is nobody) or required. A bad token is refused in both.
	Mode Mode `yaml:"mode"`
	// Operations are exceptions to the mode.
	Operations []OperationRule `yaml:"operations"`
	// Leeway is how far clocks may differ, 30s by default.
	Leeway time.Duration `yaml:"leeway"`
	// CacheSize is about how many verified tokens are remembered, 4096 by default.
	CacheSize int `yaml:"cache_size"`
}

// Source is another place of a token.
type Source struct {
	// Type is header or cookie.
	Type string `yaml:"type"`
	// Name of the header or the cookie.
	Name string `yaml:"name"`
	// ValuePrefix stands before the token in a header; none by default.
	ValuePrefix string `yaml:"value_prefix"`
}

// The types of a Source.
const (
	SourceHeader = "header"
	SourceCookie = "cookie"
)

// Mode says what happens to requests without a token.
type Mode string

// The modes.
const (
	ModeOptional Mode = "optional"
	ModeRequired Mode = "required"
)

// KeySet is where keys come from, and what tokens must say that are signed with them. Exactly one of Issuer, URL,
// File, Key and Secret is given.
type KeySet struct {
	// Issuer's URL, below which .well-known/openid-configuration says where its JWK set is; its tokens must name it.
	Issuer string `yaml:"issuer"`
	// URL of a JWK set, fetched at the start and at every PollInterval.
	URL string `yaml:"url"`
	// File holding a JWK set, a JWK, or PEM; read again at every PollInterval.
	File string `yaml:"file"`
	// Key is a JWK set, a JWK, or PEM (a public key or a certificate).
	Key string `yaml:"key"`
	// Secret is shared with who signs with HS256, HS384 or HS512; at least as long as the hash, 32 bytes for HS256.
	Secret string `yaml:"secret"`
	// Issuers of which the token's iss must be one; any by default.
	Issuers []string `yaml:"issuers"`
	// Audiences of which the token's aud must name one; any by default.
	Audiences []string `yaml:"audiences"`
	// Algorithms that are allowed; by default all that fit the key, and for a URL none of HS256, HS384, HS512.
	Algorithms []string `yaml:"algorithms"`
	// PollInterval is how often the keys are loaded again, 60s by default.
	PollInterval time.Duration `yaml:"poll_interval"`
	// Headers are sent to the URL.
	Headers []Header `yaml:"headers"`
	// AllowMissingExp takes tokens that never expire.
	AllowMissingExp bool `yaml:"allow_missing_exp"`
	// MaxAge is how long after its iat a token is taken, whatever its exp; for ever by default.
	MaxAge time.Duration `yaml:"max_age"`
	// Types of which the header's typ must be one, such as at+jwt (RFC 9068); by default any but those of tokens that
	// are not for requests, such as logout+jwt.
	Types []string `yaml:"types"`
	// RequiredClaims must be there, and not null.
	RequiredClaims []string `yaml:"required_claims"`
}

// Header is a header that is sent.
type Header struct {
	// Name of the header.
	Name string `yaml:"name"`
	// Value of the header.
	Value string `yaml:"value"`
}

// Validate reports everything that is wrong with the configuration.
func (c Config) Validate() error {
	return errors.Join(slices.Concat(c.validateJWT(), c.validateAPIKeys(), c.validateSessions(), c.validateMTLS(), c.validateOwners())...) // in one list, as each has its place in the file
}

// Keeps is about how many bytes are held for long of who asks, where many do.
func (c Config) Keeps() int {
	const identity, minted, most = 1 << 11, 1 << 10, 16 << 20
	n := 0
	if c.Asks() {
		n += c.tokens().withDefaults().CacheSize * identity
	}
	if m := c.Minting; m != nil {
		n += m.Remembers() * minted
	}
	return min(n, most)
}

// Asks says whether anybody is asked who they are.
func (c Config) Asks() bool {
	return c.Router.JWT != nil || c.Router.APIKeys != nil || c.Router.Sessions != nil || c.Router.MTLS != nil
}

func (c Config) validateJWT() []error {
	if c.Router.JWT == nil {
		return nil
	}
	const at = "authentication.router.jwt"
	j := c.Router.JWT
	var errs []error
	add := func(format string, args ...any) { errs = append(errs, fmt.Errorf(at+format, args...)) }
	if len(j.JWKS) == 0 {
		add(".jwks: is empty; give at least one key set, by issuer, url, file, key or secret")
	}
	switch j.Mode {
	case "", ModeOptional, ModeRequired:
	default:
		add(".mode: %q is not a mode; write optional or required", j.Mode)
	}
	if strings.ContainsAny(j.HeaderName, " \t\r\n:") {
		add(".header_name: %q is not the name of a header", j.HeaderName)
	}
	if strings.ContainsAny(j.HeaderValuePrefix, " \t\r\n") {
		add(".header_value_prefix: must be one word")
	}
	if j.Leeway < 0 {
		add(".leeway: must not be negative")
	}
	if j.CacheSize < 0 {
		add(".cache_size: must not be negative")
	}
	for i, s := range j.Sources {
		if s.Type != SourceHeader && s.Type != SourceCookie {
			add(".sources[%d].type: %q is not one of header, cookie", i, s.Type)
		}
		if s.Name == "" || strings.ContainsAny(s.Name, " \t\r\n:;,=") {
			add(".sources[%d].name: %q is not the name of a header or a cookie", i, s.Name)
		}
		if s.Type == SourceCookie && s.ValuePrefix != "" {
			add(".sources[%d].value_prefix: means something only for a header", i)
		}
	}
	for i, r := range j.Operations {
		r.validate(func(format string, args ...any) {
			add(fmt.Sprintf(".operations[%d]", i)+format, args...)
		})
	}
	for i, k := range j.JWKS {
		k.validate(func(format string, args ...any) {
			add(fmt.Sprintf(".jwks[%d]", i)+format, args...)
		})
	}
	return errs
}

// validate reports what is wrong with a key set. It says nothing of the keys' values.
func (k KeySet) validate(add func(format string, args ...any)) {
	given := 0
	for _, v := range []string{k.Issuer, k.URL, k.File, k.Key, k.Secret} {
		if v != "" {
			given++
		}
	}
	if given != 1 {
		add(": has %d of issuer, url, file, key and secret; give exactly one", given)
	}
	for _, at := range [][2]string{{"issuer", k.Issuer}, {"url", k.URL}} {
		if u, err := url.Parse(at[1]); at[1] != "" && (err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https") {
			add(".%s: is not an http or https URL", at[0])
		}
	}
	if k.Issuer != "" && len(k.Issuers) > 0 {
		add(".issuers: is one already, by issuer; remove it")
	}
	if !k.remote() && len(k.Headers) > 0 {
		add(".headers: mean something only beside issuer or url")
	}
	if k.MaxAge < 0 {
		add(".max_age: must not be negative")
	}
	for i, h := range k.Headers {
		if h.Name == "" || strings.ContainsAny(h.Name, " \t\r\n:") {
			add(".headers[%d].name: %q is not the name of a header", i, h.Name)
		}
	}
	if k.PollInterval < 0 {
		add(".poll_interval: must not be negative")
	}
	for i, a := range k.Algorithms {
		if _, ok := algorithms[a]; !ok {
			add(".algorithms[%d]: %q is not supported; there are %s", i, a, strings.Join(algorithmNames(), ", "))
		}
	}
	if k.Secret != "" && len(k.Secret) < 32 {
		add(".secret: is shorter than 32 bytes, and could be guessed; make a longer one, for instance with: openssl rand -hex 32")
	}
	if _, err := parseKeys([]byte(k.Secret)); err == nil || strings.Contains(k.Secret, "-----BEGIN ") {
		// Whoever has the public key could sign with it as if it were a secret.
		add(".secret: is a key; give it as key")
	}
	if k.Key != "" {
		if _, err := parseKeys([]byte(k.Key)); err != nil {
			add(".key: %w", err)
		}
	}
}

// remote says whether the keys are fetched: a shared key that anybody can fetch proves nothing.
func (k KeySet) remote() bool { return k.URL != "" || k.Issuer != "" }

// withDefaults is the configuration with nothing left open.
func (j JWT) withDefaults() JWT {
	if j.HeaderName == "" {
		j.HeaderName = "Authorization"
	}
	if j.HeaderValuePrefix == "" {
		j.HeaderValuePrefix = "Bearer"
	}
	if j.Mode == "" {
		j.Mode = ModeOptional
	}
	if j.Leeway == 0 {
		j.Leeway = 30 * time.Second
	}
	if j.CacheSize == 0 {
		j.CacheSize = 4096
	}
	j.JWKS = slices.Clone(j.JWKS)
	for i := range j.JWKS {
		if j.JWKS[i].PollInterval == 0 {
			j.JWKS[i].PollInterval = time.Minute
		}
		if issuer := j.JWKS[i].Issuer; issuer != "" {
			j.JWKS[i].Issuers = []string{issuer}
		}
	}
	return j
}
