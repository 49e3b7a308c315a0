package monolith

import (
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/ficusgraph/ficus/monolith-adapter/mapping"
)

// errDots is a path that would lead elsewhere: what an id is put into must stay one segment.
var errDots = errors.New("a path segment is . or .., which would lead to another address")

// buildURL puts a request's URL together: what the base has, then the source's path and queryParams, then the
// connector's URL, path and queryParams.
func buildURL(base string, source, connect *request, e *evaluation) (string, error) {
	origin, path, query := "", "", ""
	if base != "" {
		origin, path, query = splitURL(base)
	}
	b := urlBuilder{path: path, query: append(make([]byte, 0, 256), query...)}
	if source != nil {
		if err := b.properties(source, e); err != nil {
			return "", err
		}
	}
	text, err := connect.url.write(nil, e, appendStatic, appendDynamic)
	if err != nil {
		return "", err
	}
	own, path, query := splitURL(string(text))
	if base == "" {
		origin = own
	}
	b.addPath(path)
	b.addQuery(query)
	if err := b.properties(connect, e); err != nil {
		return "", err
	}
	if err := safe(b.path); err != nil {
		return "", err
	}
	if len(b.query) > 0 {
		return origin + b.path + "?" + string(b.query), nil
	}
	return origin + b.path, nil
}

// splitURL takes a URL apart; a fragment is dropped.
func splitURL(s string) (origin, path, query string) {
	s, _, _ = strings.Cut(s, "#")
	s, query, _ = strings.Cut(s, "?")
	if i := strings.Index(s, "://"); i >= 0 {
		end := strings.IndexByte(s[i+3:], '/')
		if end < 0 {
			return s, "", query
		}
		return s[:i+3+end], s[i+3+end:], query
	}
	return "", s, query
}

// urlBuilder joins the parts of a path with one slash between, and those of a query with ampersands.
type urlBuilder struct {
	path  string
	query []byte
}

func (b *urlBuilder) addPath(part string) {
	if part == "" || part == "/" && b.path != "" {
		return
	}
	b.path = strings.TrimSuffix(b.path, "/") + "/" + strings.TrimPrefix(part, "/")
}

func (b *urlBuilder) addQuery(part string) {
	switch {
	case part == "":
	case len(b.query) == 0:
		b.query = append(b.query, part...)
	default:
		b.and()
		b.query = append(b.query, strings.TrimPrefix(part, "&")...)
	}
}

// and appends an ampersand, unless there is one.
func (b *urlBuilder) and() {
	if n := len(b.query); n > 0 && b.query[n-1] != '&' {
		b.query = append(b.query, '&')
	}
}

// param appends a parameter: a scalar, or nothing for null.
func (b *urlBuilder) param(key string, v mapping.Value) {
	b.and()
	b.query = append(appendDynamic(b.query, key), '=')
	if v.Kind() != mapping.Null {
		b.query = appendDynamic(b.query, v.Text())
	}
}

func (b *urlBuilder) properties(r *request, e *evaluation) error {
	if r.path != nil {
		v, err := e.eval(r.path, mapping.NullValue())
		if err != nil {
			return err
		}
		if err := b.segments(v); err != nil {
			return err
		}
	}
	if r.query != nil {
		v, err := e.eval(r.query, mapping.NullValue())
		if err != nil {
			return err
		}
		return b.params(v)
	}
	return nil
}

func (b *urlBuilder) segments(v mapping.Value) error {
	if v.Kind() != mapping.List {
		return fmt.Errorf("path must be a list of scalars, not %s", v.Kind())
	}
	for i := range v.Len() {
		if !v.At(i).IsScalar() {
			return fmt.Errorf("path must be a list of scalars; there is %s in it", v.At(i).Kind())
		}
		b.path = strings.TrimSuffix(b.path, "/") + "/" + string(appendDynamic(nil, v.At(i).Text()))
	}
	return nil
}

func (b *urlBuilder) params(v mapping.Value) error {
	if v.IsNull() {
		return nil
	}
	if v.Kind() != mapping.Object {
		return fmt.Errorf("queryParams must be an object, not %s", v.Kind())
	}
	for i := range v.Len() {
		key, member := v.Key(i), v.At(i)
		switch {
		case member.Kind() == mapping.Null:
		case member.IsScalar():
			b.param(key, member)
		case member.Kind() == mapping.List:
			for j := range member.Len() {
				elem := member.At(j)
				if elem.Kind() != mapping.Null && !elem.IsScalar() {
					return fmt.Errorf("queryParams: %s has %s in its list, and only scalars can stand there", key, elem.Kind())
				}
				b.param(key, elem)
			}
		default:
			return fmt.Errorf("queryParams: %s is an object, and only scalars and lists of them can stand there", key)
		}
	}
	return nil
}

// safe refuses paths in which a segment, decoded, is or holds a step to elsewhere: servers and proxies differ
// in whether they decode before they resolve those.
func safe(path string) error {
	for _, segment := range strings.Split(path, "/") {
		decoded, err := url.PathUnescape(segment)
		if err != nil {
			return errors.New("the path has a percent sign that encodes nothing")
		}
		for _, s := range strings.FieldsFunc(decoded, func(r rune) bool { return r == '/' || r == '\\' }) {
			if dots(s) {
				return errDots
			}
		}
	}
	return nil
}

func dots(segment string) bool { return segment == "." || segment == ".." }

const hexDigits = "0123456789ABCDEF"

func isUnreserved(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte("-._~", c) >= 0
}

// appendDynamic encodes everything that is not unreserved, so that a value stays within its place.
func appendDynamic(dst []byte, s string) []byte {
	for i := range len(s) {
		if c := s[i]; isUnreserved(c) {
			dst = append(dst, c)
		} else {
			dst = append(dst, '%', hexDigits[c>>4], hexDigits[c&15])
		}
	}
	return dst
}

// appendStatic encodes only what is illegal in a URL: the author may have encoded the rest.
func appendStatic(dst []byte, s string) []byte {
	for i := range len(s) {
		if c := s[i]; isUnreserved(c) || strings.IndexByte(":/?#[]@!$&'()*+,;=%", c) >= 0 {
			dst = append(dst, c)
		} else {
			dst = append(dst, '%', hexDigits[c>>4], hexDigits[c&15])
		}
	}
	return dst
}
