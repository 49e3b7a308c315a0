package transport

import (
	"errors"
	"io"
	"net/http"
	"os"
)

// maxClaim is how much memory a body gets for what it says of its length; beyond that, for what arrives. Thousands of
// clients may say that they send much, and send nothing.
const maxClaim = 8 << 10

// readBody appends the request's body to buf. What is larger than the bound is refused without being read further.
func readBody(buf []byte, r *http.Request, b bound) ([]byte, *refusal) {
	if r.ContentLength > int64(b.most) {
		return buf, b.tooLarge(int(r.ContentLength))
	}
	return readAll(buf, r.Body, r, r.ContentLength, b)
}

// readAll appends all there is to buf. length is what the client said; -1 if nothing.
func readAll(buf []byte, from io.Reader, r *http.Request, length int64, b bound) ([]byte, *refusal) {
	waiting := false
	// One byte more than the body has room to read its end.
	if need := max(min(int(length)+1, maxClaim), 4096); need > cap(buf) {
		buf = make([]byte, 0, need)
	}
	for again := false; ; again = true {
		if again && !waiting { // what did not come with the header is waited for
			waiting = true
			defer awaitBody(r)()
		}
		if len(buf) == cap(buf) {
			buf = append(buf, 0)[:len(buf)]
		}
		n, err := from.Read(buf[len(buf):cap(buf)])
		buf = buf[:len(buf)+n]
		switch {
		case len(buf) > b.most:
			return buf, b.tooLarge(len(buf))
		case err == io.EOF:
			return buf, nil
		case errors.Is(err, os.ErrDeadlineExceeded):
			refused := refusef(http.StatusRequestTimeout, CodeTimeout, "the request took too long to arrive")
			refused.closes = true
			return buf, refused
		case err != nil:
			refused := badRequest("the request's body ended before it was complete")
			refused.closes = true
			return buf, refused
		}
	}
}
