package auth

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/ficusgraph/ficus/auth/apikeys"
)

// Parts is what a Verifier uses of the world. Everything may be left out.
type Parts struct {
	// HTTP fetches key sets. It must not follow redirects: the headers for the issuer are for nobody else.
	HTTP *http.Client
	// Now is the time.
	Now func() time.Time
	// Logger gets what operators should know; nil means slog.Default.
	Logger *slog.Logger
	// Rules bound how key sets are loaded.
	Rules Rules
}

func (p *Parts) fill() {
	if p.HTTP == nil {
		p.HTTP = &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	}
	if p.Now == nil {
		p.Now = time.Now
	}
	if p.Logger == nil {
		p.Logger = slog.Default()
	}
	p.Rules = p.Rules.withDefaults()
}

// Verifier verifies tokens, API keys and sessions. It is safe for use by many goroutines.
type Verifier struct {
	cfg     JWT
	apiKeys APIKeys
	// mtls is nil where certificates name nobody.
	mtls  *MTLS
	parts Parts
	sets  []*keySet
	cache *cache
	// revoked is nil where nothing can be revoked.
	revoked *revoked
	// keys is nil where API keys are not taken.
	keys *apikeys.Ring
	// sessions is nil where sessions are not taken.
	sessions *sessions
	// own are issuers of the gateway itself, by whom no token is that a client brings.
	own  []string
	stop context.CancelFunc
	done sync.WaitGroup
}

// New is a verifier for the configuration; it must ask for something. Keys that are given or in files must be
// right; those of URLs are loaded in the background, and until then Verify says ErrUnavailable. Close ends it.
func New(cfg Config, parts Parts) (*Verifier, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	if !cfg.Asks() {
		return nil, errors.New("authentication.router: none of jwt, api_keys, sessions and mtls is configured")
	}
	parts.fill()
	v := &Verifier{cfg: cfg.tokens().withDefaults(), apiKeys: cfg.Router.APIKeys.withDefaults(), mtls: cfg.Router.MTLS, parts: parts, own: cfg.own()}
	v.cache = newCache(v.cfg.CacheSize)
	v.sessions = newSessions(cfg.Router.Sessions, parts)
	var errs []error
	for i, k := range v.cfg.JWKS {
		name := fmt.Sprintf("authentication.router.jwt.jwks[%d]", i)
		set, err := newKeySet(k, name, parts, v.cache.clear)
		if err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", name, err))
			continue
		}
		v.sets = append(v.sets, set)
	}
	var err error
	if v.keys, err = newKeyRing(cfg.Router.APIKeys, parts); err != nil {
		errs = append(errs, fmt.Errorf("authentication.router.api_keys: %w", err))
	}
	if v.revoked, err = newRevoked(v.cfg.Revoked, parts.Logger); err != nil {
		errs = append(errs, fmt.Errorf("authentication.router.jwt.revoked: %w", err))
	}
	if len(errs) > 0 {
		return nil, errors.Join(errs...)
	}
	v.poll()
	return v, nil
}

// poll starts what keeps the keys fresh; Close waits for it.
func (v *Verifier) poll() {
	ctx, cancel := context.WithCancel(context.Background())
	v.stop = cancel
	for _, s := range v.sets {
		if s.load != nil {
			s.stopped = ctx.Done()
			v.done.Go(func() { s.poll(ctx) })
		}
	}
	if v.revoked != nil {
		v.done.Go(func() { v.revoked.poll(ctx) })
	}
	if v.keys != nil {
		v.done.Go(func() { v.keys.Follow(ctx) })
	}
}

// Close ends the loading of keys. Tokens are verified with the last keys from then on.
func (v *Verifier) Close() error {
	v.stop()
	v.done.Wait()
	v.sessions.close()
	return nil
}

// Ready says whether all key sets have been loaded.
func (v *Verifier) Ready() bool {
	return !slices.ContainsFunc(v.sets, func(s *keySet) bool { return s.keys.Load() == nil })
}

// Verify is the identity that the token proves. Its error is an *Error, or ErrUnavailable.
func (v *Verifier) Verify(ctx context.Context, token string) (*Identity, error) {
	now, sum := v.parts.Now(), digest(sha256.Sum256([]byte(token)))
	known, cleared := v.cache.get(sum, now)
	if known != nil {
		if err := v.revoked.refuses(known); err != nil {
			return nil, err
		}
		return known, nil
	}
	t, err := parseJWS(token)
	if err != nil {
		return nil, err
	}
	claims, until, err := v.authenticate(t, now)
	if errors.Is(err, errUnknownKey) && v.refresh(ctx, now) {
		_, cleared = v.cache.get(sum, now)
		claims, until, err = v.authenticate(t, now)
	}
	if errors.Is(err, errUnknownKey) && !v.Ready() {
		return nil, ErrUnavailable
	}
	if err != nil {
		return nil, err
	}
	i := newIdentity(token, sum, claims)
	if slices.Contains(v.own, i.Issuer) {
		return nil, &Error{Reason: ReasonIssuer}
	}
	if err := v.revoked.refuses(i); err != nil {
		return nil, err
	}
	v.cache.put(sum, remembered{i, until}, cleared)
	return i, nil
}

// errUnknownKey is a token that no key set has a key for.
var errUnknownKey = &Error{Reason: ReasonKey}

// authenticate asks the key sets in order. A token is good if it is good by one of them, until a time; otherwise the
// error is of the set that came furthest.
func (v *Verifier) authenticate(t *jws, now time.Time) (map[string]any, time.Time, error) {
	var worst error = errUnknownKey
	for _, s := range v.sets {
		candidates := s.candidates(t)
		if len(candidates) == 0 {
			continue
		}
		if !slices.ContainsFunc(candidates, t.signedBy) {
			if errors.Is(worst, errUnknownKey) {
				worst = &Error{Reason: ReasonSignature}
			}
			continue
		}
		c, err := readClaims(t.payload)
		if err == nil {
			err = c.check(t.typ, s.cfg, v.cfg.Leeway, now)
		}
		if err == nil {
			return c.all, c.expiry(s.cfg, v.cfg.Leeway), nil
		}
		worst = err
	}
	if errors.Is(worst, errUnknownKey) && !v.allowed(t) {
		return nil, time.Time{}, &Error{Reason: ReasonAlgorithm}
	}
	return nil, time.Time{}, worst
}

// allowed says whether any key set allows the token's algorithm.
func (v *Verifier) allowed(t *jws) bool {
	return slices.ContainsFunc(v.sets, func(s *keySet) bool { return s.allows(t.alg, t.algorithm) })
}

// refresh has the key sets loaded again.
func (v *Verifier) refresh(ctx context.Context, now time.Time) bool {
	any := false
	for _, s := range v.sets {
		if s.refresh(ctx, now) {
			any = true
		}
	}
	return any
}
