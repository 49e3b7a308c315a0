//go:build !unix

package apikeys

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
)

// lock makes the file of the name, and waits while another has made it. One that a killed process left must be
// removed by hand.
func lock(ctx context.Context, name string) (unlock func(), err error) {
	for {
		f, err := os.OpenFile(name, os.O_CREATE|os.O_EXCL, 0o600)
		if err == nil {
			_ = f.Close()
			return func() { _ = os.Remove(name) }, nil
		}
		if !errors.Is(err, fs.ErrExist) {
			return nil, err
		}
		if err := again(ctx); err != nil {
			return nil, fmt.Errorf("%w; if nobody is, remove %s", err, name)
		}
	}
}
