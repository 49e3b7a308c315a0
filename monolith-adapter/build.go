package monolith

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/ficusgraph/ficus/monolith-adapter/mapping"
)

// outgoing is a request as it is sent.
type outgoing struct {
	method, url string
	// headers in the order in which they are set; the names are canonical.
	headers [][2]string
	body    []byte
	// mutation: it changes something, and is not sent twice.
	mutation bool
	// coordinate of the connector; "" for what the gateway sends for itself, such as for a token.
	coordinate string
}

// identity is the same for requests that are the same.
func (o *outgoing) identity() string {
	var b strings.Builder
	b.WriteString(o.method + " " + o.url + "\n")
	for _, h := range o.headers {
		b.WriteString(h[0] + ": " + h[1] + "\n")
	}
	b.Write(o.body)
	return b.String()
}

// build makes the request of one call. client are the headers of the client's request.
func (c *Connector) build(base string, e *evaluation, client http.Header) (*outgoing, error) {
	out := &outgoing{method: c.request.method, mutation: c.Mutation, coordinate: c.Coordinate}
	var source *request
	if c.Source != nil {
		source = &c.Source.request
	}
	var err error
	if out.url, err = buildURL(base, source, &c.request, e); err != nil {
		return nil, fmt.Errorf("URL: %w", err)
	}
	if source != nil {
		if err := out.setHeaders(source.headers, e, client); err != nil {
			return nil, err
		}
	}
	if err := out.setHeaders(c.request.headers, e, client); err != nil {
		return nil, err
	}
	if c.request.body != nil {
		if err := out.setBody(c.request.body, e); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// setHeaders sets headers in place of those of the same name.
func (o *outgoing) setHeaders(list []header, e *evaluation, client http.Header) error {
	for _, h := range list {
		name := http.CanonicalHeaderKey(h.name)
		var values []string
		if h.from != "" {
			values = client.Values(h.from)
		} else {
			text, err := h.value.write(nil, e, verbatim, verbatim)
			if err != nil {
				return fmt.Errorf("header %s: %w", name, err)
			}
			values = []string{string(text)}
		}
		if len(values) > 0 {
			o.headers = slices.DeleteFunc(o.headers, func(h [2]string) bool { return h[0] == name })
		}
		for _, v := range values {
			if strings.ContainsFunc(v, func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f }) {
				return fmt.Errorf("header %s: the value has a control character", name)
			}
			o.headers = append(o.headers, [2]string{name, v})
		}
	}
	return nil
}

func (o *outgoing) header(name string) string {
	for _, h := range o.headers {
		if h[0] == name {
			return h[1]
		}
	}
	return ""
}

// setBody makes the body: JSON, or a form where the Content-Type says so.
func (o *outgoing) setBody(s *mapping.Selection, e *evaluation) error {
	v, err := e.eval(s, mapping.ObjectValue(nil, nil))
	switch {
	case err != nil:
		return fmt.Errorf("body: %w", err)
	case v.IsMissing():
		return nil
	}
	contentType := o.header("Content-Type")
	if contentType == "" {
		o.headers = append(o.headers, [2]string{"Content-Type", "application/json"})
	}
	if !strings.HasPrefix(strings.ToLower(contentType), "application/x-www-form-urlencoded") {
		o.body = v.Append(make([]byte, 0, 256))
		return nil
	}
	if v.Kind() != mapping.Object {
		return errors.New("body: a form is made of an object")
	}
	o.body = appendForm(nil, "", v)
	return nil
}

// appendForm encodes an object as a form: members as a[b], elements as a[0], null as nothing.
func appendForm(dst []byte, name string, v mapping.Value) []byte {
	for i := range v.Len() {
		key := strconv.Itoa(i)
		if v.Kind() == mapping.Object {
			key = v.Key(i)
		}
		if name != "" {
			key = name + "[" + key + "]"
		}
		switch member := v.At(i); {
		case member.Kind() >= mapping.List:
			dst = appendForm(dst, key, member)
		default:
			if len(dst) > 0 {
				dst = append(dst, '&')
			}
			dst = append(appendDynamic(dst, key), '=')
			if member.Kind() != mapping.Null {
				dst = appendDynamic(dst, member.Text())
			}
		}
	}
	return dst
}
