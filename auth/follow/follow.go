// Package follow keeps what is read from elsewhere up to date: keys, lists of what is revoked. What cannot be read leaves
// what was read last in force, and is said once, not each time.
package follow

import (
	"context"
	"log/slog"
	"time"
)

// Reading is something that is read again and again.
type Reading struct {
	// Every is how long is waited between two readings.
	Every time.Duration
	// Read reads it, if it has changed.
	Read func(ctx context.Context) error
	// Failed is the line of the log where it cannot be read.
	Failed string
	Logger *slog.Logger
}

// Run reads until the context ends.
func (r Reading) Run(ctx context.Context) {
	ticker := time.NewTicker(r.Every)
	defer ticker.Stop()
	last := ""
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		text := ""
		if err := r.Read(ctx); err != nil && ctx.Err() == nil {
			if text = err.Error(); text != last {
				r.Logger.Error(r.Failed, slog.Any("error", err))
			}
		}
		last = text
	}
}
