package auth

import (
	"crypto/x509"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
)

// Codes in extensions.code of requests that are refused here. CodeUnauthenticated is the one that Apollo Server
// taught clients to look for.
const (
	CodeUnauthenticated = "UNAUTHENTICATED"
	CodeUnavailable     = "AUTHENTICATION_UNAVAILABLE"
)

// Middleware puts the identity of each request into its context. A request with a bad token is answered with
// 401, and so is one without a token where the mode is required. Where that depends on the operation, whoever knows
// the operation asks Needs.
func Middleware(v *Verifier) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			brought, fault := v.brought(r)
			switch {
			case fault != "":
				v.challenge(w, r, "invalid_request", fault)
			case brought != (credential{}):
				v.admit(w, r, brought, next)
			case v.cfg.Mode == ModeRequired && !v.PerOperation():
				v.challenge(w, r, "", v.Demand())
			default:
				next.ServeHTTP(w, r)
			}
		})
	}
}

// Demand says that a token or an API key is needed and where it belongs.
func (v *Verifier) Demand() string {
	var ways []string
	if v.takesTokens() {
		ways = append(ways, v.cfg.HeaderName+": "+v.cfg.HeaderValuePrefix+" and a token")
	}
	if v.keys != nil {
		ways = append(ways, "an API key as "+v.apiKeys.HeaderName)
	}
	if v.sessions != nil {
		ways = append(ways, "the cookie "+v.sessions.cfg.Cookie+" of who is signed in")
	}
	return "authentication is required; send " + strings.Join(ways, ", or ")
}

// Challenge is the header WWW-Authenticate of who is asked who it is.
func (v *Verifier) Challenge() string {
	var schemes []string
	if v.takesTokens() {
		schemes = append(schemes, v.cfg.HeaderValuePrefix)
	}
	if v.keys != nil {
		schemes = append(schemes, keyScheme)
	}
	if v.sessions != nil {
		schemes = append(schemes, sessionScheme)
	}
	return strings.Join(schemes, ", ")
}

// credential is what a request brings: one of them, or none.
type credential struct {
	token, key, session string
	shown               *x509.Certificate
}

// brought is what the request brings. A token and an API key may be of different callers and are refused: whichever went
// first, somebody would take the request for the other's. A session is looked for where there is neither: a browser sends
// its cookie with everything, so it says less of what is meant than what was put there for this request.
func (v *Verifier) brought(r *http.Request) (c credential, fault string) {
	if c.token, fault = v.token(r); fault != "" {
		return c, fault
	}
	if v.keys != nil {
		c.key, fault = headerToken(r, v.apiKeys.HeaderName, "", false)
		if c.key != "" && c.token != "" {
			return c, "the request has a token and an API key; send one of them"
		}
	}
	if v.sessions != nil && fault == "" && c == (credential{}) {
		c.session, fault = cookieToken(r, v.sessions.cfg.Cookie)
	}
	if v.mtls != nil && fault == "" && c == (credential{}) {
		c.shown = certificate(r)
	}
	return c, fault
}

// identify is the request with who asks in its context, and without the API key in its headers: what is behind the
// gateway has no use for it.
func (v *Verifier) identify(r *http.Request, c credential) (*http.Request, error) {
	if c.session != "" {
		return v.signedIn(r, c.session)
	}
	if c.shown != nil {
		identity, err := v.fromCertificate(c.shown)
		if err != nil {
			return nil, err
		}
		return r.WithContext(NewContext(r.Context(), identity)), nil
	}
	if c.key == "" {
		identity, err := v.Verify(r.Context(), c.token)
		if err == nil {
			err = v.bound(identity, r)
		}
		if err != nil {
			return nil, err
		}
		return r.WithContext(NewContext(r.Context(), identity)), nil
	}
	identity, err := v.Exchange(c.key)
	if err != nil {
		return nil, err
	}
	r = r.WithContext(NewContext(r.Context(), identity))
	r.Header = r.Header.Clone()
	r.Header.Del(v.apiKeys.HeaderName)
	return r, nil
}

// signedIn is the request with who has the session in its context; without, where nobody is signed in and nobody has to be.
func (v *Verifier) signedIn(r *http.Request, cookie string) (*http.Request, error) {
	identity, err := v.sessions.identity(r, cookie)
	switch {
	case err != nil:
		return nil, err
	case identity != nil:
		if err := v.revoked.refuses(identity); err != nil {
			return nil, err
		}
		return r.WithContext(NewContext(r.Context(), identity)), nil
	case v.sessions.cfg.Invalid == InvalidRefuse, v.cfg.Mode == ModeRequired && !v.PerOperation():
		return nil, &Error{Reason: ReasonSession}
	}
	return r, nil
}

// token is the request's token, from the first source that has one; empty if there is none. fault says what is wrong
// with a source.
func (v *Verifier) token(r *http.Request) (token, fault string) {
	if !v.takesTokens() {
		return "", ""
	}
	token, fault = headerToken(r, v.cfg.HeaderName, v.cfg.HeaderValuePrefix, v.cfg.IgnoreOtherPrefixes)
	for _, s := range v.cfg.Sources {
		if token != "" || fault != "" {
			break
		}
		if s.Type == SourceCookie {
			token, fault = cookieToken(r, s.Name)
		} else {
			token, fault = headerToken(r, s.Name, s.ValuePrefix, v.cfg.IgnoreOtherPrefixes)
		}
	}
	return token, fault
}

// headerToken is the token in a header, behind the prefix if there is to be one.
func headerToken(r *http.Request, name, prefix string, ignoreOthers bool) (token, fault string) {
	values := r.Header[http.CanonicalHeaderKey(name)]
	switch {
	case len(values) == 0, len(values) == 1 && values[0] == "":
		return "", ""
	case len(values) > 1:
		return "", "the request has more than one " + name + " header"
	case prefix == "":
		return strings.TrimSpace(values[0]), ""
	}
	before, after, _ := strings.Cut(values[0], " ")
	if !strings.EqualFold(before, prefix) {
		if ignoreOthers {
			return "", ""
		}
		return "", "the " + name + " header must be " + prefix + " and a token"
	}
	if token = strings.Trim(after, " "); token == "" {
		return "", "the " + name + " header holds no token"
	}
	return token, ""
}

// cookieToken is the token in a cookie. Of two cookies of a name nobody can say which is meant.
func cookieToken(r *http.Request, name string) (token, fault string) {
	switch all := r.CookiesNamed(name); len(all) {
	case 0:
		return "", ""
	case 1:
		return all[0].Value, ""
	default:
		return "", "the request has more than one cookie " + name
	}
}

// admit lets the request pass if what it brings is good.
func (v *Verifier) admit(w http.ResponseWriter, r *http.Request, c credential, next http.Handler) {
	known, err := v.identify(r, c)
	if err == nil {
		next.ServeHTTP(w, known)
		return
	}
	var bad *Error
	if !errors.As(err, &bad) {
		w.Header().Set("Retry-After", "5")
		refuse(w, r, http.StatusServiceUnavailable, CodeUnavailable, c.unavailable())
		return
	}
	v.parts.Logger.DebugContext(r.Context(), "authentication refused", slog.Any("error", bad))
	kind := "invalid_token"
	switch {
	case c.key != "":
		kind = "invalid_key"
	case c.session != "":
		kind = "invalid_session"
	}
	v.challenge(w, r, kind, string(bad.Reason))
}

// unavailable tells a client that it cannot be known whether what it brought is good.
func (c credential) unavailable() string {
	if c.session != "" {
		return "sessions cannot be checked at the moment; try again"
	}
	return "tokens cannot be verified at the moment; try again"
}

// challenge answers 401 as RFC 6750, 3 says.
func (v *Verifier) challenge(w http.ResponseWriter, r *http.Request, kind, message string) {
	text := v.Challenge()
	switch {
	case kind == "invalid_key":
		text = keyScheme
	case kind == "invalid_session":
		text = sessionScheme
	case kind != "" && v.takesTokens():
		text = v.cfg.HeaderValuePrefix
	case kind != "":
		text, _, _ = strings.Cut(text, ",") // there is one at least
	}
	if kind != "" {
		text += ` error=` + strconv.Quote(kind) + `, error_description=` + strconv.Quote(message)
	}
	w.Header().Set("WWW-Authenticate", text)
	refuse(w, r, http.StatusUnauthorized, CodeUnauthenticated, message)
}

// refuse writes a GraphQL response with one error, in the media type that the client knows.
func refuse(w http.ResponseWriter, r *http.Request, status int, code, message string) {
	type extensions struct {
		Code string `json:"code"`
	}
	type entry struct {
		Message    string     `json:"message"`
		Extensions extensions `json:"extensions"`
	}
	body, err := json.Marshal(struct {
		Errors []entry `json:"errors"`
	}{[]entry{{message, extensions{code}}}})
	if err != nil {
		status = http.StatusInternalServerError
	}
	media := "application/json"
	if strings.Contains(strings.Join(r.Header["Accept"], ","), "application/graphql-response+json") {
		media = "application/graphql-response+json"
	}
	w.Header().Set("Content-Type", media+"; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(body)
}
