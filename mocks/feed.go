package mocks

import (
	"fmt"
	"sync"

	"github.com/ficusgraph/ficus/engine/executor"
)

// maxFeed is how many changes wait for a subscription that is slower than the mutations of its session.
const maxFeed = 256

// CodeFeed is that of a subscription which did not keep up, in extensions.code.
const CodeFeed = "MOCK_FEED_FULL"

// happening is what a mutation did to one entity.
type happening struct {
	kind kind
	*change
}

// feed is what one subscription has not been told yet. Mutations never wait for it: when it is full it ends.
type feed struct {
	of *Sessions
	id string
	// wake has something in it while the feed does.
	wake chan struct{}

	mu      sync.Mutex
	waiting []happening
	full    bool
}

// follow is a feed of what mutations of a session do from now on.
func (s *Sessions) follow(id string) *feed {
	f := &feed{of: s, id: id, wake: make(chan struct{}, 1)}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.feeds == nil {
		s.feeds = map[string]map[*feed]struct{}{}
	}
	if s.feeds[id] == nil {
		s.feeds[id] = map[*feed]struct{}{}
	}
	s.feeds[id][f] = struct{}{}
	return f
}

// close ends the feed; a nil one has nothing to end.
func (f *feed) close() {
	if f == nil {
		return
	}
	f.of.mu.Lock()
	defer f.of.mu.Unlock()
	delete(f.of.feeds[f.id], f)
	if len(f.of.feeds[f.id]) == 0 {
		delete(f.of.feeds, f.id)
	}
}

// tell tells those who follow a session.
func (s *Sessions) tell(id string, list []happening) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for f := range s.feeds[id] { // each is told all of it: the order among them does not show
		f.add(list)
	}
}

func (f *feed) add(list []happening) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.full = f.full || len(f.waiting)+len(list) > maxFeed; !f.full {
		f.waiting = append(f.waiting, list...)
	}
	select {
	case f.wake <- struct{}{}:
	default:
	}
}

// woken is what to wait for; nobody wakes a nil feed.
func (f *feed) woken() <-chan struct{} {
	if f == nil {
		return nil
	}
	return f.wake
}

// take is what happened since it was asked last, or that it was too much.
func (f *feed) take() ([]happening, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.full {
		return nil, &executor.Error{
			Code: CodeFeed, Message: fmt.Sprintf("more than %d changes of the session wait for this subscription; read faster, and subscribe again", maxFeed),
		}
	}
	out := f.waiting
	f.waiting = nil
	return out, nil
}

// follows is the feed of the request's session, which is named if it has no name; nil if nothing is kept.
func (r *Request) follows() *feed {
	if r == nil || r.Sessions == nil {
		return nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.named() {
		return nil
	}
	return r.Sessions.follow(r.key())
}
