package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"strings"

	"github.com/ficusgraph/ficus/changes"
	"github.com/ficusgraph/ficus/usage"
)

// recorded are the operations that a gateway recorded, as documents, with those who sent each by its name.
type recorded struct {
	documents []changes.Saved
	clients   map[string][]usage.Used
}

// recordedUsage reads what a gateway recorded: asked of its admin listener, or from a file with its answer.
func (p Program) recordedUsage(ctx context.Context, from, token string) (*recorded, error) {
	out := &recorded{clients: map[string][]usage.Used{}}
	if from == "" {
		return out, nil
	}
	var report usage.Report
	if strings.HasPrefix(from, "http://") || strings.HasPrefix(from, "https://") {
		if token == "" {
			token, _ = p.Env("FICUS_ADMIN_TOKEN")
		}
		if err := (running{url: from, token: token}).ask(ctx, http.MethodGet, "/usage", nil, &report); err != nil {
			return nil, fmt.Errorf("--usage: %w", err)
		}
	} else if err := readUsage(from, &report); err != nil {
		return nil, fmt.Errorf("--usage: %w", err)
	}
	for i, o := range report.Operations {
		name := o.Name
		if name == "" {
			name = "(without a name)"
		}
		name = fmt.Sprintf("usage[%d] %s", i, name)
		out.documents = append(out.documents, changes.Saved{Name: name, Text: o.Text})
		out.clients[name] = o.Clients
	}
	return out, nil
}

func readUsage(file string, into *usage.Report) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(text, into); err != nil || into.Operations == nil {
		return fmt.Errorf("%s is not what a gateway recorded: save the answer of its admin listener's /api/v1/usage", file)
	}
	return nil
}
