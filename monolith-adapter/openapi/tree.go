package openapi

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"slices"
	"strconv"
	"strings"

	yaml "github.com/oasdiff/yaml3"
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

// parseTree reads JSON, or YAML.
func parseTree(data []byte) (*node, error) {
	if len(data) > maxBytes {
		return nil, fmt.Errorf("%d bytes are more than the %d that are read", len(data), maxBytes)
	}
	t := &treeReader{data: data}
	if first := bytes.TrimLeft(data, " \t\r\n\xef\xbb\xbf"); len(first) > 0 && first[0] == '{' {
		if n, err := t.fromJSON(); err == nil || !errors.Is(err, errNotJSON) {
			return n, err
		}
	}
	var root yaml.Node
	if err := yaml.Unmarshal(data, &root); err != nil {
		return nil, err
	}
	if len(root.Content) == 0 {
		return nil, errors.New("it is empty")
	}
	return t.fromYAML(root.Content[0], 0)
}

type treeReader struct {
	data    []byte
	decoder *json.Decoder
	count   int
	line    int
	offset  int64
}

var errNotJSON = errors.New("not JSON")

func (t *treeReader) enter(depth int) error {
	if t.count++; t.count > len(t.data)+maxAliased {
		return errNodes
	}
	if depth > maxDepth {
		return errDepth
	}
	return nil
}

func (t *treeReader) fromJSON() (*node, error) {
	t.decoder = json.NewDecoder(bytes.NewReader(t.data))
	t.decoder.UseNumber()
	t.line = 1
	n, err := t.jsonValue(0)
	if err != nil {
		return nil, err
	}
	if _, err := t.decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, errNotJSON
	}
	return n, nil
}

// token is the next token; line follows it.
func (t *treeReader) token() (json.Token, error) {
	token, err := t.decoder.Token()
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errNotJSON, err)
	}
	at := t.decoder.InputOffset()
	t.line += bytes.Count(t.data[t.offset:at], []byte("\n"))
	t.offset = at
	return token, nil
}

func (t *treeReader) jsonValue(depth int) (*node, error) {
	if err := t.enter(depth); err != nil {
		return nil, err
	}
	token, err := t.token()
	if err != nil {
		return nil, err
	}
	n := &node{line: t.line}
	switch token := token.(type) {
	case json.Delim:
		n.kind = mapNode
		if token == '[' {
			n.kind = listNode
		}
		for t.decoder.More() {
			if n.kind == mapNode {
				key, err := t.token()
				if err != nil {
					return nil, err
				}
				n.keys = append(n.keys, key.(string))
			}
			line := t.line
			child, err := t.jsonValue(depth + 1)
			if err != nil {
				return nil, err
			}
			if n.kind == mapNode {
				child.line = line
			}
			n.children = append(n.children, child)
		}
		_, err = t.token()
		return n, err
	case string:
		n.kind, n.value = stringNode, token
	case json.Number:
		n.value = token.String()
	case bool:
		n.value = strconv.FormatBool(token)
	default:
		n.value = "null"
	}
	return n, nil
}

func (t *treeReader) fromYAML(y *yaml.Node, depth int) (*node, error) {
	if err := t.enter(depth); err != nil {
		return nil, err
	}
	n := &node{line: y.Line}
	switch y.Kind {
	case yaml.AliasNode:
		return t.fromYAML(y.Alias, depth+1)
	case yaml.SequenceNode:
		n.kind = listNode
		for _, c := range y.Content {
			child, err := t.fromYAML(c, depth+1)
			if err != nil {
				return nil, err
			}
			n.children = append(n.children, child)
		}
	case yaml.MappingNode:
		n.kind = mapNode
		return n, t.yamlMembers(n, y, depth)
	default:
		var v any
		if err := y.Decode(&v); err != nil {
			return nil, fmt.Errorf("line %d: %w", y.Line, err)
		}
		switch v := v.(type) {
		case string:
			n.kind, n.value = stringNode, v
		case nil, bool, int, int64, uint64:
			n.value = scalarJSON(v)
		case float64:
			if n.value = scalarJSON(v); n.value == "" { // an infinity
				n.kind, n.value = stringNode, y.Value
			}
		default: // a date that is not quoted
			n.kind, n.value = stringNode, y.Value
		}
	}
	return n, nil
}

func (t *treeReader) yamlMembers(n *node, y *yaml.Node, depth int) error {
	for i := 0; i+1 < len(y.Content); i += 2 {
		child, err := t.fromYAML(y.Content[i+1], depth+1)
		if err != nil {
			return err
		}
		key := y.Content[i]
		if key.Tag == "!!merge" && child.kind == mapNode {
			for j, k := range child.keys {
				if n.get(k) == nil {
					n.keys, n.children = append(n.keys, k), append(n.children, child.children[j])
				}
			}
			continue
		}
		child.line = key.Line
		n.keys, n.children = append(n.keys, key.Value), append(n.children, child)
	}
	return nil
}

func scalarJSON(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		return ""
	}
	return string(text)
}

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
