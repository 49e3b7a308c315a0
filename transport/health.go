package transport

import (
	"encoding/json"
	"net/http"

	"github.com/go-chi/chi/v5"
)

// What the health checks say, in the form that Apollo Router uses.
const (
	up    = `{"status":"UP"}`
	down  = `{"status":"DOWN"}`
	stale = `{"status":"UP","graph":"stale"}`
)

// addHealth serves the health checks: alive as long as the process answers, ready as long as it should be
// sent requests. The admin routes have them always.
func (s *Server) addHealth(r chi.Router, liveness http.HandlerFunc) {
	path := s.cfg.HealthCheck.Path
	r.Get(path, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Has("ready") {
			s.readiness(w, r)
			return
		}
		liveness(w, r)
	})
	r.Get(path+"/live", liveness)
	r.Get(path+"/ready", s.readiness)
}

// liveness tells the public whether the graph is the newest, and not what is wrong with that.
func (s *Server) liveness(w http.ResponseWriter, _ *http.Request) {
	text := up
	if s.parts.Stale != nil && s.parts.Stale() != "" {
		text = stale
	}
	s.write(w, mediaJSON, http.StatusOK, []byte(text))
}

// Health is what operators are told: the state of the process and of its graph, and why that is stale.
type Health struct {
	Status string `json:"status"`
	Graph  string `json:"graph,omitempty"`
	Error  string `json:"error,omitempty"`
}

func (s *Server) livenessInFull(w http.ResponseWriter, r *http.Request) {
	if s.parts.Stale != nil {
		if fault := s.parts.Stale(); fault != "" {
			if text, err := json.Marshal(Health{"UP", "stale", fault}); err == nil {
				s.write(w, mediaJSON, http.StatusOK, text)
				return
			}
		}
	}
	s.liveness(w, r)
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
