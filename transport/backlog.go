package transport

import (
	"cmp"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// backlog bounds the memory of answers that are being written. A client that reads slowly holds its answer until
// it has read it, or until server.write_timeout ends it: a thousand such clients would hold a thousand answers.
//
// Where all answers together are larger than the limit, those are cut off of which nothing was taken for longest.
// They belong to the slowest readers: others take what is there within milliseconds, and have a moment in any case.
// So the limit may be exceeded by what is answered in that moment, and by one answer that is larger alone.
type backlog struct {
	limit int64

	mu sync.Mutex
	// bytes is the size of all writes that are not cut off.
	bytes  int64
	writes map[*answering]struct{}
	// again says that the limit is looked at again soon.
	again bool
}

// answering is one answer that is being written.
type answering struct {
	to   http.ResponseWriter
	size int64
	// taken is when the client last took something, in nanoseconds.
	taken atomic.Int64
	cut   bool
}

const (
	// uncounted is up to which size an answer is not counted. What small answers hold is bounded by the
	// connections, whose buffers are as large.
	uncounted = 16 << 10
	// step is how much is written at once, after which it is known to be taken.
	step = 256 << 10
	// moment is how long a client may take nothing before it is cut off.
	moment = 250 * time.Millisecond
)

// write sends an answer's body, for which so many bytes are held. A client that is gone, or is cut off, is no error
// of ours.
func (b *backlog) write(w http.ResponseWriter, body []byte, held int) {
	if held <= uncounted {
		_, _ = w.Write(body) //nolint:gosec // JSON, and the content type says so
		return
	}
	a := b.begin(w, int64(held))
	defer b.end(a)
	for part := range slices.Chunk(body, step) {
		if _, err := w.Write(part); err != nil {
			return
		}
		a.taken.Store(time.Now().UnixNano())
	}
}

func (b *backlog) begin(w http.ResponseWriter, size int64) *answering {
	a := &answering{to: w, size: size}
	a.taken.Store(time.Now().UnixNano())
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.writes == nil {
		b.writes = map[*answering]struct{}{}
	}
	b.writes[a] = struct{}{}
	if b.bytes += size; b.bytes > b.limit && !b.again {
		b.again = true
		time.AfterFunc(moment, b.relieve)
	}
	return a
}

// relieve cuts off writes until the limit is kept. Their handlers have not returned, as they would wait for the
// lock in end, so their writers may be used.
func (b *backlog) relieve() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.again = false
	for _, a := range b.stalled(time.Now().Add(-moment).UnixNano()) {
		if b.bytes <= b.limit || b.bytes == a.size {
			return // kept, or there is no other
		}
		_ = http.NewResponseController(a.to).SetWriteDeadline(time.Unix(1, 0))
		a.cut = true
		b.bytes -= a.size
	}
	if b.bytes > b.limit {
		b.again = true
		time.AfterFunc(moment, b.relieve)
	}
}

// stalled are the writes of which nothing was taken since a time, the longest first.
func (b *backlog) stalled(since int64) []*answering {
	type write struct {
		*answering
		taken int64
	}
	var all []write
	for a := range b.writes {
		if taken := a.taken.Load(); !a.cut && taken < since {
			all = append(all, write{a, taken})
		}
	}
	slices.SortFunc(all, func(x, y write) int { return cmp.Compare(x.taken, y.taken) })
	out := make([]*answering, len(all))
	for i, w := range all {
		out[i] = w.answering
	}
	return out
}

func (b *backlog) end(a *answering) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.writes, a)
	if !a.cut {
		b.bytes -= a.size
	}
}
