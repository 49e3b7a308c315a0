package rollout

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
)

// recall takes the states that were known last, before the store is heard. A file that cannot be read is said, and is
// no reason not to start: who is not known to have moved has not.
func (b *Board) recall() {
	if b.memory == "" {
		return
	}
	text, err := os.ReadFile(b.memory)
	var states map[string]State
	if err == nil {
		err = json.Unmarshal(text, &states)
	}
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		b.log.Warn("what was known last of migrations cannot be read", slog.String("file", b.memory), slog.Any("error", err))
	}
	for name, s := range states {
		b.states[name] = stated{State: s, remembered: true}
	}
}

// remember writes the states to the file, if it does not hold them.
func (b *Board) remember() {
	b.mu.Lock()
	changed := b.forgotten && b.memory != ""
	b.forgotten = false
	states := map[string]State{}
	for name, s := range b.states {
		states[name] = s.State
	}
	b.mu.Unlock()
	if !changed {
		return
	}
	if err := write(b.memory, states); err != nil {
		b.log.Warn("what is known of migrations is not remembered", slog.Any("error", err))
	}
}

// write replaces the file as a whole: whoever is killed leaves the one before.
func write(file string, states map[string]State) error {
	text, err := json.Marshal(states)
	if err != nil {
		return fmt.Errorf("write %s: %w", file, err)
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		return fmt.Errorf("write %s: %w", file, err)
	}
	if err := os.WriteFile(file+".new", text, 0o600); err != nil {
		return fmt.Errorf("write %s: %w", file, err)
	}
	return os.Rename(file+".new", file)
}
