package transport

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"runtime/debug"
	"strconv"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// headerRequestID carries the request's id, in both directions.
const headerRequestID = "X-Request-Id"

// enter is the outermost handler: it gives the request an id, refuses one whose header is too
// large, and catches what panics outside of a call.
func (s *Server) enter(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.identify(w, r)
		s.protect(w, r)
		defer func() {
			v := recover()
			if v == nil {
				return
			}
			// The one panic that is meant: it makes net/http cut the connection.
			if v == http.ErrAbortHandler { //nolint:errorlint // the very value, as net/http compares it
				panic(v)
			}
			s.caught(r.Context(), requestID(w), v)
			s.refuse(w, r, internal())
		}()
		if refused := s.checkHeader(r); refused != nil {
			s.refuse(w, r, refused)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// identify takes the id that the request brings, or makes one; the answer carries it, and so does the
// request, for header rules that pass it on.
func (s *Server) identify(w http.ResponseWriter, r *http.Request) {
	given := r.Header[headerRequestID]
	if len(given) != 1 || !validRequestID(given[0]) {
		given = []string{s.parts.NewID()}
		r.Header[headerRequestID] = given
	}
	w.Header()[headerRequestID] = given
}

// maxRequestID is the longest id that is taken from a client.
const maxRequestID = 128

// validRequestID keeps out what could break a log line or a header.
func validRequestID(id string) bool {
	if id == "" || len(id) > maxRequestID {
		return false
	}
	for i := range len(id) {
		c := id[i]
		plain := 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9'
		if !plain && c != '-' && c != '_' && c != '.' && c != ':' && c != '/' && c != '+' && c != '=' {
			return false
		}
	}
	return true
}

// newID is a request id: unique, not secret.
func newID() string {
	const width = 16
	var out [2 * width]byte
	fill(out[:width], rand.Uint64()) //nolint:gosec // unique, not secret
	fill(out[width:], rand.Uint64()) //nolint:gosec // as above
	return string(out[:])
}

// fill writes v in hexadecimal, with leading zeros.
func fill(out []byte, v uint64) {
	var text [16]byte
	digits := strconv.AppendUint(text[:0], v, 16)
	pad := len(out) - len(digits)
	for i := range pad {
		out[i] = '0'
	}
	copy(out[pad:], digits)
}

type requestIDKey struct{}

func withRequestID(ctx context.Context, id string) context.Context {
	return context.WithValue(ctx, requestIDKey{}, id)
}

// RequestID is the id of the request that is executed in the context, or empty.
func RequestID(ctx context.Context) string {
	id, _ := ctx.Value(requestIDKey{}).(string)
	return id
}

// requestID is the id of the request that w answers.
func requestID(w http.ResponseWriter) string {
	if v := w.Header()[headerRequestID]; len(v) == 1 {
		return v[0]
	}
	return ""
}

// caught counts and logs a panic.
func (s *Server) caught(ctx context.Context, id string, v any) {
	s.parts.Observer.Panicked()
	s.parts.Logger.LogAttrs(ctx, slog.LevelError, "panic", slog.String("request_id", id),
		slog.Any("value", v), slog.String("stack", string(debug.Stack())))
}

// recoverResolver is for what panics inside gqlgen's own transports.
func (s *Server) recoverResolver(ctx context.Context, v any) error {
	s.caught(ctx, RequestID(ctx), v)
	err := gqlerror.Errorf("internal error")
	err.Path = graphql.GetPath(ctx)
	err.Extensions = map[string]any{"code": CodeInternal}
	return err
}
