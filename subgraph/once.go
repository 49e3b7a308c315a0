package subgraph

import (
	"crypto/tls"
	"errors"
	"io"
	"net/http"
	"net/http/httptrace"
	"sync/atomic"
)

// What net/http sends again by itself:
//
//	HTTP/1.1  on a kept connection that turned out to be closed before a byte of the request was written. Also, if
//	          the request has an Idempotency-Key, where the connection broke before a byte of the answer came
//	HTTP/2    what the service says that it did not look at (REFUSED_STREAM, GOAWAY); also what it reset with
//	          PROTOCOL_ERROR, which says nothing of what it did before
//
// The first of each is right for all that is sent. The second is for no request that a client sent: its key, if
// it has one, is hidden from net/http, for whether to repeat is the client's to decide. And a mutation is not sent
// again over HTTP/2 at all once it was written.

var errSent = errors.New("the connection broke after the mutation was sent, and it is not sent twice")

// once is the request, sent again only where that is right for a mutation: HTTP/1.1, or nothing written yet. plain
// says whether connections without TLS are HTTP/2.
func once(out *http.Request, plain bool) *http.Request {
	var shared, written atomic.Bool
	out = out.WithContext(httptrace.WithClientTrace(out.Context(), &httptrace.ClientTrace{
		GotConn: func(info httptrace.GotConnInfo) {
			secure, is := info.Conn.(*tls.Conn)
			shared.Store(is && secure.ConnectionState().NegotiatedProtocol == "h2" || !is && plain)
		},
		WroteHeaders: func() { written.Store(shared.Load()) },
	}))
	body := out.GetBody
	out.GetBody = func() (io.ReadCloser, error) {
		if written.Load() {
			return nil, errSent
		}
		return body()
	}
	return out
}

// idempotencyKeys are the headers by which net/http takes a POST for one that may be repeated.
var idempotencyKeys = []struct{ known, hidden string }{
	{"Idempotency-Key", "idempotency-key"},
	{"X-Idempotency-Key", "x-idempotency-key"},
}

// hideIdempotencyKeys writes the names in lower case, which services read as the same and net/http does not.
func hideIdempotencyKeys(h http.Header) {
	for _, key := range idempotencyKeys {
		if v, ok := h[key.known]; ok {
			delete(h, key.known)
			h[key.hidden] = v
		}
	}
}
