package record

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/ficusgraph/ficus/mocks/response"
)

// counts are what pages say of their lists: structure, not content.
var counts = []string{
	"totalCount", "total", "totalItems", "totalElements", "totalResults", "totalRecords", "count", "totalPages", "pageCount",
	"lastPage", "page", "currentPage", "pageNumber", "pageIndex", "size", "pageSize", "perPage", "limit", "offset", "skip",
}

// leaf is what is written of a scalar or an enum; nil if it is left to the mock source.
func (w *walk) leaf(at place, named *ast.Definition, v *response.Value) *node {
	types := append([]string{at.typ.Name}, at.typ.Interfaces...)
	switch {
	case w.keep.kept(types, at.f.Name):
		w.keepLeaf(named, v)
		return plain(v.Plain())
	case w.isIdentifier(at.typ, at.f.Name, named):
		return w.identifier(at.typ, at.f.Name, v)
	case w.keep.hidden(types, at.f.Name) || named == nil:
		return nil
	case named.Kind == ast.Enum, named.Name == "Boolean", v.Leaf == "":
		return &node{leaf: v.Leaf}
	case named.Name == "Int" && slices.Contains(counts, at.f.Name) && w.isPage(at.typ):
		return &node{leaf: v.Leaf}
	}
	return nil
}

func (w *walk) keepLeaf(named *ast.Definition, v *response.Value) {
	if named != nil && named.Name == "ID" && v.Leaf != nil {
		w.ids.keep(v.Leaf)
	}
}

// isIdentifier reports whether a field identifies something: an ID, or part of a key.
func (w *walk) isIdentifier(t *ast.Definition, field string, named *ast.Definition) bool {
	if named != nil && named.Name == "ID" {
		return true
	}
	for _, k := range w.keys(t) {
		for _, item := range k {
			if item.Name == field {
				return true
			}
		}
	}
	return false
}

// identifier is the value of a field that identifies something. What is no text and no number can only stay.
func (w *walk) identifier(t *ast.Definition, field string, v *response.Value) *node {
	def := t.Fields.ForName(field)
	named := w.Schema.Types[def.Type.Name()]
	_, isText := v.Leaf.(string)
	_, isNumber := v.Leaf.(json.Number)
	if w.keep.kept(append([]string{t.Name}, t.Interfaces...), field) {
		return &node{leaf: w.ids.keep(v.Leaf)}
	}
	if named != nil && named.Kind == ast.Enum || !isText && !isNumber || v.Leaf == "" {
		return &node{leaf: v.Leaf}
	}
	return &node{leaf: w.ids.fake(v.Leaf)}
}

// isPage reports whether objects of the type are pages of a list, or describe one.
func (w *walk) isPage(t *ast.Definition) bool {
	if len(w.keys(t)) > 0 {
		return false
	}
	return strings.HasPrefix(strings.ToLower(t.Name), "page") || slices.ContainsFunc(t.Fields, func(f *ast.FieldDefinition) bool {
		of := w.Schema.Types[f.Type.Name()]
		return f.Type.Elem != nil && of != nil && of.IsCompositeType()
	})
}

// asJSON is the value of an argument as an answer would have it.
func asJSON(v any) any {
	switch v := v.(type) {
	case int, int64, int32, float64, float32:
		return json.Number(fmt.Sprint(v))
	case []any:
		out := make([]any, len(v))
		for i, e := range v {
			out[i] = asJSON(e)
		}
		return out
	case map[string]any:
		out := map[string]any{}
		for name, e := range v {
			out[name] = asJSON(e)
		}
		return out
	}
	return v
}
