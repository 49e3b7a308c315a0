package subgraph

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"

	"github.com/ficusgraph/ficus/engine/executor"
	"github.com/ficusgraph/ficus/subgraph/shaping"
)

// failure is what became of a fetch without an answer; its status is 0 if not even that came.
func (r *Remote) failure(ctx context.Context, a *reply, err error) *executor.Error {
	status := a.Status
	e := &executor.Error{
		Code: CodeHTTP, Status: status, Message: "the service could not be reached",
		Err: fmt.Errorf("fetch %s from %s: %w", r.name, a.from.url.Redacted(), err),
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

// refused is what became of a fetch that was not sent.
func (r *Remote) refused(ctx context.Context, err error) *executor.Error {
	e := &executor.Error{
		Code: CodeUnavailable, Message: "the service was not asked, as it fails or is overloaded; try again later",
		Err: fmt.Errorf("fetch %s: %w", r.name, err),
	}
	var refusal *shaping.Refusal
	switch {
	case errors.As(err, &refusal) && refusal.Reason == shaping.RateLimited:
		e.Code, e.Message = CodeRateLimited, "the service was not asked, as it was asked too often; try again later"
	case refusal != nil:
	case errors.Is(ctx.Err(), context.Canceled):
		e.Code, e.Message = CodeHTTP, "the request was canceled"
	default:
		e.Code, e.Message = CodeTimeout, "the service did not answer in time"
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
