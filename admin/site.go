package admin

import (
	"net/http"
	"net/url"
	"strings"
)

// SameSite refuses what another website made a browser ask. It is for handlers of this API that are served
// elsewhere, as to the gateway's own page.
func SameSite(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if fromElsewhere(r) {
			writeError(w, elsewhere())
			return
		}
		next.ServeHTTP(w, r)
	})
}

func elsewhere() *Error {
	return Errorf(http.StatusForbidden, CodeCrossSite, "a browser sent this for another website; only this gateway's own pages may ask")
}

// fromElsewhere says whether a browser sent the request for another website. Browsers say so themselves: those of
// today in Sec-Fetch-Site, older ones in Origin, where the request can change something. What is no browser says neither.
func fromElsewhere(r *http.Request) bool {
	if site := r.Header.Get("Sec-Fetch-Site"); site != "" && site != "same-origin" && site != "none" {
		return true
	}
	origin := r.Header.Get("Origin")
	if origin == "" {
		return false
	}
	u, err := url.Parse(origin)
	return err != nil || !strings.EqualFold(u.Host, r.Host)
}
