// Package apikeys keeps the API keys of programs that have no issuer of tokens: made once, shown once, and kept as
// hashes. A key names who brings it; what that means is package auth's.
//
//	text  -> id, hash     its form and checksum are right            (text.go)
//	id    -> Key          of those in force, which a Ring follows     (ring.go)
//	hash  -> one of its secrets, compared in constant time
//	order -> Store        created, rotated, revoked, under a lock     (order.go, file.go)
//
// Invariants: no text of a key is kept, logged or listed; a key that is not known and one with another's secret are
// told apart by nobody; keys that cannot be read leave the last ones in force, so that no fault of a file locks
// everybody out or lets anybody in.
//
// A key is kept as its SHA-256, not by a slow hash as passwords are: slow hashes make up for secrets that can be
// guessed. Of a secret of 256 random bits nobody guesses a part worth having, however fast one guess is, and a slow
// hash for each request would be a way to keep the gateway busy.
package apikeys

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"time"
)

// What is wrong with a key that a request brings.
var (
	ErrMalformed = errors.New("the API key is malformed")
	ErrUnknown   = errors.New("the API key is not known")
	ErrExpired   = errors.New("the API key has expired")
	ErrRevoked   = errors.New("the API key has been revoked")
)

// Key is an API key as it is kept.
type Key struct {
	// ID is part of the key's text, and no secret.
	ID string `json:"id"`
	// Given is what was asked for when the key was created.
	Given
	// Created says when, and CreatedBy by whom.
	Created   time.Time `json:"created"`
	CreatedBy string    `json:"created_by,omitempty"`
	// Revoked is there once the key is not accepted any longer.
	Revoked *Revocation `json:"revoked,omitempty"`
	// Secrets are the hashes of its texts, the newest first. All but the first are on their way out.
	Secrets []Secret `json:"secrets"`
}

// Given is what an operator says of a key.
type Given struct {
	// Name is what operators call it.
	Name string `json:"name"`
	// Subject is who brings it; by default key: and its id.
	Subject string `json:"subject,omitempty"`
	// Tenant for whom it is.
	Tenant string `json:"tenant,omitempty"`
	// Scopes are what it may do.
	Scopes []string `json:"scopes,omitempty"`
	// RateLimit is the capacity that rules of rate limits may take for it; 0 is that of the rule.
	RateLimit int `json:"rate_limit,omitempty"`
	// Expires is from when on it is not accepted; the zero time is never.
	Expires time.Time `json:"expires,omitzero"`
}

// Revocation says who ended a key, and why.
type Revocation struct {
	At  time.Time `json:"at"`
	By  string    `json:"by,omitempty"`
	Why string    `json:"why,omitempty"`
}

// Secret is one text of a key.
type Secret struct {
	// Hash of the whole text.
	Hash Hash `json:"sha256"`
	// Created is when it was made.
	Created time.Time `json:"created"`
	// Until is when it ends, as a newer one has taken its place; the zero time is never.
	Until time.Time `json:"until,omitzero"`
}

// Hash is the SHA-256 of a key's text.
type Hash [sha256.Size]byte

// MarshalText is the hash in hexadecimal.
func (h Hash) MarshalText() ([]byte, error) { return []byte(hex.EncodeToString(h[:])), nil }

// UnmarshalText reads what MarshalText wrote.
func (h *Hash) UnmarshalText(text []byte) error {
	if len(text) != hex.EncodedLen(len(h)) {
		return errors.New("is not the SHA-256 of a key in hexadecimal")
	}
	_, err := hex.Decode(h[:], text)
	return err
}

// Store is where keys are kept. Those that are read are not changed by anybody.
type Store interface {
	// Keys are all that are kept.
	Keys(ctx context.Context) ([]Key, error)
	// Change puts what edit makes of the keys in their place, unless it fails. Nobody else changes them meanwhile, or
	// edit is asked again.
	Change(ctx context.Context, edit func([]Key) ([]Key, error)) error
}
