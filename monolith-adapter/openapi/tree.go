package openapi

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// node is a value of a JSON or YAML text with its line. Members keep their order.
type node struct {
	kind     nodeKind
	line     int
	value    string // of strings, and of other scalars as JSON
	keys     []string
	children []*node
}

type nodeKind uint8

const (
	scalarNode nodeKind = iota
	stringNode
	listNode
	mapNode
)

const (
	// maxAliased is how many values aliases of YAML may make, beyond those that a text has room for.
	maxAliased = 100_000
	maxDepth   = 500
)

var (
	errNodes = fmt.Errorf("its aliases make more than %d values", maxAliased)
	errDepth = fmt.Errorf("it is nested more than %d deep", maxDepth)
)

// get is a member of a map, or nil.
func (n *node) get(key string) *node {
	if n.kind != mapNode {
		return nil
	}
	for i, k := range n.keys {
		if k == key {
			return n.children[i]
		}
	}
	return nil
}

// set adds a member, or replaces it.
func (n *node) set(key string, v *node) {
	for i, k := range n.keys {
		if k == key {
			n.children[i] = v
			return
		}
	}
	n.keys, n.children = append(n.keys, key), append(n.children, v)
}

// with is the node with another member.
func (n *node) with(key string, v *node) *node {
	out := *n
	out.keys, out.children = slices.Clone(n.keys), slices.Clone(n.children)
	out.set(key, v)
	return &out
}

// at is what a JSON pointer as a fragment of a URL leads to, or nil.
func (n *node) at(pointer string) *node {
	if pointer == "#" {
		return n
	}
	for part := range strings.SplitSeq(strings.TrimPrefix(pointer, "#/"), "/") {
		if n == nil {
			return nil
		}
		name := unescape(part)
		if plain, err := url.PathUnescape(name); err == nil && n.get(name) == nil {
			name = plain
		}
		if n.kind != listNode {
			n = n.get(name)
			continue
		}
		i, err := strconv.Atoi(name)
		if err != nil || i < 0 || i >= len(n.children) {
			return nil
		}
		n = n.children[i]
	}
	return n
}

// json appends the node as JSON.
func (n *node) json(dst []byte) []byte {
	switch n.kind {
	case stringNode:
		return append(dst, scalarJSON(n.value)...)
	case scalarNode:
		return append(dst, n.value...)
	}
	open, end := byte('{'), byte('}')
	if n.kind == listNode {
		open, end = '[', ']'
	}
	dst = append(dst, open)
	for i, c := range n.children {
		if i > 0 {
			dst = append(dst, ',')
		}
		if n.kind == mapNode {
			dst = append(append(dst, scalarJSON(n.keys[i])...), ':')
		}
		dst = c.json(dst)
	}
	return append(dst, end)
}
