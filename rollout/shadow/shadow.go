// Package shadow asks the other owner too, and compares.
//
//	a client's query is answered
//	  -> does a label of a migration matter to it that is compared now?     one look at what its plan was made by
//	  -> is it among the sampled, is nobody under strain, is there budget?  (take)
//	  -> the answer is written to the client; then, beside all requests:
//	       the operation, pruned to what leads to what moves                (prune)
//	       is asked of the other side, and of the same side again           (sample)
//	       and both are compared with what the client got                   (package comparison)
//	  -> counters, and a bounded list of mismatches with a case to replay   (ledger)
//
// What the same side shows too is noise. What it does not is asked once more of both: a difference counts that is still
// there, where the same side still says what the client got. So a value that changes with time is none.
//
// Nothing here can change what the client gets, nor when: of a request that is not sampled it costs the look, of one that
// is a copy of its answer. A sample that finds no budget is dropped, never queued.
package shadow

import (
	"context"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/ficusgraph/ficus/engine"
	"github.com/ficusgraph/ficus/engine/queryplan"
	"github.com/ficusgraph/ficus/rollout"
)

// Engine answers the clients' requests, and those made to compare.
type Engine interface {
	Execute(ctx context.Context, r *engine.Request, dst []byte) ([]byte, engine.Outcome)
	Aside(ctx context.Context, r *engine.Request, dst []byte) ([]byte, engine.Outcome)
	Subscribe(ctx context.Context, r *engine.Request, to engine.Responses) (engine.Outcome, error)
}

var _ Engine = (*engine.Engine)(nil)

// Parts are what a Shadow is joined to. Engine, Migrations and Graph are required.
type Parts struct {
	Engine Engine
	// Migrations are those that are compared now, by label; nil for none.
	Migrations func() map[string]*rollout.Shadowed
	// Graph that is served now.
	Graph func() *Graph
	// RequestID of the request in the context, which decides whether it is sampled.
	RequestID func(ctx context.Context) string
	// Aside is the context for a request that is made to compare, from that of the client's: it marks what is sent to
	// owners. Safe are coordinates that may be asked by other methods than GET and HEAD; whole reports afterwards whether
	// nothing was held back.
	Aside func(ctx context.Context, safe []string) (marked context.Context, whole func() bool)
	// MadeUp reports whether the mock source has to do with an answer; such are not compared.
	MadeUp func(ctx context.Context, plan *queryplan.Plan) bool
	// Busy reports whether the gateway has as much to do as it may.
	Busy func() bool
	// Strained reports whether an owner, by its subgraph's name, has trouble with what it is asked already.
	Strained func(owner string) bool
	Logger   *slog.Logger
	Now      func() time.Time
}

// Shadow compares the sides of migrations.
type Shadow struct {
	Parts
	hide    hasher
	ledgers ledgers
	cases   cases
	// under counts the goroutines; nobody begins one once ended is set.
	mu      sync.Mutex
	ended   bool
	under   sync.WaitGroup
	living  context.Context
	end     context.CancelFunc
	parity  atomic.Uint64
	numbers atomic.Uint64
}

// New is a shadow of the engine. Close ends it.
func New(parts Parts) *Shadow {
	s := &Shadow{Parts: parts, hide: newHasher()}
	if s.Logger == nil {
		s.Logger = slog.Default()
	}
	if s.Now == nil {
		s.Now = time.Now
	}
	if s.RequestID == nil {
		s.RequestID = func(context.Context) string { return "" }
	}
	if s.Aside == nil {
		s.Aside = func(ctx context.Context, _ []string) (context.Context, func() bool) {
			return ctx, func() bool { return true }
		}
	}
	s.living, s.end = context.WithCancel(context.Background())
	return s
}

// Close ends all comparisons and waits for them.
func (s *Shadow) Close() {
	s.mu.Lock()
	s.ended = true
	s.mu.Unlock()
	s.end()
	s.under.Wait()
}

// Execute has the engine answer, and compares the answer if it is sampled, once it was written: it is the engine as a
// transport sees it.
func (s *Shadow) Execute(ctx context.Context, r *engine.Request, dst []byte) ([]byte, engine.Outcome) {
	body, out := s.Engine.Execute(ctx, r, dst)
	if len(out.Decided.Labels) == 0 || out.Kind != ast.Query || out.Refused {
		return body, out
	}
	migrations := s.Migrations()
	if migrations == nil {
		return body, out
	}
	var taken []*sample
	for _, label := range out.Decided.Labels {
		if m := migrations[label]; m != nil {
			if one := s.take(ctx, m, r, body, out); one != nil {
				taken = append(taken, one)
			}
		}
	}
	if taken != nil {
		out.Release = s.after(ctx, taken, out.Release)
	}
	return body, out
}

// Subscribe has the engine answer a subscription. The sides of those are not compared.
func (s *Shadow) Subscribe(ctx context.Context, r *engine.Request, to engine.Responses) (engine.Outcome, error) {
	return s.Engine.Subscribe(ctx, r, to)
}

// take makes a sample of an answer, or nil.
func (s *Shadow) take(ctx context.Context, m *rollout.Shadowed, r *engine.Request, body []byte, out engine.Outcome) *sample {
	id := s.RequestID(ctx)
	if id == "" {
		id = number(s.numbers.Add(1))
	}
	if !m.Shadow.Samples(m.Name, id) || s.MadeUp != nil && s.MadeUp(ctx, out.Decided.Plan) {
		return nil
	}
	l := s.ledgers.of(m)
	if why := s.spare(m, l, len(body)); why != "" {
		l.drop(why)
		return nil
	}
	return &sample{
		shadow: s, migration: m, ledger: l, query: strings.Clone(r.Query), name: strings.Clone(r.OperationName),
		body: slices.Clone(body), variables: slices.Clone(r.Variables), active: out.Decided.Active(), held: len(body),
	}
}

// Why a sample is not asked for.
const (
	shedBusy   = "gateway"
	shedStrain = "strain"
	shedBudget = "budget"
)

// spare says why there is no budget for a sample, "" if it took some. The first to be spared are those who answer clients.
func (s *Shadow) spare(m *rollout.Shadowed, l *ledger, bytes int) string {
	switch {
	case s.Busy != nil && s.Busy():
		return shedBusy
	case s.Strained != nil && s.Strained(m.From):
		return shedStrain
	case !l.budget.take(s.Now(), m.Shadow, bytes):
		return shedBudget
	}
	return ""
}

// after begins the samples when the answer was written.
func (s *Shadow) after(ctx context.Context, taken []*sample, release func()) func() {
	ctx = context.WithoutCancel(ctx)
	return func() {
		if release != nil {
			release()
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		for _, one := range taken {
			if s.ended {
				one.leave()
				continue
			}
			s.under.Go(func() { one.run(ctx) })
		}
	}
}

// toggled are the labels with one turned on or off.
func toggled(active []string, label string) []string {
	if i := slices.Index(active, label); i >= 0 {
		return slices.Delete(slices.Clone(active), i, i+1)
	}
	return append(slices.Clone(active), label)
}
