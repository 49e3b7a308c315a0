package wire

import (
	"bytes"
	"errors"
	"io"
	"slices"
)

// input is what arrives on a connection, in a buffer: buf[at:end] has arrived and is not read yet.
type input struct {
	from    io.Reader
	buf     []byte
	at, end int
	limit   int
	// bodyEnd is where the body ends; it begins behind the header.
	bodyEnd int
}

// trusted is how far a length that the host announces is believed before the bytes are there.
const trusted = 1 << 20

// more reads at least one byte, with room for at least n.
func (in *input) more(n int) error {
	if len(in.buf)-in.end < n {
		in.buf = slices.Grow(in.buf[:in.end], n)
		in.buf = in.buf[:cap(in.buf)]
	}
	n, err := in.from.Read(in.buf[in.end:])
	in.end += n
	if n > 0 {
		return nil
	}
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}

// body reads the body, which begins at in.at.
func (in *input) body(h *head) error {
	switch {
	case h.chunked:
		return in.chunks()
	case h.length < 0:
		return in.rest()
	case h.length > int64(in.limit):
		return ErrTooLarge
	}
	in.bodyEnd = in.at + int(h.length)
	for in.end < in.bodyEnd {
		if err := in.more(min(in.bodyEnd-in.end, trusted)); err != nil {
			return err
		}
	}
	in.at = in.bodyEnd
	return nil
}

// rest reads a body that ends with the connection.
func (in *input) rest() error {
	start := in.at
	for {
		if in.end-start > in.limit {
			return ErrTooLarge
		}
		err := in.more(1)
		if errors.Is(err, io.ErrUnexpectedEOF) { // more itself made it, of a plain end
			in.bodyEnd, in.at = in.end, in.end
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// chunks reads a body in chunks, and moves their contents together.
// https://www.rfc-editor.org/rfc/rfc9112#section-7.1
func (in *input) chunks() error {
	start := in.at
	in.bodyEnd = start
	for {
		line, err := in.line()
		if err != nil {
			return err
		}
		size, ok := chunkSize(line)
		if !ok {
			return ErrMalformed
		}
		if size > int64(in.limit-(in.bodyEnd-start)) {
			return ErrTooLarge
		}
		if size == 0 {
			return in.trailers()
		}
		if err := in.chunk(int(size)); err != nil {
			return err
		}
		if line, err = in.line(); err != nil {
			return err
		}
		if len(line) > 0 {
			return ErrMalformed
		}
	}
}

// chunk appends the next n bytes to the body.
func (in *input) chunk(n int) error {
	for {
		k := min(n, in.end-in.at)
		copy(in.buf[in.bodyEnd:], in.buf[in.at:in.at+k])
		in.bodyEnd, in.at, n = in.bodyEnd+k, in.at+k, n-k
		if n == 0 {
			return nil
		}
		// All that arrived is taken: what comes next is read to where it belongs.
		in.at, in.end = in.bodyEnd, in.bodyEnd
		if err := in.more(min(n, trusted)); err != nil {
			return err
		}
	}
}

// maxLine bounds the line before a chunk, with its extensions, and a trailer.
const maxLine = 4 << 10

// line reads one line and is what it holds, valid until the next read.
func (in *input) line() ([]byte, error) {
	for {
		if i := bytes.IndexByte(in.buf[in.at:in.end], '\n'); i >= 0 {
			line, ends := bytes.CutSuffix(in.buf[in.at:in.at+i], []byte("\r"))
			in.at += i + 1
			// A chunk that is framed loosely is where two readers come to differ.
			if !ends || !fieldValue(line) {
				return nil, ErrMalformed
			}
			return line, nil
		}
		if in.end-in.at > maxLine {
			return nil, ErrMalformed
		}
		// Close the gap between the body and what is unread, lest many small chunks make the buffer grow.
		copy(in.buf[in.bodyEnd:], in.buf[in.at:in.end])
		in.at, in.end = in.bodyEnd, in.bodyEnd+in.end-in.at
		if err := in.more(1); err != nil {
			return nil, err
		}
	}
}

// chunkSize is the number before a chunk; extensions behind it are not looked at.
func chunkSize(line []byte) (n int64, ok bool) {
	digits, _, _ := bytes.Cut(line, []byte(";"))
	digits = bytes.TrimRight(digits, " \t")
	if len(digits) == 0 || len(digits) > 15 {
		return 0, false
	}
	for _, c := range digits {
		switch {
		case c >= '0' && c <= '9':
			c -= '0'
		case c >= 'a' && c <= 'f':
			c -= 'a' - 10
		case c >= 'A' && c <= 'F':
			c -= 'A' - 10
		default:
			return 0, false
		}
		n = n<<4 | int64(c)
	}
	return n, true
}

// trailers reads past what follows the last chunk.
func (in *input) trailers() error {
	for read := 0; read <= maxHead; {
		line, err := in.line()
		if err != nil || len(line) == 0 {
			return err
		}
		if name, _, ok := bytes.Cut(line, colon); !ok || !token(name) {
			return ErrMalformed
		}
		read += len(line)
	}
	return ErrHeader
}
