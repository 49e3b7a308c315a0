package auth

import (
	"encoding/json"
	"errors"
	"math"
	"slices"
	"strings"
	"time"
)

// claims are what a token says, once its signature is known to be good. The registered ones have the types that
// RFC 7519, 4.1 gives them: a jti that is a number, say, would escape the list of what is revoked.
type claims struct {
	all map[string]any
	// iss is empty where there is none.
	iss string
	aud []string
	// expires, begins and issued are the zero time where the token does not say.
	expires, begins, issued time.Time
}

// readClaims reads a payload.
func readClaims(payload []byte) (*claims, error) {
	malformed := func(cause error) (*claims, error) { return nil, &Error{Reason: ReasonPayload, Cause: cause} }
	all, err := readObject(payload)
	if err != nil {
		return malformed(err)
	}
	c := &claims{all: all}
	for _, name := range []string{"iss", "sub", "jti"} {
		if v, given := all[name]; given {
			if _, ok := v.(string); !ok {
				return malformed(errors.New(name + " is not a text"))
			}
		}
	}
	c.iss, _ = all["iss"].(string)
	if c.aud, err = audiences(all); err != nil {
		return malformed(err)
	}
	for _, d := range []struct {
		name string
		into *time.Time
	}{{"exp", &c.expires}, {"nbf", &c.begins}, {"iat", &c.issued}} {
		if v, given := all[d.name]; given {
			if *d.into, err = numericDate(v); err != nil {
				return malformed(errors.New(d.name + " " + err.Error()))
			}
		}
	}
	return c, nil
}

// audiences is the claim aud, a text or a list of texts.
func audiences(all map[string]any) ([]string, error) {
	switch v := all["aud"].(type) {
	case string:
		return []string{v}, nil
	case []any:
		if list, ok := texts(v); ok {
			return list, nil
		}
	case nil:
		if _, given := all["aud"]; !given {
			return nil, nil
		}
	}
	return nil, errors.New("aud is neither a text nor a list of texts")
}

// The times that are told apart: beyond the years 1 and 9999 all is the distant past, or the distant future.
const (
	firstSecond = -62_135_596_799
	lastSecond  = 253_402_300_799
)

// numericDate reads seconds since 1970, with a fraction or without.
func numericDate(v any) (time.Time, error) {
	n, ok := v.(json.Number)
	if !ok {
		return time.Time{}, errors.New("is not a number")
	}
	f, err := n.Float64()
	if err != nil {
		return time.Time{}, errors.New("is a number too large for a time")
	}
	seconds, part := math.Modf(min(max(f, firstSecond), lastSecond))
	return time.Unix(int64(seconds), int64(part*1e9)), nil
}

// check reads what the claims say of when, from whom and for whom the token is. The time at which it ends is the
// first at which it is refused (RFC 7519, 4.1.4), and clocks may differ by the leeway.
func (c *claims) check(typ string, cfg KeySet, leeway time.Duration, now time.Time) error {
	switch {
	case !cfg.accepts(typ):
		return &Error{Reason: ReasonType}
	case c.expires.IsZero() && !cfg.AllowMissingExp:
		return &Error{Reason: ReasonNoExpiry}
	case !c.expires.IsZero() && !now.Before(c.expires.Add(leeway)):
		return &Error{Reason: ReasonExpired}
	case !c.begins.IsZero() && now.Add(leeway).Before(c.begins):
		return &Error{Reason: ReasonEarly}
	case !c.issued.IsZero() && now.Add(leeway).Before(c.issued):
		// Whoever issues tokens in the future evades every greatest age.
		return &Error{Reason: ReasonEarly, Cause: errors.New("its iat is to come")}
	case len(cfg.Issuers) > 0 && !slices.Contains(cfg.Issuers, c.iss):
		return &Error{Reason: ReasonIssuer}
	case len(cfg.Audiences) > 0 && !slices.ContainsFunc(c.aud, func(a string) bool { return slices.Contains(cfg.Audiences, a) }):
		return &Error{Reason: ReasonAudience}
	case cfg.MaxAge > 0 && c.issued.IsZero():
		return &Error{Reason: ReasonAge, Cause: errors.New("there is no iat")}
	case cfg.MaxAge > 0 && !now.Before(c.issued.Add(cfg.MaxAge+leeway)):
		return &Error{Reason: ReasonAge}
	}
	for _, name := range cfg.RequiredClaims {
		if c.all[name] == nil {
			return &Error{Reason: ReasonClaim, Cause: errors.New("there is no " + name)}
		}
	}
	return nil
}

// accepts says whether tokens of the type are for making requests.
func (k KeySet) accepts(typ string) bool {
	if len(k.Types) == 0 {
		return !otherTypes[typ]
	}
	return slices.ContainsFunc(k.Types, func(t string) bool {
		return strings.TrimPrefix(strings.ToLower(t), "application/") == typ
	})
}

// expiry is when the cache must forget the token; zero means never.
func (c *claims) expiry(cfg KeySet, leeway time.Duration) time.Time {
	var out time.Time
	if !c.expires.IsZero() {
		out = c.expires.Add(leeway)
	}
	if cfg.MaxAge > 0 {
		if old := c.issued.Add(cfg.MaxAge + leeway); out.IsZero() || old.Before(out) {
			out = old
		}
	}
	return out
}
