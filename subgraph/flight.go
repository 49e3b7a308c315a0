package subgraph

import (
	"context"
	"strconv"
	"sync"
	"sync/atomic"

	"github.com/ficusgraph/ficus/engine/executor"
)

// flights are the queries that a service is being asked, for those who ask it the very same meanwhile: they wait for the
// answer and share its bytes.
//
// The same is: equal bytes of the body and of the header that is sent, which is all that the service sees; and no mutation
// ended in between, so that whoever changed something and asks for it afterwards never gets what was read before.
// So callers whom the service is told apart never share, and what the service answers with a cookie is shared
// with nobody: that is made for one caller.
//
// Whoever came first does the work under its own context. If its client leaves, the others do not suffer: one
// of them begins anew.
type flights struct {
	// mutations counts those that ended.
	mutations atomic.Uint64

	mu   sync.Mutex
	open map[string]*flight
}

// flight is one query that is being asked.
type flight struct {
	// done is closed when it has ended. What is below is not written afterwards.
	done chan struct{}
	end  ending
	// answer and err are what it came to.
	answer executor.Response
	err    error
	// users counts those who may still read the answer.
	users atomic.Int32
}

// ending says what a flight is good for.
type ending int

const (
	// forAll: who waited shares it. What is none of these is for nobody, as its client left or it panicked: who waited
	// asks again.
	forAll ending = iota + 1
	// forOne: it is its client's alone; who waited asks for itself.
	forOne
)

// run asks, or waits for the same to be answered.
func (fs *flights) run(ctx context.Context, out *outgoing, ask func() (*executor.Response, error)) (*executor.Response, error) {
	key := fs.key(out)
	for {
		f, first := fs.join(key)
		if first {
			return fs.lead(ctx, key, f, ask)
		}
		select {
		case <-f.done:
		case <-ctx.Done():
			f.leave()
			return ask() // says that the request was canceled
		}
		switch {
		case f.end == forAll && f.err != nil:
			return nil, f.err
		case f.end == forAll:
			return f.share(), nil
		}
		f.leave()
		if f.end == forOne {
			return ask()
		}
	}
}

// key writes what must be equal, each part with its length.
func (fs *flights) key(out *outgoing) string {
	b := make([]byte, 0, len(out.body)+256)
	b = strconv.AppendUint(b, fs.mutations.Load(), 10)
	b = append(strconv.AppendInt(append(b, ' '), int64(len(out.body)), 10), ' ')
	b = append(b, out.body...)
	return string(appendHeader(b, out.header))
}

// join is the flight of a key, and whether the caller is the first and has to lead it.
func (fs *flights) join(key string) (f *flight, first bool) {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	if f, ok := fs.open[key]; ok {
		f.users.Add(1)
		return f, false
	}
	f = &flight{done: make(chan struct{})}
	f.users.Store(1)
	if fs.open == nil {
		fs.open = map[string]*flight{}
	}
	fs.open[key] = f
	return f, true
}

// lead asks, and lets go those who wait, also if it panics.
func (fs *flights) lead(ctx context.Context, key string, f *flight, ask func() (*executor.Response, error)) (*executor.Response, error) {
	defer func() {
		fs.mu.Lock()
		delete(fs.open, key)
		fs.mu.Unlock()
		close(f.done)
	}()
	answer, err := ask()
	switch {
	case err != nil:
		f.err = err
		if ctx.Err() == nil {
			f.end = forAll
		}
		return nil, err
	case answer.Header != nil && answer.Header.Get("Set-Cookie") != "":
		f.end = forOne
		return answer, nil
	}
	f.answer, f.end = *answer, forAll
	return f.share(), nil
}

// share is the answer, as one of those has it who share it.
func (f *flight) share() *executor.Response {
	shared := f.answer
	shared.Free = f.leave
	return &shared
}

// leave gives the answer back when nobody needs it any longer.
func (f *flight) leave() {
	if f.users.Add(-1) == 0 && f.answer.Free != nil {
		f.answer.Free()
	}
}
