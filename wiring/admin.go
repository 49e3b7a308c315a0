package wiring

import (
	"log/slog"
	"net"
	"net/http"
	"sync/atomic"

	"github.com/ficusgraph/ficus/admin"
	"github.com/ficusgraph/ficus/auth"
	"github.com/ficusgraph/ficus/config"
	"github.com/ficusgraph/ficus/owners"
	"github.com/ficusgraph/ficus/owners/status"
	"github.com/ficusgraph/ficus/rollout"
	"github.com/ficusgraph/ficus/usage"
)

// API is what operators can ask and change while the gateway runs.
func API(cfg *config.Config, at net.Addr, served *atomic.Pointer[owners.Graph], board *rollout.Board, who *auth.Verifier, used *usage.Recorder, logger *slog.Logger) *admin.API {
	_, listen := cfg.Transport().Addresses()
	out := admin.New(admin.Config{Token: cfg.Front.Admin.Token, Listen: listen, Address: at}, logger)
	out.Handle(http.MethodGet, "/status", standing(served))
	if used != nil {
		out.Handle(http.MethodGet, "/usage", func(*http.Request) (any, error) { return used.Report(), nil })
	}
	out.Handle(http.MethodPost, "/operations", func(r *http.Request) (any, error) {
		var asked struct {
			Operations []status.Saved `json:"operations"`
		}
		if err := admin.Read(r, &asked); err != nil {
			return nil, err
		}
		return served.Load().Operations(asked.Operations), nil
	})
	out.Rollouts(board)
	if keys := who.Keys(); keys != nil {
		out.Keys(keys)
	}
	if ends := who.Sessions(); ends != nil {
		out.Sessions(ends)
	}
	return out
}

// standing is how far the contract of the graph is kept that is served.
func standing(served *atomic.Pointer[owners.Graph]) admin.Answer {
	return func(*http.Request) (any, error) { return served.Load().Report(), nil }
}
