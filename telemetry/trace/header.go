package trace

import (
	"encoding/hex"
	"net/http"
	"strings"
)

// The headers, as net/http writes their names.
const (
	headerParent  = "Traceparent"
	headerState   = "Tracestate"
	headerBaggage = "Baggage"
)

const (
	// parentLength is that of a traceparent: 00-trace-span-flags.
	parentLength = 2 + 1 + 32 + 1 + 16 + 1 + 2
	// maxState and maxBaggage bound what is passed on, as the specifications do.
	maxState   = 512
	maxBaggage = 8192
)

// parseParent reads a traceparent. Of a version that is not known, the part that all versions share is read.
// https://www.w3.org/TR/trace-context/#traceparent-header
func parseParent(values []string) (id ID, parent SpanID, sampled, ok bool) {
	if len(values) != 1 {
		return id, parent, false, false
	}
	v := strings.Trim(values[0], " \t")
	if len(v) < parentLength || v[2] != '-' || v[35] != '-' || v[52] != '-' {
		return id, parent, false, false
	}
	var version, flags [1]byte
	if !unhex(version[:], v[:2]) || !unhex(id[:], v[3:35]) || !unhex(parent[:], v[36:52]) || !unhex(flags[:], v[53:55]) {
		return ID{}, SpanID{}, false, false
	}
	longer := len(v) > parentLength
	switch {
	case version[0] == 0xff, id == ID{}, parent == SpanID{},
		version[0] == 0 && longer, longer && v[parentLength] != '-':
		return ID{}, SpanID{}, false, false
	}
	return id, parent, flags[0]&1 == 1, true
}

// unhex reads digits of which the letters are small.
func unhex(dst []byte, text string) bool {
	for i := range dst {
		high, low := digit(text[2*i]), digit(text[2*i+1])
		if high > 15 || low > 15 {
			return false
		}
		dst[i] = high<<4 | low
	}
	return true
}

func digit(c byte) byte {
	switch {
	case c >= '0' && c <= '9':
		return c - '0'
	case c >= 'a' && c <= 'f':
		return c - 'a' + 10
	}
	return 0xff
}

// joinState is the tracestate that is passed on; one that is too long is left out, as half of it would be wrong.
func joinState(values []string) string { return join(values, maxState) }

// joinBaggage is the baggage that is passed on.
func joinBaggage(values []string) string { return join(values, maxBaggage) }

func join(values []string, most int) string {
	var v string
	switch len(values) {
	case 0:
		return ""
	case 1:
		v = values[0]
	default:
		v = strings.Join(values, ",")
	}
	if len(v) > most || !printable(v) {
		return ""
	}
	return v
}

func printable(v string) bool {
	for i := range len(v) {
		if c := v[i]; (c < ' ' && c != '\t') || c > '~' {
			return false
		}
	}
	return true
}

// parent appends the span's traceparent.
func (s *Span) parent(dst []byte) []byte {
	dst = append(dst, "00-"...)
	dst = hex.AppendEncode(dst, s.trace.ID[:])
	dst = append(dst, '-')
	dst = hex.AppendEncode(dst, s.ID[:])
	if s.trace.Sampled {
		return append(dst, "-01"...)
	}
	return append(dst, "-00"...)
}

// sent is what is sent to whoever does something for the span, name by name.
func (s *Span) sent(each func(name, value string)) {
	t := s.trace
	if t.tracer.cfg.TraceContext && t.State != "" {
		each(headerState, t.State)
	}
	if t.baggage != "" {
		each(headerBaggage, t.baggage)
	}
}

// AppendHeader appends what is sent to whoever does something for the span, as lines of HTTP/1.1.
func (s *Span) AppendHeader(dst []byte) []byte {
	if s == nil {
		return dst
	}
	if s.trace.tracer.cfg.TraceContext {
		dst = append(s.parent(append(dst, headerParent+": "...)), "\r\n"...)
	}
	s.sent(func(name, value string) {
		dst = append(append(append(dst, name...), ": "...), value...)
		dst = append(dst, "\r\n"...)
	})
	return dst
}

// Inject sets what is sent to whoever does something for the span.
func (s *Span) Inject(h http.Header) {
	if s == nil {
		return
	}
	s.Replace(h)
	if s.trace.tracer.cfg.TraceContext {
		h[headerParent] = []string{string(s.parent(make([]byte, 0, parentLength)))}
	}
	s.sent(func(name, value string) { h[name] = []string{value} })
}

// Replace takes away what Inject or AppendHeader sets anew.
func (s *Span) Replace(h http.Header) {
	if s == nil {
		return
	}
	if s.trace.tracer.cfg.TraceContext {
		delete(h, headerParent)
		delete(h, headerState)
	}
	if s.trace.tracer.cfg.Baggage {
		delete(h, headerBaggage)
	}
}
