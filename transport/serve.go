package transport

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"
)

// Serve answers on the public listener, and on the admin listener unless it is nil, until the context ends.
// Then it drains: readiness goes down, the configured delay passes, no more connections are taken, requests
// in flight complete, and last the admin listener closes. It closes the listeners, and returns nil after an
// ordered end; an error means that a listener broke, or that requests were cut off at the timeout.
func (s *Server) Serve(ctx context.Context, public, admin net.Listener) error {
	// Requests in flight outlive ctx: they are cancelled only when the time for draining is over.
	var watching sync.WaitGroup
	defer watching.Wait()
	requests, cut := context.WithCancel(context.WithoutCancel(ctx))
	defer cut()
	front, back := s.httpServer(requests, s.public, s.certificates.public), s.httpServer(requests, s.admin, s.certificates.admin)
	for _, c := range []*certificates{s.certificates.public, s.certificates.admin} {
		if c != nil {
			watching.Go(func() { c.follow(requests) })
		}
	}
	most := s.cfg.Server.MaxConnections
	public = limited(public, most, func() {
		s.tell(ctx, &excess{"server.max_connections", most, most + 1}, true)
	})
	if admin != nil {
		admin = limited(admin, adminConnections, func() {})
	}
	broken := make(chan error, 2)
	running := 1
	// Before the first request is taken, so that none is told otherwise.
	s.ready.Store(true)
	go func() { broken <- serving("public", answer(front, public)) }()
	if admin != nil {
		running++
		go func() { broken <- serving("admin", answer(back, admin)) }()
	}
	var err error
	select {
	case <-ctx.Done():
		err = s.drain(front, cut)
	case err = <-broken:
		running--
		s.ready.Store(false)
		_ = front.Close()
	}
	_ = back.Close()
	for range running {
		err = errors.Join(err, <-broken)
	}
	return err
}

// drain ends the public server in order.
func (s *Server) drain(front *http.Server, cut context.CancelFunc) error {
	s.ready.Store(false)
	s.draining.Store(true)
	s.parts.Logger.Info("draining", slog.Duration("delay", s.cfg.Shutdown.Delay),
		slog.Duration("timeout", s.cfg.Shutdown.Timeout))
	time.Sleep(s.cfg.Shutdown.Delay)
	limit, cancel := context.WithTimeout(context.Background(), s.cfg.Shutdown.Timeout)
	defer cancel()
	s.streams.end()
	if s.sockets != nil {
		s.sockets.end()
	}
	if s.parts.Elsewhere != nil {
		s.parts.Elsewhere.End()
	}
	err := front.Shutdown(limit)
	if err == nil && s.sockets != nil {
		err = s.sockets.wait(limit) // front does not know of connections that it gave away
	}
	if err == nil && s.parts.Elsewhere != nil {
		err = s.parts.Elsewhere.Wait(limit)
	}
	if err == nil {
		return nil
	}
	cut()
	_ = front.Close()
	return fmt.Errorf("drain: requests were cut off after %s: %w", s.cfg.Shutdown.Timeout, err)
}

// answer serves the listener, with TLS where the server has certificates.
func answer(s *http.Server, l net.Listener) error {
	if s.TLSConfig != nil {
		return s.ServeTLS(l, "", "")
	}
	return s.Serve(l)
}

// httpServer is a server with the configured bounds.
func (s *Server) httpServer(ctx context.Context, h http.Handler, own *certificates) *http.Server {
	c := s.cfg.Server
	out := &http.Server{
		Handler:           h,
		ReadHeaderTimeout: c.HeaderReadTimeout,
		ReadTimeout:       c.ReadTimeout,
		WriteTimeout:      c.WriteTimeout,
		IdleTimeout:       c.IdleTimeout,
		MaxHeaderBytes:    s.bounds.header.most + slack,
		BaseContext:       func(net.Listener) context.Context { return ctx },
		ConnState:         stateChanged,
		ErrorLog:          slog.NewLogLogger(s.parts.Logger.Handler(), slog.LevelDebug),
	}
	if own != nil {
		out.TLSConfig = own.config()
		out.HTTP2 = &http.HTTP2Config{MaxConcurrentStreams: maxStreams}
	}
	return out
}

// adminConnections is how many operators, and those who watch for them, may have open.
const adminConnections = 256

// maxStreams is how many requests a client may have under way on one connection of HTTP/2.
const maxStreams = 100

// serving is the error of a server that ended, nil where it was asked to.
func serving(name string, err error) error {
	if err == nil || errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return fmt.Errorf("serve %s: %w", name, err)
}
