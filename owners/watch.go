package owners

import (
	"context"
	"os"
	"time"
)

// How often the world is looked at: files while schemas are being written, services always.
const (
	filesEvery    = 300 * time.Millisecond
	servicesEvery = time.Second
)

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
	ticks, stop := r.ticks(w)
	defer stop()
	fault := ""
	for {
		files := w.Files
		select {
		case <-ctx.Done():
			return
		case <-w.Now:
			files = true
		case <-ticks:
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

// ticks say when to look; never, if there is nothing that changes by itself.
func (r *Registry) ticks(w Watching) (ticks <-chan time.Time, stop func()) {
	every := servicesEvery
	if w.Files {
		every = filesEvery
	} else if len(r.services()) == 0 {
		return nil, func() {}
	}
	tick := time.NewTicker(every)
	return tick.C, tick.Stop
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
	in.deployed = r.ask(ctx)
	return in, nil
}
