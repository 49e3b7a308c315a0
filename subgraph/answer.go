package subgraph

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"strings"

	"github.com/ficusgraph/ficus/engine/executor"
)

// answer reads and judges what the service sent.
func (r *Remote) answer(ctx context.Context, res *http.Response) (*executor.Response, error) {
	defer func() { _ = res.Body.Close() }()
	b, err := r.read(res)
	if err != nil {
		return nil, r.unreadable(ctx, res, err)
	}
	if fault := judge(res, b.bytes); fault != "" {
		err := fmt.Errorf("fetch %s from %s: HTTP %d, %s, %d bytes: %q", r.name, r.template.URL.Redacted(),
			res.StatusCode, res.Header.Get("Content-Type"), len(b.bytes), beginning(b.bytes))
		b.free()
		return nil, &executor.Error{Code: CodeHTTP, Status: res.StatusCode, Message: fault, Err: err}
	}
	return &executor.Response{Body: b.bytes, Header: res.Header, Free: b.free}, nil
}

func (r *Remote) read(res *http.Response) (*buffer, error) {
	if c := coding(res.Header); c != "" {
		return r.pool.decode(c, res.Body, r.maxBytes)
	}
	return r.pool.readAll(res.Body, res.ContentLength, r.maxBytes)
}

func (r *Remote) unreadable(ctx context.Context, res *http.Response, err error) *executor.Error {
	e := r.failure(ctx, err)
	e.Status = res.StatusCode
	switch {
	case errors.Is(err, errTooLarge):
		e.Message = fmt.Sprintf("the service's answer is larger than %d bytes", r.maxBytes)
	case e.Code == CodeHTTP && ctx.Err() == nil:
		e.Message = "the service's answer ended too early or could not be read"
	}
	return e
}

// judge says what is wrong with an answer as GraphQL over HTTP; "" if nothing is.
func judge(res *http.Response, body []byte) string {
	kind := res.Header.Get("Content-Type")
	ok := res.StatusCode >= 200 && res.StatusCode < 300
	switch {
	case res.StatusCode >= 300 && res.StatusCode < 400:
		return fmt.Sprintf("the service answered with a redirect (HTTP %d), which is not followed", res.StatusCode)
	case !isJSON(kind, body) && ok && len(body) == 0:
		return fmt.Sprintf("the service answered nothing (HTTP %d)", res.StatusCode)
	case !isJSON(kind, body) && ok:
		return fmt.Sprintf("the service answered %s (HTTP %d) where JSON was expected", described(kind), res.StatusCode)
	case ok:
		return ""
	case isJSON(kind, body) && isGraphQL(body):
		return ""
	default:
		return fmt.Sprintf("the service answered HTTP %d: %s", res.StatusCode, http.StatusText(res.StatusCode))
	}
}

// isJSON reports whether an answer of that content type is taken for JSON. Servers that name no type, or let
// it be guessed from the bytes, are given the benefit of the doubt where the first byte allows it.
func isJSON(kind string, body []byte) bool {
	switch kind {
	case "application/json", "application/json; charset=utf-8", "application/graphql-response+json; charset=utf-8", "application/graphql-response+json":
		return true
	}
	media, _, err := mime.ParseMediaType(kind)
	if err != nil && kind != "" {
		media, _, _ = strings.Cut(strings.ToLower(kind), ";")
	}
	switch {
	case media == "application/json", strings.HasPrefix(media, "application/") && strings.HasSuffix(media, "+json"):
		return true
	case media == "", media == "text/plain":
		return bytes.HasPrefix(bytes.TrimLeft(body, " \t\r\n"), []byte("{"))
	}
	return false
}

// isGraphQL reports whether the body of a refusal is a GraphQL response: it has data, or errors.
func isGraphQL(body []byte) bool {
	var r struct {
		Data   json.RawMessage   `json:"data"`
		Errors []json.RawMessage `json:"errors"`
	}
	return json.Unmarshal(body, &r) == nil && (len(r.Errors) > 0 || len(r.Data) > 0 && string(r.Data) != "null")
}

// described is a content type as a client may see it: the media type, if it is one at all.
func described(kind string) string {
	media, _, err := mime.ParseMediaType(kind)
	switch {
	case err != nil || media == "":
		return "something without a content type"
	case media == "text/html":
		return "HTML"
	default:
		return media
	}
}

// beginning is enough of a body for the log.
func beginning(body []byte) []byte {
	return body[:min(len(body), 256)]
}
