package admin

import (
	"net/http"
	"net/url"

	"github.com/go-chi/chi/v5"
)

// CodeNoHash is a session that is not named by the hash of its cookie.
const CodeNoHash = "NOT_A_SESSION_HASH"

// Sessions ends what the gateway remembers of sessions of the monolith, as auth.SessionEnds does.
type Sessions interface {
	// End ends the session whose cookie has that SHA-256, in hexadecimal, and says how many were remembered.
	End(hash string) (int, error)
	// EndSubject forgets the sessions of a subject, and says how many were remembered.
	EndSubject(subject string) int
}

// EndedSessions answers the routes about sessions.
type EndedSessions struct {
	// Forgotten is how many were remembered.
	Forgotten int `json:"forgotten"`
}

// Sessions adds the routes about sessions: DELETE /sessions/{hash} and DELETE /sessions/subjects/{subject}. What is not
// remembered is no error: the monolith calls them for every session that it ends, on each gateway.
func (a *API) Sessions(sessions Sessions) {
	a.Handle(http.MethodDelete, "/sessions/{hash}", func(r *http.Request) (any, error) {
		n, err := sessions.End(chi.URLParam(r, "hash"))
		if err != nil {
			return nil, Errorf(http.StatusBadRequest, CodeNoHash, "a session is named by the SHA-256 of its cookie's value, in hexadecimal")
		}
		return EndedSessions{Forgotten: n}, nil
	})
	a.Handle(http.MethodDelete, "/sessions/subjects/{subject}", func(r *http.Request) (any, error) {
		subject, err := url.PathUnescape(chi.URLParam(r, "subject"))
		if err != nil {
			return nil, Errorf(http.StatusBadRequest, CodeInvalid, "the subject is not escaped as a part of a path is")
		}
		return EndedSessions{Forgotten: sessions.EndSubject(subject)}, nil
	})
}
