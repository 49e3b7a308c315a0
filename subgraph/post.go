package subgraph

import (
	"context"
	"net/http"
	"time"
)

// postTimeout is how long a Post may take where its context has no deadline.
const postTimeout = 10 * time.Second

// Post sends a body once and reads the answer, by the deadline of the context.
func (o *Outbound) Post(ctx context.Context, url string, header [][2]string, body []byte) (status int, answer []byte, err error) {
	deadline, ok := ctx.Deadline()
	if !ok {
		deadline = time.Now().Add(postTimeout)
	}
	a, err := o.Send(ctx, Request{Method: http.MethodPost, URL: url, Header: header, Body: body, Once: true, Deadline: deadline})
	if a == nil {
		return 0, nil, err
	}
	return a.Status, a.Body, err
}
