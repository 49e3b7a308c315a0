package transport

import (
	"bytes"
	"mime"
	"strings"
)

// form is how a stream of responses is written over HTTP.
type form uint8

const (
	// formNone is that of clients that take one answer.
	formNone form = iota
	// formEvents is text/event-stream, as graphql-sse has it in its mode of distinct connections.
	// https://github.com/enisdenjo/graphql-sse/blob/master/PROTOCOL.md#distinct-connections-mode
	formEvents
	// formParts is multipart/mixed, as Apollo's clients take it.
	// https://www.apollographql.com/docs/graphos/routing/operations/subscriptions/multipart-protocol
	formParts
)

// streaming is the form of streams that a client takes, by its Accept headers: of several the one that it names first.
func streaming(accept []string) form {
	for part := range strings.SplitSeq(strings.Join(accept, ","), ",") {
		kind, q, ok := mediaRange(part)
		switch {
		case !ok || q <= 0:
		case kind == "text/event-stream":
			return formEvents
		case kind == "multipart/mixed":
			if _, params, err := mime.ParseMediaType(part); err == nil && params["subscriptionspec"] == "1.0" {
				return formParts
			}
		}
	}
	return formNone
}

// head is the media type.
func (f form) head() string {
	if f == formParts {
		return `multipart/mixed;boundary="graphql";subscriptionSpec=1.0`
	}
	return "text/event-stream; charset=utf-8"
}

// Pieces of streams. A part is ended by the boundary after it, which is why that is written at once.
const (
	partsBegin = "--graphql\r\n"
	partHead   = "content-type: application/json\r\n\r\n"
	partEnd    = "\r\n--graphql\r\n"
	partsEnd   = "content-type: application/json\r\n\r\n{}\r\n--graphql--\r\n"
	eventsEnd  = "event: complete\ndata:\n\n"
)

// begin is what a stream begins with. An event stream has a comment, so that its client sees at once that it is open.
func (f form) begin(dst []byte) []byte {
	if f == formParts {
		return append(dst, partsBegin...)
	}
	return append(dst, ":\n\n"...)
}

// next is one response. In JSON that it came from a service line feeds may stand between what it is made of; of an event's data each
// would begin a line.
func (f form) next(dst, body []byte, refused bool) []byte {
	if f == formParts {
		dst = append(dst, partHead...)
		if refused { // which ends it: no payload, and errors beside it
			dst = append(dst, `{"payload":null,`...)
			return append(append(dst, body[1:]...), partEnd...)
		}
		return append(append(append(append(dst, `{"payload":`...), body...), '}'), partEnd...)
	}
	dst = append(dst, "event: next\ndata: "...)
	start := len(dst)
	dst = append(dst, body...)
	if text := dst[start:]; bytes.ContainsAny(text, "\r\n") {
		for i, c := range text {
			if c == '\r' || c == '\n' {
				text[i] = ' '
			}
		}
	}
	return append(dst, "\n\n"...)
}

// alive is a sign of life.
func (f form) alive(dst []byte) []byte {
	if f == formParts {
		return append(append(append(dst, partHead...), "{}"...), partEnd...)
	}
	return append(dst, ":\n\n"...)
}

// end is the end of a stream that the server ends.
func (f form) end(dst []byte) []byte {
	if f == formParts {
		return append(dst, partsEnd...)
	}
	return append(dst, eventsEnd...)
}
