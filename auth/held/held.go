// Package held keeps what was obtained for somebody, with effort or at the cost of others, until it ends: tokens that
// were minted or exchanged, sessions that were opened or checked.
//
// Each is obtained once for all who wait for it, and a failure is remembered for a moment, so that no crowd tries
// again and again. There are at most so many; the one that was used longest ago goes first.
package held

import (
	"container/list"
	"context"
	"errors"
	"sync"
	"time"
)

// Config bounds a Cache. Its zero value is the default.
type Config struct {
	// Most is how many are kept; 10,000 by default.
	Most int
	// Patience is how long obtaining one may take; 10s by default.
	Patience time.Duration
	// Now is the time.
	Now func() time.Time
}

const (
	// UsualMost is how many are kept by default.
	UsualMost     = 10_000
	usualPatience = 10 * time.Second
	// Pause is how long a failure to obtain one is answered with.
	Pause = time.Second
)

// ErrNotObtained is the error of those who wait where obtaining panicked.
var ErrNotObtained = errors.New("it could not be obtained")

// Cache keeps values by key. It is safe for use by many goroutines.
type Cache[V any] struct {
	most     int
	patience time.Duration
	now      func() time.Time

	mu    sync.Mutex
	byKey map[string]*list.Element
	order *list.List // of *entry[V], the one used last in front
}

// entry is a value, or why there is none.
type entry[V any] struct {
	key   string
	ready chan struct{}
	value V
	err   error
	// since and until are when it was obtained and when it ends; zero while it is not there.
	since, until time.Time
	// good says that it was accepted once.
	good bool
}

// New is a cache that holds nothing yet.
func New[V any](cfg Config) *Cache[V] {
	c := &Cache[V]{most: cfg.Most, patience: cfg.Patience, now: cfg.Now, byKey: map[string]*list.Element{}, order: list.New()}
	if c.most == 0 {
		c.most = UsualMost
	}
	if c.patience == 0 {
		c.patience = usualPatience
	}
	if c.now == nil {
		c.now = time.Now
	}
	return c
}

// Get is the value of a key, obtained if there is none; obtain says how long it lasts. Who obtains it does so for all
// who wait, and does not stop when its own client leaves, but when patience ends.
func (c *Cache[V]) Get(ctx context.Context, key string, obtain func(context.Context) (V, time.Duration, error)) (V, error) {
	e, mine := c.find(key)
	if mine {
		c.fill(ctx, e, obtain)
		return e.value, e.err
	}
	select {
	case <-e.ready:
		return e.value, e.err
	default:
	}
	select {
	case <-e.ready:
		return e.value, e.err
	case <-ctx.Done():
		var none V
		return none, ctx.Err()
	}
}

// find is the entry of a key, and whether it is the caller's to fill.
func (c *Cache[V]) find(key string) (e *entry[V], mine bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if at, ok := c.byKey[key]; ok {
		if e := of[V](at); e.until.IsZero() || c.now().Before(e.until) {
			c.order.MoveToFront(at)
			return e, false
		}
		c.remove(at)
	}
	e = &entry[V]{key: key, ready: make(chan struct{})}
	c.byKey[key] = c.order.PushFront(e)
	if c.order.Len() > c.most {
		c.remove(c.order.Back())
	}
	return e, true
}

func of[V any](at *list.Element) *entry[V] {
	e, _ := at.Value.(*entry[V]) // nothing else is in the list
	return e
}

func (c *Cache[V]) remove(at *list.Element) {
	c.order.Remove(at)
	delete(c.byKey, of[V](at).key)
}

func (c *Cache[V]) fill(ctx context.Context, e *entry[V], obtain func(context.Context) (V, time.Duration, error)) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), c.patience)
	defer cancel()
	e.err = ErrNotObtained // unless it is said otherwise, as after a panic
	lasts := Pause
	defer func() {
		c.mu.Lock()
		e.since = c.now()
		e.until = e.since.Add(lasts)
		c.mu.Unlock()
		close(e.ready)
	}()
	value, ttl, err := obtain(ctx)
	if e.err = err; err == nil {
		e.value, lasts = value, ttl
	}
}

// Judge is told whether the value that was shown was refused, and says whether there may be something better: it is
// forgotten, if it is still the one that is held and was good before. One that never was is kept for a moment: where
// somebody refuses what is not allowed as it refuses what has ended, obtaining another does not help.
func (c *Cache[V]) Judge(key string, isShown func(V) bool, refused bool) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	at, ok := c.byKey[key]
	if !ok {
		return refused
	}
	e := of[V](at)
	switch {
	case e.until.IsZero() || !isShown(e.value):
		return refused // another has renewed it
	case !refused:
		e.good = true
		return false
	case !e.good && c.now().Sub(e.since) < Pause:
		return false
	}
	c.remove(at)
	return true
}

// Forget forgets all for which it is said, and those that are being obtained: who waits for one of them gets it, and
// nobody after.
func (c *Cache[V]) Forget(which func(key string, value V) bool) (forgotten int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for at := c.order.Front(); at != nil; {
		next := at.Next()
		if e := of[V](at); e.until.IsZero() || which(e.key, e.value) {
			if !e.until.IsZero() {
				forgotten++
			}
			c.remove(at)
		}
		at = next
	}
	return forgotten
}

// Has says whether there is a value of the key.
func (c *Cache[V]) Has(key string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	at, ok := c.byKey[key]
	return ok && c.now().Before(of[V](at).until)
}

// Put holds a value that somebody else obtained, in place of any other of the key.
func (c *Cache[V]) Put(key string, value V, lasts time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if at, ok := c.byKey[key]; ok {
		c.remove(at)
	}
	now := c.now()
	e := &entry[V]{key: key, ready: make(chan struct{}), value: value, since: now, until: now.Add(lasts)}
	close(e.ready)
	c.byKey[key] = c.order.PushFront(e)
	if c.order.Len() > c.most {
		c.remove(c.order.Back())
	}
}
