package openapi

import (
	"cmp"
	"maps"
	"net/url"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// source writes the @source: where the API is, and how it knows who asks.
func (w *writer) source() {
	w.printf("  @source(\n    name: %q\n    http: {\n", w.b.options.Source)
	w.printf("      baseURL: %s\n", sdlString(w.b.baseURL()))
	headers, query, hints := w.b.credentials()
	for _, h := range hints {
		w.comment("      ", h)
	}
	if len(headers) > 0 {
		w.printf("      headers: [\n")
		for _, h := range headers {
			w.printf("        %s\n", h)
		}
		w.printf("      ]\n")
	}
	if len(query) > 0 {
		w.block("      ", "queryParams", strings.Join(query, "\n")+"\n")
	}
	w.printf("    }\n  )\n\n")
}

// anywhere is the base URL where the description names none.
const anywhere = "http://localhost"

// baseURL is the first server, with the defaults of its variables.
func (b *builder) baseURL() string {
	text, place := "", "#/servers"
	if len(b.doc.Servers) > 0 && b.doc.Servers[0] != nil {
		s := b.doc.Servers[0]
		text, place = s.URL, "#/servers/0"
		for _, name := range slices.Sorted(maps.Keys(s.Variables)) {
			if v := s.Variables[name]; v != nil {
				text = strings.ReplaceAll(text, "{"+name+"}", v.Default)
			}
		}
	}
	u, err := url.Parse(text)
	switch {
	case text == "" || err != nil || strings.ContainsAny(text, "{}"):
		b.warn(place, "there is no server's URL that can be used; baseURL is %s, set it or override_url", anywhere)
		return anywhere
	case u.Host == "":
		at := anywhere + "/" + strings.TrimLeft(u.Path, "/")
		b.warn(place, "the server %q has no host; baseURL is %s, set it or override_url", text, at)
		return strings.TrimRight(at, "/")
	case u.Scheme != "http" && u.Scheme != "https":
		u.Scheme = "https"
	}
	u.RawQuery, u.Fragment = "", ""
	return strings.TrimRight(u.String(), "/")
}

// credentials are what the security schemes that are in use ask for: headers and parameters of each request, and
// hints for what must be decided by people.
func (b *builder) credentials() (headers, query, hints []string) {
	if b.doc.Components == nil {
		return nil, nil, nil
	}
	schemes := b.doc.Components.SecuritySchemes
	authorized := false
	for _, name := range slices.Sorted(maps.Keys(schemes)) {
		ref := schemes[name]
		if ref == nil || ref.Value == nil || !b.secured(name) {
			continue
		}
		s := ref.Value
		variable := "$config." + cmp.Or(camel(words(name)), "key")
		switch {
		case s.Type == "apiKey" && s.In == "header" && isToken(s.Name) && !slices.Contains(unsettable, strings.ToLower(s.Name)):
			headers = append(headers, "{ name: "+sdlString(s.Name)+", value: "+sdlString("{"+variable+"}")+" }")
			hints = append(hints, s.Name+" is "+variable+": set it under connectors.sources."+b.options.Subgraph+"."+b.options.Source+".")
		case s.Type == "apiKey" && s.In == "query":
			query = append(query, key(s.Name)+": "+variable)
			hints = append(hints, s.Name+" is "+variable+": set it under connectors.sources."+b.options.Subgraph+"."+b.options.Source+".")
		case s.Type == "apiKey" && s.In == "cookie":
			hints = append(hints, "The caller's cookie "+s.Name+": headers: { name: \"Cookie\", from: \"cookie\" }")
		case !authorized:
			authorized = true
			hints = append(hints, "It wants Authorization ("+describeScheme(s)+"). The caller's own: headers: [{ name: \"Authorization\", from: \"authorization\" }]; the gateway's: value: \"Bearer {$config.token}\".")
		}
	}
	return headers, query, hints
}

func describeScheme(s *openapi3.SecurityScheme) string {
	if s.Type == "http" && s.Scheme != "" {
		return s.Scheme
	}
	return s.Type
}

// secured reports whether the scheme is asked for, by all operations or by one of those that were picked.
func (b *builder) secured(name string) bool {
	asks := func(list openapi3.SecurityRequirements) bool {
		return slices.ContainsFunc(list, func(r openapi3.SecurityRequirement) bool { _, ok := r[name]; return ok })
	}
	return slices.ContainsFunc(b.operations, func(op *operation) bool {
		if op.Security != nil {
			return asks(*op.Security)
		}
		return asks(b.doc.Security)
	})
}
