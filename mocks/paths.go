package mocks

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	"github.com/ficusgraph/ficus/engine/queryplan"
)

// maxPaths bounds how many mocked paths an answer lists.
const maxPaths = 100

// Begin notes the name of the client's operation before it is executed.
func Begin(ctx context.Context, operation string) context.Context {
	r := FromContext(ctx)
	if r == nil {
		return NewContext(ctx, &Request{Operation: operation})
	}
	r.Operation = operation
	return ctx
}

// BeginEvent is the context of one event of a subscription: what is noted of it is its own. What is asked for and the session
// are those of the subscription, which has begun.
func BeginEvent(ctx context.Context) context.Context {
	r := FromContext(ctx)
	if r == nil {
		return ctx
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return NewContext(ctx, &Request{
		Choice: r.Choice, Operation: r.Operation, Report: r.Report, Subject: r.Subject, Session: r.Session, Sessions: r.Sessions,
		fetches: slices.Clone(r.fetches), changed: r.changed, injected: r.injected,
	})
}

// End says what of an answer was made up: a JSON object that lists the paths, as the client calls them, beneath which
// all is, the choice that was made and what mutations did; nil if nothing was, or it is not to be said.
func End(ctx context.Context, plan *queryplan.Plan) []byte {
	r := FromContext(ctx)
	if r == nil || !r.Report {
		return nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	var paths []string
	for _, f := range r.fetches {
		paths = append(paths, pathsOf(plan, f)...)
	}
	slices.Sort(paths)
	paths = slices.Compact(paths)
	if r.count = len(paths); len(paths) == 0 && len(r.changes) == 0 && !r.injected {
		return nil
	}
	out := struct {
		Mocked []string `json:"mocked,omitempty"`
		More   int      `json:"more,omitempty"`
		Choice string   `json:"choice,omitempty"`
		// Changes are what mutations did, Session is where that is kept.
		Changes []*Change `json:"changes,omitempty"`
		Session string    `json:"session,omitempty"`
	}{Mocked: paths, Choice: r.Choice.String(), Changes: r.changes}
	if r.changed {
		out.Session = r.Session
	}
	if len(paths) > maxPaths {
		out.Mocked, out.More = paths[:maxPaths], len(paths)-maxPaths
	}
	text, err := json.Marshal(out)
	if err != nil {
		return nil // texts and a number can be written
	}
	return text
}

// Count is how many paths of the answer are mocked, once it has ended.
func (r *Request) Count() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.count
}

// pathsOf are the paths in the response of what a fetch brought. What only other fetches needed has none.
func pathsOf(plan *queryplan.Plan, f *queryplan.Fetch) []string {
	targets := []queryplan.Path{f.Path}
	for _, t := range f.Also {
		targets = append(targets, t.Path)
	}
	var out []string
	for _, target := range targets {
		for _, at := range follow(spot{shape: plan.Shape}, target) {
			out = append(out, at.keys(f.Selections)...)
		}
	}
	return out
}

// spot is a shape with the keys that lead to it.
type spot struct {
	path  []string
	shape *queryplan.Shape
}

// follow is where a path leads to.
func follow(from spot, path queryplan.Path) []spot {
	if from.shape == nil {
		return nil
	}
	if len(path) == 0 {
		return []spot{from}
	}
	if path[0].Name == queryplan.List {
		return follow(from, path[1:])
	}
	var out []spot
	for _, f := range from.fields(path[0].Name) {
		out = append(out, follow(spot{append(slices.Clone(from.path), f.Key), f.Shape}, path[1:])...)
	}
	return out
}

// fields are those of a name, of any run-time type, each key once.
func (p spot) fields(name string) []*queryplan.Field {
	var out []*queryplan.Field
	for _, v := range p.shape.Variants {
		for _, f := range v.Fields {
			if f.Name == name && f.Typename == "" && !slices.ContainsFunc(out, func(o *queryplan.Field) bool { return o.Key == f.Key }) {
				out = append(out, f)
			}
		}
	}
	return out
}

// keys are the paths of what is selected here.
func (p spot) keys(list []*queryplan.Selection) []string {
	var out []string
	for _, s := range list {
		if s.Field == "" {
			out = append(out, p.keys(s.Selections)...)
			continue
		}
		if s.Field == queryplan.Typename {
			continue
		}
		for _, f := range p.fields(s.Name) {
			out = append(out, strings.Join(append(slices.Clone(p.path), f.Key), "."))
		}
	}
	return out
}
