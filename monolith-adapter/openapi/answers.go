package openapi

import (
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// answers makes a root field of each operation whose answer can be read, with the type of it.
func (b *builder) answers() {
	for _, op := range b.operations {
		f := &field{op: op, mutation: op.method != http.MethodGet, deprecated: op.Deprecated}
		f.description = op.Summary
		if f.description == "" {
			f.description = op.Description
		}
		b.fields = append(b.fields, f)
	}
	b.nameFields()
	b.fields = slices.DeleteFunc(b.fields, func(f *field) bool { return !b.answer(f) })
	b.looksWrapped()
}

// answer reads the response of success; it reports whether the operation can be imported.
func (b *builder) answer(f *field) bool {
	status, response := success(f.op.Responses)
	place := f.op.place + "/responses/" + status
	if response == nil {
		b.warn(f.op.place+"/responses", "there is no response of success; the field says whether it went well")
		f.empty, f.typ = true, &typ{name: "Boolean"}
		return true
	}
	name, media := jsonMedia(response.Content)
	switch {
	case len(response.Content) == 0:
		f.empty, f.typ = true, &typ{name: "Boolean"}
		return true
	case media == nil && response.Content["text/plain"] != nil:
		f.typ = &typ{name: "String"}
		return true
	case media == nil:
		b.warn(place, "it answers with %s, and connectors read JSON and plain text; left out", strings.Join(slices.Sorted(maps.Keys(response.Content)), ", "))
		return false
	}
	place += "/content/" + escape(name) + "/schema"
	hint := typeName(f.name) + "Result"
	ref := b.unwrap(f, media.Schema, &place)
	if within, ok := strings.CutPrefix(place, "#/components/schemas/"); ok && len(f.within) > 0 {
		component, _, _ := strings.Cut(within, "/")
		hint = typeName(unescape(component)) + typeName(memberName(f.within[len(f.within)-1]))
	}
	f.typ = b.output(ref, hint, place)
	f.typ.nonNull = false // what fails must not take its neighbours along
	return true
}

// success is the response of the lowest status that means success.
func success(list *openapi3.Responses) (status string, r *openapi3.Response) {
	if list == nil {
		return "", nil
	}
	all := list.Map()
	for _, status := range slices.Sorted(maps.Keys(all)) {
		if strings.HasPrefix(status, "2") && all[status] != nil && all[status].Value != nil {
			return status, all[status].Value
		}
	}
	if d := all["default"]; d != nil && d.Value != nil && len(all) == 1 {
		return "default", d.Value
	}
	return "", nil
}

// jsonMedia is the content that is JSON.
func jsonMedia(content openapi3.Content) (name string, m *openapi3.MediaType) {
	names := slices.Sorted(maps.Keys(content))
	for _, fits := range []func(string) bool{
		func(n string) bool { return n == "application/json" },
		func(n string) bool { return strings.HasPrefix(n, "application/json") || strings.HasSuffix(n, "/json") },
		func(n string) bool { n, _, _ = strings.Cut(n, ";"); return strings.HasSuffix(n, "+json") },
		func(n string) bool { return n == "*/*" },
	} {
		if i := slices.IndexFunc(names, fits); i >= 0 && content[names[i]] != nil {
			return names[i], content[names[i]]
		}
	}
	return "", nil
}

// unwrap goes from the envelope to what is within, if there is such an envelope.
func (b *builder) unwrap(f *field, ref *openapi3.SchemaRef, place *string) *openapi3.SchemaRef {
	if b.options.Unwrap == "" {
		return ref
	}
	at := *place
	inner := ref
	var path []string
	for name := range strings.SplitSeq(b.options.Unwrap, ".") {
		s := b.shape(inner, at, 0)
		i := slices.IndexFunc(s.props, func(p *prop) bool { return p.name == name })
		if s.kind != objectShape || i < 0 {
			return ref
		}
		inner, at = s.props[i].ref, s.props[i].place
		path = append(path, name)
	}
	f.within, *place = path, at
	return inner
}

// envelopes are what members are called in which answers come.
var envelopes = []string{"data", "result", "payload", "response"}

// looksWrapped says so where most answers are in the same envelope.
func (b *builder) looksWrapped() {
	count := map[string]int{}
	for _, f := range b.fields {
		if o := f.typ.object; o != nil && len(o.members) <= 5 {
			for _, name := range envelopes {
				if m := o.member(name); m != nil && m.typ.leaf().object != nil {
					count[name]++
				}
			}
		}
	}
	for _, name := range envelopes {
		if n := count[name]; n > 2 && n*2 > len(b.fields) {
			b.warn("#/paths", "%d of %d answers come in an envelope; with --unwrap %s the fields are what is in it", n, len(b.fields), name)
		}
	}
}
