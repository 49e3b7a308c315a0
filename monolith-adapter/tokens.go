package monolith

import (
	"container/list"
	"context"
	"sync"
	"time"
)

// tokens are credentials that were obtained, each once for all who wait for it, until they end. There are at most so
// many; the one that was used longest ago goes first.
type tokens struct {
	most    int
	patient time.Duration

	mu    sync.Mutex
	byKey map[string]*list.Element
	order *list.List // of *token, the one used last in front
}

// token is one of them, or why there is none.
type token struct {
	key    string
	ready  chan struct{}
	header [][2]string
	err    error
	// since and until are when it was obtained and when it ends; zero while it is not there.
	since, until time.Time
	// good says that the application accepted it once.
	good bool
}

const (
	// mostTokens is how many callers' credentials are kept.
	mostTokens = 10_000
	// pause is how long a failure to obtain one is answered with, so that no crowd tries again and again.
	pause = time.Second
)

func newTokens(patient time.Duration) *tokens {
	return &tokens{most: mostTokens, patient: patient, byKey: map[string]*list.Element{}, order: list.New()}
}

// get is the header for a key, obtained if there is none. Who obtains it does so for all who wait, and does not stop
// when its own client leaves, but when patience ends.
func (t *tokens) get(ctx context.Context, key string, obtain func(context.Context) ([][2]string, time.Duration, error)) ([][2]string, error) {
	tok, mine := t.find(key)
	if mine {
		t.fill(ctx, tok, obtain)
	}
	select {
	case <-tok.ready:
		return tok.header, tok.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// find is the token of a key, and whether it is the caller's to fill.
func (t *tokens) find(key string) (tok *token, mine bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if at, ok := t.byKey[key]; ok {
		if tok, is := at.Value.(*token); is && (tok.until.IsZero() || time.Now().Before(tok.until)) {
			t.order.MoveToFront(at)
			return tok, false
		}
		t.remove(at)
	}
	tok = &token{key: key, ready: make(chan struct{})}
	t.byKey[key] = t.order.PushFront(tok)
	if t.order.Len() > t.most {
		t.remove(t.order.Back())
	}
	return tok, true
}

func (t *tokens) remove(at *list.Element) {
	if tok, ok := t.order.Remove(at).(*token); ok {
		delete(t.byKey, tok.key)
	}
}

func (t *tokens) fill(ctx context.Context, tok *token, obtain func(context.Context) ([][2]string, time.Duration, error)) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), t.patient)
	defer cancel()
	tok.err = errLogin // unless it is said otherwise, as after a panic
	lasts := pause
	defer func() {
		t.mu.Lock()
		tok.since = time.Now()
		tok.until = tok.since.Add(lasts)
		t.mu.Unlock()
		close(tok.ready)
	}()
	header, ttl, err := obtain(ctx)
	if tok.err = err; err == nil {
		tok.header, lasts = header, ttl
	}
}

// judge is told whether what was shown was refused, and says whether there may be something better: it is forgotten,
// if it is still the one that is held and was good before. One that never was is kept for a moment: where an
// application refuses what is not allowed as it refuses what has ended, signing in again does not help.
func (t *tokens) judge(key string, shown [][2]string, refused bool) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	at, ok := t.byKey[key]
	if !ok {
		return refused
	}
	tok, is := at.Value.(*token)
	switch {
	case !is || tok.until.IsZero() || len(tok.header) == 0 || &tok.header[0] != &shown[0]:
		return refused // another has renewed it
	case !refused:
		tok.good = true
		return false
	case !tok.good && time.Since(tok.since) < pause:
		return false
	}
	t.remove(at)
	return true
}
