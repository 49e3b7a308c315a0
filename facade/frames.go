package facade

import (
	"encoding/binary"
	"net/http"
	"strings"
)

// frames knows where in a stream of WebSocket frames a writer is, so that one of the facade's own can be put between two of
// the back end's. https://www.rfc-editor.org/rfc/rfc6455#section-5.2
type frames struct {
	// header is what came of the header of the frame; payload is what of it is still to come.
	header  []byte
	payload uint64
	// leaving: nothing more is to be passed on from the next end of a frame.
	leaving bool
}

// goingAway is a closing frame with status 1001, and goingAwayMasked the same as a client sends it.
var (
	goingAway       = []byte{0x88, 2, 0x03, 0xe9}
	goingAwayMasked = []byte{0x88, 0x80 | 2, 0, 0, 0, 0, 0x03, 0xe9}
)

func isWebSocket(h http.Header) bool { return strings.EqualFold(h.Get("Upgrade"), "websocket") }

// between says that the stream is at the end of a frame.
func (f *frames) between() bool { return f.payload == 0 && len(f.header) == 0 }

// follow goes through what is written, up to the next end of a frame if it is to leave there, and says how far it came.
func (f *frames) follow(p []byte) int {
	at := 0
	for at < len(p) {
		if f.payload > 0 {
			n := min(f.payload, uint64(len(p)-at))
			f.payload -= n
			at += int(n)
		} else {
			f.header = append(f.header, p[at])
			at++
			if n, ok := payloadOf(f.header); ok {
				f.header, f.payload = f.header[:0], n
			}
		}
		if f.leaving && f.between() {
			break
		}
	}
	return at
}

// payloadOf is how long a frame's payload is, once its header is whole.
func payloadOf(header []byte) (uint64, bool) {
	if len(header) < 2 {
		return 0, false
	}
	size, length := 2, uint64(header[1]&0x7f)
	switch length {
	case 126:
		size += 2
	case 127:
		size += 8
	}
	whole := size
	if header[1]&0x80 != 0 {
		whole += 4
	}
	if len(header) < whole {
		return 0, false
	}
	switch length {
	case 126:
		return uint64(binary.BigEndian.Uint16(header[2:])), true
	case 127:
		return binary.BigEndian.Uint64(header[2:]), true
	}
	return length, true
}
