package auth

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/ficusgraph/ficus/auth/apikeys"
)

// APIKeys says where API keys are kept, and how requests bring them.
type APIKeys struct {
	// File of the keys, made and changed by ficus keys and the admin API. A change is in force within a second.
	File string `yaml:"file"`
	// HeaderName is X-API-Key by default.
	HeaderName string `yaml:"header_name"`
	// Mode is optional or required, where there is no jwt; otherwise jwt.mode is for both.
	Mode Mode `yaml:"mode"`
}

// keyScheme is how WWW-Authenticate asks for an API key. There is no registered scheme for them.
const keyScheme = "ApiKey"

// KeyIssuer is the Issuer of identities that API keys were exchanged for. A token that says it is from there is refused,
// so who asks for it beside key_id is told of no key that was not brought.
const KeyIssuer = "ficus:api_keys"

// validateAPIKeys reports what is wrong with router.api_keys.
func (c Config) validateAPIKeys() []error {
	k, j := c.Router.APIKeys, c.Router.JWT
	if k == nil {
		return nil
	}
	var errs []error
	add := func(format string, args ...any) {
		errs = append(errs, fmt.Errorf("authentication.router.api_keys"+format, args...))
	}
	if k.File == "" {
		add(".file: is empty; name the file that ficus keys create is to make")
	}
	name := k.withDefaults().HeaderName
	if strings.ContainsAny(name, " \t\r\n:") {
		add(".header_name: %q is not the name of a header", k.HeaderName)
	}
	switch {
	case k.Mode != "" && j != nil:
		add(".mode: is said by authentication.router.jwt.mode, for tokens and API keys; remove it")
	case !slices.Contains([]Mode{"", ModeOptional, ModeRequired}, k.Mode):
		add(".mode: %q is not a mode; write optional or required", k.Mode)
	}
	if j != nil && j.looksAt(name) {
		add(".header_name: tokens are looked for in %s too; give API keys another", name)
	}
	return errs
}

// looksAt says whether tokens are looked for in the header.
func (j JWT) looksAt(header string) bool {
	return strings.EqualFold(j.withDefaults().HeaderName, header) || slices.ContainsFunc(j.Sources, func(s Source) bool {
		return s.Type == SourceHeader && strings.EqualFold(s.Name, header)
	})
}

// tokens is what is asked of tokens; without key sets where none are taken.
func (c Config) tokens() JWT {
	switch r := c.Router; {
	case r.JWT != nil:
		return *r.JWT
	case r.APIKeys != nil:
		return JWT{Mode: r.APIKeys.Mode}
	case r.Sessions != nil:
		return JWT{Mode: r.Sessions.Mode}
	}
	return JWT{}
}

// withDefaults is the configuration with nothing left open; that of nil is of no use.
func (k *APIKeys) withDefaults() APIKeys {
	if k == nil {
		return APIKeys{}
	}
	out := *k
	if out.HeaderName == "" {
		out.HeaderName = "X-API-Key"
	}
	out.HeaderName = http.CanonicalHeaderKey(out.HeaderName)
	return out
}

// newKeyRing is the keys of the configuration, nil if there are to be none.
func newKeyRing(cfg *APIKeys, parts Parts) (*apikeys.Ring, error) {
	if cfg == nil {
		return nil, nil //nolint:nilnil // no keys are no error
	}
	ring, err := apikeys.NewRing(context.Background(), apikeys.NewFile(cfg.File), apikeys.Parts{Now: parts.Now, Logger: parts.Logger})
	if err == nil && len(ring.List()) == 0 {
		parts.Logger.Warn("there are no API keys yet; make one with: ficus keys create", slog.String("file", cfg.File))
	}
	return ring, err
}

// takesTokens says whether anything but API keys is looked at.
func (v *Verifier) takesTokens() bool { return len(v.sets) > 0 }

// Keys are the API keys, nil where none are taken.
func (v *Verifier) Keys() *apikeys.Ring {
	if v == nil {
		return nil
	}
	return v.keys
}

// Exchange is the identity that the API key stands for. Its error is an *Error.
func (v *Verifier) Exchange(text string) (*Identity, error) {
	k, err := v.keys.Find(text)
	if err != nil {
		return nil, &Error{Reason: keyReason(err)}
	}
	i := keyIdentity(k)
	return i, v.revoked.refuses(i)
}

func keyReason(err error) Reason {
	switch {
	case errors.Is(err, apikeys.ErrMalformed):
		return ReasonKeyMalformed
	case errors.Is(err, apikeys.ErrExpired):
		return ReasonKeyExpired
	case errors.Is(err, apikeys.ErrRevoked):
		return ReasonKeyRevoked
	}
	return ReasonKeyUnknown
}

// keyIdentity says of a key what a token would say in its claims, so that policies, header rules and rate limits need
// not know which of the two it was.
func keyIdentity(k *apikeys.Key) *Identity {
	claims := map[string]any{"sub": k.Subject, "iss": KeyIssuer, "key_id": k.ID}
	if len(k.Scopes) > 0 {
		claims["scope"] = strings.Join(k.Scopes, " ")
	}
	if k.Tenant != "" {
		claims["tenant"] = k.Tenant
	}
	if k.RateLimit > 0 {
		claims["rate_limit"] = json.Number(strconv.Itoa(k.RateLimit))
	}
	return &Identity{Subject: k.Subject, Issuer: KeyIssuer, Scopes: k.Scopes, Claims: claims}
}
