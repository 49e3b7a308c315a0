package transport

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"
)

// Serve answers on the public listener, and on the admin listener unless it is nil, until the context ends.
// Then it drains: readiness goes down, the configured delay passes, no more connections are taken, requests
// in flight complete, and last the admin listener closes. It closes the listeners, and returns nil after an
// ordered end; an error means that a listener broke, or that requests were cut off at the timeout.
func (s *Server) Serve(ctx context.Context, public, admin net.Listener) error {
	// Requests in flight outlive ctx: they are cancelled only when the time for draining is over.
	requests, cut := context.WithCancel(context.WithoutCancel(ctx))
	defer cut()
	front, back := s.httpServer(requests, s.public), s.httpServer(requests, s.admin)
	broken := make(chan error, 2)
	running := 1
	// Before the first request is taken, so that none is told otherwise.
	s.ready.Store(true)
	go func() { broken <- serving("public", front.Serve(public)) }()
	if admin != nil {
		running++
		go func() { broken <- serving("admin", back.Serve(admin)) }()
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
	err := front.Shutdown(limit)
	if err == nil && s.sockets != nil {
		err = s.sockets.wait(limit) // front does not know of connections that it gave away
	}
	if err == nil {
		return nil
	}
	cut()
	_ = front.Close()
	return fmt.Errorf("drain: requests were cut off after %s: %w", s.cfg.Shutdown.Timeout, err)
}

// httpServer is a server with the configured bounds.
func (s *Server) httpServer(ctx context.Context, h http.Handler) *http.Server {
	c := s.cfg.Server
	return &http.Server{
		Handler:           h,
		ReadHeaderTimeout: c.HeaderReadTimeout,
		ReadTimeout:       c.ReadTimeout,
		WriteTimeout:      c.WriteTimeout,
		IdleTimeout:       c.IdleTimeout,
		MaxHeaderBytes:    s.bounds.header.most + slack,
		BaseContext:       func(net.Listener) context.Context { return ctx },
		ErrorLog:          slog.NewLogLogger(s.parts.Logger.Handler(), slog.LevelDebug),
	}
}

// serving is the error of a server that ended, nil where it was asked to.
func serving(name string, err error) error {
	if err == nil || errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return fmt.Errorf("serve %s: %w", name, err)
}
