package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

// others are those who are not attacking: what became of their requests.
type others struct {
	asked, answered int
	// latencies of what was answered, sorted.
	latencies []time.Duration
	// fault is one of what was not answered.
	fault string
}

func (o others) share() float64 {
	if o.asked == 0 {
		return 0
	}
	return float64(o.answered) / float64(o.asked)
}

func (o others) quantile(q float64) time.Duration {
	if len(o.latencies) == 0 {
		return 0
	}
	return o.latencies[min(int(q*float64(len(o.latencies))), len(o.latencies)-1)]
}

const (
	// query is what the others ask, and want what they are answered.
	query = `{"query":"query Other { item { id name price } }"}`
	want  = `{"data":{"item":{"id":"1","name":"one","price":5}}}`
	// patience is how long one waits for an answer.
	patience = 10 * time.Second
)

// ask asks so often a second until the context ends: each request is due at its time, whatever became of the one before, and
// its latency counts from then. Every second one comes on a connection of its own.
func ask(ctx context.Context, address string, rate int) others {
	kept := &http.Client{Timeout: patience, Transport: &http.Transport{MaxIdleConnsPerHost: 64}}
	fresh := &http.Client{Timeout: patience, Transport: &http.Transport{DisableKeepAlives: true}}
	defer kept.CloseIdleConnections()
	var (
		mu      sync.Mutex
		out     others
		waiting sync.WaitGroup
	)
	ticker := time.NewTicker(time.Second / time.Duration(rate))
	defer ticker.Stop()
	for n := 0; ctx.Err() == nil; n++ {
		client := kept
		if n%2 == 1 {
			client = fresh
		}
		due := time.Now()
		waiting.Go(func() {
			err := askOnce(client, address)
			took := time.Since(due)
			mu.Lock()
			defer mu.Unlock()
			out.asked++
			if err != nil {
				out.fault = err.Error()
				return
			}
			out.answered++
			out.latencies = append(out.latencies, took)
		})
		select {
		case <-ticker.C:
		case <-ctx.Done():
		}
	}
	waiting.Wait()
	slices.Sort(out.latencies)
	return out
}

func askOnce(client *http.Client, address string) error {
	res, err := client.Post("http://"+address+"/graphql", "application/json", strings.NewReader(query))
	if err != nil {
		return err
	}
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		return err
	}
	if res.StatusCode != http.StatusOK || string(body) != want {
		return fmt.Errorf("HTTP %d %.200s", res.StatusCode, body)
	}
	return nil
}
