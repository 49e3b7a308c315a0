package subgraph

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"sync"
)

// small is up to which size a request's body is copied rather than lent, in bytes.
const small = 64 << 10

// attach gives the request its body. net/http may go on reading it, in a goroutine of its own, after the
// answer is there or the fetch was given up, and the caller's bytes are valid only until Fetch returns: what
// attach returns is to be called then.
//
// A small body is copied. Of a reader of bytes net/http knows that it does not block, and so sends it with the
// header in one write to the connection, which saves far more than the copy costs. A large one is lent.
//
// With GetBody, net/http may send the request again; once.go says when.
func attach(to *http.Request, data []byte) (detach func()) {
	to.ContentLength = int64(len(data))
	if len(data) > small {
		u := &upload{data: data}
		to.Body, to.GetBody = u, u.again
		return u.detach
	}
	data = bytes.Clone(data)
	left := maxRepeats
	to.GetBody = func() (io.ReadCloser, error) {
		if left--; left < 0 {
			return nil, errRepeated
		}
		return io.NopCloser(bytes.NewReader(data)), nil
	}
	to.Body = io.NopCloser(bytes.NewReader(data))
	return func() {}
}

// maxRepeats is how often a request is sent again. A service of HTTP/2 that refuses all requests would be sent them
// thousands of times a second; one that allows few at once refuses some a few times.
const maxRepeats = 20

var errRepeated = errors.New("the service refused the request again and again")

// upload is a body that is lent: it copies under a lock, and detach ends that.
type upload struct {
	mu       sync.Mutex
	data     []byte
	offset   int
	detached bool
	first    *upload // the upload that this one repeats; nil in the first
	repeats  int     // how often the first was repeated
}

var errDetached = errors.New("the fetch has ended")

// Read implements io.Reader.
func (u *upload) Read(p []byte) (int, error) {
	first := u
	if u.first != nil {
		first = u.first
	}
	first.mu.Lock()
	defer first.mu.Unlock()
	if first.detached {
		return 0, errDetached
	}
	n := copy(p, u.data[u.offset:])
	u.offset += n
	if u.offset == len(u.data) {
		return n, io.EOF
	}
	return n, nil
}

// Close implements io.Closer.
func (u *upload) Close() error { return nil }

// again is the same body from its beginning.
func (u *upload) again() (io.ReadCloser, error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.repeats++; u.repeats > maxRepeats {
		return nil, errRepeated
	}
	return &upload{data: u.data, first: u}, nil
}

// detach ends all reading of the caller's bytes.
func (u *upload) detach() {
	u.mu.Lock()
	u.detached = true
	u.mu.Unlock()
}
