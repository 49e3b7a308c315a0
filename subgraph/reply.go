package subgraph

import (
	"errors"
	"io"
	"math/bits"
	"slices"
	"sync"

	"github.com/ficusgraph/ficus/engine/executor"
	"github.com/ficusgraph/ficus/subgraph/wire"
)

// reply is an answer on its way: status, header and body in one buffer, all of which are used again.
type reply struct {
	wire.Answer
	header executor.Header
	// from is where the answer is from.
	from *site
	// more is the header that tells of the trace.
	more     []byte
	response executor.Response
	// told is the status that clients see with errors, 0 for none.
	told int
	// free gives the buffer back; nothing may refer to the answer then.
	free func()
	// decoded has the body, where the answer was encoded.
	decoded *reply
}

const (
	// headRoom is what a buffer has room for beside a body: the header, and where to find the end.
	headRoom = 512
	// trusted is how far the length that a service announces is believed before the bytes are there.
	trusted = 1 << 20
	// Buffers are of 4 kB to 4 MB, larger ones are not kept. There are four sizes between two powers of two: as
	// each request holds the answers to all its fetches, what is rounded up adds up.
	smallest, steps = 12, 4
	classes         = 10*steps + 1
)

// pool is what reading the answers of one service reuses: buffers, by how much they can hold at least, and
// decoders.
type pool struct {
	replies  [classes]sync.Pool
	decoders decoders
}

// class is the smallest class whose buffers hold size bytes, and how many those hold. Sizes beyond the last
// class have that.
func class(size int) (number, holds int) {
	size = min(max(size, 1<<smallest), 1<<smallest<<(classes/steps))
	octave := bits.Len(uint(size)) - 1
	step := 1 << octave / steps
	over := (size - 1<<octave + step - 1) / step
	return (octave-smallest)*steps + over, 1<<octave + over*step
}

// reply is one with room for size bytes, if that is not too much to ask for.
func (p *pool) reply(size int) *reply {
	number, holds := class(size)
	if r, ok := p.replies[number].Get().(*reply); ok {
		return r
	}
	r := &reply{}
	r.Buffer = make([]byte, 0, holds)
	r.free = func() { p.put(r) }
	return r
}

func (p *pool) put(r *reply) {
	if r.decoded != nil {
		r.decoded.free()
	}
	r.header, r.from, r.response, r.decoded, r.told = nil, nil, executor.Response{}, nil, 0
	number, holds := class(cap(r.Buffer))
	switch {
	case cap(r.Buffer) < holds:
		number--
	case cap(r.Buffer) > holds: // larger than the largest
		return
	}
	if number < 0 {
		return
	}
	p.replies[number].Put(r)
}

var errTooLarge = errors.New("the answer is too large")

// readAll reads a body of at most limit bytes. length is what the sender announced; -1 if nothing.
func (r *reply) readAll(from io.Reader, length int64, limit int) error {
	if length > int64(limit) {
		return errTooLarge
	}
	b := r.Buffer[:0]
	if length >= 0 {
		b = slices.Grow(b, int(min(length, trusted))+1) // the last read of HTTP/2 must have somewhere to find the end
	}
	defer func() { r.Buffer = b }()
	for {
		if len(b) == cap(b) {
			b = slices.Grow(b, headRoom)
		}
		n, err := from.Read(b[len(b):cap(b)])
		b = b[:len(b)+n]
		if len(b) > limit {
			return errTooLarge
		}
		if err == io.EOF { // readers return io.EOF itself; wrapped, it is a broken answer
			r.Body = b
			return nil
		}
		if err != nil {
			return err
		}
	}
}
