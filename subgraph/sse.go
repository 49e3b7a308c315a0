package subgraph

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
)

// sse subscribes by an event stream. A service that answers JSON instead has refused it: that is the only event.
func (s *subscriber) sse(ctx context.Context, header http.Header, body []byte, take func([]byte) error) (status int, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.url.String(), bytes.NewReader(body))
	if err != nil {
		return 0, err
	}
	req.Header = header
	header.Set("Accept", "text/event-stream, application/json;q=0.1")
	res, err := s.client.RoundTrip(req)
	if err != nil {
		return 0, err
	}
	defer func() { _ = res.Body.Close() }()
	switch kind, _, _ := mime.ParseMediaType(res.Header.Get("Content-Type")); {
	case kind == "text/event-stream" && res.StatusCode == http.StatusOK:
		e := eventReader{in: bufio.NewReader(res.Body), most: s.maxBytes}
		return res.StatusCode, e.each(take)
	case kind == "application/json" || kind == "application/graphql-response+json":
		answer, err := io.ReadAll(io.LimitReader(res.Body, int64(s.maxBytes)+1))
		switch {
		case err != nil:
			return res.StatusCode, err
		case len(answer) > s.maxBytes:
			return res.StatusCode, errTooLarge
		}
		return res.StatusCode, take(answer)
	default:
		return res.StatusCode, fmt.Errorf("HTTP %d with %q, which is no event stream", res.StatusCode, res.Header.Get("Content-Type"))
	}
}

// eventReader reads an event stream.
// https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream
type eventReader struct {
	in   *bufio.Reader
	most int
	// name and data are those of the event that is being read.
	name string
	data []byte
}

// each takes the data of each event until the stream says that it is complete.
func (e *eventReader) each(take func([]byte) error) error {
	for {
		line, err := e.line()
		switch {
		case errors.Is(err, io.EOF):
			return errEventsEnded
		case err != nil:
			return err
		case len(line) > 0:
			if err := e.field(line); err != nil {
				return err
			}
			continue
		}
		name, data := e.name, e.data
		e.name, e.data = "", nil
		switch {
		case name == "complete":
			return nil
		case (name == "next" || name == "") && len(data) > 0:
			if err := take(data); err != nil {
				return err
			}
		}
	}
}

// field reads one line of an event. Comments, ids and times to wait mean nothing here.
func (e *eventReader) field(line []byte) error {
	name, value, _ := bytes.Cut(line, []byte(":"))
	value = bytes.TrimPrefix(value, []byte(" "))
	switch string(name) {
	case "event":
		e.name = string(value)
	case "data":
		if len(e.data)+len(value)+1 > e.most {
			return errTooLarge
		}
		if e.data != nil {
			e.data = append(e.data, '\n')
		}
		e.data = append(e.data, value...)
	}
	return nil
}

// line is the next line without its end.
func (e *eventReader) line() ([]byte, error) {
	var line []byte
	for {
		part, err := e.in.ReadSlice('\n')
		if len(line)+len(part) > e.most+len("data: \r\n") {
			return nil, errTooLarge
		}
		line = append(line, part...)
		if errors.Is(err, bufio.ErrBufferFull) {
			continue
		}
		if err != nil {
			return nil, err
		}
		return bytes.TrimRight(line, "\r\n"), nil
	}
}
