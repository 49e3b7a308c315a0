package facade

import (
	"net/url"
	"path"
	"strings"
)

// reading is a path's segments, decoded, without what stands behind a semicolon in them. The last one is "" where the path
// ends with a slash.
type reading []string

// readings are a path as it is written, and as the most zealous back end may take it: decoded again and again, with
// backslashes for slashes, and cleaned of dots and empty segments. Both are the same for nearly all paths. A path
// that leads to another route in the one than in the other is an attempt to get past the routes.
func readings(u *url.URL) (written, zealous reading, ok bool) {
	raw := u.EscapedPath()
	if raw == "" || raw[0] != '/' {
		return nil, nil, false
	}
	if isPlain(raw) {
		written = strings.Split(raw[1:], "/")
		return written, written, true
	}
	for s := range strings.SplitSeq(raw[1:], "/") {
		text, err := url.PathUnescape(s)
		if err != nil {
			return nil, nil, false
		}
		written = append(written, withoutParameters(text))
	}
	decoded, ok := decodeFully(raw)
	if !ok {
		return nil, nil, false
	}
	return written, cleaned(decoded), true
}

// isPlain says that a path can be read in one way only.
func isPlain(raw string) bool {
	for i := range len(raw) {
		switch c := raw[i]; {
		case c == '%' || c == '\\' || c == ';' || c < ' ' || c == 0x7f:
			return false
		case c == '/' && i+1 < len(raw) && (raw[i+1] == '/' || raw[i+1] == '.'):
			return false
		}
	}
	return true
}

// maxDecodings is how often a path may be encoded before nobody means well by it.
const maxDecodings = 4

// decodeFully decodes a path until it does not change any more. It reports false for what has control characters in it, or
// is encoded too often.
func decodeFully(raw string) (string, bool) {
	for range maxDecodings {
		next, err := url.PathUnescape(raw)
		if err != nil || next == raw {
			return raw, !strings.ContainsFunc(raw, func(c rune) bool { return c < ' ' || c == 0x7f })
		}
		raw = next
	}
	return "", false
}

// cleaned are the segments of a decoded path without dots, empty segments and parameters.
func cleaned(decoded string) reading {
	decoded = strings.ReplaceAll(decoded, `\`, "/")
	segments := strings.Split(decoded, "/")
	for i, s := range segments {
		segments[i] = withoutParameters(s)
	}
	joined := strings.Join(segments, "/")
	out := path.Clean("/" + joined)
	last := segments[len(segments)-1]
	if out != "/" && (last == "" || last == "." || last == "..") {
		out += "/"
	}
	return strings.Split(out[1:], "/")
}

// withoutParameters is a segment without what stands behind its first semicolon: some back ends leave that out.
func withoutParameters(segment string) string {
	name, _, _ := strings.Cut(segment, ";")
	return name
}
