package engine

import (
	"context"
	"net/http"

	"github.com/ficusgraph/ficus/engine/executor"
	"github.com/ficusgraph/ficus/engine/queryplan"
)

// Reply is what goes back to a client beside the response, as sources said it. It is not changed once it is made.
type Reply struct {
	// Header fields of the answer, by canonical names.
	Header http.Header
	// Status in place of the usual one, 0 for none.
	Status int
	// Own says that there is something in it for nobody but this client, as a cookie: the answer is shared with no other.
	Own bool
}

// Replying is asked once a request for the context that it is executed in, and for what makes its Reply once it is
// executed, which may be nil.
type Replying func(ctx context.Context) (context.Context, func(p *queryplan.Plan, out executor.Outcome) *Reply)

// run executes the program, and gathers what goes back.
func (s *Snapshot) run(ctx context.Context, p *executor.Program, in executor.Input, dst []byte) ([]byte, executor.Outcome, *Reply) {
	if s.cfg.Reply == nil {
		dst, out := p.Run(ctx, s.fetcher, in, dst)
		return dst, out, nil
	}
	ctx, reply := s.cfg.Reply(ctx)
	dst, out := p.Run(ctx, s.fetcher, in, dst)
	return dst, out, reply(p.Plan(), out)
}
