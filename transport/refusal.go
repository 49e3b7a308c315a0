package transport

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
)

// Codes in extensions.code of what is refused before the engine. The first three are Apollo Router's; the
// rest name what HTTP says with the status alone.
const (
	CodeInvalidRequest       = "INVALID_GRAPHQL_REQUEST"
	CodeCSRF                 = "CSRF_ERROR"
	CodePersistedUnsupported = "PERSISTED_QUERY_NOT_SUPPORTED"
	CodeBatching             = "BATCHING_NOT_ENABLED"
	CodeBatchTooLarge        = "BATCH_LIMIT_EXCEEDED"
	CodePayloadTooLarge      = "PAYLOAD_TOO_LARGE"
	CodeHeaderTooLarge       = "REQUEST_HEADER_TOO_LARGE"
	CodeUnsupportedMedia     = "UNSUPPORTED_MEDIA_TYPE"
	CodeNotAcceptable        = "NOT_ACCEPTABLE"
	CodeMethodNotAllowed     = "METHOD_NOT_ALLOWED"
	CodeNotFound             = "NOT_FOUND"
	CodeTimeout              = "REQUEST_TIMEOUT"
	CodeOverloaded           = "OVERLOADED"
	CodeGatewayTimeout       = "GATEWAY_TIMEOUT"
	CodeCanceled             = "REQUEST_CANCELED"
	CodeInternal             = "INTERNAL_SERVER_ERROR"
)

// refusal is a request that does not reach the engine: what the client gets instead of an answer.
type refusal struct {
	status        int
	code, message string
	// allow is the Allow header of 405.
	allow string
	// retryAfter is after how many seconds it is of use to try again; 0 if that is not known.
	retryAfter int
	// excess is the limit that the request passes, nil if it is refused for something else.
	excess *excess
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
		Code   string `json:"code"`
		Limit  string `json:"limit,omitempty"`
		Max    *int   `json:"max,omitempty"`
		Actual *int   `json:"actual,omitempty"`
	}
	type entry struct {
		Message    string     `json:"message"`
		Extensions extensions `json:"extensions"`
	}
	said := extensions{Code: r.code}
	if x := r.excess; x != nil {
		said.Limit, said.Max, said.Actual = x.limit, &x.max, &x.actual
	}
	text, err := json.Marshal(struct {
		Errors []entry `json:"errors"`
	}{[]entry{{r.message, said}}})
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
	if why.excess != nil {
		s.passed(r, why.excess, true)
	}
	if why.retryAfter > 0 {
		w.Header()["Retry-After"] = []string{strconv.Itoa(why.retryAfter)}
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
