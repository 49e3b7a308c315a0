package admin

import (
	"crypto/sha256"
	"crypto/subtle"
	"net"
	"net/http"
	"strings"
)

// access decides who may ask.
type access struct {
	// token is the hash of the one that must be brought, nil if there is none.
	token *[sha256.Size]byte
	// shut: nobody may, because anybody could.
	shut bool
	// host is the one of the configured address.
	host string
}

func newAccess(cfg Config) access {
	a := access{}
	if host, _, err := net.SplitHostPort(cfg.Listen); err == nil {
		a.host = host
	}
	if cfg.Token != "" {
		sum := sha256.Sum256([]byte(cfg.Token))
		a.token = &sum
		return a
	}
	a.shut = !isLoopback(cfg.Address)
	return a
}

func isLoopback(at net.Addr) bool {
	tcp, ok := at.(*net.TCPAddr)
	return ok && tcp.IP.IsLoopback()
}

// check refuses requests that may not ask.
func (a access) check(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := a.refused(r); err != nil {
			if err.Status == http.StatusUnauthorized {
				w.Header().Set("WWW-Authenticate", `Bearer realm="ficus admin"`)
			}
			writeError(w, err)
			return
		}
		next.ServeHTTP(w, r)
	})
}

func (a access) refused(r *http.Request) *Error {
	switch {
	case a.shut:
		return Errorf(http.StatusForbidden, CodeNoToken, "the admin listener is not on loopback: set admin.token in the gateway's configuration")
	case fromElsewhere(r):
		return elsewhere()
	case a.token == nil && !a.known(r.Host):
		return Errorf(http.StatusForbidden, CodeHost, "the API is not called %s; ask it at localhost, or set admin.token in the gateway's configuration", r.Host)
	case a.token != nil && !a.holds(r):
		return Errorf(http.StatusUnauthorized, CodeUnauthenticated, "the API wants the header Authorization: Bearer, with admin.token of the gateway's configuration")
	}
	return nil
}

// known says whether the API is called by a name of its own. A website whose name was made to lead here has another.
// With a token there is nothing to fear of that: the website does not have it.
func (a access) known(hostport string) bool {
	host := hostport
	if h, _, err := net.SplitHostPort(hostport); err == nil {
		host = h
	}
	host = strings.TrimSuffix(strings.TrimPrefix(host, "["), "]")
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback() || strings.EqualFold(host, "localhost") || a.host != "" && strings.EqualFold(host, a.host)
}

// holds says whether the request brings the token. Hashes are compared: their length tells nothing.
func (a access) holds(r *http.Request) bool {
	given := r.Header["Authorization"]
	if len(given) != 1 {
		return false
	}
	scheme, token, _ := strings.Cut(given[0], " ")
	sum := sha256.Sum256([]byte(strings.TrimSpace(token)))
	return subtle.ConstantTimeCompare(sum[:], a.token[:]) == 1 && strings.EqualFold(scheme, "Bearer")
}
