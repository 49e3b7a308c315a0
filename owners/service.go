package owners

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/ficusgraph/ficus/config"
	"github.com/ficusgraph/ficus/subgraph"
)

// askFor is how long a service is waited for when it is asked what it implements.
const askFor = 3 * time.Second

// maxSDL bounds a service's SDL, in bytes.
const maxSDL = 32 << 20

// serviceSDL asks a federated service for its SDL. It is connected to as for fetches.
func serviceSDL(ctx context.Context, cfg *config.Config, name, url string) (string, error) {
	transport, err := subgraph.NewTransport(name, cfg.Traffic)
	if err != nil {
		return "", err
	}
	defer transport.CloseIdleConnections()
	ctx, cancel := context.WithTimeout(ctx, askFor)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader([]byte(`{"query":"{ _service { sdl } }"}`)))
	if err != nil {
		return "", err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Accept", "application/json")
	for name, value := range cfg.Subgraphs[name].Schema.IntrospectionHeaders {
		req.Header.Set(name, value)
	}
	res, err := (&http.Client{Transport: transport}).Do(req)
	if err != nil {
		return "", err
	}
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(res.Body, maxSDL))
	if err != nil {
		return "", err
	}
	var answer struct {
		Data struct {
			Service struct {
				SDL string `json:"sdl"`
			} `json:"_service"`
		} `json:"data"`
		Errors []struct {
			Message string `json:"message"`
		} `json:"errors"`
	}
	switch err := json.Unmarshal(body, &answer); {
	case err != nil:
		return "", fmt.Errorf("HTTP %d, and the answer is not GraphQL: %w", res.StatusCode, err)
	case len(answer.Errors) > 0:
		return "", errors.New(answer.Errors[0].Message)
	case answer.Data.Service.SDL == "":
		return "", fmt.Errorf("HTTP %d, and no SDL in it; is it a federated service?", res.StatusCode)
	}
	return answer.Data.Service.SDL, nil
}
