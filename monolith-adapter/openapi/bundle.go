package openapi

import (
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"
)

// bundler makes, of a description that may be in several files, one that has what the import needs and nothing else.
// Parameters, bodies and responses are put where they are referred to; schemas stay apart, by name, since they may
// contain themselves. What is not as it should be is left out with a warning, so that it fails nothing else.
type bundler struct {
	files *files
	// home is where schemas with names are.
	home     string
	warnings []Warning
	// hoisted are the names that schemas from elsewhere got, queue those that are still to be read.
	hoisted map[where]string
	taken   map[string]bool
	queue   []where
	// rules of schemas.
	rules rules
	// origin says where a named schema comes from, if from elsewhere.
	origin map[string]where
}

// where is a place in one of the files; "" is the first.
type where struct{ file, pointer string }

func (w where) child(name string) where { return where{w.file, w.pointer + "/" + escape(name)} }

func (w where) String() string { return w.file + w.pointer }

// maxHops is how many references may follow each other.
const maxHops = 32

func (u *bundler) warn(n *node, at where, format string, args ...any) {
	w := Warning{Place: at.String(), Message: fmt.Sprintf(format, args...)}
	if at.file == "" {
		w.Line = n.line
	}
	if !slices.Contains(u.warnings, w) { // what is referred to twice is read twice
		u.warnings = append(u.warnings, w)
	}
}

// bundle is the whole description.
func (u *bundler) bundle(root *node) *node {
	at := where{"", "#"}
	home := strings.Split(u.home, "/")
	schemas := root
	for _, name := range home {
		if schemas != nil {
			schemas = schemas.get(name)
		}
	}
	u.rules = schemaRules()
	named := &node{kind: mapNode}
	if schemas != nil && schemas.kind == mapNode {
		for _, name := range schemas.keys {
			u.taken[name] = true
		}
		for i, name := range schemas.keys {
			named.set(name, u.schema(schemas.children[i], where{"", "#/" + u.home}.child(name)))
		}
	}
	out := u.object(root, at, documentRules())
	for len(u.queue) > 0 {
		next := u.queue[0]
		u.queue = u.queue[1:]
		if _, n, err := u.resolve(next.pointer, where{next.file, ""}); err == nil { // it was there when it was queued
			named.set(u.hoisted[next], u.schema(n, next))
		}
	}
	holder := out
	for _, name := range home[:len(home)-1] {
		if holder.get(name) == nil {
			holder.set(name, &node{kind: mapNode})
		}
		holder = holder.get(name)
	}
	holder.set(home[len(home)-1], named)
	return out
}

// rule makes what is kept of a member, or nil.
type rule func(u *bundler, n *node, at where) *node

type rules map[string]rule

// object keeps the members that rules are for. A reference is replaced by what it leads to.
func (u *bundler) object(n *node, at where, keep rules) *node {
	n, at = u.follow(n, at)
	out := &node{kind: mapNode, line: n.line}
	if n.kind != mapNode {
		u.warn(n, at, "it should be an object; left out")
		return out
	}
	for i, name := range n.keys {
		rule := keep[name]
		if rule == nil {
			if rule = keep["*"]; rule == nil || strings.HasPrefix(name, "x-") {
				continue
			}
		}
		if kept := rule(u, n.children[i], at.child(name)); kept != nil {
			out.set(name, kept)
		}
	}
	return out
}

// follow goes where a reference leads.
func (u *bundler) follow(n *node, at where) (*node, where) {
	for range maxHops {
		ref := n.get("$ref")
		if ref == nil || ref.kind != stringNode {
			return n, at
		}
		to, target, err := u.resolve(ref.value, at)
		if err != nil {
			u.warn(n, at, "%v; left out", err)
			return &node{kind: mapNode, line: n.line}, at
		}
		n, at = target, to
	}
	u.warn(n, at, "references lead in a circle; left out")
	return &node{kind: mapNode, line: n.line}, at
}

// resolve is where a reference leads, and what is there.
func (u *bundler) resolve(ref string, from where) (where, *node, error) {
	file, pointer, _ := strings.Cut(ref, "#")
	to := where{from.file, "#" + pointer}
	if file != "" {
		to.file = path.Join(path.Dir(from.file), file)
		if strings.Contains(file, "://") {
			to.file = file
		}
	}
	tree, err := u.files.get(to.file)
	if err != nil {
		return to, nil, err
	}
	to.pointer = strings.TrimSuffix(to.pointer, "/")
	n := tree.at(to.pointer)
	if n == nil {
		err = fmt.Errorf("%s leads to nothing", ref)
	}
	return to, n, err
}

// schema is a schema, or a reference to a named one.
func (u *bundler) schema(n *node, at where) *node {
	empty := &node{kind: mapNode, line: n.line}
	nothing := empty.with(toldKey, &node{value: "true"})
	switch {
	case n.kind == scalarNode && (n.value == "true" || n.value == "false"):
		return empty
	case n.kind != mapNode:
		u.warn(n, at, "it should be a schema; it is taken for any value")
		return nothing
	}
	if ref := n.get("$ref"); ref != nil && ref.kind == stringNode {
		name := u.named(n, ref.value, at)
		if name == "" {
			return nothing
		}
		return empty.with("$ref", &node{kind: stringNode, value: "#/" + u.home + "/" + escape(name)})
	}
	out := u.object(n, at, u.rules)
	if p := out.get("properties"); p != nil && len(p.keys) > 1 {
		order := &node{kind: listNode, line: p.line}
		for _, k := range p.keys {
			order.children = append(order.children, &node{kind: stringNode, value: k})
		}
		out.set(orderKey, order)
	}
	return out
}

// Extensions by which the tree says what decoding would lose.
const (
	// orderKey is the order of properties.
	orderKey = "x-ficus-order"
	// toldKey is a schema that stands for something of which a warning was given.
	toldKey = "x-ficus-told"
)

// named is the name of the schema that a reference leads to; "" if it leads to none.
func (u *bundler) named(n *node, ref string, at where) string {
	problem := fmt.Errorf("%s leads in a circle", ref)
	for range maxHops {
		to, target, err := u.resolve(ref, at)
		if err != nil {
			problem = err
			break
		}
		if next := target.get("$ref"); next != nil && next.kind == stringNode {
			ref, at = next.value, to
			continue
		}
		if name, ok := strings.CutPrefix(to.pointer, "#/"+u.home+"/"); ok && to.file == "" && !strings.Contains(name, "/") {
			return unescape(name)
		}
		if name, known := u.hoisted[to]; known {
			return name
		}
		name := u.freeName(to)
		u.hoisted[to], u.origin[name] = name, to
		u.queue = append(u.queue, to)
		return name
	}
	u.warn(n, at, "%v; it is taken for any value", problem)
	return ""
}

// freeName names a schema from elsewhere by the last part of its place.
func (u *bundler) freeName(w where) string {
	base := unescape(w.pointer[strings.LastIndexByte(w.pointer, '/')+1:])
	if base == "#" || base == "" {
		base = strings.TrimSuffix(path.Base(w.file), path.Ext(w.file))
	}
	if base == "schema" || base == "items" { // of something without a name
		base = camel(words(w.pointer))
	}
	name := base
	for n := 2; u.taken[name]; n++ {
		name = base + strconv.Itoa(n)
	}
	u.taken[name] = true
	return name
}
