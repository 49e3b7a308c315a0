package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strconv"
	"sync"
	"time"
)

// exchange is one request to a service.
type exchange struct {
	Path string `json:"path"`
	Body string `json:"body"`
}

// script is what the floor does for each request: the exchanges of each wave at one time, then an answer.
type script struct {
	Upstream string       `json:"upstream"`
	Waves    [][]exchange `json:"waves"`
	Answer   string       `json:"answer"`
}

// serveFloor is the network work of a gateway and nothing else, as anybody would write it with net/http: it
// parses neither GraphQL nor JSON. What it costs is what a gateway's cost is measured by.
func serveFloor(ctx context.Context, l net.Listener, file string) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return fmt.Errorf("floor: %w", err)
	}
	var s script
	if err := json.Unmarshal(text, &s); err != nil {
		return fmt.Errorf("floor: %w", err)
	}
	client := &http.Client{Transport: &http.Transport{
		MaxIdleConnsPerHost: 1024, MaxConnsPerHost: 1024, DisableCompression: true,
		ReadBufferSize: 32 << 10, WriteBufferSize: 16 << 10,
	}}
	answer := []byte(s.Answer)
	server := &http.Server{ReadHeaderTimeout: time.Minute, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		for _, wave := range s.Waves {
			var others sync.WaitGroup
			for _, e := range wave[1:] {
				others.Go(func() { e.send(r.Context(), client, s.Upstream) })
			}
			wave[0].send(r.Context(), client, s.Upstream)
			others.Wait()
		}
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Content-Length", strconv.Itoa(len(answer)))
		_, _ = w.Write(answer)
	})}
	defer context.AfterFunc(ctx, func() { _ = server.Close() })()
	if err := server.Serve(l); ctx.Err() == nil {
		return fmt.Errorf("floor: %w", err)
	}
	return nil
}

func (e exchange) send(ctx context.Context, client *http.Client, upstream string) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, upstream+e.Path, bytes.NewReader([]byte(e.Body)))
	if err != nil {
		return
	}
	req.Header.Set("Content-Type", "application/json")
	res, err := client.Do(req)
	if err != nil {
		return
	}
	var answer bytes.Buffer
	if res.ContentLength > 0 {
		answer.Grow(int(res.ContentLength))
	}
	_, _ = io.Copy(&answer, res.Body)
	_ = res.Body.Close()
}
