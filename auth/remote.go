package auth

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"time"
)

// poll keeps the keys fresh until the context ends.
func (s *keySet) poll(ctx context.Context) {
	retry := s.rules.Retry
	for {
		wait := s.cfg.PollInterval
		if err := s.reload(ctx); err != nil {
			if ctx.Err() != nil {
				return
			}
			wait = min(wait, retry)
			retry = min(2*retry, s.cfg.PollInterval)
			s.log.Warn("keys could not be loaded; the last good ones stay", slog.String("source", s.name),
				slog.Bool("any", s.keys.Load() != nil), slog.Any("error", err))
		} else {
			retry = s.rules.Retry
		}
		timer := time.NewTimer(wait + rand.N(wait/10+1)) //nolint:gosec // spreads the load, hides nothing
		select {
		case <-ctx.Done():
			timer.Stop()
			return
		case <-timer.C:
		case <-s.ask:
			timer.Stop()
		}
	}
}

// reload loads the keys once and wakes who waits for that.
func (s *keySet) reload(ctx context.Context) error {
	done := s.begin()
	defer close(done)
	limited, cancel := context.WithTimeout(ctx, s.rules.Timeout)
	defer cancel()
	text, err := s.load(limited)
	if err == nil {
		err = s.take(text)
	}
	return err
}

// begin makes the load that was asked for the one that is under way.
func (s *keySet) begin() chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	select {
	case <-s.ask:
	default:
	}
	if s.pending == nil {
		s.pending = make(chan struct{})
	}
	s.running, s.pending = s.pending, nil
	return s.running
}

// refresh has the keys loaded because a token names one that is not there, and waits for that. It does so
// rarely: who makes up key ids must not make the gateway call the issuer. Requests that come meanwhile wait
// for the same load. It says whether keys were loaded.
func (s *keySet) refresh(ctx context.Context, now time.Time) bool {
	if s.load == nil {
		return false
	}
	loaded := s.asks(now)
	timer := time.NewTimer(s.rules.Timeout)
	defer timer.Stop()
	select {
	case <-loaded:
		return true
	case <-ctx.Done():
	case <-s.stopped:
	case <-timer.C:
	}
	return false
}

// asks is what to wait for. A load under way may have read the keys before they changed, so one that begins
// later is asked for, unless that was done a moment ago.
func (s *keySet) asks(now time.Time) <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.pending != nil:
		return s.pending
	case s.keys.Load() == nil && s.running != nil, now.Sub(s.asked) < s.rules.Between:
		return s.running
	}
	s.asked, s.pending = now, make(chan struct{})
	s.ask <- struct{}{}
	return s.pending
}
