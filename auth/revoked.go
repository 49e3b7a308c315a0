package auth

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"sync/atomic"
	"time"

	"github.com/ficusgraph/ficus/auth/follow"
)

// Revoked names what is not accepted any longer, though it has not expired.
type Revoked struct {
	// File is JSON, {"tokens": [jti, ..], "subjects": [sub, ..]}. It is read again within half a second of a change;
	// one that cannot be read leaves the last list in force.
	File string `yaml:"file"`
}

// revokedEvery is how often the file is looked at.
const revokedEvery = 400 * time.Millisecond

// revoked is the list in force.
type revoked struct {
	file string
	log  *slog.Logger
	list atomic.Pointer[revocations]
	// seen is what the file was when it was last read; only one goroutine looks.
	seen fileState
}

type revocations struct{ tokens, subjects map[string]bool }

// fileState changes when a file does.
type fileState struct {
	changed time.Time
	size    int64
}

// newRevoked reads the list, which must be right at the start; nil if there is none.
func newRevoked(cfg Revoked, log *slog.Logger) (*revoked, error) {
	if cfg.File == "" {
		return nil, nil //nolint:nilnil // no list is no error
	}
	r := &revoked{file: cfg.File, log: log}
	return r, r.read()
}

// refuses is the error if the identity's token or subject has been revoked.
func (r *revoked) refuses(i *Identity) error {
	if r == nil {
		return nil
	}
	list := r.list.Load()
	id, _ := i.Claims["jti"].(string)
	if list.subjects[i.Subject] && i.Subject != "" || list.tokens[id] && id != "" {
		return &Error{Reason: ReasonRevoked}
	}
	return nil
}

// poll reads the list again when its file changes, until the context ends.
func (r *revoked) poll(ctx context.Context) {
	follow.Reading{
		Every: revokedEvery, Read: func(context.Context) error { return r.read() }, Logger: r.log,
		Failed: "the list of what is revoked cannot be read; the last one stays in force",
	}.Run(ctx)
}

// read reads the list if its file has changed.
func (r *revoked) read() error {
	info, err := os.Stat(r.file)
	if err != nil {
		return err
	}
	state := fileState{info.ModTime(), info.Size()}
	if r.list.Load() != nil && state == r.seen {
		return nil
	}
	text, err := os.ReadFile(r.file)
	if err != nil {
		return err
	}
	var said struct {
		Tokens   []string `json:"tokens"`
		Subjects []string `json:"subjects"`
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(&said); err != nil {
		return fmt.Errorf(`%s: is not {"tokens": [..], "subjects": [..]}: %w`, r.file, err)
	}
	list := &revocations{tokens: map[string]bool{}, subjects: map[string]bool{}}
	for _, id := range said.Tokens {
		list.tokens[id] = true
	}
	for _, sub := range said.Subjects {
		list.subjects[sub] = true
	}
	r.seen = state
	r.list.Store(list)
	return nil
}
