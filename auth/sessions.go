package auth

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/ficusgraph/ficus/auth/held"
)

// sessions are those of the monolith, as far as they are remembered.
//
//	cookie -> hash       the cookie itself is nowhere kept
//	hash   -> session    remembered, or the monolith is asked, once for all who wait
//	answer -> Identity   by the claims of the configuration
//
// Only an answer is taken for one: where the monolith is away, or says what cannot be read, nobody is let in, and
// nobody is told that a session has ended.
type sessions struct {
	cfg   Sessions
	parts Parts
	http  *http.Client
	held  *held.Cache[session]
	// ended are hashes of cookies that were revoked.
	ended *held.Cache[struct{}]
	slots chan struct{}
	// warned is when the log was last told that the monolith gave no answer.
	warned atomic.Int64
}

// session is what the monolith said of one: whose it is, nil for nobody's.
type session struct{ identity *Identity }

const (
	// maxCookie is how long a session's cookie may be, maxSession the monolith's answer, in bytes.
	maxCookie  = 8 << 10
	maxSession = 1 << 20
)

// newSessions is nil where there are to be none.
func newSessions(cfg *Sessions, parts Parts) *sessions {
	if cfg == nil {
		return nil
	}
	s := &sessions{cfg: cfg.withDefaults(), parts: parts}
	bounds := held.Config{Most: s.cfg.CacheSize, Patience: s.cfg.Timeout, Now: parts.Now}
	s.held, s.ended = held.New[session](bounds), held.New[struct{}](bounds)
	s.slots = make(chan struct{}, s.cfg.MaxConcurrent)
	s.http = &http.Client{
		Transport:     &http.Transport{Proxy: http.ProxyFromEnvironment, MaxIdleConnsPerHost: s.cfg.MaxConcurrent, IdleConnTimeout: 30 * time.Second},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	return s
}

func (s *sessions) close() {
	if s != nil {
		s.http.CloseIdleConnections()
	}
}

// identity is whose session the cookie is, nil for nobody's. Its error is an *Error, or ErrUnavailable.
func (s *sessions) identity(r *http.Request, cookie string) (*Identity, error) {
	if len(cookie) > maxCookie {
		return nil, &Error{Reason: ReasonSession}
	}
	sum := sha256.Sum256([]byte(cookie))
	key := string(sum[:])
	if s.ended.Has(key) {
		return nil, nil //nolint:nilnil // nobody is signed in by it any more
	}
	found, err := s.held.Get(r.Context(), key+s.along(r), func(ctx context.Context) (session, time.Duration, error) {
		got, lasts, err := s.ask(ctx, r, cookie)
		if err != nil {
			s.warn(ctx, err)
		}
		return got, lasts, err
	})
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrUnavailable, err)
	}
	return found.identity, nil
}

// along stands for the headers of the client that a session is held against.
func (s *sessions) along(r *http.Request) string {
	if len(s.cfg.ForwardHeaders) == 0 {
		return ""
	}
	h := sha256.New()
	for _, name := range s.cfg.ForwardHeaders {
		_, _ = fmt.Fprintf(h, "%d", len(r.Header[name]))
		for _, v := range r.Header[name] {
			_, _ = fmt.Fprintf(h, " %d %s", len(v), v)
		}
	}
	return string(h.Sum(nil))
}

// ask asks the monolith, and says for how long its answer is remembered.
func (s *sessions) ask(ctx context.Context, r *http.Request, cookie string) (session, time.Duration, error) {
	select {
	case s.slots <- struct{}{}:
		defer func() { <-s.slots }()
	case <-ctx.Done():
		return session{}, 0, errors.New("too many sessions are asked for")
	}
	out, err := http.NewRequestWithContext(ctx, s.cfg.Method, s.cfg.URL, nil)
	if err != nil {
		return session{}, 0, err
	}
	for _, name := range s.cfg.ForwardHeaders {
		out.Header[name] = slices.Clone(r.Header[name])
	}
	for _, h := range s.cfg.Headers {
		out.Header.Set(h.Name, h.Value)
	}
	if out.Header.Get("Accept") == "" {
		out.Header.Set("Accept", "application/json")
	}
	out.Header.Set("Cookie", s.cfg.Cookie+"="+cookie)
	res, err := s.http.Do(out)
	if err != nil {
		return session{}, 0, err
	}
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(res.Body, maxSession+1))
	switch {
	case slices.Contains(s.cfg.RefusedOn, res.StatusCode):
		return session{}, s.cfg.NegativeTTL, nil
	case res.StatusCode != http.StatusOK:
		return session{}, 0, fmt.Errorf("HTTP %d, which is neither 200 nor one of refused_on", res.StatusCode)
	case err != nil:
		return session{}, 0, err
	case len(body) > maxSession:
		return session{}, 0, fmt.Errorf("the answer has more than %d bytes", maxSession)
	}
	return s.read(body)
}

// read reads an answer. One without sub says that nobody is signed in: many monoliths give everybody a session.
func (s *sessions) read(body []byte) (session, time.Duration, error) {
	answer, err := readObject(body)
	if err != nil {
		return session{}, 0, fmt.Errorf("the answer: %w", err)
	}
	claims := make(map[string]any, len(s.cfg.Claims)+1)
	for name, path := range s.cfg.Claims {
		if v := at(answer, path); v != nil {
			claims[name] = v
		}
	}
	subject, err := subject(claims["sub"])
	if err != nil {
		return session{}, 0, fmt.Errorf("the answer's %s %w", s.cfg.Claims["sub"], err)
	}
	lasts := s.cfg.TTL
	if exp, given := claims["exp"]; given {
		ends, err := numericDate(exp)
		if err != nil {
			return session{}, 0, fmt.Errorf("the answer's %s %w", s.cfg.Claims["exp"], err)
		}
		lasts = min(lasts, ends.Sub(s.parts.Now()))
	}
	if subject == "" || lasts <= 0 {
		return session{}, s.cfg.NegativeTTL, nil
	}
	claims["sub"], claims["iss"] = subject, SessionIssuer
	text, err := json.Marshal(claims)
	if err != nil {
		return session{}, 0, err
	}
	return session{newIdentity("", sha256.Sum256(text), claims)}, lasts, nil
}

// subject is who has the session; empty for nobody.
func subject(v any) (string, error) {
	switch v := v.(type) {
	case nil:
		return "", nil
	case string:
		return v, nil
	case json.Number:
		return v.String(), nil
	}
	return "", errors.New("is neither a text nor a number")
}

// at is the value that a path of members leads to, nil if there is none.
func at(v any, path string) any {
	for name := range strings.SplitSeq(path, ".") {
		object, ok := v.(map[string]any)
		if !ok {
			return nil
		}
		v = object[name]
	}
	return v
}

// warn tells operators, once in a while, that sessions cannot be checked.
func (s *sessions) warn(ctx context.Context, err error) {
	const every = 10 * time.Second
	now := s.parts.Now().UnixNano()
	if last := s.warned.Load(); now-last >= int64(every) && s.warned.CompareAndSwap(last, now) {
		s.parts.Logger.WarnContext(ctx, "sessions cannot be checked, and nobody is let in by one", slog.Any("error", err))
	}
}

// ErrNoHash is a text that is not the hash of a cookie.
var ErrNoHash = errors.New("is not a SHA-256 in hexadecimal")

// Sessions ends what is remembered of sessions, on behalf of operators; nil where none are taken.
func (v *Verifier) Sessions() *SessionEnds {
	if v == nil || v.sessions == nil {
		return nil
	}
	return &SessionEnds{v.sessions}
}

// SessionEnds ends sessions here that the monolith has ended, before they are forgotten by themselves.
type SessionEnds struct{ of *sessions }

// End has the session with the cookie of that SHA-256 refused, for as long as it might have been remembered: also where
// the monolith ends it only after it has said so here. It says how many were remembered.
func (e *SessionEnds) End(hash string) (int, error) {
	sum, err := hex.DecodeString(hash)
	if err != nil || len(sum) != sha256.Size {
		return 0, ErrNoHash
	}
	e.of.ended.Put(string(sum), struct{}{}, e.of.cfg.TTL+e.of.cfg.Timeout) // as long as an answer that is under way would last
	return e.of.held.Forget(func(key string, _ session) bool { return strings.HasPrefix(key, string(sum)) }), nil
}

// EndSubject forgets all sessions of the subject: the monolith is asked of each anew. It says how many there were.
func (e *SessionEnds) EndSubject(subject string) int {
	return e.of.held.Forget(func(_ string, s session) bool { return s.identity != nil && s.identity.Subject == subject })
}
