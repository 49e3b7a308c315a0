package mocks

import (
	"container/list"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"
)

// SessionConfig bounds what is kept of mutations. The zero value means the defaults.
type SessionConfig struct {
	// TTL is how long a session is kept after it was last asked for; 30m by default.
	TTL time.Duration `yaml:"ttl"`
	// Max is how many sessions there are at one time, 1000 by default; the one that was not asked for longest goes first.
	Max int `yaml:"max"`
	// MaxObjects and MaxBytes bound what one session changes: objects, 1000 by default, and their values as JSON, 256 KiB.
	MaxObjects int `yaml:"max_objects"`
	MaxBytes   int `yaml:"max_bytes"`
}

// Validate says what is wrong.
func (c SessionConfig) Validate() error {
	if c.TTL < 0 || c.Max < 0 || c.MaxObjects < 0 || c.MaxBytes < 0 {
		return errors.New("mocks.session: nothing of it can be less than 0")
	}
	return nil
}

func (c SessionConfig) withDefaults() SessionConfig {
	set := func(n *int, value int) {
		if *n == 0 {
			*n = value
		}
	}
	set(&c.Max, 1_000)
	set(&c.MaxObjects, 1_000)
	set(&c.MaxBytes, 256<<10)
	if c.TTL == 0 {
		c.TTL = 30 * time.Minute
	}
	return c
}

// Sessions keeps what mutations of clients changed in the mocked graph, each client's apart. It is safe for use by
// many goroutines.
type Sessions struct {
	cfg SessionConfig
	now func() time.Time

	mu   sync.Mutex
	byID map[string]*list.Element
	// used are the sessions, of which the first was asked for last.
	used *list.List
	// feeds are the subscriptions that follow a session, by its id. They stay when what was changed is forgotten.
	feeds map[string]map[*feed]struct{}
}

// NewSessions keeps none yet.
func NewSessions(cfg SessionConfig, now func() time.Time) *Sessions {
	return &Sessions{cfg: cfg.withDefaults(), now: now, byID: map[string]*list.Element{}, used: list.New()}
}

// session is what one client changed. Readers load the overlay; those who change it wait for each other.
type session struct {
	id      string
	expires time.Time // under the lock of Sessions
	mu      sync.Mutex
	changed atomic.Pointer[overlay]
}

// find is the session of that id, nil if nothing was changed in it.
func (s *Sessions) find(id string) *session {
	if s == nil || id == "" {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.expire()
	e := s.byID[id]
	if e == nil {
		return nil
	}
	return s.use(e)
}

// open is the session of that id, which is made if there is none.
func (s *Sessions) open(id string) *session {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.expire()
	if e := s.byID[id]; e != nil {
		return s.use(e)
	}
	for s.used.Len() >= s.cfg.Max {
		s.drop(s.used.Back())
	}
	e := s.used.PushFront(&session{id: id})
	s.byID[id] = e
	return s.use(e)
}

// Reset forgets what was changed in a session. It reports whether something was.
func (s *Sessions) Reset(id string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	e := s.byID[id]
	if e != nil {
		s.drop(e)
	}
	return e != nil
}

// Len is how many sessions there are.
func (s *Sessions) Len() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.expire()
	return s.used.Len()
}

func (s *Sessions) use(e *list.Element) *session {
	s.used.MoveToFront(e)
	one := e.Value.(*session) //nolint:forcetypeassert // nothing else is in the list
	one.expires = s.now().Add(s.cfg.TTL)
	return one
}

// expire drops those whose time is over: all have the same, so the last ones end first.
func (s *Sessions) expire() {
	for e := s.used.Back(); e != nil && !e.Value.(*session).expires.After(s.now()); e = s.used.Back() { //nolint:forcetypeassert // as above
		s.drop(e)
	}
}

func (s *Sessions) drop(e *list.Element) {
	delete(s.byID, s.used.Remove(e).(*session).id) //nolint:forcetypeassert // as above
}

// errFull is why a change is not kept.
var errFull = errors.New("the session is full")

// change replaces the overlay by what the function makes of it, unless that is too large.
func (s *Sessions) change(one *session, by func(*overlay) *overlay) (*overlay, error) {
	one.mu.Lock()
	defer one.mu.Unlock()
	next := by(one.changed.Load())
	if len(next.order) > s.cfg.MaxObjects || next.bytes > s.cfg.MaxBytes {
		return nil, fmt.Errorf("%w: it holds %d changed objects, up to %d, in up to %d bytes; reset it by %s: %s", errFull, len(next.order)-1, s.cfg.MaxObjects, s.cfg.MaxBytes, HeaderChoice, resetWord)
	}
	one.changed.Store(next)
	return next, nil
}

// maxSession bounds the name of a session.
const maxSession = 128

// CheckSession says what is wrong with the name of a session: it is of letters, digits and ._~-
func CheckSession(id string) error {
	if len(id) > maxSession {
		return wrong(maxSession+1, "the name of a session has up to %d characters", maxSession)
	}
	for i, r := range []rune(id) {
		if (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && r != '.' && r != '_' && r != '~' && r != '-' {
			return wrong(i+1, "%q cannot be in the name of a session, which is of letters, digits and ._~-", r)
		}
	}
	return nil
}
