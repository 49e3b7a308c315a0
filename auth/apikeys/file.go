package apikeys

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// File keeps keys in a file of JSON, which is replaced at once and whole. A file that is not there has no keys.
// Gateways and commands on one machine may share it.
type File struct {
	name string
	mu   sync.Mutex
	// seen is the file as it was when the keys were read; nil while there is none.
	seen fs.FileInfo
	keys []Key
}

var _ Store = (*File)(nil)

// NewFile is the keys in the file of the name.
func NewFile(name string) *File { return &File{name: name} }

// content is what the file holds.
type content struct {
	Keys []Key `json:"keys"`
}

// maxFile bounds what is read of the file, in bytes.
const maxFile = 128 << 20

// Keys implements Store. They are the same ones as before if the file is.
func (f *File) Keys(context.Context) ([]Key, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	info, err := os.Stat(f.name)
	switch {
	case errors.Is(err, fs.ErrNotExist) && f.seen == nil:
		return nil, nil
	case err != nil:
		return nil, err
	case f.seen != nil && os.SameFile(info, f.seen) && info.ModTime().Equal(f.seen.ModTime()) && info.Size() == f.seen.Size():
		return f.keys, nil
	}
	keys, err := readFile(f.name)
	if err != nil {
		return nil, err
	}
	f.seen, f.keys = info, keys
	return keys, nil
}

// readFile reads and checks all keys of a file.
func readFile(name string) ([]Key, error) {
	in, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer func() { _ = in.Close() }()
	d := json.NewDecoder(io.LimitReader(in, maxFile))
	d.DisallowUnknownFields()
	var c content
	if err := d.Decode(&c); err != nil {
		return nil, fmt.Errorf("%s: does not hold API keys: %w", name, err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%s: does not hold API keys: there is something behind them", name)
	}
	ids := make(map[string]bool, len(c.Keys))
	for i, k := range c.Keys {
		err := k.check()
		switch {
		case len(k.ID) != idLength || ids[k.ID]:
			err = fmt.Errorf("id: %q is not one, or is another's too", k.ID)
		case len(k.Secrets) == 0:
			err = errors.New("secrets: there are none")
		}
		if err != nil {
			return nil, fmt.Errorf("%s: keys[%d]: %w", name, i, err)
		}
		ids[k.ID] = true
	}
	return c.Keys, nil
}

// lockFor is how long a change waits for others.
const lockFor = 10 * time.Second

// Change implements Store. Others that change the file wait.
func (f *File) Change(ctx context.Context, edit func([]Key) ([]Key, error)) error {
	name := f.name
	if real, err := filepath.EvalSymlinks(name); err == nil {
		name = real // the link stays
	}
	ctx, cancel := context.WithTimeout(ctx, lockFor)
	defer cancel()
	unlock, err := lock(ctx, name+".lock")
	if err != nil {
		return fmt.Errorf("lock %s: %w", name, err)
	}
	defer unlock()
	keys, err := readFile(name)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if keys, err = edit(keys); err != nil {
		return err
	}
	return replace(name, content{keys})
}

// replace writes a file beside and has it take the name, so that no reader sees half of it.
func replace(name string, c content) (err error) {
	var text bytes.Buffer
	e := json.NewEncoder(&text)
	e.SetIndent("", "  ")
	if err := e.Encode(c); err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	out, err := os.CreateTemp(filepath.Dir(name), filepath.Base(name)+".new-*") // for nobody else to read
	if err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	defer func() {
		if err != nil {
			_ = os.Remove(out.Name())
		}
	}()
	if before, gone := os.Stat(name); gone == nil {
		err = out.Chmod(before.Mode().Perm()) // who could read it still can
	}
	_, failed := out.Write(text.Bytes())
	err = errors.Join(err, failed, out.Sync(), out.Close())
	if err == nil {
		err = os.Rename(out.Name(), name)
	}
	if err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	return nil
}

// again waits a moment before a lock is tried again.
func again(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return errors.New("somebody else is changing the keys, and does not end")
	case <-time.After(20 * time.Millisecond):
		return nil
	}
}
