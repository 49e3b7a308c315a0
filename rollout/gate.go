package rollout

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
)

// Gate begins the decision of each request to the graph, once it is known who asks, and says it in the answer: to whom it
// is told, in a header, and to who is kept, by a cookie. While there are no migrations, requests pass it untouched.
type Gate struct {
	Board *Board
	// Free: requests may choose sides without a grant, as in development, and are told them.
	Free bool
	// Claims looks up the claims of who asks; nil where nobody is known.
	Claims func(ctx context.Context) func(name string) (string, bool)
}

// Wrap is the handler behind the gate. A connection that is not answered with HTTP carries many requests, each of which is
// decided when it is made.
func (g *Gate) Wrap(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !g.Board.Moves() || r.Header.Get("Upgrade") != "" {
			next.ServeHTTP(w, r)
			return
		}
		facts := Request{Headers: r.Header}
		if g.Claims != nil {
			facts.Claims = g.Claims(r.Context())
		}
		d, told, refused := g.Board.Begin(facts, g.Free)
		if refused != nil {
			refused.write(w)
			return
		}
		next.ServeHTTP(&saying{ResponseWriter: w, decision: d, told: told}, r.WithContext(NewContext(r.Context(), d)))
	})
}

// saying adds what was decided to the header of an answer.
type saying struct {
	http.ResponseWriter
	decision *Decision
	told     bool
	begun    bool
}

// WriteHeader implements http.ResponseWriter.
func (s *saying) WriteHeader(status int) {
	if !s.begun {
		s.begun = true
		if text := s.decision.Sides(); s.told && text != "" {
			s.Header().Set(HeaderSides, text)
		}
		for _, c := range s.decision.Cookies() {
			http.SetCookie(s.ResponseWriter, c)
		}
	}
	s.ResponseWriter.WriteHeader(status)
}

// Write implements http.ResponseWriter.
func (s *saying) Write(p []byte) (int, error) {
	if !s.begun {
		s.WriteHeader(http.StatusOK)
	}
	return s.ResponseWriter.Write(p)
}

// Flush implements http.Flusher, for answers that come in parts.
func (s *saying) Flush() { _ = http.NewResponseController(s.ResponseWriter).Flush() }

// Unwrap is for http.ResponseController.
func (s *saying) Unwrap() http.ResponseWriter { return s.ResponseWriter }

// write answers the request.
func (r *Refusal) write(w http.ResponseWriter) {
	body, err := json.Marshal(map[string]any{"errors": []any{
		map[string]any{"message": strings.ToValidUTF8(r.Message, "?"), "extensions": map[string]string{"code": r.Code}},
	}})
	if err != nil {
		body = []byte(`{"errors":[{"message":"the request was refused"}]}`)
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(r.Status)
	_, _ = w.Write(body) // a client that left reads nothing
}
