package main

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// attack is one way to cost the gateway more than it costs whoever does it.
type attack struct {
	name string
	fire func(context.Context, *gateway, *settings) fired
}

// fired is how often an attack's requests came to what.
type fired map[string]int

func (f fired) total() (n int) {
	for _, k := range f {
		n += k
	}
	return n
}

// String is what came most often, and how many other things.
func (f fired) String() string {
	names := slices.SortedFunc(maps.Keys(f), func(a, b string) int { return cmp.Or(f[b]-f[a], cmp.Compare(a, b)) })
	if len(names) == 0 {
		return "-"
	}
	out := names[0]
	if len(names) > 1 {
		out = fmt.Sprintf("%s, %s", names[0], names[1])
	}
	if len(names) > 2 {
		out += " .."
	}
	return out
}

// tally counts from many goroutines.
type tally struct {
	mu   sync.Mutex
	seen fired
}

func (t *tally) add(what string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.seen == nil {
		t.seen = fired{}
	}
	t.seen[what]++
}

// message is a request as an attacker makes it; n tells it from those before.
type message struct {
	body   func(n int) io.Reader
	header map[string]string
	method string
	target string
}

// posting fires requests from all attackers, one after the other each.
func posting(m message) func(context.Context, *gateway, *settings) fired {
	return func(ctx context.Context, g *gateway, s *settings) fired {
		client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: s.attackers}}
		defer client.CloseIdleConnections()
		var seen tally
		var attackers sync.WaitGroup
		for i := range s.attackers {
			attackers.Go(func() {
				for n := i; ctx.Err() == nil; n += s.attackers {
					seen.add(m.send(ctx, client, g.address, n))
				}
			})
		}
		attackers.Wait()
		return seen.seen
	}
}

// send sends one and is what came of it: a status with a code, or how the connection ended.
func (m message) send(ctx context.Context, client *http.Client, address string, n int) string {
	r, err := http.NewRequestWithContext(ctx, cmp.Or(m.method, http.MethodPost), "http://"+address+"/graphql"+m.target, m.body(n))
	if err != nil {
		return err.Error()
	}
	r.Header.Set("Content-Type", "application/json")
	for name, value := range m.header {
		r.Header.Set(name, value)
	}
	res, err := client.Do(r)
	if err != nil {
		return ending(err)
	}
	defer func() { _ = res.Body.Close() }()
	text, _ := io.ReadAll(io.LimitReader(res.Body, 4<<10))
	_, _ = io.Copy(io.Discard, res.Body)
	if _, rest, ok := bytes.Cut(text, []byte(`"code":"`)); ok {
		code, _, _ := bytes.Cut(rest, []byte(`"`))
		return strconv.Itoa(res.StatusCode) + " " + string(code)
	}
	return strconv.Itoa(res.StatusCode)
}

// ending is how a connection ended without an answer.
func ending(err error) string {
	switch {
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		return "under way at the end"
	case errors.Is(err, os.ErrDeadlineExceeded):
		return "time out"
	}
	return "connection closed"
}

// text is a request for a document that is always the same.
func text(document string) message {
	return message{body: func(int) io.Reader { return strings.NewReader(`{"query":` + strconv.Quote(document) + `}`) }}
}

// body is a request with that body.
func body(b string) message {
	return message{body: func(int) io.Reader { return strings.NewReader(b) }}
}

// endless is a body that never ends, as fast as it is taken.
type endless struct{ ctx context.Context }

func (e endless) Read(b []byte) (int, error) {
	if err := e.ctx.Err(); err != nil {
		return 0, err
	}
	for i := range b {
		b[i] = ' '
	}
	return len(b), nil
}

// most is a wait that ends with the context.
func most(ctx context.Context, d time.Duration) {
	select {
	case <-time.After(d):
	case <-ctx.Done():
	}
}
