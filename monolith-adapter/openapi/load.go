package openapi

import (
	"encoding/json"
	"errors"
	"fmt"
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
	// tree is the text as it was written, for lines.
	tree *node
	file string
	// home is where the description has schemas with names, origin where those are from that came from elsewhere.
	home     string
	origin   map[string]where
	warnings []Warning
}

// load reads OpenAPI 3.0 and 3.1, and Swagger 2 as what it means in OpenAPI 3, in JSON or YAML.
func load(file string, data []byte) (*document, error) {
	tree, err := parseTree(data)
	if err != nil {
		return nil, err
	}
	d := &document{tree: tree, file: file, home: "components/schemas"}
	version, swagger := tree.get("openapi"), tree.get("swagger")
	switch {
	case version == nil && swagger == nil:
		return nil, errors.New("it is no OpenAPI description: there is neither openapi: 3.x nor swagger: \"2.0\" at its top")
	case version != nil && !strings.HasPrefix(version.value, "3."):
		return nil, fmt.Errorf("openapi %s cannot be read; 3.0, 3.1 and swagger 2.0 can", version.value)
	case swagger != nil && swagger.value != "2.0" && swagger.value != "2":
		return nil, fmt.Errorf("swagger %s cannot be read; 2.0 and openapi 3.x can", swagger.value)
	case swagger != nil:
		d.home = "definitions"
	}
	u := &bundler{
		files: &files{root: filepath.Dir(file), trees: map[string]*node{"": tree, filepath.Base(file): tree}, faults: map[string]error{}},
		home:  d.home, hoisted: map[where]string{}, taken: map[string]bool{}, origin: map[string]where{},
	}
	text := u.bundle(tree).json(nil)
	d.warnings, d.origin = u.warnings, u.origin
	if swagger != nil {
		var old openapi2.T
		if err := json.Unmarshal(text, &old); err != nil {
			return nil, err
		}
		d.T, err = openapi2conv.ToV3(&old)
	} else {
		d.T, err = openapi3.NewLoader().LoadFromData(text)
	}
	if err != nil {
		return nil, err
	}
	if d.Paths == nil || d.Paths.Len() == 0 {
		return nil, errors.New("it has no paths")
	}
	return d, nil
}

// files are the description and what it refers to, each read once. Only what lies in the description's folder is
// read: one from elsewhere must not reach what is on this machine, or make requests.
type files struct {
	root  string
	trees map[string]*node
	// faults say why a file has no tree.
	faults map[string]error
	bytes  int
}

func (f *files) get(name string) (*node, error) {
	if tree, ok := f.trees[name]; ok {
		return tree, nil
	}
	if err, ok := f.faults[name]; ok {
		return nil, err
	}
	tree, err := f.read(name)
	if err != nil {
		f.faults[name] = err
		return nil, err
	}
	f.trees[name] = tree
	return tree, nil
}

func (f *files) read(name string) (*node, error) {
	if strings.Contains(name, "://") {
		return nil, fmt.Errorf("%s is not fetched; save it beside the description and refer to the file", name)
	}
	folder, err := os.OpenRoot(f.root)
	if err != nil {
		return nil, err
	}
	defer folder.Close()
	data, err := folder.ReadFile(filepath.FromSlash(name))
	if err != nil {
		return nil, fmt.Errorf("%s cannot be read: only files in the folder of the description are", name)
	}
	if f.bytes += len(data); f.bytes > maxBytes {
		return nil, fmt.Errorf("%s is one too many: all files together have more than %d bytes", name, maxBytes)
	}
	tree, err := parseTree(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return tree, nil
}

// locate is a place of the model as it is written in the description, with its line.
func (d *document) locate(place string) (written string, line int) {
	const components = "#/components/schemas/"
	if rest, ok := strings.CutPrefix(place, components); ok {
		name, within, more := strings.Cut(rest, "/")
		if more {
			within = "/" + within
		}
		if from, hoisted := d.origin[unescape(name)]; hoisted {
			place = from.String() + within
		} else {
			place = "#/" + d.home + "/" + name + within
		}
	}
	if !strings.HasPrefix(place, "#") {
		return place, 0
	}
	for at := place; at != "#" && at != ""; at = at[:max(strings.LastIndexByte(at, '/'), 0)] {
		if n := d.tree.at(at); n != nil {
			return place, n.line
		}
	}
	return place, 0
}

func escape(name string) string {
	return strings.ReplaceAll(strings.ReplaceAll(name, "~", "~0"), "/", "~1")
}

func unescape(name string) string {
	return strings.ReplaceAll(strings.ReplaceAll(name, "~1", "/"), "~0", "~")
}
