package engine

import (
	"context"
	"strconv"
	"sync"
	"sync/atomic"

	"github.com/ficusgraph/ficus/engine/executor"
	"github.com/ficusgraph/ficus/engine/operation"
)

// flights are the queries that are being answered, for those who ask the very same meanwhile: they wait for the
// answer and share its bytes.
//
// The same is: one program, which stands for the operation, the graph, the labels and what the caller may read;
// equal variables; equal bytes of Request.Sharing; and no mutation ended in between, so that whoever changed
// something and asks for it afterwards never gets what was read before.
//
// Whoever came first does the work under its own context. If its client leaves, the others do not suffer: one
// of them begins anew. And where the answer brought a cookie, nobody gets that of another: all others ask themselves.
type flights struct {
	// mutations counts those that ended.
	mutations atomic.Uint64

	mu   sync.Mutex
	open map[flightKey]*flight
	pool sync.Pool
}

type flightKey struct {
	program *executor.Program
	// inputs is all else, written one after the other with its length.
	inputs string
}

// flight is one query being answered.
type flight struct {
	// done is closed when it is. What is below is not written afterwards.
	done chan struct{}
	// good says that body, outcome and reply are the answer; else whoever waited asks again. own says that some of it is for
	// nobody but who asked first: then whoever waited asks alone.
	good, own bool
	body      []byte
	outcome   executor.Outcome
	reply     *Reply
	// users counts those who may still read body.
	users   atomic.Int32
	release func()
}

// maxKept is the largest body that is kept for later flights: a rare large one must not hold memory.
const maxKept = 1 << 20

// run answers a query by the program, or waits for the same one to be answered. The body is valid until release
// is called.
func (fs *flights) run(ctx context.Context, p *executor.Program, values operation.Values, sharing []byte, ask func(dst []byte) ([]byte, executor.Outcome, *Reply)) (body []byte, out executor.Outcome, reply *Reply, release func()) {
	key := flightKey{p, fs.inputs(values, sharing)}
	for {
		f, first := fs.join(key)
		if first {
			fs.lead(ctx, key, f, ask)
			return f.body, f.outcome, f.reply, f.release
		}
		select {
		case <-f.done:
			if f.good {
				out := f.outcome
				out.Fetches = 0 // they are the other's
				return f.body, out, f.reply, f.release
			}
			own := f.own
			f.release()
			if own {
				body, out, reply := ask(nil)
				return body, out, reply, func() {}
			}
		case <-ctx.Done():
			f.release()
			body, out, reply := ask(nil) // says that the request was canceled
			return body, out, reply, func() {}
		}
	}
}

// inputs writes what must be equal beside the program.
func (fs *flights) inputs(values operation.Values, sharing []byte) string {
	b := make([]byte, 0, 64+len(sharing)+32*len(values))
	b = strconv.AppendUint(b, fs.mutations.Load(), 10)
	for _, v := range values {
		b = append(append(b, ' '), v.Name...)
		b = append(strconv.AppendInt(append(b, ' '), int64(len(v.JSON)), 10), ' ')
		b = append(b, v.JSON...)
	}
	b = append(b, '\n')
	return string(append(b, sharing...))
}

// join is the flight of a key, and whether the caller is the first and has to lead it.
func (fs *flights) join(key flightKey) (f *flight, first bool) {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	if f, ok := fs.open[key]; ok {
		f.users.Add(1)
		return f, false
	}
	f, ok := fs.pool.Get().(*flight)
	if !ok {
		f = &flight{}
		f.release = func() { fs.leave(f) }
	}
	f.done, f.good, f.own = make(chan struct{}), false, false
	f.users.Store(1)
	if fs.open == nil {
		fs.open = map[flightKey]*flight{}
	}
	fs.open[key] = f
	return f, true
}

// lead answers, and lets go those who wait, also if it panics.
func (fs *flights) lead(ctx context.Context, key flightKey, f *flight, ask func(dst []byte) ([]byte, executor.Outcome, *Reply)) {
	defer func() {
		fs.mu.Lock()
		delete(fs.open, key)
		fs.mu.Unlock()
		close(f.done)
	}()
	f.body, f.outcome, f.reply = ask(f.body[:0])
	f.own = f.reply != nil && f.reply.Own
	f.good = ctx.Err() == nil && !f.own
}

// leave gives the flight back when nobody needs its body any longer.
func (fs *flights) leave(f *flight) {
	if f.users.Add(-1) > 0 {
		return
	}
	if cap(f.body) > maxKept {
		f.body = nil
	}
	fs.pool.Put(f)
}
