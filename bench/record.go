package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"reflect"
	"sync"
	"time"
)

// apart is how long the services wait while the gateway's requests are recorded: what arrives within one such
// time was sent at one time, as far as a gateway's way is concerned.
const apart = 60 * time.Millisecond

// record asks a gateway that is configured for the services at a listener, and is what it asked them for, wave by
// wave, and what it answered. An answer that is not the railway's is an error.
func record(ctx context.Context, l net.Listener, start func() (*process, error)) (waves [][]exchange, answer []byte, err error) {
	var mu sync.Mutex
	var began time.Time
	s := &services{railway: build(), delay: apart, seen: func(path string, body []byte) {
		mu.Lock()
		defer mu.Unlock()
		if began.IsZero() || bytes.Contains(body, []byte("_service")) {
			return // the gateway asks what they implement
		}
		wave := int(time.Since(began) / apart)
		for len(waves) <= wave {
			waves = append(waves, nil)
		}
		waves[wave] = append(waves[wave], exchange{path, string(body)})
	}}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	go func() { _ = s.serve(ctx, l) }()
	gateway, err := start()
	if err != nil {
		return nil, nil, err
	}
	defer gateway.stop()
	question := boardRequest(false)(0)
	for range 2 { // once so that all is warm
		mu.Lock()
		waves, began = nil, time.Now()
		mu.Unlock()
		if answer, err = askOnce(ctx, gateway.addr, question); err != nil {
			return nil, nil, err
		}
	}
	want, err := s.railway.resolve(question)
	if err != nil {
		return nil, nil, err
	}
	if !equal(want, answer) {
		return nil, nil, fmt.Errorf("the gateway answered %.300s, and not %.300s", answer, want)
	}
	mu.Lock()
	defer mu.Unlock()
	var filled [][]exchange
	for _, w := range waves {
		if len(w) > 0 {
			filled = append(filled, w)
		}
	}
	return filled, answer, nil
}

func equal(a, b []byte) bool {
	var x, y any
	return json.Unmarshal(a, &x) == nil && json.Unmarshal(b, &y) == nil && reflect.DeepEqual(x, y)
}

// boardRequest is the request of a number. Each differs in a variable that changes nothing, unless they are to be
// the same.
func boardRequest(same bool) func(n int64) []byte {
	text, err := json.Marshal(board())
	if err != nil {
		panic(err) // a string
	}
	return func(n int64) []byte {
		if same {
			n = 0
		}
		return fmt.Appendf(nil, `{"query":%s,"variables":{"first":%d}}`, text, 100+n%3000)
	}
}
