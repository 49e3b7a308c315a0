package main

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

// load is a way to ask a gateway.
type load struct {
	// addr and path of the gateway.
	addr, path string
	// conns is how many clients ask, each on its own connection, one request after the other.
	conns int
	// body is the request of a number.
	body func(n int64) []byte
	// header is further lines of the request of a number, each with its end; nil for none.
	header func(n int64) string
	// rate is how many requests begin in a second; 0 means as many as are answered.
	rate float64
}

// outcome is what came of a load.
type outcome struct {
	requests int64
	failed   int64
	took     time.Duration
	// latencies, sorted: from when a request was to begin to the last byte of its answer.
	latencies []time.Duration
}

func (o outcome) perSecond() float64 { return float64(o.requests) / o.took.Seconds() }

// quantile is the latency that a part of the requests did not exceed.
func (o outcome) quantile(q float64) time.Duration {
	if len(o.latencies) == 0 {
		return 0
	}
	return o.latencies[min(int(q*float64(len(o.latencies))), len(o.latencies)-1)]
}

// run asks for as long as said. With a rate, a client that is late asks at once and its latency counts from when
// it should have asked: a gateway that stalls does not look better for it.
func (l load) run(d time.Duration) (outcome, error) {
	var next atomic.Int64
	results := make([]outcome, l.conns)
	errs := make([]error, l.conns)
	start := time.Now()
	var clients sync.WaitGroup
	for i := range l.conns {
		clients.Go(func() { results[i], errs[i] = l.client(start, d, &next) })
	}
	clients.Wait()
	all := outcome{took: time.Since(start)}
	for i, r := range results {
		if errs[i] != nil {
			return all, fmt.Errorf("ask %s: %w", l.addr, errs[i])
		}
		all.requests += r.requests
		all.failed += r.failed
		all.latencies = append(all.latencies, r.latencies...)
	}
	slices.Sort(all.latencies)
	return all, nil
}

// client asks on one connection.
func (l load) client(start time.Time, d time.Duration, next *atomic.Int64) (outcome, error) {
	var out outcome
	c, err := net.Dial("tcp", l.addr)
	if err != nil {
		return out, err
	}
	defer func() { _ = c.Close() }()
	in := bufio.NewReaderSize(c, 128<<10)
	var buf []byte
	for {
		n := next.Add(1)
		due := time.Now()
		if l.rate > 0 {
			due = start.Add(time.Duration(float64(n) / l.rate * float64(time.Second)))
			time.Sleep(time.Until(due))
		}
		if due.Sub(start) >= d {
			return out, nil
		}
		body, header := l.body(n), ""
		if l.header != nil {
			header = l.header(n)
		}
		buf = fmt.Appendf(buf[:0], "POST %s HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\nContent-Length: %d\r\n%s\r\n", l.path, len(body), header)
		buf = append(buf, body...)
		if _, err := c.Write(buf); err != nil {
			return out, err
		}
		ok, err := discardAnswer(in)
		if err != nil {
			return out, err
		}
		if !ok {
			out.failed++
		}
		out.requests++
		out.latencies = append(out.latencies, time.Since(due))
	}
}

// discardAnswer reads an answer and reports whether it has status 200 and no errors.
func discardAnswer(in *bufio.Reader) (ok bool, err error) {
	line, err := in.ReadSlice('\n')
	if err != nil {
		return false, err
	}
	ok = bytes.HasPrefix(line, []byte("HTTP/1.1 200"))
	length := 0
	for {
		if line, err = in.ReadSlice('\n'); err != nil {
			return false, err
		}
		if line = bytes.TrimSpace(line); len(line) == 0 {
			break
		}
		if name, value, _ := bytes.Cut(line, []byte(":")); bytes.EqualFold(name, []byte("Content-Length")) {
			if length, err = strconv.Atoi(string(bytes.TrimSpace(value))); err != nil {
				return false, err
			}
		}
	}
	const data = `{"data":{`
	begin, err := in.Peek(min(len(data), length))
	if err != nil {
		return false, err
	}
	ok = ok && string(begin) == data
	_, err = io.CopyN(io.Discard, in, int64(length))
	return ok, err
}
