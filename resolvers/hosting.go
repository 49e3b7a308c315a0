package resolvers

import (
	"fmt"
	"time"

	"github.com/99designs/gqlgen/graphql"

	"github.com/ficusgraph/ficus/graph/model"
)

// hosting is what @requires brings from the monolith for a site's summary.
type hosting struct {
	framework model.Framework
	since     time.Time
}

// readHosting takes the required fields out of a representation. They come over a network: neither their
// presence nor their types are certain.
func readHosting(required map[string]any) (hosting, error) {
	var h hosting
	if err := h.framework.UnmarshalGQL(required["framework"]); err != nil {
		return hosting{}, fmt.Errorf("read framework: %w", err)
	}
	if required["createdAt"] == nil {
		return hosting{}, fmt.Errorf("read createdAt: it is missing")
	}
	seconds, err := graphql.UnmarshalInt64(required["createdAt"])
	if err != nil {
		return hosting{}, fmt.Errorf("read createdAt: %w", err)
	}
	h.since = time.Unix(seconds, 0).UTC()
	return h, nil
}

// String is the line that people read.
func (h hosting) String() string {
	return fmt.Sprintf("%s, hosted since %s", product(h.framework), h.since.Format("January 2006"))
}

// product is the framework's name as its makers write it.
func product(f model.Framework) string {
	switch f {
	case model.FrameworkWordpress:
		return "WordPress"
	case model.FrameworkDrupal:
		return "Drupal"
	case model.FrameworkNextjs:
		return "Next.js"
	case model.FrameworkStatic:
		return "Static files"
	}
	return f.String()
}
