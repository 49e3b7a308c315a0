package executor

import (
	"context"

	"github.com/ficusgraph/ficus/engine/queryplan"
)

// A Fetcher answers the fetches of plans. A remote service, the monolith, the resolvers in process and a
// mock are each one; the executor cannot tell them apart. It is called from many goroutines.
type Fetcher interface {
	// Fetch sends one request. An error means that there is no answer at all; an answer with GraphQL errors
	// in it is an answer. What it returns for clients is an *Error; any other error is answered without its text.
	Fetch(ctx context.Context, r *Request) (*Response, error)
}

// Request is one fetch with its inputs.
type Request struct {
	Fetch *queryplan.Fetch
	// Operation is the run that the fetch belongs to; nil if it is one by itself.
	Operation *Operation
	// Body is the request as GraphQL over HTTP sends it: {"query":..,"operationName":..,"variables":{..}}.
	// It is valid until Fetch returns and must not be changed.
	Body []byte
	// Variables is the JSON object of the variables within Body, "representations" among them.
	Variables []byte
	// Representations is how many representations there are.
	Representations int
	// Expect is how many bytes the answer has, going by those before it; 0 if there was none. It is a guess, for
	// the size of a buffer.
	Expect int
	// Failed are the indices of the Fetch's Sides of which the answer reported an error; nil until it was read, and where
	// there is none.
	Failed []int
}

// Header is that of an HTTP answer, such as an http.Header. Names may be written in any case.
type Header interface {
	// Get is the first value of a name, "" if there is none.
	Get(name string) string
	// Values are all of them.
	Values(name string) []string
}

// Response is the answer of a subgraph, unread: {"data":..,"errors":..}.
type Response struct {
	Body []byte
	// Header of an HTTP answer, valid until Free; nil if there was none.
	Header Header
	// Redaction says what of the errors in it clients see; nil for all.
	Redaction *Redaction
	// Status is what clients are told of the answer's HTTP status, with its errors; 0 for nothing.
	Status int
	// Free gives Body back to its pool once nothing refers to it any longer; nil if there is none.
	Free func()
}

// Error is a failed fetch with two readers: Code, Message and Status are for clients and name nothing
// internal; Err is for the log.
type Error struct {
	// Code in extensions.code, such as SUBREQUEST_HTTP_ERROR.
	Code    string
	Message string
	// Status of the HTTP answer; 0 if there was none.
	Status int
	Err    error
}

// Error is the text for operators.
func (e *Error) Error() string {
	if e.Err == nil {
		return e.Code + ": " + e.Message
	}
	return e.Code + ": " + e.Message + ": " + e.Err.Error()
}

// Unwrap is the cause.
func (e *Error) Unwrap() error { return e.Err }
