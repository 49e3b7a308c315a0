package subgraph

import (
	"fmt"
	"net/textproto"
	"slices"
	"strings"
)

// Insert sets a header to a value, or to what is known of who asks and for what. One of Value, FromClaim, FromContext
// and Path is given.
type Insert struct {
	Name  string `yaml:"name"`
	Value string `yaml:"value"`
	// FromClaim names a claim of the client's token.
	FromClaim string `yaml:"from_claim"`
	// FromContext is one of operation_name, operation_kind and request_id; Apollo's names of the first two are known too.
	FromContext string `yaml:"from_context"`
	// Path leads to a value in the client's request, such as .operationName or .variables.order.region.
	Path string `yaml:"path"`
	// Default is sent where there is no such claim, nothing of that name, or nothing there; without it nothing is.
	Default string `yaml:"default"`
}

func (i *Insert) compile() (rule, error) {
	given := 0
	for _, s := range []string{i.Value, i.FromClaim, i.FromContext, i.Path} {
		if s != "" {
			given++
		}
	}
	if given != 1 {
		return nil, fmt.Errorf("insert %s: give one of value, from_claim, from_context and path", i.Name)
	}
	if i.Default != "" && i.Value != "" {
		return nil, fmt.Errorf("insert %s: default goes with from_claim, from_context or path", i.Name)
	}
	if err := checkHeader("insert.name", i.Name, i.Value+i.Default); err != nil {
		return nil, err
	}
	name := textproto.CanonicalMIMEHeaderKey(i.Name)
	if i.Value != "" {
		return insertValue{name, values(i.Value)}, nil
	}
	find, err := i.finder()
	if err != nil {
		return nil, fmt.Errorf("insert %s: %w", i.Name, err)
	}
	return insertFound{name: name, find: find, absent: values(i.Default)}, nil
}

// finder is how the value is looked up.
func (i *Insert) finder() (func(*application) (string, bool), error) {
	switch {
	case i.FromClaim != "":
		return func(a *application) (string, bool) {
			if a.in.Claim == nil {
				return "", false
			}
			return a.in.Claim(i.FromClaim)
		}, nil
	case i.FromContext != "":
		name := strings.TrimPrefix(i.FromContext, apolloContext)
		if !slices.Contains(contextNames, name) {
			return nil, fmt.Errorf("from_context: there is no %q; there are %s", i.FromContext, strings.Join(contextNames, ", "))
		}
		return func(a *application) (string, bool) { return a.asked.named(name) }, nil
	default:
		steps, err := parsePath(i.Path)
		if err != nil {
			return nil, fmt.Errorf("path: %w", err)
		}
		return func(a *application) (string, bool) { return a.asked.at(steps) }, nil
	}
}

// readsOperation reports whether the value is one of the client's operation.
func (i *Insert) readsOperation() bool { return i != nil && (i.FromContext != "" || i.Path != "") }
