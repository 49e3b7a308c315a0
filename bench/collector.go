package main

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"sync/atomic"
	"time"
)

// serveCollector takes traces and throws them away; GET says how many spans that were.
func serveCollector(ctx context.Context, l net.Listener) error {
	var spans atomic.Int64
	server := &http.Server{ReadHeaderTimeout: time.Minute, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet {
			_, _ = io.WriteString(w, strconv.FormatInt(spans.Load(), 10))
			return
		}
		if body, err := io.ReadAll(r.Body); err == nil {
			spans.Add(int64(countFields(body, 1, 2, 2)))
		}
	})}
	defer context.AfterFunc(ctx, func() { _ = server.Close() })()
	if err := server.Serve(l); ctx.Err() == nil {
		return fmt.Errorf("collector: %w", err)
	}
	return nil
}

// countFields counts the fields with the last number, in the messages that lie in each other by the numbers before:
// of an export of traces, 1, 2, 2 are its spans.
func countFields(message []byte, path ...uint64) int {
	if len(path) == 0 {
		return 1
	}
	count, first, rest := 0, path[0], path[1:]
	for len(message) > 0 {
		key, n := binary.Uvarint(message)
		size, m := binary.Uvarint(message[max(n, 0):])
		// What lies on the way has only fields with a length.
		if n <= 0 || m <= 0 || key&7 != 2 || size > uint64(len(message)-n-m) {
			return count
		}
		inner := message[n+m : n+m+int(size)]
		message = message[n+m+int(size):]
		if key>>3 == first {
			count += countFields(inner, rest...)
		}
	}
	return count
}

// collected is how many spans a collector has taken.
func collected(ctx context.Context, addr string) (int64, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+addr, nil)
	if err != nil {
		return 0, err
	}
	res, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		return 0, err
	}
	defer func() { _ = res.Body.Close() }()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		return 0, err
	}
	return strconv.ParseInt(string(text), 10, 64)
}
