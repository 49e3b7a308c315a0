package transport

import (
	"encoding/json"
	"fmt"
	"net/http"
)

// Codes in extensions.code of what is refused before the engine. The first three are Apollo Router's; the
// rest name what HTTP says with the status alone.
const (
	CodeInvalidRequest       = "INVALID_GRAPHQL_REQUEST"
	CodeCSRF                 = "CSRF_ERROR"
	CodePersistedUnsupported = "PERSISTED_QUERY_NOT_SUPPORTED"
	CodeBatching             = "BATCHING_NOT_ENABLED"
	CodePayloadTooLarge      = "PAYLOAD_TOO_LARGE"
	CodeUnsupportedMedia     = "UNSUPPORTED_MEDIA_TYPE"
	CodeNotAcceptable        = "NOT_ACCEPTABLE"
	CodeMethodNotAllowed     = "METHOD_NOT_ALLOWED"
	CodeNotFound             = "NOT_FOUND"
	CodeTimeout              = "REQUEST_TIMEOUT"
	CodeInternal             = "INTERNAL_SERVER_ERROR"
)

// refusal is a request that does not reach the engine: what the client gets instead of an answer.
type refusal struct {
	status        int
	code, message string
	// allow is the Allow header of 405.
	allow string
	// uncached keeps caches from keeping it: the next request may get an answer.
	uncached bool
	// closes the connection, because the rest of the request is not read.
	closes bool
}

func refusef(status int, code, format string, args ...any) *refusal {
	return &refusal{status: status, code: code, message: fmt.Sprintf(format, args...)}
}

// badRequest is a request whose parameters cannot be understood.
func badRequest(format string, args ...any) *refusal {
	return refusef(http.StatusBadRequest, CodeInvalidRequest, format, args...)
}

// internal is what a client gets to know of a panic.
func internal() *refusal {
	return refusef(http.StatusInternalServerError, CodeInternal, "internal error")
}

// body is the GraphQL response that says so.
func (r *refusal) body() []byte {
	type extensions struct {
		Code string `json:"code"`
	}
	type entry struct {
		Message    string     `json:"message"`
		Extensions extensions `json:"extensions"`
	}
	text, err := json.Marshal(struct {
		Errors []entry `json:"errors"`
	}{[]entry{{r.message, extensions{r.code}}}})
	if err != nil {
		return []byte(internalBody)
	}
	return text
}

// internalBody is what a client gets where nothing better can be said.
const internalBody = `{"errors":[{"message":"internal error","extensions":{"code":"INTERNAL_SERVER_ERROR"}}]}`

// refuse answers with the refusal.
func (s *Server) refuse(w http.ResponseWriter, r *http.Request, why *refusal) {
	media, ok := negotiate(r.Header["Accept"])
	if !ok {
		media = mediaJSON
	}
	if why.allow != "" {
		w.Header()["Allow"] = []string{why.allow}
	}
	if why.closes {
		w.Header()["Connection"] = closeConnection
	}
	status := why.status
	if why.uncached {
		w.Header()["Cache-Control"] = []string{"private, no-cache, must-revalidate"}
	}
	if status == http.StatusOK && media == mediaGraphQL {
		status = http.StatusBadRequest // of this media type, 200 is only what was executed
	}
	s.write(w, media, status, why.body())
}
