package monolith

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// Redacted stands where a secret was.
const Redacted = "[redacted]"

// secretParts give away by being in it, and secretEnds by being its end, that a name is a secret's.
var (
	secretParts = []string{"authoriz", "authent", "x-auth", "cookie", "passw", "secret", "session", "signature", "token", "credential"}
	secretEnds  = []string{"key", "auth", "pwd"}
)

// Secret reports whether the value of a header or a query parameter of that name is not to be shown.
func Secret(name string) bool {
	name = strings.ToLower(name)
	return slices.ContainsFunc(secretParts, func(part string) bool { return strings.Contains(name, part) }) ||
		slices.ContainsFunc(secretEnds, func(end string) bool { return strings.HasSuffix(name, end) })
}

// Redacted is the request without secrets in its URL and its headers. The body is as it was.
func (r SentRequest) Redacted() SentRequest {
	r.URL = redactURL(r.URL)
	headers := make([][2]string, len(r.Headers))
	for i, h := range r.Headers {
		if headers[i] = h; h[1] != "" && Secret(h[0]) {
			headers[i][1] = Redacted
		}
	}
	r.Headers = headers
	return r
}

// Redacted is the response without secrets in its headers. The body is as it was.
func (r ReceivedResponse) Redacted() ReceivedResponse {
	headers := make(http.Header, len(r.Headers))
	for name, values := range r.Headers {
		if Secret(name) {
			values = []string{Redacted}
		}
		headers[name] = values
	}
	r.Headers = headers
	return r
}

// redactURL hides the password and the values of parameters that are secret. All else stays as it is written.
func redactURL(s string) string {
	head, query, found := strings.Cut(s, "?")
	if scheme, rest, ok := strings.Cut(head, "://"); ok {
		authority, path, slash := strings.Cut(rest, "/")
		if at := strings.LastIndexByte(authority, '@'); at >= 0 {
			head = scheme + "://" + Redacted + authority[at:]
			if slash {
				head += "/" + path
			}
		}
	}
	if !found {
		return head
	}
	params := strings.Split(query, "&")
	for i, p := range params {
		name, _, _ := strings.Cut(p, "=")
		if plain, err := url.QueryUnescape(name); err != nil || Secret(plain) {
			params[i] = name + "=" + Redacted
		}
	}
	return head + "?" + strings.Join(params, "&")
}
