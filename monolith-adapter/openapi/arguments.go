package openapi

import (
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

var placeholder = regexp.MustCompile(`\{([^{}]*)\}`)

// arguments gives each field its arguments and its connector's request.
func (b *builder) arguments() {
	b.fields = slices.DeleteFunc(b.fields, func(f *field) bool {
		f.connect = &connect{method: f.op.method, typ: f.typ, within: f.within}
		return !b.path(f) || !b.parameters(f) || !b.body(f)
	})
	b.differs()
	for _, f := range b.fields {
		b.bodyMapping(f)
		f.notes = append(f.notes, paging(f)...)
	}
}

// path makes arguments of the path's parameters, in their order.
func (b *builder) path(f *field) bool {
	ok := true
	f.connect.path = placeholder.ReplaceAllStringFunc(f.op.path, func(text string) string {
		name := text[1 : len(text)-1]
		i := slices.IndexFunc(f.op.params, func(p *param) bool { return p.In == "path" && p.Name == name })
		var a *argument
		if i >= 0 {
			a = b.argument(f, f.op.params[i])
		} else {
			b.warn(f.op.place, "the parameter {%s} of the path is not described; it is a String", name)
			a = &argument{name: f.argumentName(memberName(name)), typ: &typ{name: "String", nonNull: true}}
			f.args = append(f.args, a)
		}
		if a == nil || a.name == "" || a.typ.list != nil || a.typ.object != nil || a.typ.name == "JSON" {
			b.warn(f.op.place, "the parameter {%s} of the path is no scalar; left out", name)
			ok = false
			return text
		}
		a.typ.nonNull = true
		return "{" + a.scalarExpr() + "}"
	})
	return ok && !strings.ContainsAny(f.op.path, "#")
}

// scalarExpr is the argument's value as the API writes it.
func (a *argument) scalarExpr() string {
	if e := a.typ.enum; e != nil && e.mapped {
		return "$args." + a.name + optionalMark(!a.typ.nonNull) + e.toValues()
	}
	return "$args." + a.name
}

func optionalMark(optional bool) string {
	if optional {
		return "?"
	}
	return ""
}

// argument makes an argument of a parameter.
func (b *builder) argument(f *field, p *param) *argument {
	ref, place := p.Schema, p.place+"/schema"
	if ref == nil {
		for name, m := range p.Content {
			if m != nil {
				ref, place = m.Schema, p.place+"/content/"+escape(name)+"/schema"
			}
		}
	}
	name := f.argumentName(memberName(p.Name))
	a := &argument{name: name, description: p.Description, param: p}
	a.typ = identified(name, b.input(ref, typeName(f.name)+typeName(name), place))
	a.typ.nonNull = p.Required
	if ref != nil && ref.Value != nil {
		a.initial = initial(ref.Value.Default, a.typ)
	}
	f.args = append(f.args, a)
	return a
}

func (f *field) argumentName(name string) string {
	if name == "" {
		name = "value"
	}
	base := name
	for n := 2; slices.ContainsFunc(f.args, func(a *argument) bool { return a.name == name }); n++ {
		name = base + strconv.Itoa(n)
	}
	return name
}

// initial is a default value as GraphQL writes it, "" if it has none that fits the type.
func initial(v any, t *typ) string {
	switch v := v.(type) {
	case string:
		if t.enum != nil {
			for _, e := range t.enum.values {
				if e.value == v {
					return e.name
				}
			}
			return ""
		}
		if t.list == nil && t.object == nil && (isText(t.name) || t.name == "ID") {
			return scalarJSON(v)
		}
	case bool:
		if t.name == "Boolean" {
			return strconv.FormatBool(v)
		}
	case float64:
		whole := v == float64(int32(v))
		if t.name == "Int" && whole || t.name == "Float" {
			return scalarJSON(v)
		}
	}
	return ""
}

// unsettable are headers that OpenAPI describes elsewhere, or that connectors may not set.
var unsettable = []string{
	"accept", "content-type", "authorization", "connection", "host", "content-length", "content-encoding", "accept-encoding",
	"keep-alive", "te", "trailer", "transfer-encoding", "upgrade", "proxy-authenticate", "proxy-authorization",
}

// parameters makes arguments of what is sent in query, headers and cookies.
func (b *builder) parameters(f *field) bool {
	var cookies []string
	for _, p := range f.op.params {
		switch p.In {
		case "query":
			if !b.queryParam(f, p) && p.Required {
				b.warn(f.op.place, "it cannot be asked without its parameter %s; left out", p.Name)
				return false
			}
		case "header", "cookie":
			if p.In == "header" && slices.Contains(unsettable, strings.ToLower(p.Name)) || !isToken(p.Name) {
				continue
			}
			a := b.argument(f, p)
			if a.typ.list != nil || a.typ.object != nil {
				b.warn(p.place, "the %s %s is no scalar; left out", p.In, p.Name)
				f.args = f.args[:len(f.args)-1]
				continue
			}
			if p.In == "header" {
				f.connect.headers = append(f.connect.headers, [2]string{p.Name, "{" + a.scalarExpr() + "}"})
			} else {
				cookies = append(cookies, p.Name+"={"+a.scalarExpr()+"}")
			}
		}
	}
	if len(cookies) > 0 {
		f.connect.headers = append(f.connect.headers, [2]string{"Cookie", strings.Join(cookies, "; ")})
	}
	return true
}

func isToken(name string) bool {
	return name != "" && strings.Trim(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.") == ""
}

// separators join lists that are sent in one parameter, by style.
var separators = map[string]string{"": ",", openapi3.SerializationForm: ",", openapi3.SerializationSpaceDelimited: " ", openapi3.SerializationPipeDelimited: "|"}

// queryParam adds a parameter of the query; it reports whether it could.
func (b *builder) queryParam(f *field, p *param) bool {
	a := b.argument(f, p)
	separator, known := separators[p.Style]
	if a.typ.leaf().object != nil || a.typ.leaf().name == "JSON" || a.typ.list != nil && a.typ.list.list != nil || !known {
		b.warn(p.place, "the parameter %s is an object or has a style that connectors cannot write; left out", p.Name)
		f.args = f.args[:len(f.args)-1]
		return false
	}
	value := a.scalarExpr()
	if a.typ.list != nil {
		if e := a.typ.list.enum; e != nil && e.mapped {
			value = "$args." + a.name + "?->map(@" + e.toValues() + ")"
		}
		if p.Explode != nil && !*p.Explode || separator != "," {
			if value == "$args."+a.name {
				value += optionalMark(!a.typ.nonNull)
			}
			value += "->joinNotNull(" + quote(separator) + ")"
		}
	}
	f.connect.query = append(f.connect.query, key(p.Name)+": "+value)
	return true
}

// form is the media type of bodies that connectors write besides JSON.
const form = "application/x-www-form-urlencoded"

// body makes the argument input of the request's body.
func (b *builder) body(f *field) bool {
	if f.op.RequestBody == nil || f.op.RequestBody.Value == nil || len(f.op.RequestBody.Value.Content) == 0 {
		return true
	}
	place := f.op.place + "/requestBody"
	if f.op.method == http.MethodGet {
		b.warn(place, "a GET with a body; the body is left out")
		return true
	}
	body := f.op.RequestBody.Value
	name, media := jsonMedia(body.Content)
	if media == nil && body.Content[form] != nil {
		name, media = form, body.Content[form]
		f.connect.headers = append(f.connect.headers, [2]string{"Content-Type", form})
	}
	if media == nil {
		b.warn(place, "it takes %s, and connectors send JSON and forms; left out", strings.Join(slices.Sorted(maps.Keys(body.Content)), ", "))
		return false
	}
	t := b.input(media.Schema, typeName(f.name)+"Input", place+"/content/"+escape(name)+"/schema")
	t.nonNull = body.Required
	if o := t.object; o != nil && slices.ContainsFunc(o.members, func(m *member) bool { return m.typ.nonNull }) {
		t.nonNull = true
	}
	a := &argument{name: f.argumentName("input"), typ: t, description: body.Description, body: true}
	at := len(placeholder.FindAllString(f.op.path, -1))
	f.args = slices.Insert(f.args, min(at, len(f.args)), a)
	return true
}

func (b *builder) bodyMapping(f *field) {
	for _, a := range f.args {
		if !a.body {
			continue
		}
		value := "$args." + a.name
		switch leaf := a.typ.leaf(); {
		case leaf.object != nil && leaf.object.spread:
			value += optionalMark(!a.typ.nonNull) + " " + sends(leaf.object, 0)
		case leaf.enum != nil && leaf.enum.mapped && a.typ.list == nil:
			value = a.scalarExpr()
		case leaf.enum != nil && leaf.enum.mapped:
			value += "?->map(@" + leaf.enum.toValues() + ")"
		}
		f.connect.body = value
	}
}

// pagers are parameters that say which part of a list is asked for.
var pagers = []string{
	"page", "perPage", "pageSize", "pageNumber", "pageToken", "limit", "offset", "skip", "cursor", "after", "before",
	"startingAfter", "endingBefore", "nextToken", "maxResults", "first", "last", "marker", "size", "start", "count", "top",
}

// paging notes which arguments page.
func paging(f *field) []string {
	var found []string
	for _, a := range f.args {
		if slices.Contains(pagers, a.name) && a.param != nil && a.param.In == "query" {
			found = append(found, a.name)
		}
	}
	if len(found) == 0 || f.mutation {
		return nil
	}
	return []string{fmt.Sprintf("Answers a page: %s.", strings.Join(found, ", "))}
}
