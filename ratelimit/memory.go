package ratelimit

import (
	"context"
	"hash/maphash"
	"sync"
	"time"
)

// shards are how many parts the memory has, each with a lock of its own.
const shards = 64

// memory is a store in this process. It holds a bounded number of keys: where one more comes, of some that are looked
// at the one is forgotten that took least, which mostly has all back by then and is as good as new. Who comes with many
// keys, as from many addresses, therefore pushes out his own.
type memory struct {
	seed  maphash.Seed
	now   func() time.Time
	start time.Time
	room  int
	parts [shards]shard
}

// shard is a part of the memory.
type shard struct {
	mu sync.Mutex
	// full is when all has come back that was taken of a key, since the memory's start.
	full map[string]time.Duration
}

var _ store = (*memory)(nil)

func newMemory(keys int, now func() time.Time) *memory {
	return &memory{seed: maphash.MakeSeed(), now: now, start: now(), room: max(keys/shards, 1)}
}

// take implements store.
func (m *memory) take(_ context.Context, takes []take) ([]taken, error) {
	out := make([]taken, len(takes))
	now := m.now().Sub(m.start)
	for i, t := range takes {
		s := m.shard(t.key)
		s.mu.Lock()
		full, known := s.full[t.key]
		var after time.Duration
		if after, out[i] = t.decide(full - now); out[i].ok && after > 0 {
			if !known {
				s.makeRoom(m.room, now)
			}
			s.full[t.key] = now + after
		}
		s.mu.Unlock()
	}
	return out, nil
}

// give implements store.
func (m *memory) give(_ context.Context, takes []take) {
	for _, t := range takes {
		s := m.shard(t.key)
		s.mu.Lock()
		if full, known := s.full[t.key]; known {
			s.full[t.key] = full - t.increment()
		}
		s.mu.Unlock()
	}
}

func (m *memory) shard(key string) *shard { return &m.parts[maphash.String(m.seed, key)%shards] }

// looked is at how many keys it is looked to find one to forget.
const looked = 8

// makeRoom forgets a key if there are as many as may be. A map is ranged over in no order, and so these are some.
func (s *shard) makeRoom(room int, now time.Duration) {
	if s.full == nil {
		s.full = map[string]time.Duration{}
	}
	if len(s.full) < room {
		return
	}
	var victim string
	var least time.Duration
	n := 0
	for key, full := range s.full {
		if full <= now {
			delete(s.full, key)
			victim = ""
			n = -1
			break
		}
		if n == 0 || full < least {
			victim, least = key, full
		}
		if n++; n == looked {
			break
		}
	}
	if n > 0 {
		delete(s.full, victim)
	}
}

// size is how many keys are remembered.
func (m *memory) size() int {
	n := 0
	for i := range m.parts {
		s := &m.parts[i]
		s.mu.Lock()
		n += len(s.full)
		s.mu.Unlock()
	}
	return n
}
