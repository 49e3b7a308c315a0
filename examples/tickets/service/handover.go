package service

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"time"
)

// A service that is started where another one of its kind runs takes its place, and no request is lost:
//
//	the new one                      the old one
//	has all that it answers with
//	asks for the socket ───────────> gives it away: connections that come now wait in it
//	                                 ends each kept connection with the next answer on it
//	accepts <─────────────────────── has given its last answer
//
// Both never answer at the same time: whoever has seen the new one's schema is not answered by the old one.

const (
	// lastAnswers is how long the old one leaves kept connections open, so that they end with an answer.
	lastAnswers = 100 * time.Millisecond
	// patience is how long the new one waits for the old one to be done.
	patience = drain + 2*time.Second
)

var errTaken = errors.New("what listens there does not hand over")

// listen listens on the address, or takes the socket of the service of this kind that listens there. Then accept
// waits until that has given its last answer.
func listen(ctx context.Context, address string) (l net.Listener, accept func() error, err error) {
	l, err = new(net.ListenConfig).Listen(ctx, "tcp", address)
	if !errors.Is(err, syscall.EADDRINUSE) {
		return l, func() error { return nil }, err
	}
	conn, failed := dialOld(ctx, address)
	if failed != nil {
		return nil, nil, fmt.Errorf("%w (%w: %w)", err, errTaken, failed)
	}
	if l, failed = receive(conn); failed != nil {
		return nil, nil, fmt.Errorf("%w (%w: %w)", err, errTaken, errors.Join(failed, conn.Close()))
	}
	return l, func() error { return lastAnswer(conn) }, nil
}

// lastAnswer waits until the old one closes the connection.
func lastAnswer(conn *net.UnixConn) error {
	defer func() { _ = conn.Close() }()
	if err := conn.SetReadDeadline(time.Now().Add(patience)); err != nil {
		return err
	}
	if _, err := io.Copy(io.Discard, conn); err != nil {
		return fmt.Errorf("wait for the old service to end: %w", err)
	}
	return nil
}

// dialOld reaches the service that listens on the address.
func dialOld(ctx context.Context, address string) (*net.UnixConn, error) {
	path, err := successorPath(address)
	if err != nil {
		return nil, err
	}
	conn, err := new(net.Dialer).DialContext(ctx, "unix", path)
	if err != nil {
		return nil, err
	}
	return conn.(*net.UnixConn), nil //nolint:forcetypeassert // it is what "unix" means
}

// successorPath is where a service that listens on the address waits for its successor: only the user's own
// programs reach it.
func successorPath(address string) (string, error) {
	at, err := net.ResolveTCPAddr("tcp", address)
	if err != nil {
		return "", err
	}
	return cachedFile("tickets-" + strings.ReplaceAll(at.String(), ":", "-") + ".sock")
}

// awaitSuccessor waits for a successor in the background, until stop.
func awaitSuccessor(l net.Listener) (successors <-chan *net.UnixConn, stop func(), err error) {
	path, err := successorPath(l.Addr().String())
	if err != nil {
		return nil, nil, err
	}
	// Whose socket is left there has ended: this one has the address.
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, nil, err
	}
	door, err := net.ListenUnix("unix", &net.UnixAddr{Name: filepath.Clean(path), Net: "unix"})
	if err != nil {
		return nil, nil, err
	}
	came, done := make(chan *net.UnixConn, 1), make(chan struct{})
	go func() {
		defer close(done)
		if conn, err := door.AcceptUnix(); err == nil {
			came <- conn
		}
	}()
	return came, func() { _ = door.Close(); <-done }, nil
}

// leave gives the socket to the successor and answers what is under way. The successor knows by the connection's
// end.
func (s *server) leave(successor *net.UnixConn) error {
	defer func() { _ = successor.Close() }()
	if err := give(successor, s.listener); err != nil {
		return fmt.Errorf("hand over: %w", err)
	}
	s.last.Store(true)
	_ = s.listener.Close()
	time.Sleep(lastAnswers)
	return s.stop()
}

// ending has each kept connection end with an answer once the service is to leave.
func ending(last *atomic.Bool, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if last.Load() {
			w.Header().Set("Connection", "close")
		}
		next.ServeHTTP(w, r)
	})
}
