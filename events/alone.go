//go:build unix

package events

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
)

// alone takes the directory for this process, until the file is closed: two servers on one directory would destroy
// each other's streams without a word.
func alone(directory string) (*os.File, error) {
	f, err := os.OpenFile(filepath.Join(directory, "lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("nats.directory: %w", err)
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		_ = f.Close()
		if errors.Is(err, syscall.EWOULDBLOCK) {
			return nil, fmt.Errorf("nats.directory: %s is another gateway's; give each its own, or have them share a cluster with nats.url", directory)
		}
		return nil, fmt.Errorf("nats.directory: lock %s: %w", directory, err)
	}
	return f, nil
}
