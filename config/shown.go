package config

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/ficusgraph/ficus/nearest"
)

// validateShown reports what is wrong between what owners are shown of who asks and who they are. A name that no subgraph
// has would leave the service that is meant without.
func (c *Config) validateShown() error {
	errs := []error{c.Connectors.ValidateMinting(c.Authentication.Minting)}
	names := slices.Sorted(maps.Keys(c.Subgraphs))
	for _, name := range slices.Sorted(maps.Keys(c.Authentication.Subgraph.Subgraphs)) {
		if len(names) == 0 || slices.Contains(names, name) {
			continue
		}
		said := ""
		if other := nearest.To(name, names); other != "" {
			said = fmt.Sprintf("; did you mean %q?", other)
		}
		errs = append(errs, fmt.Errorf("authentication.subgraph.subgraphs.%s: there is no subgraph of the name%s", name, said))
	}
	if len(c.Connectors.IdentityHeaders()) > 0 && !c.Authentication.Asks() {
		errs = append(errs, errors.New("connectors.sources: claims are to be shown, and nobody is asked who they are; say how in authentication.router"))
	}
	return errors.Join(errs...)
}
