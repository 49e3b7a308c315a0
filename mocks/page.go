package mocks

import (
	"encoding/base64"
	"encoding/json"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/ficusgraph/ficus/engine/supergraph"
)

// window is the part of a list that the arguments ask for. The list is there as a whole: whatever part is asked for,
// element i is the same, and whoever pages through it meets each element once.
type window struct {
	// list identifies the list; element i stands at list.at(i).
	list              hash
	from, to, total   int
	size, page, basis int
	// order is which elements the list has, where mutations of the session took some away or added some: those that
	// were added are below 0. It ascends; nil where nothing changed.
	order []int
	// made are those that were added, by their number.
	made map[int]any
}

// Arguments that say which part of a list is wanted. sizes are in arguments.go.
var (
	cursors   = []string{"after", "before"}
	offsets   = []string{"offset", "skip"}
	pageNames = []string{"page", "pageNumber", "pageIndex"}
)

// pages reports whether one of the arguments says which part of a list is wanted.
func pages(args ast.ArgumentDefinitionList) bool {
	return slices.ContainsFunc(args, func(a *ast.ArgumentDefinition) bool { return paging(a.Name) })
}

func paging(name string) bool {
	return slices.Contains(sizes, name) || slices.Contains(cursors, name) || slices.Contains(offsets, name) || slices.Contains(pageNames, name)
}

// Lengths of lists of which nothing is said: a page, a list that can be paged through, and any other.
const (
	pageSize   = 10
	leastTotal = 6
	totals     = 20
	short      = 3
)

// narrow applies the arguments, in the order of the cursor connections' specification.
// https://relay.dev/graphql/connections.htm#sec-Pagination-algorithm
func (w *window) narrow(s seat) {
	if i, ok := cursorIn(s.args["after"]); ok {
		w.from = min(w.total, w.behind(i, false))
	}
	if i, ok := cursorIn(s.args["before"]); ok {
		w.to = max(w.from, min(w.to, w.behind(i, true)))
	}
	w.skip(s)
	sized := false
	for _, name := range sizes {
		n, ok := countIn(s.args[name])
		if !ok {
			continue
		}
		sized, w.size = true, min(w.size, n)
		if name == "last" {
			w.from = max(w.from, w.to-n)
		} else {
			w.to = w.from + min(w.to-w.from, n)
		}
	}
	if !sized {
		w.size = pageSize
		w.to = min(w.to, w.from+pageSize)
	}
}

// skip applies offsets, and pages, which count from 1 unless their default is 0.
func (w *window) skip(s seat) {
	skipped := 0
	for _, name := range offsets {
		if n, ok := countIn(s.args[name]); ok {
			skipped += n
		}
	}
	for _, name := range pageNames {
		n, ok := countIn(s.args[name])
		if !ok {
			continue
		}
		if d := s.def.Args.ForName(name); name == "pageIndex" || d != nil && d.DefaultValue != nil && d.DefaultValue.Raw == "0" {
			w.basis = 0
		}
		w.page = max(w.basis, n)
		size := pageSize
		for _, name := range sizes {
			if n, ok := countIn(s.args[name]); ok {
				size = n
			}
		}
		skipped += (w.page - w.basis) * size
	}
	w.from = min(w.to, w.from+skipped)
}

// countIn is a number of elements; those below 0 count as 0.
func countIn(v any) (int, bool) {
	n, ok := v.(json.Number)
	if !ok {
		return 0, false
	}
	i, err := strconv.ParseInt(n.String(), 10, 32)
	if err != nil {
		return 0, false
	}
	return int(max(0, i)), true
}

const cursorPrefix = "element "

func cursor(i int) string {
	return base64.StdEncoding.EncodeToString([]byte(cursorPrefix + strconv.Itoa(i)))
}

// cursorIn is the element of a cursor. One that is none of ours is none of an element: it is as if it were not given.
func cursorIn(v any) (int, bool) {
	text, _ := v.(string)
	raw, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return 0, false
	}
	digits, ok := strings.CutPrefix(string(raw), cursorPrefix)
	if !ok {
		return 0, false
	}
	n, err := strconv.ParseInt(digits, 10, 32)
	return int(n), err == nil
}

// pageLists are what the lists of a page's elements are called.
var pageLists = []string{"edges", "nodes", "items", "results", "data", "list", "entries", "records", "rows", "content", "docs", "elements", "hits"}

// elements are the fields of a type that hold the elements of a list of which objects of the type are a page: edges,
// and what beside them holds their nodes, or else the one that is called so, or the first list of objects.
func elements(graph *supergraph.Supergraph, t *supergraph.Type) []*supergraph.Field {
	var lists []*supergraph.Field
	for _, f := range t.Fields {
		if of := graph.Type(f.Type.Name()); f.Type.Elem != nil && of != nil && !of.IsLeaf() {
			lists = append(lists, f)
		}
	}
	if len(lists) == 0 {
		return nil
	}
	best := slices.MinFunc(lists, func(x, y *supergraph.Field) int { return rank(x.Name) - rank(y.Name) })
	out := []*supergraph.Field{best}
	edge := graph.Type(best.Type.Name())
	if best.Name != "edges" || edge.Field("node") == nil {
		return out
	}
	for _, f := range lists {
		if f != best && f.Type.Name() == edge.Field("node").Type.Name() {
			out = append(out, f)
		}
	}
	return out
}

func rank(name string) int {
	if i := slices.Index(pageLists, name); i >= 0 {
		return i
	}
	return len(pageLists)
}

// isPage reports whether objects of the type are pages of a list: what has no key, and elements.
func isPage(graph *supergraph.Supergraph, t *ast.Type) bool {
	named := graph.Type(t.Name())
	if t.Elem != nil || named == nil || named.Kind != ast.Object || named.Field("id") != nil || slices.ContainsFunc(named.In, func(in *supergraph.TypeIn) bool { return in != nil && len(in.Keys) > 0 }) {
		return false
	}
	return len(elements(graph, named)) > 0
}

// isConnection reports whether the type is a page whatever the arguments of its field are.
func isConnection(t *supergraph.Type) bool {
	return t.Field("pageInfo") != nil || strings.HasSuffix(t.Name, "Connection")
}

// facts are what a page, or the object that describes it, says of itself.
func (w *window) facts(t *supergraph.Type, into map[string]any) {
	number := func(n int) any { return json.Number(strconv.Itoa(n)) }
	count := max(1, min(w.size, math.MaxInt32-1))
	last := (w.total + count - 1) / count
	for _, f := range t.Fields {
		if v, ok := w.fact(f.Name, number, last); ok && f.Type.Elem == nil && (v != nil || !f.Type.NonNull) {
			into[f.Name] = v
		}
	}
}

func (w *window) fact(name string, number func(int) any, last int) (any, bool) {
	switch name {
	case "totalCount", "total", "totalItems", "totalElements", "totalResults", "totalRecords", "count":
		return number(w.total), true
	case "totalPages", "pageCount", "lastPage":
		return number(last), true
	case "hasNextPage", "hasNext", "hasMore":
		return w.to < w.total, true
	case "hasPreviousPage", "hasPrevious", "hasPrev":
		return w.from > 0, true
	case "startCursor", "previousCursor":
		return w.cursorAt(w.from), true
	case "endCursor", "nextCursor":
		return w.cursorAt(w.to - 1), true
	case "page", "currentPage", "pageNumber", "pageIndex":
		return number(w.page), true
	case "size", "pageSize", "perPage", "limit":
		return number(min(w.size, math.MaxInt32)), true
	case "offset", "skip":
		return number(w.from), true
	}
	return nil, false
}

// cursorAt is the cursor of an element of the page; null where the page is empty.
func (w *window) cursorAt(i int) any {
	if w.from >= w.to {
		return nil
	}
	return cursor(w.ordinal(i))
}

// seat says of a field of a page which part of the list it holds, of one that describes the page what that is, and of
// the node of an edge which element it is.
func (w *window) seat(graph *supergraph.Supergraph, o *object, s *seat) {
	switch {
	case o.edge && s.def.Name == "node":
		s.place, s.listed = o.place, true
	case w == nil || s.said:
	case slices.Contains(elements(graph, o.typ), s.def):
		s.part = w
		edge := graph.Type(s.def.Type.Name())
		s.edge = s.def.Name == "edges" && edge.Field("node") != nil
	case s.def.Type.Elem == nil:
		if t := graph.Type(s.def.Type.Name()); t != nil && t.Kind == ast.Object && w.described(t) {
			facts := map[string]any{}
			w.facts(t, facts)
			s.given, s.said = facts, true
		}
	}
}

// described reports whether objects of the type say where a page is in its list.
func (w *window) described(t *supergraph.Type) bool {
	return slices.ContainsFunc([]string{"hasNextPage", "hasNext", "hasMore", "endCursor", "nextCursor", "totalPages", "currentPage"}, func(name string) bool { return t.Field(name) != nil })
}
