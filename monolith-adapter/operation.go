package monolith

import (
	"context"
	"errors"
	"fmt"
	"sync"
)

// operationState is what the connectors of one operation have in common: requests that are the same are sent
// once, and what is sent is counted for each source. It lives as long as the operation does.
type operationState struct {
	mu     sync.Mutex
	shared map[sameRequest]*sharing
	// held are the bytes of the answers that are kept, and of what was asked.
	held int
	// overfull: an answer was too much to be held.
	overfull bool
	// batches are the calls for entities, by connector and by the entities' keys.
	batches map[*Connector]map[string]*batchCall
	// sent counts the requests, by source and in all.
	sent map[string]int
	all  int
}

// budget is how many requests an operation may send, in all and to one source; 0 is any number.
type budget struct{ all, source int }

// sameRequest is what requests have in common that may have one answer: their source, and all that is sent.
type sameRequest struct{ source, identity string }

// sharing is one request that several calls ask for.
type sharing struct {
	done     chan struct{}
	received *received
	err      error
}

// maxHeld is how many bytes of answers an operation keeps for calls that are still to come. Those beyond it are
// shared only by the calls that wait for them.
const maxHeld = 32 << 20

// errTooMany is a request that the operation may not make any more.
var errTooMany = errors.New("the operation has sent as many requests as max_requests_per_operation allows")

// share gives the answer to a request: the one that is there or on its way, or else the one that send gets.
func (o *operationState) share(ctx context.Context, key sameRequest, send func() (*received, error)) (res *received, shared bool, err error) {
	o.mu.Lock()
	s, ok := o.shared[key]
	if !ok {
		s = &sharing{done: make(chan struct{})}
		if o.shared == nil {
			o.shared = map[sameRequest]*sharing{}
		}
		o.shared[key] = s
	}
	o.mu.Unlock()
	if ok {
		select {
		case <-s.done:
			return s.received, true, s.err
		case <-ctx.Done():
			return nil, true, ctx.Err()
		}
	}
	defer close(s.done)
	s.err = context.Canceled // unless it is said otherwise, as after a panic
	s.received, s.err = send()
	o.keep(key, s)
	return s.received, false, s.err
}

// keep counts an answer that is there, and forgets it if there are too many.
func (o *operationState) keep(key sameRequest, s *sharing) {
	if s.received == nil {
		return
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	size := len(key.identity) + len(s.received.body)
	switch {
	case o.shared[key] != s: // it was forgotten meanwhile
	case o.held+size > maxHeld:
		o.overfull = true
		delete(o.shared, key)
	default:
		o.held += size
	}
}

// full reports whether there are more answers than are held.
func (o *operationState) full() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.overfull
}

// changed forgets all answers: something may be different from now on.
func (o *operationState) changed() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.shared, o.batches, o.held = nil, nil, 0
}

// spend counts a request to a source, if the operation may still send it. What is not sent is not counted.
func (o *operationState) spend(source string, b budget) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	switch {
	case b.all > 0 && o.all >= b.all:
		return fmt.Errorf("%w: %d in all", errTooMany, b.all)
	case b.source > 0 && o.sent[source] >= b.source:
		return fmt.Errorf("%w: %d to %s", errTooMany, b.source, source)
	}
	if o.sent == nil {
		o.sent = map[string]int{}
	}
	o.sent[source]++
	o.all++
	return nil
}
