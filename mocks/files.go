package mocks

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// maxFile bounds a file about mocks, in bytes.
const maxFile = 4 << 20

// fileRules reads a file of values: a mapping from coordinates to what is said of them.
func (b *builder) fileRules(f File, into table) {
	body := b.document(f)
	if body == nil {
		return
	}
	for _, p := range b.pairs(f.Name, body, "is to be a mapping from coordinates, such as Product.price, to what is said of them") {
		typ, field, _ := strings.Cut(p.key, ".")
		c := coordinates{typ, field}
		list := b.settingsOf(f.Name, c.String(), p.value, c.String()+": is to be a mapping, such as {examples: [a, b]}")
		for i := range list {
			if i == 0 && list[i].at.line == 0 {
				list[i].at = p.at
			}
		}
		if len(list) > 0 {
			if _, ok := b.topic(c, p.at); ok {
				b.said(into, c, list)
			}
		}
	}
}

// settingsOf reads a mapping as settings of what is at a coordinate, "" if that is not known yet.
func (b *builder) settingsOf(file, coordinate string, n ast.Node, otherwise string) []setting {
	var out []setting
	for _, p := range b.pairs(file, n, otherwise) {
		v, err := valueIn(p.value, 0)
		if err != nil {
			b.fault(p.at, coordinate, "%s: %v", p.key, err)
			continue
		}
		out = append(out, setting{p.key, v, p.at})
	}
	return out
}

// document is the body of a YAML file; nil where there is nothing, or nothing that can be read.
func (b *builder) document(f File) ast.Node {
	if len(f.Text) > maxFile {
		b.fault(place{file: f.Name}, "", "is larger than %d bytes", maxFile)
		return nil
	}
	tree, err := parser.ParseBytes([]byte(f.Text), 0)
	if err != nil {
		at, text := place{file: f.Name}, err.Error()
		var e yaml.Error
		if errors.As(err, &e) && e.GetToken() != nil {
			at, text = at.of(e.GetToken().Position.Line, e.GetToken().Position.Column), e.GetMessage()
		}
		b.fault(at, "", "%s", text)
		return nil
	}
	if len(tree.Docs) == 0 || tree.Docs[0].Body == nil || tree.Docs[0].Body.Type() == ast.NullType {
		return nil
	}
	if len(tree.Docs) > 1 {
		b.fault(place{file: f.Name}, "", "holds several YAML documents; make a file of each")
		return nil
	}
	return tree.Docs[0].Body
}

func (p place) of(line, column int) place { return place{p.file, line, column} }

// pair is a key of a mapping with its value.
type pair struct {
	key   string
	value ast.Node
	at    place
}

// pairs are the entries of a mapping; what is none is a fault.
func (b *builder) pairs(file string, n ast.Node, otherwise string) []pair {
	var entries []*ast.MappingValueNode
	switch n := n.(type) {
	case *ast.MappingNode:
		entries = n.Values
	case *ast.MappingValueNode:
		entries = []*ast.MappingValueNode{n}
	default:
		b.fault(nodePlace(file, n), "", "%s", otherwise)
		return nil
	}
	var out []pair
	seen := map[string]bool{}
	for _, e := range entries {
		key := e.Key.GetToken().Value
		at := nodePlace(file, e.Key)
		if seen[key] {
			b.fault(at, key, "is given twice")
			continue
		}
		seen[key] = true
		out = append(out, pair{key, e.Value, at})
	}
	return out
}

func nodePlace(file string, n ast.Node) place {
	if n == nil || n.GetToken() == nil || n.GetToken().Position == nil {
		return place{file: file}
	}
	return place{file, n.GetToken().Position.Line, n.GetToken().Position.Column}
}

// maxNesting bounds values within values.
const maxNesting = 50

// valueIn is a node as JSON has it.
func valueIn(n ast.Node, depth int) (any, error) {
	if depth > maxNesting {
		return nil, fmt.Errorf("is nested deeper than %d", maxNesting)
	}
	switch n := n.(type) {
	case *ast.NullNode:
		return nil, nil
	case *ast.BoolNode:
		return n.Value, nil
	case *ast.IntegerNode:
		return json.Number(fmt.Sprint(n.Value)), nil
	case *ast.FloatNode:
		return json.Number(trimmed(n.Value)), nil
	case *ast.StringNode:
		return n.Value, nil
	case *ast.LiteralNode:
		return n.Value.Value, nil
	case *ast.SequenceNode:
		out := make([]any, len(n.Values))
		for i, e := range n.Values {
			var err error
			if out[i], err = valueIn(e, depth+1); err != nil {
				return nil, err
			}
		}
		return out, nil
	case *ast.MappingNode:
		return mappingIn(n.Values, depth)
	case *ast.MappingValueNode:
		return mappingIn([]*ast.MappingValueNode{n}, depth)
	}
	return nil, errors.New("is no plain value; anchors, aliases, tags and infinite numbers are not read")
}

func mappingIn(entries []*ast.MappingValueNode, depth int) (any, error) {
	out := map[string]any{}
	for _, e := range entries {
		v, err := valueIn(e.Value, depth+1)
		if err != nil {
			return nil, err
		}
		out[e.Key.GetToken().Value] = v
	}
	return out, nil
}
