package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/ficusgraph/ficus/admin"
	"github.com/ficusgraph/ficus/owners/status"
)

// running is a gateway that runs, asked by its admin API.
type running struct {
	// url of its admin listener.
	url, token string
}

// asking bounds a question to a running gateway.
const asking = 30 * time.Second

// report is how far the gateway's contract is kept, with the operations if there are any.
func (g running) report(ctx context.Context, saved []status.Saved) (*status.Report, error) {
	var out status.Report
	if err := g.ask(ctx, http.MethodGet, "/status", nil, &out); err != nil {
		return nil, err
	}
	if saved == nil {
		return &out, nil
	}
	out.Operations = &status.Operations{}
	body := map[string]any{"operations": saved}
	return &out, g.ask(ctx, http.MethodPost, "/operations", body, out.Operations)
}

// ask sends a request to the admin API and reads what it answers.
func (g running) ask(ctx context.Context, method, path string, body, into any) error {
	ctx, cancel := context.WithTimeout(ctx, asking)
	defer cancel()
	url := strings.TrimSuffix(g.url, "/") + admin.Prefix + path
	var text io.Reader
	if body != nil {
		sent, err := json.Marshal(body)
		if err != nil {
			return fmt.Errorf("ask %s: %w", url, err)
		}
		text = bytes.NewReader(sent)
	}
	req, err := http.NewRequestWithContext(ctx, method, url, text)
	if err != nil {
		return fmt.Errorf("--url %s: %w", g.url, err)
	}
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if g.token != "" {
		req.Header.Set("Authorization", "Bearer "+g.token)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return fmt.Errorf("ask the running gateway: %w", err)
	}
	defer func() { _ = res.Body.Close() }()
	return answered(url, res, into)
}

// answered reads an answer of the admin API, or the error in it.
func answered(url string, res *http.Response, into any) error {
	text, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer))
	if err != nil {
		return fmt.Errorf("ask %s: %w", url, err)
	}
	if res.StatusCode == http.StatusOK {
		if err := json.Unmarshal(text, into); err != nil {
			return fmt.Errorf("%s does not answer as a gateway's admin API: %w", url, err)
		}
		return nil
	}
	var told struct{ Error admin.Error }
	if err := json.Unmarshal(text, &told); err != nil || told.Error.Message == "" {
		return fmt.Errorf("%s answers HTTP %d, and is no gateway's admin API; its address is admin.listen", url, res.StatusCode)
	}
	return fmt.Errorf("%s answers HTTP %d: %s", url, res.StatusCode, told.Error.Message)
}
