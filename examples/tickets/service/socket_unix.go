//go:build unix

package service

import (
	"errors"
	"net"
	"os"
	"syscall"
)

// give sends the listener's socket; both have it from then on.
func give(to *net.UnixConn, l net.Listener) error {
	held, ok := l.(syscall.Conn)
	if !ok {
		return errors.New("the listener has no socket")
	}
	raw, err := held.SyscallConn()
	if err != nil {
		return err
	}
	var sent error
	if err := raw.Control(func(fd uintptr) {
		_, _, sent = to.WriteMsgUnix([]byte{0}, syscall.UnixRights(int(fd)), nil)
	}); err != nil {
		return err
	}
	return sent
}

// receive takes the socket that was sent.
func receive(from *net.UnixConn) (net.Listener, error) {
	var one [1]byte
	more := make([]byte, syscall.CmsgSpace(4))
	_, n, _, _, err := from.ReadMsgUnix(one[:], more)
	if err != nil {
		return nil, err
	}
	messages, err := syscall.ParseSocketControlMessage(more[:n])
	if err != nil || len(messages) != 1 {
		return nil, errors.Join(errors.New("no socket came"), err)
	}
	fds, err := syscall.ParseUnixRights(&messages[0])
	if err != nil || len(fds) != 1 {
		return nil, errors.Join(errors.New("no socket came"), err)
	}
	file := os.NewFile(uintptr(fds[0]), "listener")
	defer func() { _ = file.Close() }() // the listener has its own
	return net.FileListener(file)
}
