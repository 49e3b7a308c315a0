package subgraph

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"

	"github.com/ficusgraph/ficus/engine/executor"
)

// failure is what became of a fetch without an answer; status is 0 if not even that came.
func (r *Remote) failure(ctx context.Context, status int, err error) *executor.Error {
	e := &executor.Error{
		Code: CodeHTTP, Status: status, Message: "the service could not be reached",
		Err: fmt.Errorf("fetch %s from %s: %w", r.name, r.url.Redacted(), err),
	}
	var timeout net.Error
	var op *net.OpError
	switch {
	case errors.Is(err, errTooLarge):
		e.Message = fmt.Sprintf("the service's answer is larger than %d bytes", r.maxBytes)
	case ctx.Err() != nil && !errors.Is(ctx.Err(), context.DeadlineExceeded):
		e.Message = "the request was canceled"
	case ctx.Err() != nil, errors.As(err, &timeout) && timeout.Timeout():
		e.Code, e.Message = CodeTimeout, "the service did not answer in time"
	case status != 0:
		e.Message = "the service's answer ended too early or could not be read"
	case insecure(err):
		e.Message = "no secure connection to the service could be made"
	case !errors.As(err, &op) || op.Op != "dial":
		e.Message = "the connection to the service broke before it answered"
	}
	return e
}

// insecure reports whether TLS was not agreed on. What a peer says against it arrives as an operation's error of
// a type that is not exported.
func insecure(err error) bool {
	var header tls.RecordHeaderError
	var untrusted *tls.CertificateVerificationError
	var op *net.OpError
	return errors.As(err, &header) || errors.As(err, &untrusted) || errors.As(err, &op) && op.Op == "remote error"
}
