package config

import (
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/ficusgraph/ficus/nearest"
	"github.com/goccy/go-yaml/ast"
)

// unknown reports the keys beneath the node that the struct has no field for.
func (c *checker) unknown(n ast.Node, into any) { c.keys(n, reflect.TypeOf(into), "") }

func (c *checker) keys(n ast.Node, t reflect.Type, path string) {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t == reflect.TypeFor[time.Duration]() {
		c.duration(n, path)
		return
	}
	switch t.Kind() {
	case reflect.Struct:
		if fields := fieldsOf(t); len(fields) > 0 {
			c.structKeys(n, fields, path)
		}
	case reflect.Map:
		for _, v := range pairs(n) {
			c.keys(v.Value, t.Elem(), path+v.Key.String()+".")
		}
	case reflect.Slice:
		if s, ok := n.(*ast.SequenceNode); ok {
			for _, v := range s.Values {
				c.keys(v, t.Elem(), path)
			}
		}
	}
}

// duration reports a time span that is not written as one.
func (c *checker) duration(n ast.Node, path string) {
	text := n.GetToken().Value
	if _, err := time.ParseDuration(text); err != nil {
		c.fault(n, "%s: %q is not a duration; write a number with its unit, such as 30s or 1m30s", strings.TrimSuffix(path, "."), text)
	}
}

func (c *checker) structKeys(n ast.Node, fields []field, path string) {
	seen := map[string]bool{}
	for _, v := range pairs(n) {
		key := v.Key.GetToken().Value
		i := slices.IndexFunc(fields, func(f field) bool { return f.key == key })
		switch {
		case seen[key]:
			c.fault(v.Key, "%s%s is given twice", path, key)
		case i < 0 && movedTo(path, key) != "":
			c.fault(v.Key, "%s%s is not a key here; write it as %s", path, key, movedTo(path, key))
		case i < 0:
			c.fault(v.Key, "%s%s is not a key here%s", path, key, suggestion(key, fields))
		default:
			c.keys(v.Value, fields[i].typ, path+key+".")
		}
		seen[key] = true
	}
}

// pairs is the keys and values of a mapping, however it is written.
func pairs(n ast.Node) []*ast.MappingValueNode {
	switch n := n.(type) {
	case *ast.MappingNode:
		return n.Values
	case *ast.MappingValueNode:
		return []*ast.MappingValueNode{n}
	}
	return nil
}

// field is a key that a struct takes.
type field struct {
	key string
	typ reflect.Type
}

// fieldsOf is the keys of a struct by its yaml tags; embedded structs with ",inline" count as its own.
func fieldsOf(t reflect.Type) []field {
	var out []field
	for i := range t.NumField() {
		f := t.Field(i)
		name, options, _ := strings.Cut(f.Tag.Get("yaml"), ",")
		switch {
		case name == "-" || !f.IsExported() && !f.Anonymous:
		case strings.Contains(options, "inline"):
			out = append(out, fieldsOf(f.Type)...)
		case name != "":
			out = append(out, field{name, f.Type})
		}
	}
	return out
}

// moved are keys that stood elsewhere, or that other gateways have elsewhere. What stands for * is the same in both.
var moved = []struct{ under, key, to string }{
	{"connectors.sources.*.", "timeout", "traffic_shaping.connector.sources.*.timeout"},
	{"connectors.sources.*.", "max_concurrency", "traffic_shaping.connector.sources.*.max_concurrency"},
	{"connectors.sources.*.", "max_response_bytes", "limits.connector.sources.*.http_max_response_size"},
	{"traffic_shaping.connector.sources.*.", "http_max_response_bytes", "limits.connector.sources.*.http_max_response_size"},
	{"traffic_shaping.connector.all.", "http_max_response_bytes", "limits.connector.all.http_max_response_size"},
	{"traffic_shaping.connector.sources.*.", "http2", "traffic_shaping.connector.sources.*.experimental_http2"},
	{"traffic_shaping.all.", "experimental_retry", "traffic_shaping.all.retry, with max_attempts and budget"},
	{"traffic_shaping.subgraphs.*.", "experimental_retry", "traffic_shaping.subgraphs.*.retry, with max_attempts and budget"},
	{"traffic_shaping.", "deduplicate_variables", "nothing: variables are always sent once"},
	{"mocks.", "enabled", "environment: dev (or --env dev), and mock: never, unimplemented or always at each subgraph that is otherwise"},
	{"traffic_shaping.connector.all.", "http2", "traffic_shaping.connector.all.experimental_http2"},
}

// movedTo is where a key is now, "" if it is nowhere.
func movedTo(path, key string) string {
	for _, m := range moved {
		under, end, named := strings.Cut(m.under, "*")
		rest, begins := strings.CutPrefix(path, under)
		name, ends := strings.CutSuffix(rest, end)
		if begins && ends && m.key == key && named == (name != "") {
			return strings.Replace(m.to, "*", name, 1)
		}
	}
	return ""
}

// suggestion is the nearest key, or the list of them where none is near.
func suggestion(key string, fields []field) string {
	all := make([]string, len(fields))
	for i, f := range fields {
		all[i] = f.key
	}
	return meant(key, all)
}

// meant proposes the name that is most like the one that is not there, or says which there are.
func meant(name string, all []string) string {
	switch best := nearest.To(name, all); {
	case best != "":
		return "; did you mean " + best + "?"
	case len(all) > 0:
		return "; there are " + strings.Join(all, ", ")
	default:
		return ""
	}
}
