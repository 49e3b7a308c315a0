package facade

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// Comparison is what both sides of a migration answered to one request.
type Comparison struct {
	Migration, Method, Path, RequestID string
	// Result is equal, mismatch, or why the answers cannot be compared: unanswered, too large, encoded.
	Result string
	// Differences name what differs, and not the values: those may be secrets. There are 20 at most.
	Differences []string
	// Old and New are the statuses of the two sides, 0 for one that did not answer.
	Old, New int
}

// answer is what one side said.
type answer struct {
	status int
	header http.Header
	body   []byte
	// over: the body is larger than what is compared.
	over bool
	err  error
}

// The results of comparisons.
const (
	Equal    = "equal"
	Mismatch = "mismatch"
)

// comparer compares answers: status, some headers, and the body: JSON by what it means, others by their bytes.
type comparer struct {
	headers []string
	ignore  [][]string
	max     int
}

func newComparer(cfg Shadow) comparer {
	c := comparer{headers: []string{"Content-Type", "Location"}, max: cfg.MaxBytes}
	for _, h := range cfg.Headers {
		if h = http.CanonicalHeaderKey(h); !slices.Contains(c.headers, h) {
			c.headers = append(c.headers, h)
		}
	}
	for _, p := range cfg.Ignore {
		c.ignore = append(c.ignore, strings.Split(strings.TrimPrefix(p, "/"), "/"))
	}
	return c
}

// maxDifferences is how many are told.
const maxDifferences = 20

// answers compares two.
func (c comparer) answers(before, after answer) (result string, differences []string) {
	d := &differing{comparer: c}
	if before.status != after.status {
		d.add("status: %d and %d", before.status, after.status)
	}
	for _, h := range c.headers {
		if !slices.Equal(before.header[h], after.header[h]) {
			d.add("header %s", h)
		}
	}
	old, err := c.plain(before)
	other, failed := c.plain(after)
	if err != nil || failed != nil {
		return "encoded", nil
	}
	if isJSON(before.header) && isJSON(after.header) {
		d.json(old, other)
	} else {
		d.bytes(old, other)
	}
	if len(d.list) > 0 {
		return Mismatch, d.list
	}
	return Equal, nil
}

// plain is the body as it was before it was compressed.
func (c comparer) plain(a answer) ([]byte, error) {
	switch strings.ToLower(a.header.Get("Content-Encoding")) {
	case "", "identity":
		return a.body, nil
	case "gzip":
		if len(a.body) == 0 {
			return nil, nil
		}
		z, err := gzip.NewReader(bytes.NewReader(a.body))
		if err != nil {
			return nil, fmt.Errorf("unpack: %w", err)
		}
		out, err := io.ReadAll(io.LimitReader(z, int64(c.max)+1))
		if err == nil && len(out) > c.max {
			err = errTooLarge
		}
		return out, err
	}
	return nil, fmt.Errorf("the encoding %q is not known", a.header.Get("Content-Encoding"))
}

func isJSON(h http.Header) bool {
	kind, _, _ := strings.Cut(strings.ToLower(h.Get("Content-Type")), ";")
	return kind == "application/json" || strings.HasSuffix(kind, "+json")
}

// differing gathers what differs.
type differing struct {
	comparer
	list []string
}

func (d *differing) add(format string, args ...any) {
	if len(d.list) < maxDifferences {
		d.list = append(d.list, fmt.Sprintf(format, args...))
	}
}

func (d *differing) bytes(a, b []byte) {
	switch {
	case len(a) != len(b):
		d.add("body: %d bytes and %d", len(a), len(b))
	case sha256.Sum256(a) != sha256.Sum256(b):
		d.add("body: %d bytes each, and not the same", len(a))
	}
}

// json compares two documents by what they mean; what is none by its bytes.
func (d *differing) json(a, b []byte) {
	x, ok := document(a)
	y, same := document(b)
	if !ok || !same {
		d.bytes(a, b)
		return
	}
	d.values(nil, x, y)
}

func document(text []byte) (out any, ok bool) {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	if decoder.Decode(&out) != nil {
		return nil, false
	}
	_, err := decoder.Token()
	return out, err == io.EOF
}

// values compares two values at a path.
func (d *differing) values(path []string, a, b any) {
	if len(d.list) >= maxDifferences || d.ignored(path) {
		return
	}
	at := "/" + strings.Join(path, "/")
	switch x := a.(type) {
	case map[string]any:
		y, ok := b.(map[string]any)
		if !ok {
			d.add("%s: an object and %s", at, kind(b))
			return
		}
		d.members(path, x, y)
	case []any:
		y, ok := b.([]any)
		if !ok {
			d.add("%s: a list and %s", at, kind(b))
			return
		}
		if len(x) != len(y) {
			d.add("%s: %d items and %d", at, len(x), len(y))
		}
		for i := range min(len(x), len(y)) {
			d.values(append(path[:len(path):len(path)], strconv.Itoa(i)), x[i], y[i])
		}
	case json.Number:
		if y, ok := b.(json.Number); !ok || !sameNumber(x, y) {
			d.add("%s: a number and %s", at, other(b, kind(a)))
		}
	default:
		if a != b {
			d.add("%s: %s and %s", at, kind(a), other(b, kind(a)))
		}
	}
}

// members compares two objects, in the order of their names.
func (d *differing) members(path []string, x, y map[string]any) {
	for _, name := range slices.Sorted(maps.Keys(x)) {
		below := slices.Concat(path, []string{name})
		v, ok := y[name]
		if !ok {
			if !d.ignored(below) {
				d.add("/%s: only the old side has it", strings.Join(below, "/"))
			}
			continue
		}
		d.values(below, x[name], v)
	}
	for _, name := range slices.Sorted(maps.Keys(y)) {
		below := slices.Concat(path, []string{name})
		if _, ok := x[name]; !ok && !d.ignored(below) {
			d.add("/%s: only the new side has it", strings.Join(below, "/"))
		}
	}
}

// ignored says that what is at the path may differ.
func (d *differing) ignored(path []string) bool {
	return slices.ContainsFunc(d.ignore, func(pattern []string) bool {
		return len(pattern) == len(path) && fits(pattern, path)
	})
}

func fits(pattern, path []string) bool {
	for i, p := range pattern {
		if p != "*" && p != path[i] {
			return false
		}
	}
	return true
}

// sameNumber compares whole numbers digit by digit, others as far as a float64 goes.
func sameNumber(a, b json.Number) bool {
	if a == b {
		return true
	}
	const fraction = ".eE"
	if !strings.ContainsAny(string(a), fraction) && !strings.ContainsAny(string(b), fraction) {
		return false
	}
	x, err := a.Float64()
	y, failed := b.Float64()
	return err == nil && failed == nil && x == y
}

// kind is what a value is, for people.
func kind(v any) string {
	switch v.(type) {
	case nil:
		return "null"
	case bool:
		return "a boolean"
	case string:
		return "a string"
	case json.Number:
		return "a number"
	case []any:
		return "a list"
	}
	return "an object"
}

// other is the kind of the second value, told apart from the first where both are alike.
func other(v any, first string) string {
	if k := kind(v); k != first {
		return k
	}
	return "another"
}
