package legacy

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"
)

const (
	demoPassword  = "strangler" // of every user of the seed
	sessionCookie = "LEGACYSESSID"
	sessionLife   = 8 * time.Hour
)

// passwordHash is how passwords are kept. The address is the salt; nobody would do that again.
func passwordHash(email, password string) string {
	sum := sha256.Sum256([]byte(strings.ToLower(email) + ":" + password))
	return hex.EncodeToString(sum[:])
}

type callerKey struct{}

// callerOf is the user whose session a request has; zero for a program with the key.
func callerOf(ctx context.Context) int64 {
	id, _ := ctx.Value(callerKey{}).(int64)
	return id
}

// authenticated lets programs in by key (X-Legacy-Key, or a bearer token) and people by session.
func (a *api) authenticated(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		bearer, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
		if a.isKey(r.Header.Get("X-Legacy-Key")) || a.isKey(bearer) {
			next.ServeHTTP(w, r)
			return
		}
		user, err := a.session(r)
		if err != nil {
			writeError(w, r, err)
			return
		}
		if user == 0 {
			writeJSON(w, http.StatusUnauthorized, envelope{
				Status: "error", Code: codeUnauthorized,
				Message: "sign in at /login, or send X-Legacy-Key",
			})
			return
		}
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), callerKey{}, user)))
	})
}

func (a *api) isKey(sent string) bool {
	return subtle.ConstantTimeCompare([]byte(sent), []byte(a.key)) == 1
}

// session is the user of the request's cookie, or zero.
func (a *api) session(r *http.Request) (user int64, err error) {
	cookie, err := r.Cookie(sessionCookie)
	if err != nil {
		return 0, nil
	}
	row := a.db.QueryRowContext(r.Context(), `SELECT user_id FROM sessions WHERE token = ? AND expires_ts > ?`,
		cookie.Value, a.now().Unix())
	if err := row.Scan(&user); err != nil && !errors.Is(err, sql.ErrNoRows) {
		return 0, fmt.Errorf("read session: %w", err)
	}
	return user, nil
}

// login opens a session: {"email", "password"} -> a cookie.
func (a *api) login(w http.ResponseWriter, r *http.Request) {
	var given struct{ Email, Password string }
	if err := readJSON(r, &given); err != nil {
		writeError(w, r, err)
		return
	}
	var user int64
	row := a.db.QueryRowContext(r.Context(), `SELECT id FROM users WHERE email = ? AND pw_hash = ? AND state = 1`,
		given.Email, passwordHash(given.Email, given.Password))
	switch err := row.Scan(&user); {
	case errors.Is(err, sql.ErrNoRows):
		writeError(w, r, refuse(codeUnauthorized, "wrong email or password"))
		return
	case err != nil:
		writeError(w, r, fmt.Errorf("find user: %w", err))
		return
	}
	token := rand.Text()
	expires := a.now().Add(sessionLife)
	if _, err := a.db.ExecContext(r.Context(), `INSERT INTO sessions VALUES (?, ?, ?)`, token, user, expires.Unix()); err != nil {
		writeError(w, r, fmt.Errorf("open session: %w", err))
		return
	}
	http.SetCookie(w, &http.Cookie{Name: sessionCookie, Value: token, Path: "/", Expires: expires, HttpOnly: true, SameSite: http.SameSiteLaxMode}) //nolint:gosec // plain HTTP on this machine
	writeJSON(w, http.StatusOK, envelope{Status: "ok", Data: map[string]int64{"user_id": user}})
}

// logout ends the session of the request, if there is one.
func (a *api) logout(w http.ResponseWriter, r *http.Request) {
	if cookie, err := r.Cookie(sessionCookie); err == nil {
		if _, err := a.db.ExecContext(r.Context(), `DELETE FROM sessions WHERE token = ?`, cookie.Value); err != nil {
			writeError(w, r, fmt.Errorf("close session: %w", err))
			return
		}
	}
	writeJSON(w, http.StatusOK, envelope{Status: "ok"})
}

// whoAmI is the user of the session; a program with the key is user 0.
func (a *api) whoAmI(r *http.Request) (any, *meta, error) {
	return map[string]int64{"user_id": callerOf(r.Context())}, nil, nil
}
