package service

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"time"
)

const (
	// every is how often the feed is asked for more.
	every = 2 * time.Second
	// patience is how long the legacy application may be away before that is said.
	patience = time.Second
	// full is how many deploys the feed gives at once.
	full = 1000
)

// feed is the legacy application's list of deploys.
type feed struct {
	url, key string
	client   *http.Client
	log      *slog.Logger
}

// follow keeps up with the feed until the context ends. While the legacy application is away, what is known holds.
func (f *feed) follow(ctx context.Context, known *sites) {
	wait := time.NewTimer(0)
	defer wait.Stop()
	var since time.Time // when it went away; zero while it is there
	said := false
	for {
		select {
		case <-ctx.Done():
			return
		case <-wait.C:
		}
		err := f.catchUp(ctx, known)
		switch {
		case err == nil:
			since, said = time.Time{}, false
		case since.IsZero():
			since = time.Now()
		case !said && time.Since(since) > patience && ctx.Err() == nil:
			said = true
			f.log.WarnContext(ctx, "the legacy application does not say what was deployed", "error", err)
		}
		next := every
		if !known.complete() {
			next = every / 20
		}
		wait.Reset(next)
	}
}

// catchUp reads all that is not known yet.
func (f *feed) catchUp(ctx context.Context, known *sites) error {
	for {
		list, err := f.read(ctx, known.after())
		if err != nil {
			return err
		}
		known.take(list)
		if len(list) < full {
			known.caughtUp()
			return nil
		}
	}
}

func (f *feed) read(ctx context.Context, after int64) ([]deployed, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, fmt.Sprintf("%s/api/deploys?after=%d", f.url, after), nil)
	if err != nil {
		return nil, err
	}
	req.Header.Set("X-Legacy-Key", f.key)
	res, err := f.client.Do(req)
	if err != nil {
		return nil, err
	}
	defer func() { _ = res.Body.Close() }()
	var answer struct {
		Status, Message string
		Data            struct{ Items []deployed }
	}
	if err := json.NewDecoder(res.Body).Decode(&answer); err != nil {
		return nil, fmt.Errorf("read the feed: %w", err)
	}
	if answer.Status != "ok" {
		return nil, fmt.Errorf("the feed: %s", answer.Message)
	}
	return answer.Data.Items, nil
}
