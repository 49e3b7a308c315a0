package uploads

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"mime"
	"mime/multipart"
	"os"
	"slices"
	"strings"
	"sync/atomic"
)

// Config bounds files. Its zero value is the default, by which none are taken.
type Config struct {
	// Enabled is false by default.
	Enabled bool `yaml:"enabled"`
	// MaxFileSize is the largest file in bytes, 10,485,760 by default; MaxFiles how many a request may have, 10 by
	// default; MaxTotalSize how large they may be together, 52,428,800 by default.
	MaxFileSize  int64 `yaml:"max_file_size"`
	MaxFiles     int   `yaml:"max_files"`
	MaxTotalSize int64 `yaml:"max_total_size"`
	// MaxHeldSize is how large the files of all requests under way may be together, 1,073,741,824 by default. Beyond,
	// requests with files are refused.
	MaxHeldSize int64 `yaml:"max_held_size"`
	// MaxMemory is up to which size a file is held in memory, 65,536 by default; larger ones are on disk.
	MaxMemory int64 `yaml:"max_memory"`
	// Directory is where; the system's for temporary files by default.
	Directory string `yaml:"directory"`
}

// WithDefaults is the configuration with nothing left open.
func (c Config) WithDefaults() Config {
	for _, v := range []struct {
		value *int64
		to    int64
	}{
		{&c.MaxFileSize, 10 << 20},
		{&c.MaxTotalSize, max(50<<20, c.MaxFileSize)},
		{&c.MaxHeldSize, max(1<<30, c.MaxTotalSize)},
		{&c.MaxMemory, 64 << 10},
	} {
		if *v.value == 0 {
			*v.value = v.to
		}
	}
	if c.MaxFiles == 0 {
		c.MaxFiles = 10
	}
	return c
}

// Validate reports everything that is wrong with the configuration.
func (c Config) Validate() error {
	var errs []error
	for _, v := range []struct {
		key   string
		value int64
	}{
		{"max_file_size", c.MaxFileSize},
		{"max_files", int64(c.MaxFiles)},
		{"max_total_size", c.MaxTotalSize},
		{"max_held_size", c.MaxHeldSize},
		{"max_memory", c.MaxMemory},
	} {
		if v.value < 0 {
			errs = append(errs, fmt.Errorf("file_uploads.%s: must not be negative", v.key))
		}
	}
	full := c.WithDefaults()
	if full.MaxHeldSize < full.MaxTotalSize {
		errs = append(errs, fmt.Errorf("file_uploads.max_held_size: %d is less than one request may have (max_total_size, %d)", full.MaxHeldSize, full.MaxTotalSize))
	}
	return errors.Join(errs...)
}

// Receiver reads requests with files.
type Receiver struct {
	cfg  Config
	held atomic.Int64
}

// NewReceiver reads them within those bounds.
func NewReceiver(cfg Config) *Receiver { return &Receiver{cfg: cfg.WithDefaults()} }

// Excess is the error of a request that passes a limit, by its key in the configuration.
type Excess struct {
	Key         string
	Max, Actual int64
}

// Error says which limit it is.
func (e *Excess) Error() string {
	return fmt.Sprintf("%s: the request has %d or more, and may have %d", e.Key, e.Actual, e.Max)
}

// ErrFull says that the files of other requests take all the room that there is.
var ErrFull = errors.New("the files of requests under way take all the room there is for them")

// ErrDisk says that a file could not be held on disk.
var ErrDisk = errors.New("hold a file on disk")

// ErrRead says that the request could not be read to its end.
var ErrRead = errors.New("read the request")

// Received is a request that was read: the JSON object of the operation, without its files until Place.
type Received struct {
	Operations []byte
	Set        *Set
}

// Place is the variables of the operation with a mark at each place of a file.
func (r *Received) Place(variables []byte) ([]byte, error) { return r.Set.place(variables) }

// Read reads a request whose texts have at most maxText bytes each. Unless there is an error, the caller closes the set.
func (r *Receiver) Read(from io.Reader, boundary string, maxText int) (*Received, error) {
	s := newSet(r)
	out, err := r.read(multipart.NewReader(from, boundary), s, maxText)
	if err != nil {
		s.Close()
		return nil, err
	}
	return out, nil
}

func (r *Receiver) read(parts *multipart.Reader, s *Set, maxText int) (*Received, error) {
	operations, err := text(parts, "operations", maxText)
	if err != nil {
		return nil, err
	}
	where, err := text(parts, "map", maxText)
	if err != nil {
		return nil, err
	}
	if err := r.expect(s, where); err != nil {
		return nil, err
	}
	seen := 0
	for ; ; seen++ {
		part, err := parts.NextRawPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrRead, err)
		}
		if err := r.take(s, part); err != nil {
			return nil, err
		}
	}
	if seen < len(s.files) {
		missing := slices.IndexFunc(s.files, func(f *file) bool { return f.size < 0 })
		return nil, fmt.Errorf("the file %q of the map is missing", s.files[missing].key)
	}
	return &Received{Operations: operations, Set: s}, nil
}

// text reads the part of that name, which must be the next.
func text(parts *multipart.Reader, name string, most int) ([]byte, error) {
	part, err := parts.NextRawPart()
	switch {
	case errors.Is(err, io.EOF):
		return nil, fmt.Errorf("the part %q is missing; it comes before the files", name)
	case err != nil:
		return nil, fmt.Errorf("%w: %w", ErrRead, err)
	case part.FormName() != name:
		return nil, fmt.Errorf("the part %q comes where %q belongs; send operations, then map, then the files", part.FormName(), name)
	}
	out, err := io.ReadAll(io.LimitReader(part, int64(most)+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("%w: %w", ErrRead, err)
	case len(out) > most:
		return nil, &Excess{"limits.http_max_request_bytes", int64(most), int64(len(out))}
	}
	return out, nil
}

// expect reads the map: which files there will be, and where they belong.
func (r *Receiver) expect(s *Set, where []byte) error {
	var places map[string][]string
	if err := json.Unmarshal(where, &places); err != nil {
		return fmt.Errorf(`map: must be a JSON object such as {"0": ["variables.file"]}: %w`, err)
	}
	if n := len(places); n > r.cfg.MaxFiles {
		return &Excess{"file_uploads.max_files", int64(r.cfg.MaxFiles), int64(n)}
	}
	for _, key := range slices.Sorted(maps.Keys(places)) {
		f := &file{key: key, size: -1}
		if len(places[key]) == 0 {
			return fmt.Errorf("map: the file %q belongs nowhere", key)
		}
		for _, p := range places[key] {
			at, ok := strings.CutPrefix(p, prefix)
			if !ok {
				return fmt.Errorf("map: %q is no place of a file; it begins with %q, and lists of operations have none", p, prefix)
			}
			f.places = append(f.places, at)
		}
		s.files = append(s.files, f)
	}
	return nil
}

// take reads a file.
func (r *Receiver) take(s *Set, part *multipart.Part) error {
	f := s.find(part.FormName())
	switch {
	case f == nil:
		return fmt.Errorf("the part %q is not in the map", part.FormName())
	case f.size >= 0:
		return fmt.Errorf("the file %q comes twice", f.key)
	}
	f.name, f.kind = part.FileName(), "application/octet-stream"
	if kind, params, err := mime.ParseMediaType(part.Header.Get("Content-Type")); err == nil {
		f.kind = cmp.Or(mime.FormatMediaType(kind, params), f.kind)
	}
	f.size = 0
	buf := make([]byte, 32<<10)
	for {
		n, err := part.Read(buf)
		if n > 0 {
			if err := r.add(s, f, buf[:n]); err != nil {
				return err
			}
		}
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return fmt.Errorf("%w: %w", ErrRead, err)
		}
	}
}

// add appends to a file, within all bounds.
func (r *Receiver) add(s *Set, f *file, data []byte) error {
	n := int64(len(data))
	switch {
	case f.size+n > r.cfg.MaxFileSize:
		return &Excess{"file_uploads.max_file_size", r.cfg.MaxFileSize, f.size + n}
	case s.held+n > r.cfg.MaxTotalSize:
		return &Excess{"file_uploads.max_total_size", r.cfg.MaxTotalSize, s.held + n}
	}
	s.held += n
	if r.held.Add(n) > r.cfg.MaxHeldSize {
		return ErrFull
	}
	f.size += n
	if f.disk == nil && f.size <= r.cfg.MaxMemory {
		f.memory = append(f.memory, data...)
		return nil
	}
	if err := r.store(f, data); err != nil {
		return fmt.Errorf("%w: %w", ErrDisk, err)
	}
	return nil
}

// store appends to a file on disk, to where it moves first.
func (r *Receiver) store(f *file, data []byte) error {
	if f.disk == nil {
		disk, err := os.CreateTemp(r.cfg.Directory, "ficus-upload-*")
		if err != nil {
			return err
		}
		f.disk = disk
		_ = os.Remove(disk.Name()) // so that nothing is left of it, whatever becomes of this process
		if _, err := disk.Write(f.memory); err != nil {
			return err
		}
		f.memory = nil
	}
	_, err := f.disk.Write(data)
	return err
}
