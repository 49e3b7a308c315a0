package owners

import (
	"context"
	"time"
)

// How often the world is looked at: files while schemas are being written, services always.
const (
	filesEvery    = 300 * time.Millisecond
	servicesEvery = time.Second
)

// Watch looks again and again at what the services implement and, if files is set, at the schemas' files.
// When that has changed it calls changed with a new graph, or with the error that prevents one. It returns
// when the context ends. A graph must have been loaded before.
func (r *Registry) Watch(ctx context.Context, files bool, changed func(*Graph, error)) {
	every := servicesEvery
	if files {
		every = filesEvery
	} else if len(r.services()) == 0 {
		return
	}
	tick := time.NewTicker(every)
	defer tick.Stop()
	fault := ""
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		in, err := r.look(ctx, files)
		if ctx.Err() != nil {
			return
		}
		if err != nil {
			// A file that cannot be read is said once, not at every tick.
			if text := err.Error(); text != fault {
				fault = text
				changed(nil, err)
			}
			continue
		}
		if fault != "" || !in.equal(r.last) {
			fault, r.last = "", in
			changed(r.make(in))
		}
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
