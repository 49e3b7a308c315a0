package auth

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/ficusgraph/ficus/auth/exchange"
	"github.com/ficusgraph/ficus/auth/mint"
)

// OnwardParts is what Onward uses of the world.
type OnwardParts struct {
	// Post asks issuers that trade tokens; it is needed where one is configured.
	Post exchange.Post
	// Headers are further ones that only the gateway sets, as those of connectors.
	Headers []string
	// Now is the time.
	Now func() time.Time
	// Logger gets what operators should know.
	Logger *slog.Logger
}

// Onward is what goes on of who asks: to services by subgraph, and to connectors. A nil Onward shows nothing.
type Onward struct {
	cfg   Owners
	parts OnwardParts
	// mint is nil where nothing is minted.
	mint *mint.Mint
	// ours are the headers by which owners are told who asks, but for Authorization.
	ours map[string]bool
	stop context.CancelFunc
	done sync.WaitGroup
}

// NewOnward is what goes on by the configuration, nil if that is nothing. Close ends it.
func NewOnward(cfg Config, parts OnwardParts) (*Onward, error) {
	if cfg.Subgraph.All == nil && len(cfg.Subgraph.Subgraphs) == 0 && cfg.Minting == nil && len(parts.Headers) == 0 {
		return nil, nil //nolint:nilnil // nothing goes on
	}
	if parts.Now == nil {
		parts.Now = time.Now
	}
	if parts.Logger == nil {
		parts.Logger = slog.Default()
	}
	o := &Onward{cfg: cfg.Subgraph, parts: parts, ours: map[string]bool{}}
	if cfg.Minting != nil {
		var err error
		if o.mint, err = mint.New(*cfg.Minting, mint.Parts{Now: parts.Now, Logger: parts.Logger}); err != nil {
			return nil, fmt.Errorf("authentication.minting: %w", err)
		}
	}
	_, all := cfg.Subgraph.list()
	for _, s := range all {
		for _, name := range s.headers() {
			o.ours[name] = true
		}
	}
	for _, name := range parts.Headers {
		o.ours[http.CanonicalHeaderKey(name)] = true
	}
	delete(o.ours, authorization) // which is the caller's own, and set anew where it is ours
	ctx, cancel := context.WithCancel(context.Background())
	o.stop = cancel
	if o.mint != nil {
		o.done.Go(func() { o.mint.Follow(ctx) })
	}
	return o, nil
}

// Close ends what follows the files of keys.
func (o *Onward) Close() error {
	if o != nil {
		o.stop()
		o.done.Wait()
	}
	return nil
}

// KeySet serves the keys of what is minted, nil where nothing is.
func (o *Onward) KeySet() http.Handler {
	if o == nil || o.mint == nil {
		return nil
	}
	return o.mint.KeySet()
}

// Minted is a token of the kind for who asks; empty for nobody.
func (o *Onward) Minted(ctx context.Context, kind *mint.Kind) (string, error) {
	who := FromContext(ctx)
	if who == nil {
		return "", nil
	}
	if o == nil || o.mint == nil {
		return "", fmt.Errorf("authentication.minting is not configured")
	}
	b := &mint.Bearer{Key: who.Digest(), Issuer: who.Issuer, Subject: who.Subject, Scopes: who.Scopes, Claims: who.Claims}
	if exp, given := who.Claims["exp"]; given {
		var err error
		if b.Until, err = numericDate(exp); err != nil {
			return "", fmt.Errorf("mint: exp %w", err)
		}
	}
	return o.mint.Token(ctx, b, kind)
}

// Received is a client's header without those by which owners are told who asks: nobody but the gateway says that.
func (o *Onward) Received(h http.Header) http.Header {
	if o == nil || len(o.ours) == 0 {
		return h
	}
	out, cloned := h, false
	for name := range h {
		if !o.ours[folded(name)] {
			continue
		}
		if !cloned {
			out, cloned = maps.Clone(h), true
		}
		delete(out, name)
	}
	return out
}

// odd are the marks of headers' names that servers turn into the same as a dash where headers become variables.
const odd = "_.!#$%&'*+^`|~"

// folded is a header's name as such servers read it.
func folded(name string) string {
	if !strings.ContainsAny(name, odd) {
		return name
	}
	return http.CanonicalHeaderKey(strings.Map(func(r rune) rune {
		if strings.ContainsRune(odd, r) {
			return '-'
		}
		return r
	}, name))
}

// Owner is what one service is shown of who asks.
type Owner struct {
	onward *Onward
	shown  Shown
	// header and prefix are where the token goes; names are all headers that are set here.
	header, prefix string
	names          []string
	kind           mint.Kind
	exchanger      *exchange.Exchanger
}

// To is what the service for the subgraph is shown, nil if that is nothing.
func (o *Onward) To(subgraph string) *Owner {
	if o == nil {
		return nil
	}
	s := o.cfg.of(subgraph)
	out := &Owner{onward: o, shown: s, header: s.header(), names: s.headers()}
	if len(out.names) == 0 {
		return nil
	}
	if out.header == authorization {
		out.prefix = "Bearer "
	}
	if s.Mint != nil {
		if out.kind = *s.Mint; out.kind.Audience == "" {
			out.kind.Audience = subgraph
		}
	}
	if s.Exchange != nil {
		out.exchanger = exchange.New(*s.Exchange, o.parts.Post)
	}
	return out
}

// Sets says whether a header, in its canonical form, is set here and nowhere else.
func (o *Owner) Sets(name string) bool { return slices.Contains(o.names, folded(name)) }

// Headers are what the service is shown in this request; none for nobody. Its error is one of the issuer, or of keys.
func (o *Owner) Headers(ctx context.Context) ([][2]string, error) {
	who := FromContext(ctx)
	if who == nil {
		return nil, nil
	}
	out := make([][2]string, 0, len(o.names))
	token, err := o.token(ctx, who)
	if err != nil {
		return nil, err
	}
	if token != "" {
		out = append(out, [2]string{o.header, o.prefix + token})
	}
	for _, c := range o.shown.Claims {
		if v, ok := who.Plain(c.Claim); ok {
			out = append(out, [2]string{http.CanonicalHeaderKey(c.Header), v})
		}
	}
	return out, nil
}

func (o *Owner) token(ctx context.Context, who *Identity) (string, error) {
	switch {
	case o.shown.Mint != nil:
		return o.onward.Minted(ctx, &o.kind)
	case who.token == "":
		return "", nil // of an API key there is no token to show
	case o.exchanger != nil:
		return o.exchanger.Token(ctx, who.token)
	case o.shown.ForwardToken:
		return who.token, nil
	}
	return "", nil
}

// Answered is told what became of a request: a token that was traded and is not taken any longer is not shown again.
func (o *Owner) Answered(ctx context.Context, shown [][2]string, status int) {
	who := FromContext(ctx)
	if o.exchanger == nil || who == nil || len(shown) == 0 || shown[0][0] != o.header {
		return
	}
	o.exchanger.Judge(who.token, strings.TrimPrefix(shown[0][1], o.prefix), status == http.StatusUnauthorized)
}

// Plain is a claim as a header can hold it and no reader takes it for another: neither trimmed nor divided. It is false
// where there is no such claim, or where there is no such form of it.
func (i *Identity) Plain(claim string) (string, bool) {
	if i == nil {
		return "", false
	}
	if list, ok := i.Claims[claim].([]any); ok {
		for _, v := range list {
			if text, ok := v.(string); ok && strings.Contains(text, ",") {
				return "", false
			}
		}
	}
	v, ok := i.Claim(claim)
	if !ok || v == "" || strings.TrimSpace(v) != v || strings.ContainsFunc(v, func(r rune) bool { return r < ' ' || r == 0x7f }) {
		return "", false
	}
	return v, true
}
