package apikeys

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// ErrRefused is an order that cannot be done; what is joined to it says why.
var ErrRefused = errors.New("refused")

// ErrNone is an order about a key that there is not.
var ErrNone = errors.New("there is no such API key")

// Bounds of what is kept: a store must not grow until it cannot be read.
const (
	maxKeys    = 100_000
	maxSecrets = 5
	maxText    = 200
	maxScopes  = 100
)

func refused(format string, args ...any) error {
	return fmt.Errorf("%w: "+format, append([]any{ErrRefused}, args...)...)
}

// add makes a key, and its text.
func add(keys []Key, k Key, random io.Reader) (_ []Key, _ Key, text string, err error) {
	if len(keys) >= maxKeys {
		return nil, k, "", refused("there are %d keys, and there can be no more", maxKeys)
	}
	for k.ID == "" || find(keys, k.ID) >= 0 {
		if k.ID, err = newID(random); err != nil {
			return nil, k, "", err
		}
	}
	if k.Subject == "" {
		k.Subject = "key:" + k.ID
	}
	if !k.Expires.IsZero() && !k.Expires.After(k.Created) {
		return nil, k, "", refused("expires: %s is over", k.Expires.Format(time.RFC3339))
	}
	if err = errors.Join(k.check(), plain("by", k.CreatedBy, false)); err != nil {
		return nil, k, "", refused("%w", err)
	}
	if text, err = newText(k.ID, random); err != nil {
		return nil, k, "", err
	}
	_, hash, err := readText(text)
	k.Secrets = []Secret{{Hash: hash, Created: k.Created}}
	return append(slices.Clone(keys), k), k, text, err
}

// rotate makes a new text of a key. The one before is good until the overlap is over, and no longer than it was.
func rotate(keys []Key, id string, overlap time.Duration, now time.Time, random io.Reader) (_ []Key, k Key, text string, err error) {
	i := find(keys, id)
	if i < 0 {
		return nil, k, "", ErrNone
	}
	k = keys[i]
	switch {
	case k.Revoked != nil:
		return nil, k, "", refused("key %s has been revoked; create another", id)
	case k.expired(now):
		return nil, k, "", refused("key %s has expired; create another", id)
	case overlap < 0:
		return nil, k, "", refused("overlap: must not be negative")
	}
	if text, err = newText(id, random); err != nil {
		return nil, k, "", err
	}
	_, hash, err := readText(text)
	secrets := []Secret{{Hash: hash, Created: now}}
	for _, s := range k.Secrets {
		if until := now.Add(overlap); s.Until.IsZero() || s.Until.After(until) {
			s.Until = until
		}
		if s.Until.After(now) {
			secrets = append(secrets, s)
		}
	}
	if len(secrets) > maxSecrets {
		return nil, k, "", refused("key %s has %d secrets that are still good; wait until one has ended, or rotate without an overlap", id, len(secrets)-1)
	}
	k.Secrets = secrets
	keys = slices.Clone(keys)
	keys[i] = k
	return keys, k, text, err
}

// revoke ends a key for good. One that has been revoked stays as it was.
func revoke(keys []Key, id string, r Revocation) ([]Key, Key, error) {
	i := find(keys, id)
	if i < 0 {
		return nil, Key{}, ErrNone
	}
	if err := errors.Join(plain("by", r.By, false), plain("why", r.Why, false)); err != nil {
		return nil, Key{}, refused("%w", err)
	}
	keys = slices.Clone(keys)
	if keys[i].Revoked == nil {
		keys[i].Revoked = &r
	}
	return keys, keys[i], nil
}

func find(keys []Key, id string) int {
	return slices.IndexFunc(keys, func(k Key) bool { return k.ID == id })
}

func (k *Key) expired(now time.Time) bool { return !k.Expires.IsZero() && !now.Before(k.Expires) }

// check reports what cannot be said of a key. Its texts become claims, which may be sent to services as headers.
func (g Given) check() error {
	errs := []error{plain("name", g.Name, true), plain("subject", g.Subject, false), plain("tenant", g.Tenant, false)}
	if len(g.Scopes) > maxScopes {
		errs = append(errs, fmt.Errorf("scopes: there are more than %d", maxScopes))
	}
	for _, s := range g.Scopes {
		// RFC 6749, 3.3
		if s == "" || len(s) > maxText || strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r > '~' || r == '"' || r == '\\' }) {
			errs = append(errs, fmt.Errorf("scopes: %q is no scope", s))
		}
	}
	if g.RateLimit < 0 {
		errs = append(errs, errors.New("rate_limit: must not be negative"))
	}
	return errors.Join(errs...)
}

// plain refuses text that does not fit a line.
func plain(what, text string, needed bool) error {
	switch {
	case needed && strings.TrimSpace(text) == "":
		return fmt.Errorf("%s: must be given", what)
	case len(text) > maxText:
		return fmt.Errorf("%s: is longer than %d bytes", what, maxText)
	case !utf8.ValidString(text) || strings.ContainsFunc(text, unicode.IsControl):
		return fmt.Errorf("%s: has characters that are not printed", what)
	}
	return nil
}
