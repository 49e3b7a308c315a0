// Package uploads is files that come with an operation, as the GraphQL multipart request specification has them:
// https://github.com/jaydenseric/graphql-multipart-request-spec
//
//	request   operations, map, files --> Receiver --> operations with a mark at each file's place; the Set of files
//	                                                          |
//	          mark in the variables of a fetch  <-- engine <--+
//	                    |
//	                    +--> Set.Form --> operations, map, files, for the one service that gets them
//
// A mark is a string that nobody can guess, so that the engine leads it through variables like any other value of a
// scalar that it does not know. Whoever sends a fetch asks for the marks in it. So nothing between knows of files.
//
// What a client sends is not trusted: files are bounded in number and size, each and together and over all requests,
// and beyond a size they are on disk, in files that no longer have a name. A Set is closed when its request was
// answered; what is still read of it then has an end.
package uploads

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
)

// Set is the files of one request.
type Set struct {
	mark  string
	files []*file
	// held is what is given back when the set is closed.
	held  int64
	owner *Receiver
	once  sync.Once
}

// file is one of them.
type file struct {
	// key is its name in the request, name what it is called, kind its content type.
	key, name, kind string
	places          []string
	size            int64
	// memory holds it, or disk.
	memory []byte
	disk   *os.File
	// taken says that a fetch has it.
	taken atomic.Bool
}

func newSet(owner *Receiver) *Set {
	return &Set{mark: "file-" + rand.Text() + "-", owner: owner}
}

// Close gives up the files.
func (s *Set) Close() {
	s.once.Do(func() {
		for _, f := range s.files {
			if f.disk != nil {
				_ = f.disk.Close()
				_ = os.Remove(f.disk.Name()) // where it could not be while it was open
			}
		}
		s.owner.held.Add(-s.held)
	})
}

type contextKey struct{}

// NewContext has the files known to fetches under the context.
func NewContext(ctx context.Context, s *Set) context.Context {
	return context.WithValue(ctx, contextKey{}, s)
}

// FromContext is the files of the request in hand; nil where there are none.
func FromContext(ctx context.Context) *Set {
	s, _ := ctx.Value(contextKey{}).(*Set)
	return s
}

// In reports whether a file is among these variables. A nil Set has none.
func (s *Set) In(variables []byte) bool {
	return s != nil && bytes.Contains(variables, []byte(s.mark))
}

func (s *Set) text(n int) string { return s.mark + strconv.Itoa(n) }

// place writes the marks into the JSON object of an operation's variables, where its map says that files belong.
func (s *Set) place(variables []byte) ([]byte, error) {
	want := map[string]int{}
	for n, f := range s.files {
		for _, p := range f.places {
			if _, ok := want[p]; ok {
				return nil, fmt.Errorf("map: %s has two files", p)
			}
			want[p] = n
		}
	}
	var out []byte
	from := 0
	err := walk(variables, func(at func() string, value json.Token, end int) {
		if value != nil {
			return
		}
		p := at()
		n, ok := want[p]
		if !ok {
			return
		}
		delete(want, p)
		out = append(out, variables[from:end-len("null")]...)
		out = strconv.AppendQuote(out, s.text(n))
		from = end
	})
	if err != nil {
		return nil, fmt.Errorf("operations: %w", err)
	}
	for _, f := range s.files {
		for _, p := range f.places {
			if _, left := want[p]; left {
				return nil, fmt.Errorf("map: operations has no null at %s, where the file %s belongs", p, f.key)
			}
		}
	}
	return append(out, variables[from:]...), nil
}

// ErrTaken says that a file is wanted by two fetches.
var ErrTaken = errors.New("the file is sent to one service, and another one is to get it too")

// Form is the request of a fetch with the files in its variables; nil if there are none. Each file is for one fetch.
func (s *Set) Form(body, variables []byte) (*Form, error) {
	if !s.In(variables) {
		return nil, nil
	}
	places := make([][]string, len(s.files))
	err := walk(variables, func(at func() string, value json.Token, _ int) {
		text, ok := value.(string)
		if !ok {
			return
		}
		for n := range s.files {
			if text == s.text(n) {
				places[n] = append(places[n], prefix+at())
			}
		}
	})
	if err != nil {
		return nil, err
	}
	out := &Form{}
	for n, f := range s.files {
		if len(places[n]) == 0 {
			continue
		}
		if f.taken.Swap(true) {
			return nil, ErrTaken
		}
		body = bytes.ReplaceAll(body, strconv.AppendQuote(nil, s.text(n)), []byte("null"))
		out.files = append(out.files, f)
		out.places = append(out.places, places[n])
	}
	return out, out.write(body)
}

// open is the file from its beginning.
func (f *file) open() io.Reader {
	if f.disk == nil {
		return bytes.NewReader(f.memory)
	}
	return io.NewSectionReader(f.disk, 0, f.size)
}

// walk visits the scalars of a JSON object: where each is, such as list.0.name, and where its text ends.
func walk(text []byte, visit func(at func() string, value json.Token, end int)) error {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	var in []level
	at := func() string {
		var out []byte
		for i := range in {
			if i > 0 {
				out = append(out, '.')
			}
			out = in[i].append(out)
		}
		return string(out)
	}
	for {
		t, err := d.Token()
		switch {
		case errors.Is(err, io.EOF) && len(in) == 0:
			return nil
		case err != nil:
			return err
		}
		last := len(in) - 1
		if key, ok := t.(string); ok && last >= 0 && in[last].object && !in[last].named {
			in[last].name, in[last].named = key, true
			continue
		}
		switch t {
		case json.Delim('{'), json.Delim('['):
			in = append(in, level{object: t == json.Delim('{')})
			continue
		case json.Delim('}'), json.Delim(']'):
			in = in[:last]
		default:
			visit(at, t, int(d.InputOffset()))
		}
		if last = len(in) - 1; last >= 0 {
			in[last].named = false
			in[last].index++
		}
	}
}

// level is an object or a list that is read.
type level struct {
	object bool
	// name is of the member that is read, once it is named; index of the element.
	name  string
	named bool
	index int
}

func (l *level) append(out []byte) []byte {
	if l.object {
		return append(out, l.name...)
	}
	return strconv.AppendInt(out, int64(l.index), 10)
}

// prefix begins each place of a map: files are among the variables.
const prefix = "variables."

// find is the file of a key.
func (s *Set) find(key string) *file {
	if i := slices.IndexFunc(s.files, func(f *file) bool { return f.key == key }); i >= 0 {
		return s.files[i]
	}
	return nil
}
