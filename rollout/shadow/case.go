package shadow

import (
	"bytes"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"regexp"
	"slices"
	"unicode/utf8"

	"github.com/ficusgraph/ficus/rollout/comparison"
)

// Case is what it takes to ask both sides again: the pruned operation, its variables and the labels. It holds no token,
// and of values only those that the migration keeps.
type Case struct {
	Migration     string `json:"migration"`
	Query         string `json:"query"`
	OperationName string `json:"operationName,omitempty"`
	// Variables that are kept, and what is said of those that are not.
	Variables map[string]json.RawMessage `json:"variables"`
	Redacted  map[string]Value           `json:"redacted,omitempty"`
	// Labels that were active; the migration's own is turned on and off by itself.
	Labels []string `json:"labels,omitempty"`
}

func (c *Case) query() string {
	if c == nil {
		return ""
	}
	return c.Query
}

// Value is what is said of a value: itself, where the migration keeps it, else its type, its length and a hash, by which
// equal values of one replica can be told.
type Value struct {
	Type string `json:"type"`
	// Length of a string in characters, of a list and an object in elements.
	Length int             `json:"length,omitempty"`
	Hash   string          `json:"hash,omitempty"`
	Value  json.RawMessage `json:"value,omitempty"`
}

// hasher hides values. Its key is a process' own: a hash says nothing to whoever has a list of values.
type hasher struct{ key []byte }

func newHasher() hasher {
	key := make([]byte, sha256.Size)
	_, _ = rand.Read(key) // it does not fail
	return hasher{key}
}

// decoded is JSON with numbers as they are written.
func decoded(text []byte) any {
	var out any
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	if err := d.Decode(&out); err != nil {
		return nil
	}
	return out
}

// maxValue is how long a value may be that is kept.
const maxValue = 4 << 10

// value is what is said of a value.
func (h hasher) value(v any, kept bool) Value {
	text, err := json.Marshal(v)
	if err != nil {
		return Value{Type: "unknown"}
	}
	out := Value{}
	switch v := v.(type) {
	case nil:
		return Value{Type: "null"}
	case bool:
		out.Type = "boolean"
	case json.Number:
		out.Type = "number"
	case string:
		out.Type, out.Length = "string", utf8.RuneCountInString(v)
	case []any:
		out.Type, out.Length = "list", len(v)
	case map[string]any:
		out.Type, out.Length = "object", len(v)
	}
	if kept && len(text) <= maxValue {
		out.Value = text
		return out
	}
	mac := hmac.New(sha256.New, h.key)
	_, _ = mac.Write(text)
	out.Hash = hex.EncodeToString(mac.Sum(nil)[:4])
	return out
}

// indices are those in a path. What an element was met by is a value too.
var indices = regexp.MustCompile(`\[[^\[\]]*\]`)

// shape is a path without the indices.
func shape(path string) string { return indices.ReplaceAllString(path, "[]") }

// mismatch is a difference of a sample as it is kept.
func (s *sample) mismatch(d comparison.Difference) *Mismatch {
	keeps := s.migration.Keep
	kept := slices.Contains(keeps, d.Field) || slices.Contains(keeps, d.Coordinate)
	hide := s.shadow.hide
	now := s.shadow.Now().UTC()
	out := &Mismatch{
		First: now, Last: now, Count: 1, Coordinate: d.Coordinate, Field: d.Field, Path: d.At, Kind: d.Kind,
		From: hide.value(d.A, kept), To: hide.value(d.B, kept), FromCode: d.CodeA, ToCode: d.CodeB,
		Case: &Case{Migration: s.migration.Name, Query: s.pruned.text, OperationName: s.pruned.name, Labels: s.active, Variables: map[string]json.RawMessage{}},
	}
	if slices.Contains(s.active, s.migration.Label()) { // the client was answered by the new owner
		out.From, out.To, out.FromCode, out.ToCode = out.To, out.From, out.ToCode, out.FromCode
	}
	s.variablesOf(out.Case)
	return out
}

// variablesOf adds to a case the variables of the sample, as far as they are kept.
func (s *sample) variablesOf(c *Case) {
	values, err := s.pruned.values(s.variables)
	all := map[string]json.RawMessage{}
	if err != nil || json.Unmarshal(values, &all) != nil {
		return
	}
	from := map[string]string{}
	for _, w := range s.pruned.written {
		from[w.name] = w.coordinate
	}
	for name, v := range all {
		if slices.Contains(s.migration.Keep, "$"+name) || from[name] != "" && slices.Contains(s.migration.Keep, from[name]) {
			c.Variables[name] = v
			continue
		}
		if c.Redacted == nil {
			c.Redacted = map[string]Value{}
		}
		c.Redacted[name] = s.shadow.hide.value(decoded(v), false)
	}
}

// size is about how much the mismatch takes.
func (m *Mismatch) size() int {
	n := 512 + len(m.Path) + len(m.From.Value) + len(m.To.Value)
	if m.Case != nil {
		n += len(m.Case.Query)
		for name, v := range m.Case.Variables {
			n += len(name) + len(v)
		}
		n += 96 * len(m.Case.Redacted)
	}
	return n
}
