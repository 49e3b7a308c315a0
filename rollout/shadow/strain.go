package shadow

import (
	"sync"
	"time"
)

// Strain tells by the gateway's requests to owners whether one has trouble: of late a share of them fails, or they take a
// multiple of what they usually do. It counts what clients asked for, not what is asked to compare.
type Strain struct {
	mu     sync.Mutex
	owners map[string]*fare
}

// fare is how requests to one owner fare.
type fare struct {
	// began is when the present window did; the one before counts too.
	began         time.Time
	asked, failed [2]int
	// usual and late are means of how long requests take, over many and over a few.
	usual, late float64
	known       int
}

const (
	window = 5 * time.Second
	// leastAsked is how many must have been asked, and mostFailed the share of them that may have failed.
	leastAsked = 10
	mostFailed = 0.1
	// A mean over late requests is a multiple of the usual one, and not only by an instant.
	multiple = 3
	instant  = 0.025
	slowly   = 1.0 / 1024
	quickly  = 1.0 / 32
	settled  = 100
)

// Note notes a request to an owner that has ended.
func (s *Strain) Note(owner string, took time.Duration, failed bool, now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f := s.owners[owner]
	if f == nil {
		f = &fare{began: now}
		if s.owners == nil {
			s.owners = map[string]*fare{}
		}
		s.owners[owner] = f
	}
	f.turn(now)
	f.asked[0]++
	if failed {
		f.failed[0]++
		return
	}
	seconds := took.Seconds()
	if f.known++; f.known <= settled {
		f.usual += (seconds - f.usual) / float64(f.known)
		f.late = f.usual
		return
	}
	f.late += (seconds - f.late) * quickly
	f.usual += (seconds - f.usual) * slowly
}

// turn begins a new window where the present one is over.
func (f *fare) turn(now time.Time) {
	switch d := now.Sub(f.began); {
	case d >= 2*window:
		f.asked, f.failed, f.late = [2]int{}, [2]int{}, f.usual
	case d >= window:
		f.asked, f.failed = [2]int{0, f.asked[0]}, [2]int{0, f.failed[0]}
	default:
		return
	}
	f.began = now
}

// Under reports whether an owner is under strain.
func (s *Strain) Under(owner string, now time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	f := s.owners[owner]
	if f == nil {
		return false
	}
	f.turn(now)
	asked, failed := f.asked[0]+f.asked[1], f.failed[0]+f.failed[1]
	if asked >= leastAsked && float64(failed) > mostFailed*float64(asked) {
		return true
	}
	return f.late > multiple*f.usual && f.late > f.usual+instant
}
