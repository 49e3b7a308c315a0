package documents

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"slices"
	"time"
)

// Parts is what a Store is joined to.
type Parts struct {
	// Read and Stat look at a manifest.
	Read func(name string) ([]byte, error)
	Stat func(name string) (fs.FileInfo, error)
	// Logger gets what operators should know; nil means slog.Default.
	Logger *slog.Logger
}

// Graph is what documents are asked of.
type Graph interface {
	// Know validates the texts, and plans them before anybody asks; the errors, at the places of their texts, say
	// which do not fit the graph.
	Know(ctx context.Context, texts []string) []error
}

// maxManifest is how large one file may be.
const maxManifest = 64 << 20

// filesEvery is how often the manifests are looked at.
const filesEvery = time.Second

// seen is a file as it was when it was looked at.
type seen struct {
	changed time.Time
	size    int64
}

// Serve has the documents known to the graph that is about to be served, and warns of those that do not fit. s may be nil.
func (s *Store) Serve(ctx context.Context, g Graph) {
	if s == nil {
		return
	}
	s.changing.Lock()
	defer s.changing.Unlock()
	s.graph = g
	s.fit(ctx, s.list.Load())
}

// Follow reads manifests that have changed, until the context ends. s may be nil.
func (s *Store) Follow(ctx context.Context) {
	if s == nil || len(s.cfg.PersistedQueries.LocalManifests) == 0 || !s.cfg.PersistedQueries.Enabled {
		return
	}
	tick := time.NewTicker(filesEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			s.look(ctx)
		}
	}
}

// look takes changed manifests. What cannot be read is said once, and leaves what there is.
func (s *Store) look(ctx context.Context) {
	now, err := s.stat()
	if err == nil && slices.Equal(now, s.files) {
		return
	}
	var list *List
	if err == nil {
		s.files, list, err = s.read()
	}
	if err != nil {
		if text := err.Error(); text != s.fault {
			s.fault = text
			s.from.Logger.Error("the changed manifests cannot be read; the last good ones stay", slog.Any("error", err))
		}
		return
	}
	s.changing.Lock()
	defer s.changing.Unlock()
	s.fault = ""
	s.fit(ctx, list)
	s.list.Store(list)
	s.from.Logger.Info("the manifests have changed", slog.Int("documents", len(list.all)))
}

// maxMisfits is how many documents are warned of one by one.
const maxMisfits = 50

// fit has the graph know the documents, and says which it cannot answer.
func (s *Store) fit(ctx context.Context, l *List) {
	if s.graph == nil || len(l.all) == 0 {
		return
	}
	texts := make([]string, len(l.all))
	for i, d := range l.all {
		texts[i] = d.Text
	}
	wrong := 0
	for i, err := range s.graph.Know(ctx, texts) {
		if err == nil {
			continue
		}
		if wrong++; wrong <= maxMisfits {
			s.from.Logger.Warn("a trusted document does not fit the graph", slog.String("file", l.all[i].File),
				slog.String("id", l.all[i].ID), slog.Any("error", err))
		}
	}
	if wrong > maxMisfits {
		s.from.Logger.Warn("more trusted documents do not fit the graph", slog.Int("not_said", wrong-maxMisfits))
	}
}

// read is what the manifests hold. All errors are returned, joined.
func (s *Store) read() ([]seen, *List, error) {
	files, err := s.stat() // before they are read: what changes meanwhile is read again
	if err != nil {
		return nil, nil, err
	}
	list := newList()
	var errs []error
	for i, name := range s.cfg.PersistedQueries.LocalManifests {
		if files[i].size > maxManifest {
			errs = append(errs, fmt.Errorf("persisted_queries.local_manifests: %s has %d bytes, and may have %d", name, files[i].size, maxManifest))
			continue
		}
		text, err := s.from.Read(name)
		if err != nil {
			errs = append(errs, fmt.Errorf("persisted_queries.local_manifests: %w", err))
			continue
		}
		found, err := Manifest(name, text)
		if err != nil {
			errs = append(errs, fmt.Errorf("persisted_queries.local_manifests: %w", err))
			continue
		}
		for _, d := range found {
			if err := list.add(d); err != nil {
				errs = append(errs, fmt.Errorf("persisted_queries.local_manifests: %w", err))
			}
		}
	}
	return files, list, errors.Join(errs...)
}

// stat looks when the manifests were written.
func (s *Store) stat() ([]seen, error) {
	var out []seen
	for _, name := range s.cfg.PersistedQueries.LocalManifests {
		info, err := s.from.Stat(name)
		if err != nil {
			return nil, fmt.Errorf("persisted_queries.local_manifests: %w", err)
		}
		out = append(out, seen{info.ModTime(), info.Size()})
	}
	return out, nil
}
