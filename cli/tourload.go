package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// tourLoad are the callers of the tour: many customers, each of whom asks how websites do, again and again.
type tourLoad struct {
	url string

	asked, failed, onNew atomic.Int64
	// slowest in nanoseconds.
	slowest atomic.Int64
	// first is what the first failed answer was.
	first atomic.Pointer[string]
	all   sync.WaitGroup
}

const (
	// tourCallers ask at the same time, each again after a pause.
	tourCallers = 6
	tourPause   = 40 * time.Millisecond
	// tourCustomers ask in turns; each is always on one side.
	tourCustomers = 400
	tourPages     = 40
	tourQuery     = `query SitesHealth($page: Int!) { sites(page: $page) { items { name health { grade reliability failedDeploys checkedAt } } } }`
)

// run asks until the context ends.
func (l *tourLoad) run(ctx context.Context) {
	client := &http.Client{Timeout: 10 * time.Second}
	for caller := range tourCallers {
		l.all.Go(func() {
			for n := caller; ctx.Err() == nil; n += tourCallers {
				begin := time.Now()
				onNew, err := l.ask(ctx, client, n)
				if ctx.Err() != nil {
					return
				}
				l.count(time.Since(begin), onNew, err)
				select {
				case <-ctx.Done():
				case <-time.After(tourPause):
				}
			}
		})
	}
}

// ask asks for a page of websites in the name of a customer.
func (l *tourLoad) ask(ctx context.Context, client *http.Client, n int) (onNew bool, err error) {
	body, err := json.Marshal(map[string]any{"query": tourQuery, "variables": map[string]any{"page": 1 + n%tourPages}})
	if err != nil {
		return false, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, l.url, bytes.NewReader(body))
	if err != nil {
		return false, err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("X-Tenant", fmt.Sprintf("customer-%d", n%tourCustomers))
	res, err := client.Do(req)
	if err != nil {
		return false, err
	}
	defer func() { _ = res.Body.Close() }()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		return false, err
	}
	onNew = strings.Contains(res.Header.Get("Ficus-Sides"), tourMigration+"=new")
	var answer struct{ Errors []struct{ Message string } }
	if err := json.Unmarshal(text, &answer); err != nil || res.StatusCode != http.StatusOK {
		return onNew, fmt.Errorf("HTTP %d: %.200s", res.StatusCode, text)
	}
	if len(answer.Errors) > 0 {
		return onNew, fmt.Errorf("%d errors, the first: %s", len(answer.Errors), answer.Errors[0].Message)
	}
	return onNew, nil
}

func (l *tourLoad) count(took time.Duration, onNew bool, err error) {
	l.asked.Add(1)
	if onNew {
		l.onNew.Add(1)
	}
	if err != nil {
		l.failed.Add(1)
		text := err.Error()
		l.first.CompareAndSwap(nil, &text)
	}
	for old := l.slowest.Load(); int64(took) > old && !l.slowest.CompareAndSwap(old, int64(took)); old = l.slowest.Load() {
	}
}

// tally is what came of the requests since the last one.
type tally struct {
	asked, failed, onNew int64
	slowest              time.Duration
	first                string
}

func (l *tourLoad) take() tally {
	t := tally{asked: l.asked.Swap(0), failed: l.failed.Swap(0), onNew: l.onNew.Swap(0), slowest: time.Duration(l.slowest.Swap(0))}
	if first := l.first.Swap(nil); first != nil {
		t.first = *first
	}
	return t
}

// String is the tally in a sentence.
func (t tally) String() string {
	if t.asked == 0 {
		return "nobody asked"
	}
	out := fmt.Sprintf("%d requests, %d failed, %.1f %% answered by the new side, the slowest in %s",
		t.asked, t.failed, 100*float64(t.onNew)/float64(t.asked), t.slowest.Round(time.Millisecond))
	if t.first != "" {
		out += " (first failure: " + t.first + ")"
	}
	return out
}
