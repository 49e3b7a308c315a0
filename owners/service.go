package owners

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
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
	answer, err := askService(ctx, &http.Client{Transport: transport}, url, cfg.Subgraphs[name].Schema.IntrospectionHeaders, &bytes.Buffer{})
	if err != nil {
		return "", err
	}
	return answer.sdl()
}

// answer is what a service answered.
type answer struct {
	status int
	body   []byte
}

// askService asks a service for its SDL. The answer lies in the buffer.
func askService(ctx context.Context, client *http.Client, url string, headers map[string]string, into *bytes.Buffer) (answer, error) {
	ctx, cancel := context.WithTimeout(ctx, askFor)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, strings.NewReader(`{"query":"{ _service { sdl } }"}`))
	if err != nil {
		return answer{}, err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Accept", "application/json")
	for name, value := range headers {
		req.Header.Set(name, value)
	}
	res, err := client.Do(req)
	if err != nil {
		return answer{}, err
	}
	defer func() { _ = res.Body.Close() }()
	into.Reset()
	_, err = into.ReadFrom(io.LimitReader(res.Body, maxSDL))
	return answer{res.StatusCode, into.Bytes()}, err
}

// sdl is the SDL in the answer.
func (a answer) sdl() (string, error) {
	var said struct {
		Data struct {
			Service struct {
				SDL string `json:"sdl"`
			} `json:"_service"`
		} `json:"data"`
		Errors []struct {
			Message string `json:"message"`
		} `json:"errors"`
	}
	switch err := json.Unmarshal(a.body, &said); {
	case err != nil:
		return "", fmt.Errorf("HTTP %d, and the answer is not GraphQL: %w", a.status, err)
	case len(said.Errors) > 0:
		return "", errors.New(said.Errors[0].Message)
	case said.Data.Service.SDL == "":
		return "", fmt.Errorf("HTTP %d, and no SDL in it; is it a federated service?", a.status)
	}
	return said.Data.Service.SDL, nil
}
