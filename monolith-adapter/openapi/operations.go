package openapi

import (
	"cmp"
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// operation is one that was picked.
type operation struct {
	*openapi3.Operation
	method, path string
	params       []*param
	place        string
}

// param is one of the operation's own parameters, or of its path's.
type param struct {
	*openapi3.Parameter
	place string
}

// methods are those that connectors know, in the order of the result.
var methods = []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete}

// pick lists the operations that the options ask for, by path and method.
func (b *builder) pick() {
	include, exclude := filters(b.options.Include), filters(b.options.Exclude)
	for _, path := range slices.Sorted(maps.Keys(b.doc.Paths.Map())) {
		item := b.doc.Paths.Value(path)
		if item == nil {
			continue
		}
		all := item.Operations()
		for _, method := range slices.SortedFunc(maps.Keys(all), byMethod) {
			op := &operation{Operation: all[method], method: method, path: path, place: "#/paths/" + escape(path) + "/" + strings.ToLower(method)}
			if len(include) > 0 && !matches(include, op) || matches(exclude, op) {
				continue
			}
			if !slices.Contains(methods, method) {
				if method != http.MethodHead && method != http.MethodOptions {
					b.warn(op.place, "%s is not a method that connectors know; left out", method)
				}
				continue
			}
			op.params = b.params(item, op)
			if all[method].Servers != nil && len(*all[method].Servers) > 0 || len(item.Servers) > 0 {
				b.warn(op.place, "it has servers of its own; the connector uses the source's baseURL, so give it a source of its own if that is wrong")
			}
			b.operations = append(b.operations, op)
		}
	}
	b.picked = len(b.operations)
	for _, f := range append(include, exclude...) {
		if !f.used {
			b.warn("#/paths", "%s matches no operation", f.text)
		}
	}
}

func byMethod(a, b string) int {
	return cmp.Or(cmp.Compare(rank(a), rank(b)), cmp.Compare(a, b))
}

func rank(method string) int {
	if i := slices.Index(methods, method); i >= 0 {
		return i
	}
	return len(methods)
}

// params are the parameters of the path and of the operation, which override those.
func (b *builder) params(item *openapi3.PathItem, op *operation) []*param {
	var out []*param
	add := func(list openapi3.Parameters, place string) {
		for i, ref := range list {
			at := fmt.Sprintf("%s/parameters/%d", place, i)
			if ref == nil || ref.Value == nil || ref.Value.Name == "" {
				b.warn(at, "the parameter has no name; left out")
				continue
			}
			p := &param{ref.Value, at}
			same := func(o *param) bool { return o.Name == p.Name && o.In == p.In }
			if i := slices.IndexFunc(out, same); i >= 0 {
				out[i] = p
			} else {
				out = append(out, p)
			}
		}
	}
	add(item.Parameters, "#/paths/"+escape(op.path))
	add(op.Parameters, op.place)
	return out
}

// filter picks operations.
type filter struct {
	text, kind, value string
	glob              *regexp.Regexp
	used              bool
}

func parseFilter(text string) (*filter, error) {
	kind, value, ok := strings.Cut(text, ":")
	if !ok || value == "" || !slices.Contains([]string{"tag", "path", "operation"}, kind) {
		return nil, fmt.Errorf("%q picks nothing; write tag:NAME, path:/glob/* or operation:ID", text)
	}
	pattern := strings.ReplaceAll(regexp.QuoteMeta(value), `\*`, `.*`)
	return &filter{text: text, kind: kind, value: value, glob: regexp.MustCompile("^" + pattern + "$")}, nil
}

func filters(list []string) []*filter {
	out := make([]*filter, 0, len(list))
	for _, text := range list {
		if f, err := parseFilter(text); err == nil { // validated before
			out = append(out, f)
		}
	}
	return out
}

func matches(list []*filter, op *operation) bool {
	found := false
	for _, f := range list {
		var hit bool
		switch f.kind {
		case "tag":
			hit = slices.ContainsFunc(op.Tags, f.glob.MatchString)
		case "path":
			hit = f.glob.MatchString(op.path)
		case "operation":
			hit = f.glob.MatchString(op.OperationID)
		}
		if hit {
			found, f.used = true, true
		}
	}
	return found
}
