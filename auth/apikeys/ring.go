package apikeys

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"io"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/ficusgraph/ficus/auth/follow"
)

// Parts is what a Ring uses of the world. Everything may be left out.
type Parts struct {
	// Now is the time.
	Now func() time.Time
	// Random makes secrets; it must be cryptographic.
	Random io.Reader
	// Logger gets what operators should know.
	Logger *slog.Logger
}

// Ring is the keys in force. It is safe for use by many goroutines.
type Ring struct {
	store Store
	parts Parts
	// loading has one goroutine at a time put keys in force, so that none puts older ones over newer.
	loading sync.Mutex
	inForce atomic.Pointer[keyring]
}

// keyring is immutable.
type keyring struct {
	list []Key
	byID map[string]*Key
}

// NewRing is the keys of the store, which must be right at the start.
func NewRing(ctx context.Context, store Store, parts Parts) (*Ring, error) {
	if parts.Now == nil {
		parts.Now = time.Now
	}
	if parts.Random == nil {
		parts.Random = rand.Reader
	}
	if parts.Logger == nil {
		parts.Logger = slog.Default()
	}
	r := &Ring{store: store, parts: parts}
	return r, r.load(ctx)
}

// load puts in force what the store has.
func (r *Ring) load(ctx context.Context) error {
	r.loading.Lock()
	defer r.loading.Unlock()
	list, err := r.store.Keys(ctx)
	if err != nil {
		return err
	}
	if before := r.inForce.Load(); before != nil && len(list) == len(before.list) && (len(list) == 0 || &list[0] == &before.list[0]) {
		return nil // they are the same ones, not only equal
	}
	next := &keyring{list: list, byID: make(map[string]*Key, len(list))}
	for i := range list {
		next.byID[list[i].ID] = &list[i]
	}
	r.inForce.Store(next)
	return nil
}

// loadEvery is how often the store is looked at.
const loadEvery = 400 * time.Millisecond

// Follow puts what changes in force within half a second, until the context ends.
func (r *Ring) Follow(ctx context.Context) {
	follow.Reading{Every: loadEvery, Read: r.load, Logger: r.parts.Logger, Failed: "API keys cannot be read; the last ones stay in force"}.Run(ctx)
}

// Find is the key of which this is a text. Its error is one of those that a key can have.
func (r *Ring) Find(text string) (*Key, error) {
	id, hash, err := readText(text)
	if err != nil {
		return nil, err
	}
	var nobody Key
	k := r.inForce.Load().byID[id]
	if k == nil {
		k = &nobody
	}
	now, found, good := r.parts.Now(), 0, false
	for i := range k.Secrets {
		s := &k.Secrets[i]
		same := subtle.ConstantTimeCompare(s.Hash[:], hash[:])
		found |= same
		good = good || same == 1 && (s.Until.IsZero() || now.Before(s.Until))
	}
	// Only who has the secret learns what became of the key.
	switch {
	case found == 0:
		return nil, ErrUnknown
	case k.Revoked != nil:
		return nil, ErrRevoked
	case !good, k.expired(now):
		return nil, ErrExpired
	}
	return k, nil
}

// Create makes a key. Its text is nowhere but in the answer.
func (r *Ring) Create(ctx context.Context, g Given, by string) (Issued, error) {
	return r.issue(ctx, func(keys []Key) ([]Key, Key, string, error) {
		k := Key{Given: g, Created: r.now(), CreatedBy: by}
		return add(keys, k, r.parts.Random)
	})
}

// Rotate makes a new text of a key; the old one is good until the overlap is over.
func (r *Ring) Rotate(ctx context.Context, id string, overlap time.Duration) (Issued, error) {
	return r.issue(ctx, func(keys []Key) ([]Key, Key, string, error) {
		return rotate(keys, id, overlap, r.now(), r.parts.Random)
	})
}

// Revoke ends a key: it is refused here at once, and elsewhere as soon as the store is looked at.
func (r *Ring) Revoke(ctx context.Context, id, by, why string) (Shown, error) {
	out, err := r.issue(ctx, func(keys []Key) ([]Key, Key, string, error) {
		keys, k, err := revoke(keys, id, Revocation{At: r.now(), By: by, Why: why})
		return keys, k, "", err
	})
	return out.Key, err
}

// List is all keys, as operators may see them, in the order in which they were created.
func (r *Ring) List() []Shown {
	now, list := r.parts.Now(), r.inForce.Load().list
	out := make([]Shown, len(list))
	for i, k := range list {
		out[i] = show(k, now)
	}
	return out
}

// issue changes the store, and puts in force what it then has.
func (r *Ring) issue(ctx context.Context, order func([]Key) ([]Key, Key, string, error)) (Issued, error) {
	var k Key
	var text string
	err := r.store.Change(ctx, func(keys []Key) (_ []Key, err error) {
		keys, k, text, err = order(keys)
		return keys, err
	})
	if err != nil {
		return Issued{}, err
	}
	if err := r.load(ctx); err != nil {
		return Issued{}, errors.Join(errors.New("it is stored, and could not be read again"), err)
	}
	return Issued{Key: show(k, r.parts.Now()), Text: text}, nil
}

// now is the time as it is kept.
func (r *Ring) now() time.Time { return r.parts.Now().UTC().Truncate(time.Millisecond) }
