package owners

import (
	"context"
	"os"
	"sync"
	"time"
)

// filesEvery is how often files are looked at while schemas are being written. Services have intervals of their own.
const filesEvery = 300 * time.Millisecond

// Watching says what is looked at.
type Watching struct {
	// Files are the schemas' files, which are looked at several times a second.
	Files bool
	// Now asks to look at all there is at once, as an operator may; nil for nobody who asks.
	Now <-chan os.Signal
}

// Watch looks again and again at what the services implement and, if that is asked for, at the schemas' files.
// When that has changed it calls changed with a new graph, or with the error that prevents one; changed says by
// an error that it does not take the graph. It returns when the context ends. A graph must have been loaded before.
func (r *Registry) Watch(ctx context.Context, w Watching, changed func(*Graph, error) error) {
	ticks, stop := w.ticks()
	defer stop()
	polling := r.polls(ctx)
	defer polling.Wait()
	fault := ""
	for {
		files := w.Files
		select {
		case <-ctx.Done():
			return
		case <-w.Now:
			files = true
			r.poll.once(ctx)
		case <-ticks:
		case <-r.poll.changed:
		}
		in, err := r.look(ctx, files)
		if ctx.Err() != nil {
			return
		}
		if err != nil {
			// A file that cannot be read is said once, not at every tick.
			if text := err.Error(); text != fault {
				fault = text
				_ = changed(nil, err)
			}
			continue
		}
		if fault != "" || !in.equal(r.last) {
			fault, r.last = "", in
			r.change(in, changed)
		}
	}
}

// ticks say when to look at the files; never, if they do not change by themselves.
func (w Watching) ticks() (ticks <-chan time.Time, stop func()) {
	if !w.Files {
		return nil, func() {}
	}
	tick := time.NewTicker(filesEvery)
	return tick.C, tick.Stop
}

// polls asks the services until the context ends.
func (r *Registry) polls(ctx context.Context) *sync.WaitGroup {
	var polling sync.WaitGroup
	polling.Go(func() { r.poll.run(ctx) })
	return &polling
}

// change makes a graph of the inputs, and serves it if it is taken.
func (r *Registry) change(in inputs, changed func(*Graph, error) error) {
	g, err := r.make(in)
	taken := changed(g, err)
	switch {
	case err != nil:
	case taken != nil:
		g.connections.closeBut(r.serving)
	default:
		r.serves(g)
	}
}

// look reads the inputs again: the files only if they are watched.
func (r *Registry) look(ctx context.Context, files bool) (inputs, error) {
	in := r.last
	if files {
		var err error
		if in, err = r.read(ctx); err != nil {
			return in, err
		}
	}
	in.deployed, in.unreadable = r.poll.said()
	return in, nil
}
