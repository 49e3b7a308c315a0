package owners

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"sync"
	"time"

	"github.com/ficusgraph/ficus/config"
	"github.com/ficusgraph/ficus/owners/contract"
	"github.com/ficusgraph/ficus/subgraph"
)

// Bounds of polling.
const (
	// asking is how many services are asked at a time.
	asking = 16
	// muteFor is how many intervals a service is left alone that answers and has no SDL to say.
	muteFor = 30
)

// poll asks services what they implement: each in its own rhythm, some at a time.
type poll struct {
	every     time.Duration
	witnesses []*witness
	slots     chan struct{}
	// changed has an element when a service has changed since it was last taken.
	changed chan struct{}

	mu sync.Mutex
	// words are what services are believed to implement, by subgraph; unreadable is what cannot be read of them.
	words      map[string]string
	unreadable map[string]contract.Fault
}

// newPoll is a poll of the services of the names.
func newPoll(cfg *config.Config, names []string) (*poll, error) {
	p := &poll{
		every: cfg.Contract.Poll(), slots: make(chan struct{}, asking), changed: make(chan struct{}, 1),
		words: map[string]string{}, unreadable: map[string]contract.Fault{},
	}
	for _, name := range names {
		transport, err := subgraph.NewTransport(name, cfg.Traffic)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", cfg.Name, err)
		}
		s := cfg.Subgraphs[name]
		p.witnesses = append(p.witnesses, &witness{
			name: name, url: s.RoutingURL, headers: s.Schema.IntrospectionHeaders,
			client: &http.Client{Transport: transport}, now: time.Now, left: map[[32]byte]time.Time{},
		})
	}
	return p, nil
}

// once asks all services, and returns when all have answered or been given up.
func (p *poll) once(ctx context.Context) {
	var all sync.WaitGroup
	for _, w := range p.witnesses {
		all.Go(func() { p.ask(ctx, w) })
	}
	all.Wait()
}

// run asks each service again and again until the context ends.
func (p *poll) run(ctx context.Context) {
	var all sync.WaitGroup
	for _, w := range p.witnesses {
		all.Go(func() {
			timer := time.NewTimer(p.wait(w))
			defer timer.Stop()
			for {
				select {
				case <-ctx.Done():
					return
				case <-timer.C:
				}
				if p.ask(ctx, w) {
					select {
					case p.changed <- struct{}{}:
					default:
					}
				}
				timer.Reset(p.wait(w))
			}
		})
	}
	all.Wait()
}

// wait is the interval, up to a tenth more or less, so that many gateways do not ask at the same time.
func (p *poll) wait(w *witness) time.Duration {
	every := p.every
	if w.isMute() {
		every *= muteFor
	}
	return every - every/10 + rand.N(every/5+1) //nolint:gosec // nothing depends on it
}

// ask asks one service, when there is a slot, and notes what it says. It reports whether that is news.
func (p *poll) ask(ctx context.Context, w *witness) bool {
	select {
	case p.slots <- struct{}{}:
	case <-ctx.Done():
		return false
	}
	defer func() { <-p.slots }()
	// An operator may ask at the moment at which its interval ends.
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.ask(ctx) {
		return false
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.unreadable, w.name)
	if w.unreadable != nil {
		p.unreadable[w.name] = *w.unreadable
	}
	if w.word != "" {
		p.words[w.name] = w.word
	}
	return true
}

// said is what is known of the services.
func (p *poll) said() (words map[string]string, unreadable map[string]contract.Fault) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return maps.Clone(p.words), maps.Clone(p.unreadable)
}

// close closes the connections to the services.
func (p *poll) close() {
	for _, w := range p.witnesses {
		w.client.CloseIdleConnections()
	}
}
