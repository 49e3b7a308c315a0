package config

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/ficusgraph/ficus/subgraph"
)

// route has the first of a subgraph's URLs be that which the graph has, and tells of the others to who sends fetches.
func (c *Config) route() {
	for _, name := range slices.Sorted(maps.Keys(c.Subgraphs)) {
		s := c.Subgraphs[name]
		if len(s.RoutingURLs) == 0 {
			continue
		}
		if s.RoutingURL == "" {
			s.RoutingURL, s.RoutingURLs = s.RoutingURLs[0], s.RoutingURLs[1:]
			c.Subgraphs[name] = s
		}
		if c.Traffic.RoutingURLs == nil {
			c.Traffic.RoutingURLs = map[string][]string{}
		}
		c.Traffic.RoutingURLs[name] = append([]string{s.RoutingURL}, s.RoutingURLs...)
	}
}

// validateURLs checks the URLs beside the first, which is checked where it is used.
func (s Subgraph) validateURLs() error {
	if n := 1 + len(s.RoutingURLs); n > subgraph.MaxURLs {
		return fmt.Errorf("routing_urls: with routing_url there are %d; there may be %d", n, subgraph.MaxURLs)
	}
	if len(s.RoutingURLs) > 0 && s.Source != "" && s.Source != Remote {
		return errors.New("routing_urls: is for services; source: " + string(s.Source) + " is none")
	}
	for i, u := range s.RoutingURLs {
		if err := subgraph.CheckURL(u); err != nil {
			return fmt.Errorf("routing_urls: %w", err)
		}
		if u == s.RoutingURL || slices.Contains(s.RoutingURLs[:i], u) {
			return fmt.Errorf("routing_urls: %s is given twice", u)
		}
	}
	return nil
}
