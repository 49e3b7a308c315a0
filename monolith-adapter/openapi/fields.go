package openapi

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// verbs are what names of reading operations begin with, and fields do not.
var verbs = []string{"get", "list", "fetch", "retrieve", "find", "read", "show"}

// nameFields gives each operation the name of its field: short, and longer for all of those that would share one.
func (b *builder) nameFields() {
	short := map[string]int{}
	for _, f := range b.fields {
		f.name = fieldName(f.op)
		short[f.root()+f.name]++
	}
	taken := map[string]bool{}
	for _, f := range b.fields {
		if short[f.root()+f.name] > 1 {
			f.name = longName(f.op)
		}
		if to := b.rename(f.root()+"."+f.name, f.op.OperationID, f.name); to != "" {
			f.name = to
		}
		base := f.name
		for n := 2; taken[f.root()+f.name]; n++ {
			f.name = base + strconv.Itoa(n)
		}
		taken[f.root()+f.name] = true
	}
}

func (f *field) root() string {
	if f.mutation {
		return "Mutation"
	}
	return "Query"
}

// fieldName is the short name: of the operation's id, else of its path.
func fieldName(op *operation) string {
	list := idWords(op)
	if len(list) == 0 {
		return pathName(op)
	}
	if op.method != http.MethodGet {
		return camel(list)
	}
	if len(list) > 1 && slices.Contains(verbs, strings.ToLower(list[0])) {
		list = list[1:]
	}
	// getUserById is user(id:).
	for i := len(list) - 2; i > 0; i-- {
		if strings.EqualFold(list[i], "by") && isParameter(op, list[i+1:]) {
			list = list[:i]
			break
		}
	}
	return camel(list)
}

// longName has the whole id, or the method.
func longName(op *operation) string {
	if list := idWords(op); len(list) > 0 {
		return camel(list)
	}
	return camel(append([]string{op.method}, words(op.path)...))
}

// idWords are the words of the operation's id, without what frameworks add to it.
func idWords(op *operation) []string {
	list := words(op.OperationID)
	lower := func(list []string) []string {
		out := make([]string, len(list))
		for i, w := range list {
			out[i] = strings.ToLower(w)
		}
		return out
	}
	// read_item_items__item_id__get: the path and the method once more.
	suffix := lower(append(words(op.path), op.method))
	if n := len(list) - len(suffix); n > 0 && slices.Equal(lower(list[n:]), suffix) {
		return list[:n]
	}
	// getUserUsingGET_1
	for i := 1; i+1 < len(list); i++ {
		if list[i] == "Using" && strings.EqualFold(list[i+1], op.method) {
			return list[:i]
		}
	}
	return list
}

func isParameter(op *operation, list []string) bool {
	name := camel(list)
	return slices.ContainsFunc(op.params, func(p *param) bool {
		return p.In == "path" && (memberName(p.Name) == name || strings.HasSuffix(strings.ToLower(memberName(p.Name)), strings.ToLower(name)))
	})
}

// pathName names an operation that has no id: GET /users/{id}/posts is userPosts, POST /users createUser, POST
// /sites/{id}/rename renameSite.
func pathName(op *operation) string {
	segments := strings.FieldsFunc(op.path, func(r rune) bool { return r == '/' })
	for len(segments) > 1 && (strings.EqualFold(segments[0], "api") || isVersion(segments[0])) {
		segments = segments[1:]
	}
	var nouns [][]string
	last := ""
	for i, s := range segments {
		if strings.HasPrefix(s, "{") {
			last = s
			continue
		}
		noun := words(strings.ReplaceAll(s, ".", "_"))
		next := i+1 < len(segments) && strings.HasPrefix(segments[i+1], "{")
		if len(noun) > 0 && next {
			noun[len(noun)-1] = singular(noun[len(noun)-1])
		}
		nouns = append(nouns, noun)
		last = s
	}
	if len(nouns) == 0 {
		return camel(append([]string{strings.ToLower(op.method)}, words(op.path)...))
	}
	end := nouns[len(nouns)-1]
	one := len(end) > 0 && singular(end[len(end)-1]) != end[len(end)-1]
	onItem := strings.HasPrefix(last, "{")
	all := slices.Concat(nouns...)
	switch {
	case op.method == http.MethodGet:
		return camel(all)
	case op.method == http.MethodPost && !onItem && !one: // an action
		before := slices.Concat(nouns[:len(nouns)-1]...)
		return camel(append(slices.Clone(end), before...))
	}
	if !onItem && one {
		all[len(all)-1] = singular(all[len(all)-1])
	}
	verb := map[string]string{http.MethodPost: "create", http.MethodPut: "replace", http.MethodPatch: "update", http.MethodDelete: "delete"}[op.method]
	return camel(append([]string{verb}, all...))
}

func isVersion(s string) bool {
	if len(s) < 2 || s[0] != 'v' && s[0] != 'V' {
		return false
	}
	return strings.Trim(s[1:], "0123456789.") == ""
}
