package transport

import (
	"net/http"

	"github.com/go-chi/chi/v5"
)

// What the health checks say, in the form that Apollo Router uses.
const (
	up   = `{"status":"UP"}`
	down = `{"status":"DOWN"}`
)

// addHealth serves the health checks: alive as long as the process answers, ready as long as it should be
// sent requests. The admin routes have them always.
func (s *Server) addHealth(r chi.Router) {
	path := s.cfg.HealthCheck.Path
	r.Get(path, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Has("ready") {
			s.readiness(w, r)
			return
		}
		s.liveness(w, r)
	})
	r.Get(path+"/live", s.liveness)
	r.Get(path+"/ready", s.readiness)
}

func (s *Server) liveness(w http.ResponseWriter, _ *http.Request) {
	s.write(w, mediaJSON, http.StatusOK, []byte(up))
}

func (s *Server) readiness(w http.ResponseWriter, _ *http.Request) {
	if !s.Ready() {
		s.write(w, mediaJSON, http.StatusServiceUnavailable, []byte(down))
		return
	}
	s.write(w, mediaJSON, http.StatusOK, []byte(up))
}

// Ready says whether the server should be sent requests: it serves, does not drain, and its parts are ready.
func (s *Server) Ready() bool {
	return s.ready.Load() && (s.parts.Ready == nil || s.parts.Ready())
}
