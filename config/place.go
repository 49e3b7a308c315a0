package config

import (
	"errors"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml/ast"
)

// Place gives each fault of a file that Decode read the place of the key that it begins with.
func Place(file string, tree ast.Node, err error) error { return place(file, tree, err) }

// place gives each fault that begins with the key it is about, such as "cors.origins[1]: ..", the place of that
// key in the file. A key that is not written there, as where it is missing, has the place of what it is to be in.
func place(file string, body ast.Node, err error) error {
	var errs []error
	for _, fault := range split(err) {
		text := strings.TrimPrefix(fault.Error(), file+": ")
		key, _, _ := strings.Cut(text, ": ")
		at := find(body, key)
		if at == nil || at.GetToken() == nil {
			errs = append(errs, fault)
			continue
		}
		p := at.GetToken().Position
		errs = append(errs, &Error{File: file, Line: p.Line, Column: p.Column, Message: text, cause: fault})
	}
	return errors.Join(errs...)
}

// find is the node of the innermost key on the path that is there; nil if not even the first is.
func find(n ast.Node, path string) ast.Node {
	var at ast.Node
	for path != "" {
		key, value, rest := step(n, path)
		if key == nil {
			break
		}
		at, n, path = key, value, rest
	}
	return at
}

// step goes one key, or one index, down the path. Names may have dots: the longest key that fits is meant.
func step(n ast.Node, path string) (key, value ast.Node, rest string) {
	if list, ok := n.(*ast.SequenceNode); ok {
		index, after, _ := strings.Cut(strings.TrimPrefix(path, "["), "]")
		if i, err := strconv.Atoi(index); err == nil && i >= 0 && i < len(list.Values) {
			return first(list.Values[i]), list.Values[i], strings.TrimPrefix(after, ".")
		}
		return nil, nil, ""
	}
	longest := -1
	for _, v := range pairs(n) {
		name := v.Key.GetToken().Value
		after, ok := strings.CutPrefix(path, name)
		if ok && len(name) > longest && (after == "" || after[0] == '.' || after[0] == '[') {
			longest, key, value, rest = len(name), v.Key, v.Value, strings.TrimPrefix(after, ".")
		}
	}
	return key, value, rest
}

// first is where a value begins: a mapping's own place is its first colon.
func first(n ast.Node) ast.Node {
	if all := pairs(n); len(all) > 0 {
		return all[0].Key
	}
	return n
}
