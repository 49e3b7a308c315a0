package monolith

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/ficusgraph/ficus/auth/mint"
	"github.com/ficusgraph/ficus/subgraph/shaping"
)

// ClaimHeader is a claim of the caller and the header that it goes in.
type ClaimHeader struct {
	// Claim is sub, or another.
	Claim string `yaml:"claim"`
	// Header is one that nobody else sets: copies of clients are taken out of their requests.
	Header string `yaml:"header"`
}

// claimFaults are what is wrong with claims. A header with an underscore is to many applications the same as one with a
// dash, so it could be set by who may set that one.
func (a *Auth) claimFaults() []error {
	var errs []error
	for i, c := range a.Claims {
		name := http.CanonicalHeaderKey(c.Header)
		switch {
		case c.Claim == "":
			errs = append(errs, fmt.Errorf("auth.claims[%d].claim: is empty; name a claim, such as sub", i))
		case !headerName.MatchString(c.Header) || strings.Contains(c.Header, "_") || reserved[strings.ToLower(c.Header)] || name == "Authorization" || name == "Cookie":
			errs = append(errs, fmt.Errorf("auth.claims[%d].header: %q is not a header that can be set", i, c.Header))
		case slices.ContainsFunc(a.Claims[:i], func(o ClaimHeader) bool { return http.CanonicalHeaderKey(o.Header) == name }):
			errs = append(errs, fmt.Errorf("auth.claims[%d].header: %s is set already", i, c.Header))
		}
	}
	return errs
}

// IdentityHeaders are those that sources are told in who asks, and that nobody else may set.
func (c Config) IdentityHeaders() []string {
	var out []string
	for _, name := range slices.Sorted(maps.Keys(c.Sources)) {
		if a := c.Sources[name].Auth; a != nil {
			for _, h := range a.Claims {
				out = append(out, http.CanonicalHeaderKey(h.Header))
			}
		}
	}
	return out
}

// ValidateMinting is what is wrong with the tokens that sources are to be shown, where they are minted as the
// configuration says; nil is where nothing is.
func (c Config) ValidateMinting(minting *mint.Config) error {
	var errs []error
	for _, name := range slices.Sorted(maps.Keys(c.Sources)) {
		a := c.Sources[name].Auth
		switch {
		case a == nil || a.Mint == nil:
		case minting == nil:
			errs = append(errs, fmt.Errorf("connectors.sources.%s.auth.mint: needs authentication.minting, which says in whose name", name))
		default:
			for _, err := range a.Mint.Validate(*minting) {
				errs = append(errs, fmt.Errorf("connectors.sources.%s.auth.mint.%w", name, err))
			}
		}
	}
	return errors.Join(errs...)
}

// appendClaims adds the caller's claims; none for nobody.
func (b *badge) appendClaims(all [][2]string, who Caller) [][2]string {
	if who.Claim == nil {
		return all
	}
	for _, c := range b.claims {
		if v, ok := who.Claim(c.Claim); ok {
			all = append(all, [2]string{http.CanonicalHeaderKey(c.Header), v})
		}
	}
	return all
}

// withoutClaims is a copy without the headers that only claims set, whatever a schema passes on of a client's.
func (b *badge) withoutClaims(headers [][2]string) [][2]string {
	return slices.DeleteFunc(slices.Clone(headers), func(h [2]string) bool {
		return slices.ContainsFunc(b.claims, func(c ClaimHeader) bool {
			return strings.EqualFold(strings.ReplaceAll(h[0], "_", "-"), c.Header)
		})
	})
}

// minted are tokens that the gateway makes for the source.
type minted struct {
	kind mint.Kind
	make func(context.Context, *mint.Kind) (string, error)
}

// newMinted is for a source, whose name is the audience where no other is given. Where nobody mints, as for the commands
// that have no callers, nothing is shown.
func newMinted(kind mint.Kind, source string, ports Ports) credentials {
	if ports.Minted == nil {
		return fixed(nil)
	}
	if kind.Audience == "" {
		kind.Audience = source
	}
	return &minted{kind: kind, make: ports.Minted}
}

func (m *minted) get(ctx context.Context, _ Caller, _ *shaping.Passage) ([][2]string, error) {
	token, err := m.make(ctx, &m.kind)
	if err != nil || token == "" {
		return nil, err
	}
	return [][2]string{{"Authorization", bearer + token}}, nil
}

func (m *minted) refused(Caller, [][2]string, int) bool { return false }
