package facade

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"syscall"
)

// Code says why a request was not answered as it was meant to be, in the words of Heroku's router.
type Code string

// The codes. Those of Heroku's that have no sense here are left out: H16, H81 to H83.
const (
	H10 Code = "H10" // the back end is down: it was known to be, and is
	H11 Code = "H11" // as many wait for a place as may
	H12 Code = "H12" // no answer in time; it may still be worked on
	H13 Code = "H13" // the connection closed without an answer
	H14 Code = "H14" // the back end has no address
	H15 Code = "H15" // nothing came or went for too long
	H17 Code = "H17" // the answer is not HTTP
	H18 Code = "H18" // the connection closed within the answer, or within the request
	H19 Code = "H19" // no connection in time
	H20 Code = "H20" // the back end did not take connections while it was waited for
	H21 Code = "H21" // the connection was refused
	H22 Code = "H22" // no place became free in time
	H23 Code = "H23" // no back end is configured for the request
	H24 Code = "H24" // cut off by the end of the gateway
	H25 Code = "H25" // a body or a header is too large
	H26 Code = "H26" // the request cannot be passed on as it is
	H27 Code = "H27" // the client left; not an error
	H28 Code = "H28" // the client did not send, or take, anything for too long
	H31 Code = "H31" // another host is meant
	H32 Code = "H32" // no TLS with the back end
	H80 Code = "H80" // maintenance
	H99 Code = "H99" // a fault of the gateway's
)

// meaning is what a code says to people, and the status that the client gets.
type meaning struct {
	description string
	status      int
}

// clientLeft is the status of H27 in the log; nobody gets it.
const clientLeft = 499

var meanings = map[Code]meaning{
	H10: {"App crashed", http.StatusServiceUnavailable},
	H11: {"Backlog too deep", http.StatusServiceUnavailable},
	H12: {"Request timeout", http.StatusServiceUnavailable},
	H13: {"Connection closed without response", http.StatusServiceUnavailable},
	H14: {"No address to send to", http.StatusServiceUnavailable},
	H15: {"Idle connection", http.StatusServiceUnavailable},
	H17: {"Poorly formatted HTTP response", http.StatusServiceUnavailable},
	H18: {"Server request interrupted", http.StatusServiceUnavailable},
	H19: {"Backend connection timeout", http.StatusServiceUnavailable},
	H20: {"App boot timeout", http.StatusServiceUnavailable},
	H21: {"Backend connection refused", http.StatusServiceUnavailable},
	H22: {"Connection limit reached", http.StatusServiceUnavailable},
	H23: {"Endpoint misconfigured", http.StatusNotFound},
	H24: {"Forced close", http.StatusServiceUnavailable},
	H25: {"HTTP restriction", http.StatusBadGateway},
	H26: {"Request error", http.StatusBadRequest},
	H27: {"Client request interrupted", clientLeft},
	H28: {"Client connection idle", http.StatusRequestTimeout},
	H31: {"Misdirected request", http.StatusMisdirectedRequest},
	H32: {"TLS mismatch", http.StatusServiceUnavailable},
	H80: {"Maintenance mode", http.StatusServiceUnavailable},
	H99: {"Platform error", http.StatusServiceUnavailable},
}

// What ends a request, as the causes of its context.
var (
	errFirstByte = errors.New("no answer began in time")
	errIdle      = errors.New("nothing came or went in time")
	errEnded     = errors.New("the gateway ends")
	// errTooLarge is of a request body.
	errTooLarge = errors.New("the request body is larger than the back end takes")
)

// codeOf is the code of what ended the sending of a request. What the client did goes before what followed of it.
func codeOf(ctx context.Context, err error) Code {
	switch cause := context.Cause(ctx); {
	case errors.Is(cause, errFirstByte):
		return H12
	case errors.Is(cause, errIdle):
		return H15
	case errors.Is(cause, errEnded):
		return H24
	case errors.Is(err, errTooLarge):
		return H25
	case errors.Is(err, errClientIdle):
		return H28
	case errors.Is(err, errClientLeft), ctx.Err() != nil:
		return H27
	}
	if c := dialCode(err); c != "" {
		return c
	}
	return wireCode(err)
}

// dialCode is that of a connection that was not made, "" where one was.
func dialCode(err error) Code {
	var dns *net.DNSError
	var op *net.OpError
	var mismatch tls.RecordHeaderError
	var unknown *tls.CertificateVerificationError
	var foreign x509.HostnameError
	switch {
	case errors.As(err, &mismatch), errors.As(err, &unknown), errors.As(err, &foreign):
		return H32
	case errors.As(err, &dns):
		return H14
	case !errors.As(err, &op) || op.Op != "dial":
		return ""
	case errors.Is(err, syscall.ECONNREFUSED), errors.Is(err, syscall.ENOENT):
		return H21
	default:
		return H19
	}
}

// wireCode is that of a connection that broke before there was an answer. net/http says some of it only in words.
func wireCode(err error) Code {
	text := err.Error()
	switch {
	case strings.Contains(text, "headers exceeded"):
		return H25
	case strings.Contains(text, "malformed"), strings.Contains(text, "invalid header"), strings.Contains(text, "unsupported transfer encoding"),
		strings.Contains(text, "bad Content-Length"), strings.Contains(text, "too many transfer encodings"):
		return H17
	case strings.Contains(text, "tls: "), strings.Contains(text, "server gave HTTP response to HTTPS client"):
		return H32
	case closedUnanswered(err):
		return H13
	default:
		return H99
	}
}

// closedUnanswered says that the other side closed the connection before it answered.
func closedUnanswered(err error) bool {
	text := err.Error()
	return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE) ||
		errors.Is(err, net.ErrClosed) || strings.Contains(text, "server closed idle connection") || strings.Contains(text, "transport connection broken")
}

// timedOut says that a deadline of a connection passed.
func timedOut(err error) bool { return errors.Is(err, os.ErrDeadlineExceeded) }
