//go:build !unix

package service

import (
	"errors"
	"net"
)

var errUnsupported = errors.New("this system gives no sockets from one program to another; end the old service first")

func give(*net.UnixConn, net.Listener) error { return errUnsupported }

func receive(*net.UnixConn) (net.Listener, error) { return nil, errUnsupported }
