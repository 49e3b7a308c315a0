package transport

import (
	"maps"
	"net/http"
	"slices"
	"strconv"

	"github.com/ficusgraph/ficus/auth"
)

// own are headers that differ between requests and say nothing of who asks or for what.
var own = []string{headerRequestID, "Traceparent", "Tracestate", "Content-Length"}

// appendSharing writes what of a request may change the answer beside the operation and its variables: the
// host, who asks, and every header, as any of them may be passed on to a service. Who asks is not in the headers where
// that was an API key, which is taken out of them. Each part has its length before it, so that no two requests come to
// the same bytes.
func appendSharing(dst []byte, r *http.Request) []byte {
	dst = appendPart(dst, r.Host)
	if who := auth.FromContext(r.Context()); who != nil {
		sum := who.Digest()
		dst = appendPart(dst, string(sum[:]))
	}
	for _, name := range slices.Sorted(maps.Keys(r.Header)) {
		if slices.Contains(own, name) {
			continue
		}
		dst = appendPart(dst, name)
		dst = strconv.AppendInt(dst, int64(len(r.Header[name])), 10)
		for _, v := range r.Header[name] {
			dst = appendPart(dst, v)
		}
	}
	return dst
}

// appendOperation writes the operation's text and name, which header rules may send on.
func appendOperation(dst []byte, p params) []byte {
	return appendPart(appendPart(dst, p.operationName), p.query)
}

func appendPart(dst []byte, part string) []byte {
	dst = strconv.AppendInt(append(dst, ' '), int64(len(part)), 10)
	return append(append(dst, ' '), part...)
}
