package shadow

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/ficusgraph/ficus/rollout/comparison"
)

// Prune shows what is left of an operation, what is compared of it, and its variables.
func (g *Graph) Prune(query, name string, moved, avoid []string, variables string) (text, places, values string, err error) {
	p, err := g.prune(query, name, moved, avoid)
	if err != nil || p == nil {
		return "", "", "", err
	}
	var b strings.Builder
	show(&b, p.root, 0)
	sent, err := p.values([]byte(variables))
	return p.text, b.String(), string(sent), err
}

func show(b *strings.Builder, f *comparison.Field, depth int) {
	for _, sub := range f.Fields {
		fmt.Fprintf(b, "%s%s %s", strings.Repeat(" ", depth), sub.Name, strings.Join(sub.Coordinates, " "))
		if sub.Moved {
			b.WriteString(" moved")
		}
		if len(sub.Keys) > 0 {
			keys, _ := json.Marshal(sub.Keys)
			fmt.Fprintf(b, " by %s", keys)
		}
		b.WriteByte('\n')
		show(b, sub, depth+1)
	}
}
