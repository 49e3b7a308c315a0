package mint

import (
	"context"
	"crypto/ed25519"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"slices"
	"sync/atomic"
	"time"

	"github.com/ficusgraph/ficus/auth/follow"
)

// files are keys that an operator keeps: the first signs, and all are published.
type files struct {
	names []string
	parts Parts
	keys  atomic.Pointer[[]*key]
	// seen is what the files were when they were last read; only one goroutine looks.
	seen []fileState
}

// fileState changes when a file does.
type fileState struct {
	changed time.Time
	size    int64
}

// filesEvery is how often the files are looked at, filesRemembered how long services may remember the keys.
const (
	filesEvery      = 400 * time.Millisecond
	filesRemembered = 5 * time.Minute
)

func newFiles(names []string, parts Parts) (*files, error) {
	f := &files{names: names, parts: parts}
	return f, f.read()
}

// read reads the keys, if any file has changed.
func (f *files) read() error {
	state := make([]fileState, len(f.names))
	for i, name := range f.names {
		info, err := os.Stat(name)
		if err != nil {
			return err
		}
		state[i] = fileState{info.ModTime(), info.Size()}
	}
	if slices.Equal(state, f.seen) {
		return nil
	}
	list := make([]*key, 0, len(f.names))
	for _, name := range f.names {
		text, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		private, err := parsePrivate(text)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		k := newKey(private)
		if slices.ContainsFunc(list, func(other *key) bool { return other.id == k.id }) {
			return fmt.Errorf("%s: holds a key that another file holds too", name)
		}
		list = append(list, k)
	}
	f.seen = state
	f.keys.Store(&list)
	return nil
}

// parsePrivate reads a private key of Ed25519. What is in the file is in no error.
func parsePrivate(text []byte) (ed25519.PrivateKey, error) {
	block, _ := pem.Decode(text)
	if block == nil || block.Type != "PRIVATE KEY" {
		return nil, errors.New("is no PEM with a PRIVATE KEY; make one with: openssl genpkey -algorithm ed25519")
	}
	parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, errors.New("holds no private key that can be read; make one with: openssl genpkey -algorithm ed25519")
	}
	private, ok := parsed.(ed25519.PrivateKey)
	if !ok {
		return nil, fmt.Errorf("holds a %T, and tokens are signed with Ed25519; make one with: openssl genpkey -algorithm ed25519", parsed)
	}
	return private, nil
}

func (f *files) signer(time.Time) (*key, error) { return (*f.keys.Load())[0], nil }

func (f *files) published(time.Time) ([]*key, error) { return *f.keys.Load(), nil }

func (f *files) patience() time.Duration { return filesRemembered }

func (f *files) follow(ctx context.Context) {
	follow.Reading{
		Every: filesEvery, Read: func(context.Context) error { return f.read() }, Logger: f.parts.Logger,
		Failed: "the keys of minted tokens cannot be read; the last ones stay in use",
	}.Run(ctx)
}
