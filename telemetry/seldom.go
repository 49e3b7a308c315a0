package telemetry

import (
	"sync"
	"time"
)

// Seldom keeps a log from being flooded: of each key it lets a line pass once in a while, and counts the others.
// Its zero value lets one pass a minute. It may be used from many goroutines.
type Seldom struct {
	// Every is how long it is from one line to the next.
	Every time.Duration

	mu   sync.Mutex
	said map[string]*silence
}

// silence is what was not said since a line.
type silence struct {
	since   time.Time
	skipped int
}

// maxKeys bounds what is remembered; lines of keys beyond it do not pass.
const maxKeys = 1000

// Pass reports whether the line may be written, and how many of its key were not since the last one.
func (s *Seldom) Pass(key string, now time.Time) (skipped int, ok bool) {
	every := s.Every
	if every == 0 {
		every = time.Minute
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	last := s.said[key]
	switch {
	case last == nil && len(s.said) >= maxKeys:
		return 0, false
	case last == nil:
		if s.said == nil {
			s.said = map[string]*silence{}
		}
		s.said[key] = &silence{since: now}
		return 0, true
	case now.Sub(last.since) < every:
		last.skipped++
		return 0, false
	}
	skipped = last.skipped
	*last = silence{since: now}
	return skipped, true
}
