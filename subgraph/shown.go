package subgraph

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"

	"github.com/ficusgraph/ficus/engine/executor"
)

// Shown is what a service is shown of who asks, by whoever knows that.
type Shown interface {
	// Sets says whether a header, in its canonical form, is set by Headers and by nobody else.
	Sets(name string) bool
	// Headers are those of the request in hand.
	Headers(ctx context.Context) ([][2]string, error)
	// Answered is told the status of the answer to a request with these headers, 0 if there was none.
	Answered(ctx context.Context, shown [][2]string, status int)
}

// length is how many bytes headers take, for a buffer that has room for them.
func length(headers [][2]string) (n int) {
	for _, h := range headers {
		n += len(h[0]) + len(h[1]) + len(": \r\n")
	}
	return n
}

// show is the header of a request with who asks in it. Whatever rules made of what a client sent is taken out first.
// Where nobody can say who asks, nothing is sent: the service would take the request for nobody's.
func (r *Remote) show(ctx context.Context, header http.Header) (http.Header, [][2]string, error) {
	shown, err := r.shown.Headers(ctx)
	switch {
	case err != nil && ctx.Err() != nil && !errors.Is(ctx.Err(), context.DeadlineExceeded):
		return nil, nil, &executor.Error{Code: CodeHTTP, Message: "the request was canceled", Err: err}
	case err != nil:
		return nil, nil, &executor.Error{
			Code: CodeIdentity, Message: "the service could not be shown who asks; try again later",
			Err: fmt.Errorf("fetch %s: %w", r.name, err),
		}
	case header == nil && len(shown) == 0:
		return nil, nil, nil
	case header == nil:
		header = maps.Clone(r.header)
	}
	for name := range header {
		if r.shown.Sets(name) {
			delete(header, name)
		}
	}
	for _, h := range shown {
		header[h[0]] = []string{h[1]}
	}
	return header, shown, nil
}
