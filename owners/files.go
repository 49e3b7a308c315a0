package owners

import (
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"

	"github.com/ficusgraph/ficus/config"
)

// file is one that a graph is made of, beside its schemas.
type file struct{ name, text string }

// matching reads the files that the patterns find, in the order of their names. A configured pattern that finds none
// is an error.
func matching(cfg *config.Config, key string, patterns []string, configured bool) ([]file, error) {
	var names []string
	for _, p := range patterns {
		found := []string{p}
		if strings.ContainsAny(p, "*?[") {
			var err error
			if found, err = glob(cfg, p); err != nil {
				return nil, fmt.Errorf("%s: %s: %s: %w", cfg.Name, key, p, err)
			}
		}
		if len(found) == 0 && configured {
			return nil, fmt.Errorf("%s: %s: %s finds no file", cfg.Name, key, p)
		}
		names = append(names, found...)
	}
	slices.Sort(names)
	var out []file
	for _, name := range slices.Compact(names) {
		text, err := cfg.ReadFile(name)
		if err != nil {
			return nil, fmt.Errorf("%s: %s: %w", cfg.Name, key, err)
		}
		out = append(out, file{name, string(text)})
	}
	return out, nil
}

// glob finds files beside the configuration's. A folder that is not there has none.
func glob(cfg *config.Config, pattern string) ([]string, error) {
	if cfg.Files == nil {
		return filepath.Glob(pattern)
	}
	return fs.Glob(cfg.Files, pattern)
}
