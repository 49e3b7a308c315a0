package transport

import (
	"net"
	"net/http"
	"regexp"
	"strings"
)

// hstsOff as Connections.StrictTransportSecurity sends no such header.
const hstsOff = "off"

// hstsShape is what the header may say.
var hstsShape = regexp.MustCompile(`^max-age=[0-9]+(; ?includeSubDomains)?(; ?preload)?$`)

// noSniff keeps browsers from taking an answer for something else than it says; shared by all answers.
var noSniff = []string{"nosniff"}

// protect adds what keeps browsers, and what stands between them and here, from misreading an answer.
func (s *Server) protect(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h["X-Content-Type-Options"] = noSniff
	if r.TLS != nil && s.hsts != nil && !here(r.Host) {
		h["Strict-Transport-Security"] = s.hsts
	}
	// net/http goes by chunks where a request has a length too, and says nothing of that; of HTTP/1.0 it passes over
	// chunks. A proxy that reads such a request otherwise takes its rest for the next one, so there is none here.
	// https://www.rfc-editor.org/rfc/rfc9112#section-6.1
	if r.ProtoMajor == 1 && (r.ProtoMinor == 0 || len(r.TransferEncoding) > 0) {
		h["Connection"] = closeConnection
	}
}

// here says whether a browser calls this machine by a name that stands for whatever runs on it, at any port: what it is
// told of TLS would hold for all of that.
func here(host string) bool {
	name := host
	if h, _, err := net.SplitHostPort(host); err == nil {
		name = h
	}
	return strings.EqualFold(name, "localhost")
}
