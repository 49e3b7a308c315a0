package subgraph_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ficusgraph/ficus/engine/executor"
	"github.com/ficusgraph/ficus/subgraph"
)

// held is a service that numbers its answers and gives none before open is closed.
func held(t *testing.T, cookie bool) (url string, open chan struct{}, requests *atomic.Int32) {
	t.Helper()
	open, requests = make(chan struct{}), new(atomic.Int32)
	return serve(t, func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		n := requests.Add(1)
		select {
		case <-open:
		case <-r.Context().Done():
		}
		if cookie {
			http.SetCookie(w, &http.Cookie{Name: "session", Value: fmt.Sprint(n)})
		}
		write(200, "application/json", fmt.Sprintf(`{"data":%d}`, n))(w, r)
	}), open, requests
}

// as is a context of who has that token.
func as(ctx context.Context, who string) context.Context {
	return subgraph.NewContext(ctx, subgraph.Inbound{
		Header: http.Header{"Authorization": {"Bearer " + who}},
		Claim:  func(string) (string, bool) { return who, true },
	})
}

const (
	once   = "traffic_shaping: {all: {deduplicate_query: true, timeout: 10s}}"
	shown  = "\nheaders: {all: {request: [{propagate: {named: authorization}}]}}"
	claims = "\nheaders: {all: {request: [{insert: {name: x-user, from_claim: sub}}]}}"
)

// TestEqualQueriesAreAskedOnce, where the service cannot tell who asks.
func TestEqualQueriesAreAskedOnce(t *testing.T) {
	for _, c := range []struct {
		name, cfg  string
		cookie     bool
		bodies     []string
		identities []string
		want       int32
	}{
		{"equal", once, false, []string{`{}`}, []string{"a"}, 1},
		{"other bodies", once, false, []string{`{}`, `{ }`}, []string{"a"}, 2},
		{"whoever asks, if the service is not told", once, false, []string{`{}`}, []string{"a", "b"}, 1},
		{"by other tokens", once + shown, false, []string{`{}`}, []string{"a", "b", "c"}, 3},
		{"by other claims", once + claims, false, []string{`{}`}, []string{"a", "b", "c"}, 3},
		{"answered with a cookie", once, true, []string{`{}`}, []string{"a"}, 6},
		{"off", "traffic_shaping: {all: {deduplicate_query: true}, subgraphs: {products: {deduplicate_query: false}}}", false, []string{`{}`}, []string{"a"}, 6},
	} {
		t.Run(c.name, func(t *testing.T) {
			url, open, requests := held(t, c.cookie)
			f := remote(t, url, config(t, c.cfg))
			var wg sync.WaitGroup
			var mu sync.Mutex
			seen := map[string]string{}
			for i := range 6 {
				body, who := c.bodies[i%len(c.bodies)], c.identities[i%len(c.identities)]
				wg.Go(func() {
					got := fetch(as(context.WithoutCancel(t.Context()), who), f, body)
					mu.Lock()
					defer mu.Unlock()
					if by, ok := seen[got.Body]; ok && by != who && c.want > 1 {
						t.Errorf("%s and %s share %s", by, who, got.Body)
					}
					seen[got.Body] = who
				})
			}
			time.Sleep(100 * time.Millisecond) // for all to be under way
			close(open)
			wg.Wait()
			if n := requests.Load(); n != c.want {
				t.Errorf("%d requests, want %d", n, c.want)
			}
		})
	}
}

// TestAfterAMutationAQueryIsAskedAnew, though an equal one is under way.
func TestAfterAMutationAQueryIsAskedAnew(t *testing.T) {
	open := make(chan struct{})
	var requests atomic.Int32
	url := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if body, _ := io.ReadAll(r.Body); string(body) == `{}` && requests.Add(1) == 1 {
			<-open
		}
		write(200, "application/json", `{"data":1}`)(w, r)
	})
	f := remote(t, url, config(t, once))
	var wg sync.WaitGroup
	wg.Go(func() { fetch(context.WithoutCancel(t.Context()), f, `{}`) })
	for requests.Load() == 0 {
		time.Sleep(time.Millisecond)
	}
	mutate(t.Context(), f, `{"query":"mutation { a }"}`)
	if got := fetch(t.Context(), f, `{}`); got.Body != `{"data":1}` || requests.Load() != 2 {
		t.Errorf("%+v after %d requests", got, requests.Load())
	}
	close(open)
	wg.Wait()
}

// TestOneWhoLeavesTakesNoAnswerFromOthers.
func TestOneWhoLeavesTakesNoAnswerFromOthers(t *testing.T) {
	url, open, requests := held(t, false)
	f := remote(t, url, config(t, once))
	first, leave := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	wg.Go(func() {
		if got := fetch(first, f, `{}`); got.Message != "the request was canceled" {
			t.Errorf("%+v", got)
		}
	})
	for requests.Load() == 0 {
		time.Sleep(time.Millisecond)
	}
	for range 3 {
		wg.Go(func() {
			if got := fetch(context.WithoutCancel(t.Context()), f, `{}`); got.Body != `{"data":2}` {
				t.Errorf("%+v", got)
			}
		})
	}
	time.Sleep(50 * time.Millisecond)
	leave()
	time.Sleep(50 * time.Millisecond)
	close(open)
	wg.Wait()
}

// TestASharedAnswerIsWholeForAll: its buffer is not used again before the last has read it.
func TestASharedAnswerIsWholeForAll(t *testing.T) {
	var n atomic.Int32
	url := serve(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		time.Sleep(time.Millisecond)
		write(200, "application/json", fmt.Sprintf(`{"data":%s,"n":%d}`, body, n.Add(1)))(w, r)
	})
	f := remote(t, url, config(t, once))
	var wg sync.WaitGroup
	for i := range 400 {
		wg.Go(func() {
			body := fmt.Sprint(i % 3)
			res, err := f.Fetch(context.WithoutCancel(t.Context()), &executor.Request{Fetch: query, Body: []byte(body)})
			if err != nil {
				t.Error(err)
				return
			}
			before := string(res.Body)
			time.Sleep(time.Duration(i%5) * time.Millisecond)
			if string(res.Body) != before || before[:9] != `{"data":`+body {
				t.Errorf("%s, before %s", res.Body, before)
			}
			res.Free()
		})
	}
	wg.Wait()
}
