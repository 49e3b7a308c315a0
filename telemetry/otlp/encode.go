package otlp

import (
	"encoding/binary"
	"strings"
	"unicode/utf8"

	"github.com/ficusgraph/ficus/telemetry/trace"
)

// The messages, by the numbers of their fields. A field begins with its number and how it is written.
// https://github.com/open-telemetry/opentelemetry-proto/blob/main/opentelemetry/proto/trace/v1/trace.proto
const (
	varint    = 0
	fixed64   = 1
	delimited = 2
	fixed32   = 5

	requestResourceSpans = 1<<3 | delimited

	resourceSpansResource = 1<<3 | delimited
	resourceSpansScope    = 2<<3 | delimited

	resourceAttributes = 1<<3 | delimited

	scopeSpansScope = 1<<3 | delimited
	scopeSpansSpans = 2<<3 | delimited

	scopeName    = 1<<3 | delimited
	scopeVersion = 2<<3 | delimited

	spanTraceID    = 1<<3 | delimited
	spanID         = 2<<3 | delimited
	spanState      = 3<<3 | delimited
	spanParent     = 4<<3 | delimited
	spanName       = 5<<3 | delimited
	spanKind       = 6<<3 | varint
	spanStart      = 7<<3 | fixed64
	spanEnd        = 8<<3 | fixed64
	spanAttributes = 9<<3 | delimited
	spanStatus     = 15<<3 | delimited
	spanFlags      = 16<<3 | fixed32 // a varint of two bytes

	statusCode  = 3<<3 | varint
	statusError = 2

	keyValueKey   = 1<<3 | delimited
	keyValueValue = 2<<3 | delimited

	anyText   = 1<<3 | delimited
	anyNumber = 3<<3 | varint
)

// Flags of a span beside those of W3C: whether its parent is in another process is known, and is so.
const (
	flagSampled     = 1
	flagKnownRemote = 0x100
	flagRemote      = 0x200
)

// maxText bounds a text in a span.
const maxText = 8 << 10

// encoder writes the spans of a trace, each as a field of ScopeSpans.
type encoder struct {
	// spans are those written, count how many, one the span that is being written.
	spans, one []byte
	count      int
}

func (e *encoder) trace(t *trace.Trace) {
	e.spans, e.count = e.spans[:0], 0
	e.span(t, t.Root(), t.Remote())
	t.Spans(func(s *trace.Span) { e.span(t, s, false) })
}

func (e *encoder) span(t *trace.Trace, s *trace.Span, remote bool) {
	b := appendBytes(e.one[:0], spanTraceID, t.ID[:])
	b = appendBytes(b, spanID, s.ID[:])
	if t.State != "" {
		b = appendText(b, spanState, t.State)
	}
	if s.Parent != (trace.SpanID{}) {
		b = appendBytes(b, spanParent, s.Parent[:])
	}
	b = appendName(b, s.Name, s.Of)
	b = append(b, spanKind, byte(s.Kind))
	b = binary.LittleEndian.AppendUint64(append(b, spanStart), uint64(s.Began.UnixNano()))
	b = binary.LittleEndian.AppendUint64(append(b, spanEnd), uint64(s.Ended.UnixNano()))
	for _, a := range s.Attributes {
		b = appendAttribute(b, spanAttributes, a)
	}
	if s.Failed {
		b = append(b, spanStatus, 2, statusCode, statusError)
	}
	flags := uint32(flagSampled | flagKnownRemote)
	if remote {
		flags |= flagRemote
	}
	b = binary.LittleEndian.AppendUint32(binary.AppendUvarint(b, spanFlags), flags)
	e.one = b
	e.spans = appendBytes(e.spans, scopeSpansSpans, b)
	e.count++
}

// appendName writes a name of two words, or of one.
func appendName(b []byte, name, of string) []byte {
	name, of = valid(name), valid(of)
	n := len(name)
	if of != "" {
		n += 1 + len(of)
	}
	b = append(binary.AppendUvarint(append(b, spanName), uint64(n)), name...)
	if of != "" {
		b = append(append(b, ' '), of...)
	}
	return b
}

// appendAttribute writes a KeyValue with an AnyValue in it.
func appendAttribute(b []byte, field byte, a trace.Attribute) []byte {
	if a.Text == "" {
		value := 1 + length(uint64(a.Number))
		b = appendKey(b, field, a.Key, value)
		b = append(b, anyNumber)
		return binary.AppendUvarint(b, uint64(a.Number))
	}
	text := valid(a.Text)
	b = appendKey(b, field, a.Key, 1+length(uint64(len(text)))+len(text))
	return appendText(b, anyText, text)
}

// appendKey writes a KeyValue up to its value, which has n bytes.
func appendKey(b []byte, field byte, key string, n int) []byte {
	b = append(b, field)
	b = binary.AppendUvarint(b, uint64(1+length(uint64(len(key)))+len(key)+1+length(uint64(n))+n))
	b = appendText(b, keyValueKey, key)
	return binary.AppendUvarint(append(b, keyValueValue), uint64(n))
}

func appendText(b []byte, field byte, text string) []byte {
	return append(binary.AppendUvarint(append(b, field), uint64(len(text))), text...)
}

func appendBytes(b []byte, field byte, data []byte) []byte {
	return append(binary.AppendUvarint(append(b, field), uint64(len(data))), data...)
}

// length is how many bytes a varint has.
func length(v uint64) int {
	n := 1
	for ; v >= 0x80; v >>= 7 {
		n++
	}
	return n
}

// valid is the text in UTF-8, and not too long.
func valid(text string) string {
	if len(text) > maxText {
		text = text[:maxText]
	}
	if utf8.ValidString(text) {
		return text
	}
	return strings.ToValidUTF8(text, "\uFFFD")
}

// resource is who reports: a Resource, and the scope of all spans.
type resource struct{ resource, scope []byte }

func newResource(attributes []trace.Attribute, version string) resource {
	var r resource
	for _, a := range attributes {
		r.resource = appendAttribute(r.resource, resourceAttributes, a)
	}
	r.scope = appendText(nil, scopeName, "github.com/ficusgraph/ficus")
	if version != "" {
		r.scope = appendText(r.scope, scopeVersion, valid(version))
	}
	return r
}

// request writes an ExportTraceServiceRequest with the spans.
func (r resource) request(b, spans []byte) []byte {
	scope := 1 + length(uint64(len(r.scope))) + len(r.scope) + len(spans)
	all := 1 + length(uint64(len(r.resource))) + len(r.resource) + 1 + length(uint64(scope)) + scope
	b = binary.AppendUvarint(append(b, requestResourceSpans), uint64(all))
	b = appendBytes(b, resourceSpansResource, r.resource)
	b = binary.AppendUvarint(append(b, resourceSpansScope), uint64(scope))
	b = appendBytes(b, scopeSpansScope, r.scope)
	return append(b, spans...)
}

// rejected is how many spans an ExportTraceServiceResponse says that were not taken: field 1 of the message in
// field 1. What cannot be read says nothing.
func rejected(answer []byte) int {
	partial, ok := field(answer, 1, delimited)
	if !ok {
		return 0
	}
	n, ok := field(partial, 1, varint)
	if !ok {
		return 0
	}
	v, _ := binary.Uvarint(n)
	return int(min(v, 1<<30))
}

// field is the first field of that number in a message, its varint or what its bytes are.
func field(message []byte, number, kind uint64) ([]byte, bool) {
	for len(message) > 0 {
		key, n := binary.Uvarint(message)
		if n <= 0 {
			return nil, false
		}
		message = message[n:]
		v, n := binary.Uvarint(message)
		if n <= 0 {
			return nil, false
		}
		body := message[:n]
		switch key & 7 {
		case varint:
			message = message[n:]
		case delimited:
			if v > uint64(len(message)-n) {
				return nil, false
			}
			body = message[n : n+int(v)]
			message = message[n+int(v):]
		default: // no field of ours
			return nil, false
		}
		if key == number<<3|kind {
			return body, true
		}
	}
	return nil, false
}
