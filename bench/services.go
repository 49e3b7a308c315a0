package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"sync"
	"time"
)

// services are all subgraphs at one address, by path. What was asked before is answered from memory, over plain
// connections: beside a gateway they cost next to nothing.
type services struct {
	railway *railway
	// delay is how long an answer is waited for.
	delay time.Duration
	// seen, if not nil, is told of each request when it has arrived.
	seen func(path string, body []byte)

	answers sync.Map // of []byte, by path and body
}

// serve answers until the context ends.
func (s *services) serve(ctx context.Context, l net.Listener) error {
	defer context.AfterFunc(ctx, func() { _ = l.Close() })()
	for {
		c, err := l.Accept()
		if ctx.Err() != nil {
			return nil
		}
		if err != nil {
			return fmt.Errorf("services: %w", err)
		}
		go func() {
			defer func() { _ = c.Close() }()
			in := bufio.NewReaderSize(c, 32<<10)
			for buf := []byte(nil); ; {
				path, body, err := readRequest(in, buf)
				if err != nil {
					return
				}
				buf = body[:0]
				if _, err := c.Write(s.answer(path, body)); err != nil {
					return
				}
			}
		}()
	}
}

// readRequest reads one request, the body into buf.
func readRequest(in *bufio.Reader, buf []byte) (path string, body []byte, err error) {
	line, err := in.ReadString('\n')
	if err != nil {
		return "", nil, err
	}
	if parts := strings.Fields(line); len(parts) == 3 {
		path = parts[1]
	}
	length := 0
	for {
		line, err := in.ReadSlice('\n')
		if err != nil {
			return "", nil, err
		}
		if line = bytes.TrimSpace(line); len(line) == 0 {
			break
		}
		if name, value, _ := bytes.Cut(line, []byte(":")); bytes.EqualFold(name, []byte("Content-Length")) {
			if length, err = strconv.Atoi(string(bytes.TrimSpace(value))); err != nil {
				return "", nil, err
			}
		}
	}
	if cap(buf) < length {
		buf = make([]byte, length)
	}
	_, err = io.ReadFull(in, buf[:length])
	return path, buf[:length], err
}

// answer is the whole answer, with its header.
func (s *services) answer(path string, body []byte) []byte {
	if s.seen != nil {
		s.seen(path, body)
	}
	if s.delay > 0 {
		time.Sleep(s.delay)
	}
	key := path + " " + string(body)
	if known, ok := s.answers.Load(key); ok {
		return known.([]byte)
	}
	data, err := s.railway.resolve(body)
	if err != nil {
		data = fmt.Appendf(nil, `{"errors":[{"message":%q}]}`, err)
	}
	out := fmt.Appendf(nil, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n", len(data))
	out = append(out, data...)
	s.answers.Store(key, out)
	return out
}
