package wiring

import (
	"context"
	"crypto/rand"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/ficusgraph/ficus/config"
	"github.com/ficusgraph/ficus/engine"
	"github.com/ficusgraph/ficus/engine/supergraph"
	"github.com/ficusgraph/ficus/mocks"
	"github.com/ficusgraph/ficus/owners"
	"github.com/ficusgraph/ficus/transport"
)

// Gate has requests to the graph pass the mock source's gate, once it is known who asks.
func Gate(cfg *config.Config, served *atomic.Pointer[owners.Graph], made *mocks.Names, parts *transport.Parts) {
	g := &mocks.Gate{
		Config: cfg.Mocks, Mocked: made, Sessions: mocks.NewSessions(cfg.Mocks.Session, time.Now), NewSession: rand.Text, Now: time.Now,
		Current: func() (*supergraph.Supergraph, *mocks.Script) {
			now := served.Load()
			return now.Supergraph, now.Mocks
		},
	}
	if cfg.Mocks.PerRequest {
		parts.Beside[scenariosPath] = http.HandlerFunc(g.Scenarios)
	}
	connect := parts.Connect
	parts.Connect = func(r *http.Request, payload []byte) (*http.Request, error) {
		if connect != nil {
			var err error
			if r, err = connect(r, payload); err != nil {
				return nil, err
			}
		}
		return g.Connect(r, payload)
	}
	authenticate := parts.Authenticate
	parts.Authenticate = func(next http.Handler) http.Handler {
		if authenticate == nil {
			return g.Wrap(next)
		}
		return authenticate(g.Wrap(next))
	}
}

// MadeUp are the subgraphs that the mock source answers for, nil where there can be none.
func MadeUp(cfg *config.Config, first *owners.Graph) *mocks.Names {
	if !owners.Mocking(cfg) {
		return nil
	}
	made := &mocks.Names{}
	made.Add(first.Mocked)
	return made
}

// mocked tells the mock source the names of operations, and answers, if they are to say so, what of them was made up.
// What is made up is shared with no other request, as each has choices and a session of its own.
func mocked(made *mocks.Names) engine.Extensions {
	return func(ctx context.Context, of engine.Executed) (context.Context, func([]byte) []byte) {
		if !made.In(of.Plan) && !mocks.Chosen(ctx) {
			return ctx, nil
		}
		if of.Event {
			ctx = mocks.BeginEvent(ctx)
		} else {
			ctx = mocks.Begin(ctx, of.Operation)
		}
		return ctx, func(dst []byte) []byte {
			text := mocks.End(ctx, of.Plan)
			if text == nil {
				return dst
			}
			return append(append(append(dst, `{"ficus":`...), text...), '}')
		}
	}
}
