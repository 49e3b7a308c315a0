package transport

import (
	"context"
	"errors"
	"log/slog"
	"mime"
	"net/http"
	"os"
	"time"

	"github.com/99designs/gqlgen/graphql"

	"github.com/ficusgraph/ficus/uploads"
)

// multiparts answers mutations that come with files.
// https://github.com/jaydenseric/graphql-multipart-request-spec
type multiparts struct {
	s        *Server
	receiver *uploads.Receiver
}

var _ graphql.Transport = multiparts{}

// Supports implements graphql.Transport.
func (m multiparts) Supports(r *http.Request) bool {
	if r.Method != http.MethodPost {
		return false
	}
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	return err == nil && kind == "multipart/form-data"
}

// Do implements graphql.Transport. It does not need gqlgen's executor.
func (m multiparts) Do(w http.ResponseWriter, r *http.Request, _ graphql.GraphExecutor) {
	c := newCall(time.Now())
	defer m.s.finish(w, r, c)
	media, ok := negotiate(r.Header["Accept"])
	if !ok {
		c.refused = notAcceptable()
		return
	}
	_, form, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || form["boundary"] == "" {
		c.refused = refusef(http.StatusUnsupportedMediaType, CodeUnsupportedMedia, "the request's content-type has no boundary; send multipart/form-data as forms do")
		return
	}
	if e := r.Header.Get("Content-Encoding"); e != "" && e != "identity" {
		c.refused = refusef(http.StatusUnsupportedMediaType, CodeUnsupportedMedia, "the content-encoding of a request with files is not supported; send it as it is")
		return
	}
	received, err := m.receiver.Read(r.Body, form["boundary"], m.s.bounds.body.most)
	if err != nil {
		c.refused = m.refuse(r.Context(), err)
		return
	}
	// Nothing reads a file when the answer is written.
	defer received.Set.Close()
	params, refused := scanParams(received.Operations)
	if refused == nil {
		refused = m.s.parts.know(&params, r.Header)
	}
	if refused == nil {
		params.variables, refused = placed(received, params.variables)
	}
	if c.refused = refused; refused != nil {
		return
	}
	c.request.Files = true
	m.s.execute(w, r.WithContext(uploads.NewContext(r.Context(), received.Set)), c, media, params)
}

// placed is the variables with their files.
func placed(from *uploads.Received, variables []byte) ([]byte, *refusal) {
	if variables == nil {
		variables = []byte("{}")
	}
	out, err := from.Place(variables)
	if err != nil {
		return nil, badRequest("%s", err)
	}
	return out, nil
}

// refuse is what a client gets whose request could not be read. The rest of it is not read.
func (m multiparts) refuse(ctx context.Context, err error) (out *refusal) {
	defer func() { out.closes = true }()
	var passed *uploads.Excess
	switch {
	case errors.As(err, &passed):
		out = refusef(http.StatusRequestEntityTooLarge, CodePayloadTooLarge, "%s", passed)
		out.excess = &excess{passed.Key, int(passed.Max), int(passed.Actual)}
	case errors.Is(err, uploads.ErrFull):
		out = refusef(http.StatusServiceUnavailable, CodeOverloaded, "%s; try again later", uploads.ErrFull)
		out.retryAfter = 1
	case errors.Is(err, uploads.ErrDisk):
		m.s.parts.Logger.LogAttrs(ctx, slog.LevelError, "a file of a request is refused", slog.Any("error", err))
		out = internal()
	case errors.Is(err, os.ErrDeadlineExceeded):
		out = refusef(http.StatusRequestTimeout, CodeTimeout, "the request took too long to arrive")
	case errors.Is(err, uploads.ErrRead):
		out = badRequest("the request's body is no multipart/form-data, or ended before it was complete")
	default:
		out = badRequest("%s", err)
	}
	return out
}
