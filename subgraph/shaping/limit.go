package shaping

import (
	"context"
	"time"
)

// Limit is how many requests may be under way at once. Several sources can have one in common.
type Limit struct{ places chan struct{} }

// NewLimit is a Limit of n requests.
func NewLimit(n int) *Limit { return &Limit{places: make(chan struct{}, n)} }

// enter waits for a place, in the order of asking. It is false when the time is over.
func (l *Limit) enter(ctx context.Context, over <-chan time.Time) (bool, error) {
	select {
	case l.places <- struct{}{}:
		return true, nil
	case <-ctx.Done():
		return false, ctx.Err()
	case <-over:
		return false, nil
	}
}

// try enters if there is a place at once.
func (l *Limit) try() bool {
	select {
	case l.places <- struct{}{}:
		return true
	default:
		return false
	}
}

func (l *Limit) leave() { <-l.places }

// enter gets a place under each limit, always in the same order, so that no two requests wait for each other.
// What it returns gives them back.
func enter(ctx context.Context, limits []*Limit, wait time.Duration, p *Passage) (leave func(), err error) {
	entered := 0
	leave = func() {
		for _, l := range limits[:entered] {
			l.leave()
		}
	}
	for entered < len(limits) && limits[entered].try() {
		entered++
	}
	if entered == len(limits) {
		return leave, nil
	}
	start := time.Now()
	timer := time.NewTimer(wait)
	defer timer.Stop()
	defer func() { p.Waited += time.Since(start) }()
	for ; entered < len(limits); entered++ {
		ok, err := limits[entered].enter(ctx, timer.C)
		if !ok {
			leave()
			if err == nil {
				err = refuse(p, Busy)
			}
			return nil, err
		}
	}
	return leave, nil
}
