package wire

import (
	"bytes"
	"errors"
	"strings"
)

// Faults of answers.
var (
	// ErrMalformed says that what arrived is no answer as HTTP has them.
	ErrMalformed = errors.New("the answer is not HTTP/1.1")
	// ErrHeader says that the header of an answer is longer than any should be.
	ErrHeader = errors.New("the header of the answer is too large")
	// ErrTooLarge says that the body of an answer is larger than the request's limit.
	ErrTooLarge = errors.New("the answer is too large")
)

const (
	// maxHead bounds a status line with its header, in bytes.
	maxHead = 256 << 10
	// maxInformational is how many answers that only announce the true one are skipped.
	maxInformational = 8
)

// head is what matters of a status line and a header.
type head struct {
	minor  byte // of the version
	status int
	// start and end are where the header is in the buffer, without the empty line.
	start, end int
	// length is the announced length of the body, -1 for none.
	length  int64
	chunked bool
	// persistent says that the connection can be used again.
	persistent bool
}

// head reads up to the body, past what informs that an answer will come.
func (in *input) head() (head, error) {
	for range maxInformational {
		start := in.at
		end, err := in.emptyLine()
		if err != nil {
			return head{}, err
		}
		h, ok := parseHead(in.buf[start:end])
		if !ok {
			return head{}, ErrMalformed
		}
		h.start, h.end = h.start+start, end
		if h.status >= 200 {
			return h, nil
		}
		if h.status == 101 {
			return head{}, ErrMalformed // nobody asked for another protocol
		}
	}
	return head{}, ErrMalformed
}

// emptyLine reads up to and past the empty line that ends a header, and is where that begins.
func (in *input) emptyLine() (int, error) {
	from := in.at
	for {
		for {
			i := bytes.IndexByte(in.buf[from:in.end], '\n')
			if i < 0 {
				break
			}
			line := from
			from += i + 1
			if text := in.buf[line : from-1]; len(text) == 0 || len(text) == 1 && text[0] == '\r' {
				in.at = from
				return line, nil
			}
		}
		if in.end-in.at > maxHead {
			return 0, ErrHeader
		}
		if err := in.more(1); err != nil {
			return 0, err
		}
	}
}

// parseHead reads a status line and the header fields that frame the message.
// https://www.rfc-editor.org/rfc/rfc9112#section-6.3
func parseHead(text []byte) (head, bool) {
	h := head{length: -1}
	line, rest, _ := bytes.Cut(text, newline)
	h.start = len(text) - len(rest)
	if !h.statusLine(trimReturn(line)) {
		return h, false
	}
	for len(rest) > 0 {
		line, rest, _ = bytes.Cut(rest, newline)
		name, value, ok := bytes.Cut(trimReturn(line), colon)
		// Neither a folded line nor a space before the colon means the same to everybody.
		if !ok || !token(name) || !fieldValue(value) {
			return h, false
		}
		if !h.field(name, bytes.Trim(value, " \t")) {
			return h, false
		}
	}
	switch {
	case h.status == 204 || h.status == 304 || h.status < 200:
		h.length, h.chunked = 0, false
	case h.chunked && h.length >= 0:
		h.length, h.persistent = -1, false
	case !h.chunked && h.length < 0:
		h.persistent = false // the body ends with the connection
	}
	return h, true
}

var newline, colon = []byte("\n"), []byte(":")

func trimReturn(line []byte) []byte { return bytes.TrimSuffix(line, []byte("\r")) }

// statusLine reads HTTP/1.x, a status of three digits, and a reason that is not looked at.
func (h *head) statusLine(line []byte) bool {
	const prefix = "HTTP/1."
	if len(line) < len(prefix)+5 || string(line[:len(prefix)]) != prefix || line[len(prefix)+1] != ' ' {
		return false
	}
	minor, digits, rest := line[len(prefix)], line[len(prefix)+2:len(prefix)+5], line[len(prefix)+5:]
	if minor != '0' && minor != '1' || len(rest) > 0 && rest[0] != ' ' || !fieldValue(rest) {
		return false
	}
	for _, d := range digits {
		if d < '0' || d > '9' {
			return false
		}
		h.status = 10*h.status + int(d-'0')
	}
	h.minor, h.persistent = minor, minor == '1'
	return h.status >= 100
}

// field takes what a header field says of the message's end. It is false where that cannot be understood.
func (h *head) field(name, value []byte) bool {
	switch {
	case is(name, "content-length"):
		n, ok := decimal(value)
		if !ok || h.length >= 0 && h.length != n {
			return false
		}
		h.length = n
	case is(name, "transfer-encoding"):
		// In a message of HTTP/1.0 nobody can know who wrote this.
		if h.chunked || h.minor == '0' || !is(value, "chunked") {
			return false
		}
		h.chunked = true
	case is(name, "connection"):
		for option := range bytes.SplitSeq(value, []byte(",")) {
			if is(bytes.Trim(option, " \t"), "close") {
				h.persistent = false
			}
		}
	}
	return true
}

// is compares without regard to case; name is in lower case.
func is(text []byte, name string) bool {
	if len(text) != len(name) {
		return false
	}
	for i, c := range text {
		if c >= 'A' && c <= 'Z' {
			c += 'a' - 'A'
		}
		if c != name[i] {
			return false
		}
	}
	return true
}

// decimal is a length; one with more than 18 digits is none.
func decimal(text []byte) (n int64, ok bool) {
	if len(text) == 0 || len(text) > 18 {
		return 0, false
	}
	for _, c := range text {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = n*10 + int64(c-'0')
	}
	return n, true
}

func token(name []byte) bool {
	const marks = "!#$%&'*+-.^_`|~"
	for _, c := range name {
		if (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && strings.IndexByte(marks, c) < 0 {
			return false
		}
	}
	return len(name) > 0
}

// fieldValue refuses control characters, a lone carriage return among them.
func fieldValue(text []byte) bool {
	for _, c := range text {
		if c < ' ' && c != '\t' || c == 0x7f {
			return false
		}
	}
	return true
}

// Values are those of a header field, in their order; the name may be written in any case.
func (a *Answer) Values(name string) []string {
	var out []string
	a.each(name, func(v []byte) bool {
		out = append(out, string(v))
		return true
	})
	return out
}

// Get is the first value of a header field, "" if there is none.
func (a *Answer) Get(name string) string { return string(a.Field(name)) }

// Field is Get without a copy: part of the answer's buffer.
func (a *Answer) Field(name string) (first []byte) {
	a.each(name, func(v []byte) bool {
		first = v
		return false
	})
	return first
}

// All yields the header fields in their order; both are parts of the answer's buffer.
func (a *Answer) All(yield func(name, value []byte) bool) {
	for rest := a.header; len(rest) > 0; {
		var line []byte
		line, rest, _ = bytes.Cut(rest, newline)
		name, value, _ := bytes.Cut(trimReturn(line), colon)
		if !yield(name, bytes.Trim(value, " \t")) {
			return
		}
	}
}

func (a *Answer) each(name string, yield func([]byte) bool) {
	for rest := a.header; len(rest) > 0; {
		var line []byte
		line, rest, _ = bytes.Cut(rest, newline)
		field, value, _ := bytes.Cut(trimReturn(line), colon)
		if len(field) == len(name) && strings.EqualFold(string(field), name) && !yield(bytes.Trim(value, " \t")) {
			return
		}
	}
}
