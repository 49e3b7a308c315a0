package record

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
)

// node is a value as it is written: some of a value that was answered. The nil node says nothing.
type node struct {
	kind kind
	// leaf is a text, json.Number, bool or nil.
	leaf   any
	list   []*node
	fields []member
	// length of a list of which nothing else is said.
	length int
}

type kind int

const (
	leafKind kind = iota
	listKind
	objectKind
	// lengthKind is a list of leaves that are all left out.
	lengthKind
)

type member struct {
	name string
	node *node
}

func null() *node { return &node{} }

func (n *node) isNull() bool { return n != nil && n.kind == leafKind && n.leaf == nil }

// set adds a field to an object; a nil node adds nothing.
func (n *node) set(name string, value *node) {
	if value == nil {
		return
	}
	for i, f := range n.fields {
		if f.name == name {
			n.fields[i].node = f.node.merged(value)
			return
		}
	}
	n.fields = append(n.fields, member{name, value})
}

// merged is the node with what another one says of the same value besides; where they differ, the first holds.
func (n *node) merged(other *node) *node {
	switch {
	case n == nil:
		return other
	case other == nil || n.kind != other.kind:
		return n
	case n.kind == objectKind:
		for _, f := range other.fields {
			n.set(f.name, f.node)
		}
	case n.kind == listKind && len(n.list) == len(other.list):
		for i := range n.list {
			n.list[i] = n.list[i].merged(other.list[i])
		}
	}
	return n
}

// contradicts reports whether another node says something else of the same value, not only more.
func (n *node) contradicts(other *node) bool {
	switch {
	case n == nil || other == nil:
		return false
	case n.kind != other.kind || n.leaf != other.leaf || n.length != other.length || len(n.list) != len(other.list):
		return true
	}
	for i, e := range n.list {
		if e.contradicts(other.list[i]) {
			return true
		}
	}
	return slices.ContainsFunc(n.fields, func(f member) bool {
		i := slices.IndexFunc(other.fields, func(o member) bool { return o.name == f.name })
		return i >= 0 && f.node.contradicts(other.fields[i].node)
	})
}

// plain is a kept value as a node.
func plain(v any) *node {
	switch v := v.(type) {
	case []any:
		n := &node{kind: listKind}
		for _, e := range v {
			n.list = append(n.list, plain(e))
		}
		return n
	case map[string]any:
		n := &node{kind: objectKind}
		for _, name := range sorted(v) {
			n.set(name, plain(v[name]))
		}
		return n
	}
	return &node{leaf: v}
}

func sorted(m map[string]any) []string {
	var out []string
	for name := range m {
		out = append(out, name)
	}
	slices.Sort(out)
	return out
}

// likeness is a made up leaf like the one that was answered, for a list in which some elements are said.
func likeness(v any) *node {
	switch v := v.(type) {
	case string:
		return &node{leaf: textLike(v)}
	case json.Number:
		return &node{leaf: json.Number(digits(v.String()))}
	case map[string]any:
		return &node{kind: objectKind}
	case []any:
		return &node{kind: listKind}
	}
	return &node{leaf: v}
}

// textLike is a text of as many words of the same lengths; a date is a date.
func textLike(text string) string {
	for _, layout := range []string{time.RFC3339, time.DateOnly, time.TimeOnly} {
		if at, err := time.Parse(layout, text); err == nil {
			return time.Date(2020, 1, 2, 3, 4, 5, 0, at.Location()).Format(layout)
		}
	}
	const pattern = "lorem ipsum dolor sit amet "
	var b strings.Builder
	for i, r := range []rune(text) {
		switch {
		case r == ' ', r == '\n':
			b.WriteRune(r)
		case r >= '0' && r <= '9':
			b.WriteByte('1')
		default:
			b.WriteByte(strings.ReplaceAll(pattern, " ", "")[i%(len(pattern)-5)])
		}
	}
	return b.String()
}

// digits is a number of as many digits.
func digits(text string) string {
	return strings.Map(func(r rune) rune {
		if r >= '2' && r <= '9' {
			return '1'
		}
		return r
	}, text)
}

// text is the node in YAML's flow style, which for leaves is JSON.
func (n *node) text() string {
	var parts []string
	switch n.kind {
	case listKind:
		for _, e := range n.list {
			parts = append(parts, e.text())
		}
		return "[" + strings.Join(parts, ", ") + "]"
	case objectKind:
		for _, f := range n.fields {
			parts = append(parts, f.name+": "+f.node.text())
		}
		if len(parts) == 0 {
			return "{}"
		}
		return "{ " + strings.Join(parts, ", ") + " }"
	case lengthKind:
		return fmt.Sprint(n.length)
	default:
		return quoted(n.leaf)
	}
}

// quoted is a leaf as JSON. YAML reads all of JSON but a delete character and what comes after it unescaped.
func quoted(v any) string {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return "null" // leaves were decoded from JSON
	}
	return strings.TrimSuffix(b.String(), "\n")
}
