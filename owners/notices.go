package owners

import (
	"context"
	"log/slog"

	"github.com/ficusgraph/ficus/config"
)

// Notices says in the log what of a graph is not as its contracts have it: what is made up in production, what is
// not in the graph since nobody answers it, and which service contradicts its contract. Each is said once, and again
// when it is over. It is used by one goroutine at a time.
type Notices struct {
	Logger *slog.Logger
	// Environment in which the graph is served.
	Environment config.Environment

	said []notice
}

// notice is one thing to say. Those with equal keys are the same.
type notice struct {
	key, text, over string
	details         []any
}

// Served says what is new of the graph that is served now, and what is over.
func (n *Notices) Served(g *Graph) {
	now := n.notices(g)
	n.news(slog.LevelWarn, now, n.said, func(one notice) string { return one.text })
	n.news(slog.LevelInfo, n.said, now, func(one notice) string { return one.over })
	n.said = now
}

// news says those of a list that are not in the other.
func (n *Notices) news(level slog.Level, list, other []notice, text func(notice) string) {
	known := make(map[string]bool, len(other))
	for _, one := range other {
		known[one.key] = true
	}
	for _, one := range list {
		if !known[one.key] {
			n.Logger.Log(context.Background(), level, text(one), one.details...)
		}
	}
}

func (n *Notices) notices(g *Graph) []notice {
	var out []notice
	add := func(key, text, over string, details ...any) {
		out = append(out, notice{text + key, text, over, details})
	}
	for _, s := range g.Status {
		if n.Environment == config.Staging || n.Environment == config.Dev {
			break
		}
		for _, c := range s.Mocked {
			add(s.Subgraph+" "+c, "made up in production, as acknowledged", "not made up any more", slog.String("subgraph", s.Subgraph), slog.String("coordinate", c))
		}
	}
	for _, d := range g.Dropped {
		text, over := "not in the graph, since nobody answers it", "in the graph again"
		if d.Elsewhere {
			text, over = "asked of another subgraph, since this one lacks it", "asked of this subgraph again"
		}
		add(d.String(), text, over,
			slog.String("subgraph", d.Subgraph), slog.String("coordinate", d.Coordinate.String()), slog.String("because", d.Because))
	}
	for _, c := range g.Contradictions {
		add(c.String(), "a service contradicts its contract", "a service does not contradict its contract any more",
			slog.String("subgraph", c.Subgraph), slog.String("coordinate", c.Coordinate), slog.String("code", string(c.Code)), slog.String("message", c.Message),
			slog.String("contract", c.Contract.String()), slog.String("contract_line", c.Contract.Text),
			slog.String("service", c.Service.String()), slog.String("service_line", c.Service.Text))
	}
	return out
}
