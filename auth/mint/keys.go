package mint

import (
	"context"
	"crypto/ed25519"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"strconv"
	"sync/atomic"
	"time"
)

// key signs tokens.
type key struct {
	private ed25519.PrivateKey
	// id is the key's thumbprint (RFC 7638), so that it needs nobody to give it out.
	id string
	// x is the public key as a JWK has it, head the header of what it signs, encoded.
	x, head string
}

func newKey(private ed25519.PrivateKey) *key {
	public, _ := private.Public().(ed25519.PublicKey)
	k := &key{private: private, x: base64.RawURLEncoding.EncodeToString(public)}
	sum := sha256.Sum256([]byte(`{"crv":"Ed25519","kty":"OKP","x":"` + k.x + `"}`)) // RFC 8037, appendix A.3
	k.id = base64.RawURLEncoding.EncodeToString(sum[:])
	k.head = base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"EdDSA","typ":"JWT","kid":"` + k.id + `"}`))
	return k
}

// derived makes a key for each epoch out of a secret. Whoever has the secret has the same keys, and the time says which
// of them signs.
type derived struct {
	secret []byte
	issuer string
	Rotation
	// around are the keys of the last, this and the next epoch.
	around atomic.Pointer[epochs]
}

// epochs are three keys in a row; number is that of the one in the middle.
type epochs struct {
	number int64
	keys   [3]*key
}

func newDerived(secret []byte, issuer string, r Rotation) *derived {
	return &derived{secret: secret, issuer: issuer, Rotation: r.withDefaults()}
}

// at are the keys around a time. Several goroutines may derive them at once, which comes to the same.
func (d *derived) at(now time.Time) (*epochs, error) {
	number := now.UnixNano() / int64(d.Interval)
	if e := d.around.Load(); e != nil && e.number == number {
		return e, nil
	}
	e := &epochs{number: number}
	for i := range e.keys {
		seed, err := hkdf.Key(sha256.New, d.secret, []byte(d.issuer), "ficus minting key, epoch "+strconv.FormatInt(number-1+int64(i), 10)+" of "+d.Interval.String(), ed25519.SeedSize)
		if err != nil {
			return nil, fmt.Errorf("derive a key: %w", err)
		}
		e.keys[i] = newKey(ed25519.NewKeyFromSeed(seed))
	}
	d.around.Store(e)
	return e, nil
}

func (d *derived) signer(now time.Time) (*key, error) {
	e, err := d.at(now)
	if err != nil {
		return nil, err
	}
	return e.keys[1], nil
}

func (d *derived) published(now time.Time) ([]*key, error) {
	e, err := d.at(now)
	if err != nil {
		return nil, err
	}
	out := []*key{e.keys[1]}
	within := time.Duration(now.UnixNano() % int64(d.Interval))
	if within < d.Overlap {
		out = append(out, e.keys[0])
	}
	if d.Interval-within <= d.Overlap {
		out = append(out, e.keys[2])
	}
	return out, nil
}

// patience is so short that whoever loaded the keys just before the next one was published loads them again before it
// signs, even if its clock or the gateway's is off by some seconds.
func (d *derived) patience() time.Duration { return min(d.Overlap/2, 5*time.Minute) }

func (d *derived) follow(ctx context.Context) { <-ctx.Done() }
