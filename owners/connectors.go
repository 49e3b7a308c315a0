package owners

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/ficusgraph/ficus/config"
	"github.com/ficusgraph/ficus/engine/supergraph"
	monolith "github.com/ficusgraph/ficus/monolith-adapter"
)

// Connectors are those that the schemas of a configuration declare, read without composing them. A service that
// is asked for its schema is not asked here: it answers by itself.
func Connectors(ctx context.Context, cfg *config.Config) (*monolith.Connectors, error) {
	if file := cfg.Supergraph.File; file != "" {
		text, err := cfg.ReadFile(file)
		if err != nil {
			return nil, fmt.Errorf("read the supergraph: %w", err)
		}
		return composedConnectors(file, string(text))
	}
	var parts []*monolith.Connectors
	var errs []error
	for _, name := range slices.Sorted(maps.Keys(cfg.Subgraphs)) {
		if s := cfg.Subgraphs[name].Schema; s.SDL == "" && s.File == "" {
			continue
		}
		sdl, file, err := schemaOf(ctx, cfg, name)
		if err != nil {
			errs = append(errs, fmt.Errorf("%s: subgraph %s: %w", cfg.Name, name, err))
			continue
		}
		declared, err := monolith.Declared(name, file, sdl)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		parts = append(parts, declared)
	}
	return monolith.Joined(parts...), errors.Join(errs...)
}

func composedConnectors(file, sdl string) (*monolith.Connectors, error) {
	sg, err := supergraph.Read(file, sdl)
	if err != nil {
		return nil, err
	}
	_, connectors, err := monolith.Expand(sg)
	return connectors, err
}
