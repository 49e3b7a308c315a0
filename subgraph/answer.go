package subgraph

import (
	"bytes"
	"encoding/json"
	"fmt"
	"mime"
	"net/http"
	"slices"
	"strings"

	"github.com/ficusgraph/ficus/engine/executor"
)

// judged is a reply that is read, as an answer if it is one.
func (r *Remote) judged(a *reply) (*executor.Response, error) {
	kind := a.header.Get("Content-Type")
	if fault := judge(a.Status, kind, a.Body); fault != "" {
		err := fmt.Errorf("fetch %s from %s: HTTP %d, %s, %d bytes: %q", r.name, a.from.url.Redacted(),
			a.Status, kind, len(a.Body), beginning(a.Body))
		e := &executor.Error{Code: CodeHTTP, Status: a.Status, Message: fault, Err: err}
		a.free()
		return nil, e
	}
	a.response = executor.Response{Body: a.Body, Header: a.header, Redaction: r.redacted, Status: a.told, Free: a.free}
	return &a.response, nil
}

// judge says what is wrong with an answer as GraphQL over HTTP; "" if nothing is.
func judge(status int, kind string, body []byte) string {
	ok := status >= 200 && status < 300
	switch {
	case status >= 300 && status < 400:
		return fmt.Sprintf("the service answered with a redirect (HTTP %d), which is not followed", status)
	case !isJSON(kind, body) && ok && len(body) == 0:
		return fmt.Sprintf("the service answered nothing (HTTP %d)", status)
	case !isJSON(kind, body) && ok:
		return fmt.Sprintf("the service answered %s (HTTP %d) where JSON was expected", described(kind), status)
	case ok:
		return ""
	case isJSON(kind, body) && isGraphQL(body):
		return ""
	default:
		return fmt.Sprintf("the service answered HTTP %d: %s", status, http.StatusText(status))
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

// knownMedia are types whose names tell nothing of who sends them.
var knownMedia = []string{"text/plain", "text/xml", "text/css", "text/csv", "text/event-stream", "application/xml", "application/octet-stream", "application/grpc", "application/javascript", "application/pdf", "image/png", "multipart/mixed"}

// described is a content type as a client may see it.
func described(kind string) string {
	media, _, err := mime.ParseMediaType(kind)
	switch {
	case err != nil || media == "":
		return "something without a content type"
	case media == "text/html":
		return "HTML"
	case slices.Contains(knownMedia, media):
		return media
	default:
		return "another content type"
	}
}

// beginning is enough of a body for the log.
func beginning(body []byte) []byte {
	return body[:min(len(body), 256)]
}
