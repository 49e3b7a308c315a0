package auth

import (
	"crypto/sha256"
	"sync"
	"time"
)

// digest stands for a token, so that the cache does not hold tokens as keys.
type digest [sha256.Size]byte

// remembered is an identity that was verified, and until when that holds.
type remembered struct {
	identity *Identity
	until    time.Time
}

// cache remembers verified tokens in two generations: when the young one is full it becomes the old one, and
// the old one is dropped. That bounds it without a list, and keeps what is in use.
type cache struct {
	mu         sync.Mutex
	half       int
	young, old map[digest]remembered
	// cleared counts how often the cache was cleared.
	cleared int
}

func newCache(size int) *cache {
	return &cache{half: max(size/2, 1), young: map[digest]remembered{}}
}

// get is the identity of the token, nil if it is not known to be good now; put takes what it says of cleared.
func (c *cache) get(d digest, now time.Time) (i *Identity, cleared int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	r, ok := c.young[d]
	if !ok {
		if r, ok = c.old[d]; !ok {
			return nil, c.cleared
		}
	}
	if !r.until.IsZero() && !now.Before(r.until) {
		delete(c.young, d)
		delete(c.old, d)
		return nil, c.cleared
	}
	if _, young := c.young[d]; !young {
		c.add(d, r)
	}
	return r.identity, c.cleared
}

// put remembers the identity; a zero until means for as long as the keys stay. It does nothing if the cache
// was cleared since get: the token may have been verified with a key that is gone.
func (c *cache) put(d digest, r remembered, cleared int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.cleared == cleared {
		c.add(d, r)
	}
}

func (c *cache) add(d digest, r remembered) {
	if len(c.young) >= c.half {
		c.young, c.old = make(map[digest]remembered, c.half), c.young
	}
	c.young[d] = r
}

// clear forgets everything, because keys have changed.
func (c *cache) clear() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.young, c.old = map[digest]remembered{}, nil
	c.cleared++
}
