package config

import (
	"regexp"
	"strings"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// reference is ${env.NAME}, ${env.NAME:-default} or ${file.PATH}.
var reference = regexp.MustCompile(`\$\{(?:env\.([A-Za-z_][A-Za-z0-9_]*)(:-([^}]*))?|file\.([^}]+))\}`)

// expand replaces references to the environment and to files in every value beneath the node. A plain value that is one
// reference and nothing else is typed as if its text had been written there; a quoted one stays a string.
func (c *checker) expand(n ast.Node) ast.Node {
	switch n := n.(type) {
	case *ast.MappingNode:
		for _, v := range n.Values {
			v.Value = c.expand(v.Value)
		}
	case *ast.MappingValueNode:
		n.Value = c.expand(n.Value)
	case *ast.SequenceNode:
		for i, v := range n.Values {
			n.Values[i] = c.expand(v)
		}
	case *ast.StringNode:
		return c.expandString(n)
	case *ast.LiteralNode:
		n.Value.Value = c.replace(n, n.Value.Value)
	}
	return n
}

func (c *checker) expandString(n *ast.StringNode) ast.Node {
	at := reference.FindStringIndex(n.Value)
	if at == nil {
		return n
	}
	whole := at[0] == 0 && at[1] == len(n.Value) && n.Token.Origin != "" && n.Token.Type.String() == "String"
	text := c.replace(n, n.Value)
	if whole {
		if typed := scalar(text); typed != nil {
			return typed
		}
	}
	n.Value = text
	n.Token.Value = text
	return n
}

// replace fills in the references of a text.
func (c *checker) replace(n ast.Node, text string) string {
	return reference.ReplaceAllStringFunc(text, func(ref string) string {
		m := reference.FindStringSubmatch(ref)
		if m[4] != "" {
			return c.content(n, m[4])
		}
		if v, ok := c.env(m[1]); ok && (v != "" || m[2] == "") {
			return v
		}
		if m[2] == "" {
			c.fault(n, "the environment has no %s; set it, or write ${env.%s:-default}", m[1], m[1])
		}
		return m[3]
	})
}

// content is what a file holds, without the end of its last line.
func (c *checker) content(n ast.Node, name string) string {
	text, err := c.read(name)
	if err != nil {
		c.fault(n, "%v; ${file.%s} is looked for beside this file", err, name)
	}
	return strings.TrimRight(string(text), "\r\n")
}

// scalar is the text as a number, a boolean or null, or nil where it is none of these.
func scalar(text string) ast.Node {
	tree, err := parser.ParseBytes([]byte(text), 0)
	if err != nil || len(tree.Docs) != 1 {
		return nil
	}
	switch body := tree.Docs[0].Body.(type) {
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.NullNode:
		return body
	}
	return nil
}
