package auth

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// keySet holds the keys of one source and what its tokens must say. Those of a URL or a file are loaded again
// and again by one goroutine, the only one that writes; requests read one atomic pointer.
type keySet struct {
	cfg    KeySet
	name   string
	load   func(context.Context) ([]byte, error)
	keys   atomic.Pointer[[]key]
	log    *slog.Logger
	rules  Rules
	change func()

	// last is the text that the keys were read from.
	last []byte
	// ask wakes the goroutine; stopped is closed when it was asked to end.
	ask     chan struct{}
	stopped <-chan struct{}

	mu sync.Mutex
	// pending is closed when a load has ended that has not begun, nil where none was asked for; running when the
	// load has ended that is under way. asked is when a request last caused a load.
	pending, running chan struct{}
	asked            time.Time
}

// Rules bound how key sets are loaded; the zero value is the default. They are not configuration: tests set them.
type Rules struct {
	// Timeout of one load, 10s by default.
	Timeout time.Duration
	// Between is the least time between two loads that unknown keys cause, 10s by default.
	Between time.Duration
	// Retry is the first pause after a load that did not work; it doubles up to the poll interval. 1s by default.
	Retry time.Duration
	// MaxBytes of a set, 1 MiB by default.
	MaxBytes int64
}

func (r Rules) withDefaults() Rules {
	if r.Timeout == 0 {
		r.Timeout = 10 * time.Second
	}
	if r.Between == 0 {
		r.Between = 10 * time.Second
	}
	if r.Retry == 0 {
		r.Retry = time.Second
	}
	if r.MaxBytes == 0 {
		r.MaxBytes = 1 << 20
	}
	return r
}

// newKeySet makes the set, and reads its keys where they are given or in a file: these must be right at the start.
func newKeySet(cfg KeySet, name string, parts Parts, change func()) (*keySet, error) {
	s := &keySet{
		cfg: cfg, name: name, log: parts.Logger, rules: parts.Rules, change: change,
		ask: make(chan struct{}, 1),
	}
	switch {
	case cfg.Secret != "":
		s.keys.Store(&[]key{{kty: "oct", public: []byte(cfg.Secret)}})
	case cfg.Key != "":
		return s, s.take([]byte(cfg.Key))
	case cfg.File != "":
		s.load = s.readFile
		text, err := s.readFile(context.Background())
		if err != nil {
			return nil, err
		}
		return s, s.take(text)
	default:
		s.load = s.fetch(parts.HTTP)
		// The first load is on its way without being asked for.
		s.pending = make(chan struct{})
	}
	return s, nil
}

// take makes the keys of the text the current ones.
func (s *keySet) take(text []byte) error {
	if s.last != nil && bytes.Equal(text, s.last) {
		return nil
	}
	keys, err := parseKeys(text)
	if err != nil {
		return err
	}
	s.last = text
	s.keys.Store(&keys)
	s.change()
	return nil
}

// candidates are the keys that may have signed the token, at most a few.
func (s *keySet) candidates(t *jws) []key {
	keys := s.keys.Load()
	if keys == nil || !s.allows(t.alg, t.algorithm) {
		return nil
	}
	var out []key
	for _, k := range *keys {
		if (t.kid == "" || k.id == "" || k.id == t.kid) && k.fits(t.alg, t.algorithm) {
			out = append(out, k)
		}
		// A token without a key id must not cost a verification for each of thousands of keys.
		if len(out) == 16 {
			break
		}
	}
	return out
}

// allows says whether the set's tokens may be signed with the algorithm.
func (s *keySet) allows(name string, a algorithm) bool {
	if len(s.cfg.Algorithms) > 0 {
		return slices.Contains(s.cfg.Algorithms, name)
	}
	return !s.cfg.remote() || a.kty != "oct"
}

func (s *keySet) readFile(context.Context) ([]byte, error) {
	f, err := os.Open(s.cfg.File)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return readAtMost(f, s.rules.MaxBytes)
}

// fetch loads the keys of a URL, or of the one that the issuer names.
func (s *keySet) fetch(client *http.Client) func(context.Context) ([]byte, error) {
	return func(ctx context.Context) ([]byte, error) {
		at := s.cfg.URL
		if s.cfg.Issuer != "" {
			var err error
			if at, err = s.discover(ctx, client); err != nil {
				return nil, fmt.Errorf("discover the keys of %s: %w", s.cfg.Issuer, err)
			}
		}
		return s.get(ctx, client, at)
	}
}

// discover asks the issuer where its keys are. Who answers must be who was asked.
// https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderConfigurationValidation
func (s *keySet) discover(ctx context.Context, client *http.Client) (string, error) {
	text, err := s.get(ctx, client, strings.TrimSuffix(s.cfg.Issuer, "/")+"/.well-known/openid-configuration")
	if err != nil {
		return "", err
	}
	var said struct {
		Issuer string `json:"issuer"`
		Keys   string `json:"jwks_uri"`
	}
	if err := json.Unmarshal(text, &said); err != nil {
		return "", err
	}
	if said.Issuer != s.cfg.Issuer {
		return "", fmt.Errorf("it says that it is %q; write the issuer as it does", said.Issuer)
	}
	if u, err := url.Parse(said.Keys); err != nil || u.Host == "" {
		return "", fmt.Errorf("its jwks_uri %q is not a URL", said.Keys)
	}
	return said.Keys, nil
}

// get fetches JSON.
func (s *keySet) get(ctx context.Context, client *http.Client, at string) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, at, nil)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Accept", "application/jwk-set+json, application/json")
	for _, h := range s.cfg.Headers {
		req.Header.Set(h.Name, h.Value)
	}
	res, err := client.Do(req)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("the answer is %s, where 200 should be", res.Status)
	}
	return readAtMost(res.Body, s.rules.MaxBytes)
}

func readAtMost(r io.Reader, limit int64) ([]byte, error) {
	text, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err != nil {
		return nil, err
	}
	if int64(len(text)) > limit {
		return nil, errors.New("it is too large")
	}
	return text, nil
}
