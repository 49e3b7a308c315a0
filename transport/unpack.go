package transport

import (
	"errors"
	"io"
	"net"
	"net/http"
	"sync"

	"github.com/klauspost/compress/gzip"
)

// unpackers read the bodies that clients compressed; those that are not in use.
type unpackers struct{ idle sync.Pool }

// read is readBody for a request whose body is gzip. The limit holds for both, what comes in and what comes out: a
// few kB can stand for gigabytes, and gigabytes for nothing.
func (u *unpackers) read(buf []byte, r *http.Request, b bound) ([]byte, *refusal) {
	if r.ContentLength > int64(b.most) {
		return buf, b.tooLarge(int(r.ContentLength))
	}
	defer awaitBody(r)()
	from := &io.LimitedReader{R: r.Body, N: int64(b.most) + 1}
	z, ok := u.idle.Get().(*gzip.Reader)
	if !ok {
		z = new(gzip.Reader)
	}
	defer u.idle.Put(z)
	body := packed{from: from, reader: z}
	buf, refused := readAll(buf, &body, r, -1, b)
	switch {
	case from.N == 0:
		return buf, b.tooLarge(b.most + 1)
	case refused != nil && body.broken:
		refused = badRequest("the request's body is not gzip, as its content-encoding says")
		refused.closes = true
	}
	return buf, refused
}

// packed is a body that is compressed.
type packed struct {
	from   io.Reader
	reader *gzip.Reader
	begun  bool
	// broken says that it arrived, and cannot be read.
	broken bool
}

func (p *packed) Read(b []byte) (n int, err error) {
	if !p.begun {
		p.begun = true
		if err = p.reader.Reset(p.from); errors.Is(err, io.EOF) {
			err = io.ErrUnexpectedEOF // nothing at all is no gzip
		}
	}
	if err == nil {
		n, err = p.reader.Read(b)
	}
	var network net.Error
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.As(err, &network) {
		p.broken = true
	}
	return n, err
}
