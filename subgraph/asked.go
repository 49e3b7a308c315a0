package subgraph

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// Asked is what a client asked for, as far as header rules may use it.
type Asked struct {
	Query, OperationName string
	// Kind is query, mutation or subscription.
	Kind string
	// Variables is a JSON object as the client sent it, or empty.
	Variables []byte
	RequestID string
}

type askedKey struct{}

// WithAsked makes what a client asked for known to the fetches under the context; see Headers.ReadOperations.
func WithAsked(ctx context.Context, asked *Asked) context.Context {
	return context.WithValue(ctx, askedKey{}, asked)
}

func askedIn(ctx context.Context) *Asked {
	if a, ok := ctx.Value(askedKey{}).(*Asked); ok {
		return a
	}
	return &Asked{}
}

// ReadOperations reports whether a rule needs WithAsked.
func (h Headers) ReadOperations() bool {
	lists := []HeaderRules{h.All, h.Connector.All}
	lists = slices.AppendSeq(lists, maps.Values(h.Subgraphs))
	lists = slices.AppendSeq(lists, maps.Values(h.Connector.Sources))
	return slices.ContainsFunc(lists, func(l HeaderRules) bool {
		return slices.ContainsFunc(l.Request, func(r HeaderRule) bool { return r.Insert.readsOperation() })
	})
}

// apolloContext is what Apollo Router has before the names of what it knows of an operation.
const apolloContext = "apollo::supergraph::"

// contextNames are what from_context may name.
var contextNames = []string{"operation_name", "operation_kind", "request_id"}

func (a *Asked) named(name string) (string, bool) {
	v := ""
	switch name {
	case "operation_name":
		v = a.OperationName
	case "operation_kind":
		v = a.Kind
	case "request_id":
		v = a.RequestID
	}
	return v, v != ""
}

// pathStep leads to a member, or, with a name of "", to an element.
type pathStep struct {
	name  string
	index int
}

// parsePath reads .variables.orders[0].region.
func parsePath(text string) ([]pathStep, error) {
	wrong := fmt.Errorf("%q does not lead into a request; write one such as .operationName or .variables.ids[0]", text)
	var out []pathStep
	for rest := text; rest != ""; {
		switch rest[0] {
		case '.':
			end := strings.IndexAny(rest[1:], ".[") + 1
			if end == 0 {
				end = len(rest)
			}
			out, rest = append(out, pathStep{name: rest[1:end]}), rest[end:]
			if out[len(out)-1].name == "" {
				return nil, wrong
			}
		case '[':
			number, after, closed := strings.Cut(rest[1:], "]")
			n, err := strconv.ParseUint(number, 10, 31)
			if err != nil || !closed {
				return nil, wrong
			}
			out, rest = append(out, pathStep{index: int(n)}), after
		default:
			return nil, wrong
		}
	}
	if len(out) == 0 {
		return nil, wrong
	}
	first := out[0].name
	if first != "variables" && (first != "query" && first != "operationName" || len(out) > 1) {
		return nil, wrong
	}
	return out, nil
}

// at is the value to which a path leads: a text as it is, a number or a Boolean as JSON; of no other value a header
// can be made.
func (a *Asked) at(steps []pathStep) (string, bool) {
	switch steps[0].name {
	case "query":
		return a.Query, a.Query != ""
	case "operationName":
		return a.OperationName, a.OperationName != ""
	}
	if len(a.Variables) == 0 {
		return "", false
	}
	d := json.NewDecoder(bytes.NewReader(a.Variables))
	d.UseNumber()
	var v any
	if d.Decode(&v) != nil {
		return "", false
	}
	for _, s := range steps[1:] {
		v = s.into(v)
	}
	switch v := v.(type) {
	case string:
		return v, v != ""
	case json.Number:
		return v.String(), true
	case bool:
		return strconv.FormatBool(v), true
	}
	return "", false
}

// into is what the step leads to, nil if that is nothing.
func (s pathStep) into(v any) any {
	switch v := v.(type) {
	case map[string]any:
		if s.name != "" {
			return v[s.name]
		}
	case []any:
		if s.name == "" && s.index < len(v) {
			return v[s.index]
		}
	}
	return nil
}
