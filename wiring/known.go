package wiring

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/ficusgraph/ficus/config"
	"github.com/ficusgraph/ficus/documents"
	"github.com/ficusgraph/ficus/engine"
)

// Known are the operations of manifests and of clients, nil where none are to be known; those of manifests are made ready
// to be asked of the first graph.
func Known(ctx context.Context, cfg *config.Config, first *engine.Snapshot, logger *slog.Logger) (*documents.Store, error) {
	known, err := documents.New(cfg.Documents, documents.Parts{Read: cfg.ReadFile, Stat: cfg.Stat, Logger: logger})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", cfg.Name, err)
	}
	known.Serve(ctx, first)
	return known, nil
}
