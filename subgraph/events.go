package subgraph

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"time"

	"github.com/ficusgraph/ficus/engine/executor"
)

// A service is subscribed to on a connection of its own, which is read on the goroutine that takes the events: while one is not taken
// the service is not read, and TCP holds it back. Nothing is sent again: what a service sent meanwhile would be missing.

// subscriber is how a service is subscribed to.
type subscriber struct {
	Subscribing
	url      *url.URL
	secure   *tls.Config
	timeout  time.Duration
	maxBytes int
	client   *http.Transport
}

// newSubscriber is nil where the service is not subscribed to.
func newSubscriber(u *url.URL, s Subscribing, shaping Shaping, secure *tls.Config) *subscriber {
	if s.Protocol == "" {
		return nil
	}
	at := *u
	if s.Path != "" {
		at.Path, at.RawQuery = s.Path, ""
	}
	dialer := &net.Dialer{Timeout: shaping.Timeout, KeepAlive: 15 * time.Second}
	return &subscriber{
		Subscribing: s, url: &at, secure: secure, timeout: shaping.Timeout, maxBytes: shaping.HTTPMaxResponseBytes,
		client: &http.Transport{
			DialContext: dialer.DialContext, TLSClientConfig: secure, TLSHandshakeTimeout: shaping.Timeout, ResponseHeaderTimeout: shaping.Timeout,
			DisableCompression: true, DisableKeepAlives: true, ForceAttemptHTTP2: true,
		},
	}
}

// Stream implements executor.Streamer.
func (r *Remote) Stream(ctx context.Context, req *executor.Request, take func(*executor.Response) error) error {
	if r.events == nil {
		return &executor.Error{
			Code: executor.CodeNoEvents, Message: "the service of this field is not subscribed to",
			Err: fmt.Errorf("subscribe to %s: say how, by subscription.mode.passthrough.subgraphs.%s.protocol: websocket, or sse", r.name, r.name),
		}
	}
	header, err := r.introduced(ctx)
	if err != nil {
		return err
	}
	var taken error
	hand := func(body []byte) error {
		taken = take(&executor.Response{Body: body, Redaction: r.redacted})
		return taken
	}
	var status int
	if r.events.Protocol == ProtocolSSE {
		status, err = r.events.sse(ctx, header, req.Body, hand)
	} else {
		status, err = r.events.socket(ctx, header, req.Body, hand)
	}
	switch {
	case err == nil:
		return nil
	case taken != nil:
		return taken
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.Is(err, errEventsEnded):
		return &executor.Error{Code: CodeHTTP, Message: "the service ended the subscription before it was complete", Err: fmt.Errorf("subscribe to %s: %w", r.name, err)}
	}
	failed := reply{from: &site{url: r.events.url}}
	failed.Status = status
	return r.failure(ctx, &failed, err)
}

// introduced is the header that rules and who asks make of the protocol's.
func (r *Remote) introduced(ctx context.Context) (http.Header, error) {
	header := apply(ctx, r.rules, r.header)
	if r.shown != nil {
		shown, _, err := r.show(ctx, header)
		if err != nil {
			return nil, err
		}
		header = shown
	}
	header.Del("Accept-Encoding")
	header.Del("Content-Encoding")
	return header, nil
}

// errEventsEnded is a service that went without saying that it is done.
var errEventsEnded = errors.New("the events ended without an end")
