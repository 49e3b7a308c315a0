package auth

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/maypok86/otter/v2"
)

// Decisions is an endpoint that decides on policies, as the data API of Open Policy Agent does.
// https://www.openpolicyagent.org/docs/rest-api#get-a-document-with-input
//
//	POST {"input": {"identity": {..}, "policies": ["a", "b"], "operation": {"kind": "query", "name": "Q"}}}
//	  -> {"result": {"a": true, "b": false}}, or {"result": ["a"]}
type Decisions struct {
	// URL of the document, such as http://opa:8181/v1/data/graph/policies.
	URL string `yaml:"url"`
	// Headers are sent along.
	Headers []Header `yaml:"headers"`
	// Timeout of one call, 1s by default. What is not decided in time is denied.
	Timeout time.Duration `yaml:"timeout"`
	// TTL is how long a decision holds for an identity and an operation's kind and name, 10s by default.
	TTL time.Duration `yaml:"ttl"`
	// CacheSize is how many decisions are remembered, 10,000 by default.
	CacheSize int `yaml:"cache_size"`
	// MaxConcurrent calls, 64 by default; others wait, within the timeout.
	MaxConcurrent int `yaml:"max_concurrent"`
}

func (d Decisions) validate(add func(format string, args ...any)) {
	if u, err := url.Parse(d.URL); err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		add(".url: is not an http or https URL")
	}
	for i, h := range d.Headers {
		if h.Name == "" || strings.ContainsAny(h.Name, " \t\r\n:") {
			add(".headers[%d].name: %q is not the name of a header", i, h.Name)
		}
	}
	for _, n := range []struct {
		name string
		v    int64
	}{{"timeout", int64(d.Timeout)}, {"ttl", int64(d.TTL)}, {"cache_size", int64(d.CacheSize)}, {"max_concurrent", int64(d.MaxConcurrent)}} {
		if n.v < 0 {
			add(".%s: must not be negative", n.name)
		}
	}
}

func (d Decisions) withDefaults() Decisions {
	if d.Timeout == 0 {
		d.Timeout = time.Second
	}
	if d.TTL == 0 {
		d.TTL = 10 * time.Second
	}
	if d.CacheSize == 0 {
		d.CacheSize = 10_000
	}
	if d.MaxConcurrent == 0 {
		d.MaxConcurrent = 64
	}
	return d
}

// decisions asks the endpoint for what it does not remember, all of an operation in one call.
type decisions struct {
	cfg    Decisions
	client *http.Client
	known  *otter.Cache[decided, bool]
	places chan struct{}
}

// decided is what a decision holds for: everything that the endpoint was told, but for the other policies.
type decided struct {
	who    digest
	about  digest
	policy string
}

// maxDecision is how long the endpoint's answer may be, in bytes.
const maxDecision = 1 << 20

func newDecisions(cfg Decisions) (*decisions, error) {
	cfg = cfg.withDefaults()
	known, err := otter.New(&otter.Options[decided, bool]{
		MaximumSize: cfg.CacheSize, ExpiryCalculator: otter.ExpiryWriting[decided, bool](cfg.TTL),
	})
	if err != nil {
		return nil, fmt.Errorf("cache of decisions: %w", err)
	}
	return &decisions{
		cfg: cfg, known: known, places: make(chan struct{}, cfg.MaxConcurrent),
		client: &http.Client{
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
			Transport:     &http.Transport{MaxIdleConnsPerHost: cfg.MaxConcurrent, IdleConnTimeout: time.Minute, Proxy: http.ProxyFromEnvironment},
		},
	}, nil
}

// ask says which of the policies hold. After an error, those hold that are remembered.
func (d *decisions) ask(ctx context.Context, i *Identity, about Asked, policies []string) (map[string]bool, error) {
	held := map[string]bool{}
	key := decided{who: i.Digest(), about: digest(sha256.Sum256([]byte(about.Kind + "\x00" + about.Name)))}
	var open []string
	for _, p := range policies {
		key.policy = p
		if yes, ok := d.known.GetIfPresent(key); ok {
			held[p] = yes
		} else if !slices.Contains(open, p) {
			open = append(open, p)
		}
	}
	if len(open) == 0 {
		return held, nil
	}
	ctx, cancel := context.WithTimeout(ctx, d.cfg.Timeout)
	defer cancel()
	fresh, err := d.call(ctx, i, about, open)
	if err != nil {
		return held, fmt.Errorf("ask %s: %w", d.cfg.URL, err)
	}
	for _, p := range open {
		key.policy = p
		held[p] = fresh[p]
		d.known.Set(key, fresh[p])
	}
	return held, nil
}

// call asks the endpoint.
func (d *decisions) call(ctx context.Context, i *Identity, about Asked, policies []string) (map[string]bool, error) {
	select {
	case d.places <- struct{}{}:
		defer func() { <-d.places }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	body, err := question(i, about, policies)
	if err != nil {
		return nil, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, d.cfg.URL, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/json")
	for _, h := range d.cfg.Headers {
		req.Header.Set(h.Name, h.Value)
	}
	res, err := d.client.Do(req)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("the answer is %s, where 200 should be", res.Status)
	}
	text, err := readAtMost(res.Body, maxDecision)
	if err != nil {
		return nil, err
	}
	return answerOf(text)
}

// question is the body of a call.
func question(i *Identity, about Asked, policies []string) ([]byte, error) {
	type identity struct {
		Authenticated bool           `json:"authenticated"`
		Subject       string         `json:"subject"`
		Issuer        string         `json:"issuer"`
		Scopes        []string       `json:"scopes"`
		Claims        map[string]any `json:"claims"`
	}
	type operation struct {
		Kind string `json:"kind"`
		Name string `json:"name"`
	}
	type input struct {
		Identity  identity  `json:"identity"`
		Policies  []string  `json:"policies"`
		Operation operation `json:"operation"`
	}
	in := input{Identity: identity{Scopes: []string{}, Claims: map[string]any{}}, Policies: policies, Operation: operation{about.Kind, about.Name}}
	if i != nil {
		in.Identity = identity{true, i.Subject, i.Issuer, append([]string{}, i.Scopes...), i.Claims}
	}
	return json.Marshal(struct {
		Input input `json:"input"`
	}{in})
}

// answerOf reads {"result": {policy: holds}} or {"result": [policies that hold]}.
func answerOf(text []byte) (map[string]bool, error) {
	var said struct {
		Result json.RawMessage `json:"result"`
	}
	if err := json.Unmarshal(text, &said); err != nil {
		return nil, err
	}
	if len(said.Result) == 0 {
		return nil, errors.New("the answer has no result; is the document defined?")
	}
	held := map[string]bool{}
	if err := json.Unmarshal(said.Result, &held); err == nil {
		return held, nil
	}
	var list []string
	if err := json.Unmarshal(said.Result, &list); err != nil {
		return nil, errors.New("the result is neither an object of policies with true or false, nor a list of policies")
	}
	clear(held)
	for _, p := range list {
		held[p] = true
	}
	return held, nil
}
