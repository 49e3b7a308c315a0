package openapi

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/getkin/kin-openapi/openapi2"
	"github.com/getkin/kin-openapi/openapi2conv"
	"github.com/getkin/kin-openapi/openapi3"
)

// maxBytes is how large a description may be; the largest public ones have a fifth of it.
const maxBytes = 64 << 20

// document is a description with what its reading left to be said.
type document struct {
	*openapi3.T
	// tree is the text as it was written: for lines, and for the order of members.
	tree     *node
	file     string
	warnings []Warning
}

// load reads OpenAPI 3.0 and 3.1, and Swagger 2 as what it means in OpenAPI 3, in JSON or YAML.
func load(file string, data []byte) (*document, error) {
	if len(data) > maxBytes {
		return nil, fmt.Errorf("%d bytes are more than the %d that are read", len(data), maxBytes)
	}
	tree, err := parseTree(data)
	if err != nil {
		return nil, err
	}
	d := &document{tree: tree, file: file}
	version, swagger := tree.get("openapi"), tree.get("swagger")
	switch {
	case version == nil && swagger == nil:
		return nil, errors.New("it is no OpenAPI description: there is neither openapi: 3.x nor swagger: \"2.0\" at its top")
	case version != nil && !strings.HasPrefix(version.text(), "3."):
		return nil, fmt.Errorf("openapi %s cannot be read; 3.0, 3.1 and swagger 2.0 can", version.text())
	case swagger != nil && swagger.text() != "2.0" && swagger.text() != "2":
		return nil, fmt.Errorf("swagger %s cannot be read; 2.0 and openapi 3.x can", swagger.text())
	}
	d.repair(tree, "#")
	text := tree.json(nil)
	loader := openapi3.NewLoader()
	loader.IsExternalRefsAllowed = true
	root := filepath.Dir(file)
	loader.ReadFromURIFunc = func(_ *openapi3.Loader, location *url.URL) ([]byte, error) { return readBeside(root, location) }
	place := &url.URL{Path: filepath.ToSlash(file)}
	if swagger != nil {
		var old openapi2.T
		if err := json.Unmarshal(text, &old); err != nil {
			return nil, err
		}
		d.T, err = openapi2conv.ToV3WithLoader(&old, loader, place)
	} else {
		d.T, err = loader.LoadFromDataWithPath(text, place)
	}
	if err != nil {
		return nil, err
	}
	if d.Paths == nil || d.Paths.Len() == 0 {
		return nil, errors.New("it has no paths")
	}
	return d, nil
}

// readBeside reads a file that the description refers to. Only what lies in its folder is read: a description from
// elsewhere must not reach what is on this machine, or make requests.
func readBeside(root string, location *url.URL) ([]byte, error) {
	if location.Scheme != "" && location.Scheme != "file" || location.Host != "" {
		return nil, fmt.Errorf("%s is not fetched; save it beside the description and refer to the file", location)
	}
	name, err := filepath.Rel(root, filepath.FromSlash(location.Path))
	if err != nil {
		return nil, err
	}
	folder, err := os.OpenRoot(root)
	if err != nil {
		return nil, err
	}
	defer folder.Close()
	data, err := folder.ReadFile(name)
	if err != nil {
		return nil, fmt.Errorf("%w; only files in the folder of the description are read", err)
	}
	if len(data) > maxBytes {
		return nil, fmt.Errorf("%s has %d bytes, more than the %d that are read", name, len(data), maxBytes)
	}
	return data, nil
}

// repair takes out references that lead nowhere, or only to each other, and notes in which order properties stand.
func (d *document) repair(n *node, place string) {
	if ref := n.get("$ref"); ref != nil && ref.kind == stringNode && strings.HasPrefix(ref.value, "#") {
		if !d.resolves(ref.value) {
			d.warnings = append(d.warnings, Warning{Line: n.line, Place: place, Message: fmt.Sprintf("%s leads to nothing; it is taken for any value", ref.value)})
			*n = node{kind: mapNode, line: n.line}
			return
		}
	}
	for i, child := range n.children {
		name := fmt.Sprint(i)
		if n.kind == mapNode {
			name = n.keys[i]
		}
		d.repair(child, place+"/"+escape(name))
	}
	if p := n.get("properties"); p != nil && p.kind == mapNode && len(p.keys) > 1 && n.get(orderKey) == nil {
		order := &node{kind: listNode, line: p.line}
		for _, k := range p.keys {
			order.children = append(order.children, &node{kind: stringNode, value: k})
		}
		n.keys, n.children = append(n.keys, orderKey), append(n.children, order)
	}
}

// orderKey is the extension by which the order of properties is kept, which decoding would lose.
const orderKey = "x-ficus-order"

// maxHops is how many references may follow each other.
const maxHops = 32

// resolves reports whether a reference leads to something that is no reference.
func (d *document) resolves(ref string) bool {
	for range maxHops {
		n := d.tree.at(ref)
		if n == nil {
			return false
		}
		next := n.get("$ref")
		if next == nil || next.kind != stringNode {
			return true
		}
		if ref = next.value; !strings.HasPrefix(ref, "#") {
			return true
		}
	}
	return false
}

// line is where a place is, or where what is nearest around it is.
func (d *document) line(place string) int {
	for place != "#" && place != "" {
		if n := d.tree.at(place); n != nil {
			return n.line
		}
		place = place[:max(strings.LastIndexByte(place, '/'), 0)]
	}
	return 0
}

func escape(name string) string {
	return strings.ReplaceAll(strings.ReplaceAll(name, "~", "~0"), "/", "~1")
}

func unescape(name string) string {
	return strings.ReplaceAll(strings.ReplaceAll(name, "~1", "/"), "~0", "~")
}
