// Package mint makes the tokens by which the gateway tells services who asks: short-lived, for one audience each, signed
// with keys of the gateway's own that turn over by themselves.
//
//	files or a secret -> keys      by epoch, derived from the secret; or as the files say   (keys.go, files.go)
//	keys              -> JWK set   those that sign, those that did, those that will         (keyset.go)
//	who asks, a key   -> token     EdDSA, remembered until it is about to end               (mint.go, token.go)
//
// Invariants: a token names one audience; what a caller's token says never becomes a claim that only the gateway may
// make; a key is published before it signs and as long as anything that it signed may be shown; replicas with the same
// secret have the same keys at the same time, and need not talk for it.
package mint

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"time"

	"github.com/ficusgraph/ficus/auth/held"
)

// Config says in whose name tokens are minted, and with which keys.
type Config struct {
	// Issuer is the claim iss; services must insist on it.
	Issuer string `yaml:"issuer"`
	// Keys sign. By default they are made at the start, and nobody else's tokens are good by them.
	Keys Keys `yaml:"keys"`
	// Rotation is how keys turn over that are not in files.
	Rotation Rotation `yaml:"rotation"`
	// CacheSize is how many tokens are remembered; 10,000 by default.
	CacheSize int `yaml:"cache_size"`
}

// Keys is where keys come from: either is given, or neither.
type Keys struct {
	// Files are PEM with a private key of Ed25519 each. The first signs, all are published. They are read again within a
	// second of a change.
	Files []string `yaml:"files"`
	// Secret is shared by all replicas; their keys are derived from it. 32 bytes at least.
	Secret string `yaml:"secret"`
}

// Rotation is how keys turn over.
type Rotation struct {
	// Interval is how long a key signs; 24h by default.
	Interval time.Duration `yaml:"interval"`
	// Overlap is how long a key is published before it signs, and after; 1h by default, or half of a shorter interval.
	Overlap time.Duration `yaml:"overlap"`
}

// Parts is what a Mint uses of the world. Everything may be left out.
type Parts struct {
	// Now is the time.
	Now func() time.Time
	// Random makes keys where none are given, and the ids of tokens; it must be cryptographic.
	Random io.Reader
	// Logger gets what operators should know.
	Logger *slog.Logger
}

const (
	// leastSecret is how long a shared secret must be, in bytes.
	leastSecret = 32
	// leastOverlap is how long a key must be published around its time: services remember key sets for a while.
	leastOverlap = 2 * time.Minute
)

// Validate is everything that is wrong, each beginning with its key.
func (c Config) Validate() []error {
	var errs []error
	add := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }
	if c.Issuer == "" {
		add("issuer: is empty; give the name by which services are to know the gateway, such as https://graph.example.com")
	}
	if len(c.Keys.Files) > 0 && c.Keys.Secret != "" {
		add("keys: are in files and derived from a secret; keep one of files and secret")
	}
	if c.Keys.Secret != "" && len(c.Keys.Secret) < leastSecret {
		add("keys.secret: is shorter than %d bytes, and could be guessed; make a longer one, for instance with: openssl rand -hex 32", leastSecret)
	}
	if len(c.Keys.Files) > 0 && c.Rotation != (Rotation{}) {
		add("rotation: is for keys that are not in files; to rotate those, add a file, and put it first once services know it")
	}
	r := c.Rotation.withDefaults()
	switch {
	case c.Rotation.Interval < 0 || c.Rotation.Overlap < 0:
		add("rotation: interval and overlap must not be negative")
	case r.Overlap < leastOverlap:
		add("rotation.overlap: %s is shorter than %s, for which services may remember the keys", r.Overlap, leastOverlap)
	case r.Interval < r.Overlap:
		add("rotation.interval: %s is shorter than the overlap of %s", r.Interval, r.Overlap)
	}
	if c.CacheSize < 0 {
		add("cache_size: must not be negative")
	}
	return errs
}

// Remembers is how many tokens are remembered.
func (c Config) Remembers() int {
	if c.CacheSize == 0 {
		return held.UsualMost
	}
	return c.CacheSize
}

func (r Rotation) withDefaults() Rotation {
	if r.Interval == 0 {
		r.Interval = 24 * time.Hour
	}
	if r.Overlap == 0 {
		r.Overlap = min(time.Hour, r.Interval/2)
	}
	return r
}

// Mint mints tokens. It is safe for use by many goroutines.
type Mint struct {
	issuer string
	parts  Parts
	keys   source
	held   *held.Cache[string]
}

// source is where keys come from.
type source interface {
	// signer is the key that signs now.
	signer(now time.Time) (*key, error)
	// published are the keys that services are told of, in a fixed order.
	published(now time.Time) ([]*key, error)
	// patience is how long services may remember the published keys.
	patience() time.Duration
	// follow looks after changes until the context ends.
	follow(ctx context.Context)
}

// New is a mint for the configuration, which must be valid. Files of keys must be right at the start.
func New(cfg Config, parts Parts) (*Mint, error) {
	if errs := cfg.Validate(); len(errs) > 0 {
		return nil, errors.Join(errs...)
	}
	if parts.Now == nil {
		parts.Now = time.Now
	}
	if parts.Random == nil {
		parts.Random = rand.Reader
	}
	if parts.Logger == nil {
		parts.Logger = slog.Default()
	}
	m := &Mint{issuer: cfg.Issuer, parts: parts, held: held.New[string](held.Config{Most: cfg.CacheSize, Now: parts.Now})}
	var err error
	switch {
	case len(cfg.Keys.Files) > 0:
		m.keys, err = newFiles(cfg.Keys.Files, parts)
	case cfg.Keys.Secret != "":
		m.keys = newDerived([]byte(cfg.Keys.Secret), cfg.Issuer, cfg.Rotation)
	default:
		secret := make([]byte, sha256.Size)
		if _, err = io.ReadFull(parts.Random, secret); err == nil {
			parts.Logger.Warn("the keys of minted tokens are made at each start; where there are replicas, set authentication.minting.keys.secret")
			m.keys = newDerived(secret, cfg.Issuer, cfg.Rotation)
		}
	}
	if err != nil {
		return nil, fmt.Errorf("keys: %w", err)
	}
	return m, nil
}

// Follow looks after changes of files of keys until the context ends.
func (m *Mint) Follow(ctx context.Context) { m.keys.follow(ctx) }
