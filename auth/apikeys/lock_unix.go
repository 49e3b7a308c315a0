//go:build unix

package apikeys

import (
	"context"
	"errors"
	"os"
	"syscall"
)

// lock has the file of the name for itself until it is unlocked, or the process ends. The file stays: who removes a
// file that others wait for lets two of them in.
func lock(ctx context.Context, name string) (unlock func(), err error) {
	f, err := os.OpenFile(name, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	for {
		err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if errors.Is(err, syscall.EWOULDBLOCK) || errors.Is(err, syscall.EINTR) {
			err = again(ctx)
			if err == nil {
				continue
			}
		}
		if err != nil {
			_ = f.Close()
			return nil, err
		}
		return func() { _ = f.Close() }, nil
	}
}
