package auth

import (
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
			token, fault := v.token(r)
			switch {
			case fault != "":
				v.challenge(w, r, "invalid_request", fault)
			case token != "":
				v.admit(w, r, token, next)
			case v.cfg.Mode == ModeRequired && !v.PerOperation():
				v.challenge(w, r, "", v.Demand())
			default:
				next.ServeHTTP(w, r)
			}
		})
	}
}

// Demand says that a token is needed and where it belongs.
func (v *Verifier) Demand() string {
	return "authentication is required; send " + v.cfg.HeaderName + ": " + v.cfg.HeaderValuePrefix + " and a token"
}

// Challenge is the header WWW-Authenticate of who is asked for a token.
func (v *Verifier) Challenge() string { return v.cfg.HeaderValuePrefix }

// token is the request's token, from the first source that has one; empty if there is none. fault says what is wrong
// with a source.
func (v *Verifier) token(r *http.Request) (token, fault string) {
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

// admit lets the request pass if its token is good.
func (v *Verifier) admit(w http.ResponseWriter, r *http.Request, token string, next http.Handler) {
	identity, err := v.Verify(r.Context(), token)
	if err == nil {
		next.ServeHTTP(w, r.WithContext(NewContext(r.Context(), identity)))
		return
	}
	var bad *Error
	if !errors.As(err, &bad) {
		w.Header().Set("Retry-After", "5")
		refuse(w, r, http.StatusServiceUnavailable, CodeUnavailable, "tokens cannot be verified at the moment; try again")
		return
	}
	v.parts.Logger.DebugContext(r.Context(), "token refused", slog.Any("error", bad))
	v.challenge(w, r, "invalid_token", string(bad.Reason))
}

// challenge answers 401 as RFC 6750, 3 says.
func (v *Verifier) challenge(w http.ResponseWriter, r *http.Request, kind, message string) {
	text := v.cfg.HeaderValuePrefix
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
