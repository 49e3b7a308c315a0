package engine

import (
	"context"
	"slices"
	"strings"

	"github.com/maypok86/otter/v2"

	"github.com/ficusgraph/ficus/engine/authorization"
	"github.com/ficusgraph/ficus/engine/operation"
)

// caller is what of a request, beside its operation and conditions, decides the plan. It holds only what matters
// to the operation, so that callers who differ in nothing else share a plan.
type caller struct {
	// labels are the active ones, sorted and joined.
	labels string
	grant  authorization.Grant
}

// matters is what of a caller can change the plan of an operation.
type matters struct {
	labels []string // sorted
	needs  authorization.Needs
}

// callers finds out what matters, once for each operation; nil if nothing in the graph depends on the caller.
type callers struct {
	*Snapshot
	known *otter.Cache[decided, matters]
}

func newCallers(s *Snapshot, room uint64) (*callers, error) {
	if s.access == nil && len(s.Graph.Labels) == 0 {
		return nil, nil //nolint:nilnil // there is nothing to find out
	}
	// As many as there are variants: each of these leads to one or more of those.
	known, err := otter.New(&otter.Options[decided, matters]{
		MaximumWeight: room, Weigher: func(d decided, _ matters) uint32 { return weigh(d.prepared.Size()) },
	})
	return &callers{s, known}, err
}

// of is the request's caller. Labels and policies are decided here, once for the request.
func (c *callers) of(ctx context.Context, d decided, values operation.Values, r *Request) (caller, error) {
	if c == nil {
		return caller{}, nil
	}
	m, err := c.matter(d)
	if err != nil {
		return caller{}, err
	}
	out := caller{labels: c.active(ctx, m.labels, r)}
	out.grant = c.access.grant(ctx, d.prepared, values, m.needs)
	return out, nil
}

// like is the caller who differs from one of another graph only in what does not matter any more. Labels and
// conditions that matter only now are taken for inactive and not met.
func (c *callers) like(d decided, other caller) (caller, error) {
	if c == nil {
		return caller{}, nil
	}
	m, err := c.matter(d)
	if err != nil {
		return caller{}, err
	}
	had := strings.Split(other.labels, labelEnd)
	var kept []string
	for _, l := range m.labels {
		if slices.Contains(had, l) {
			kept = append(kept, l)
		}
	}
	out := caller{labels: strings.Join(kept, labelEnd)}
	if c.access != nil {
		out.grant = m.needs.Kept(other.grant)
	}
	return out, nil
}

// matter is what matters to the operation.
func (c *callers) matter(d decided) (matters, error) {
	if m, ok := c.known.GetIfPresent(d); ok {
		return m, nil
	}
	op, err := d.prepared.Decide(d.mask)
	if err != nil {
		return matters{}, err
	}
	m := c.matters(op)
	c.known.Set(d, m)
	return m, nil
}

func (c *callers) matters(op *operation.Operation) matters {
	m := matters{labels: c.planner.Labels(op)}
	if c.access != nil {
		m.needs = c.access.rules.Needs(op)
	}
	return m
}

// deciding are the labels that matter to an operation of which all is known.
func (c *callers) deciding(d decided) []string {
	if c == nil {
		return nil
	}
	m, err := c.matter(d)
	if err != nil {
		return nil
	}
	return m.labels
}

// active joins those of the labels that the request brings, or that are decided to be active for it.
func (c *callers) active(ctx context.Context, relevant []string, r *Request) string {
	if len(relevant) == 0 {
		return ""
	}
	var on []string
	if c.cfg.Labels != nil && !r.aside {
		on = c.cfg.Labels(ctx, relevant)
	}
	var out []string
	for _, l := range relevant {
		if slices.Contains(on, l) || slices.Contains(r.Labels, l) {
			out = append(out, l)
		}
	}
	return strings.Join(out, labelEnd)
}

// labelEnd stands between labels; it cannot be in one.
const labelEnd = "\x00"
