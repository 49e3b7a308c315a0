package engine_test

import (
	"context"
	"encoding/json"
	"strconv"
	"strings"
	"testing"

	"github.com/ficusgraph/ficus/engine"
	"github.com/ficusgraph/ficus/engine/executor"
	"github.com/ficusgraph/ficus/engine/supergraph"
)

// A subscription's scenario has a section events/NAME for the subgraph that sends them, a line an event: what the
// fields of Subscription are at that time, or "answer" and an answer as it is, or "HTTP" and a status, with which the source fails.
// Its response.json has the responses one after the other.

var _ executor.Streamer = (*passage)(nil)

// Stream implements executor.Streamer.
func (s *passage) Stream(_ context.Context, r *executor.Request, take func(*executor.Response) error) error {
	var in request
	if err := decode(r.Body, &in); err != nil {
		return err
	}
	s.record(r, in)
	name := r.Fetch.Subgraph
	for line := range strings.Lines(s.given["events/"+name]) {
		line = strings.TrimSpace(line)
		if status, failed := strings.CutPrefix(line, "HTTP "); failed {
			code, err := strconv.Atoi(status)
			return &executor.Error{Code: "SUBREQUEST_HTTP_ERROR", Message: "the service answered " + status, Status: code, Err: err}
		}
		body, err := s.event(name, line, in)
		if err != nil {
			s.complain("%s: %v", name, err)
			return err
		}
		if err := take(&executor.Response{Body: body}); err != nil {
			return err
		}
	}
	return nil
}

// event is what the subgraph sends.
func (s *passage) event(name, line string, in request) ([]byte, error) {
	if body, raw := strings.CutPrefix(line, "answer "); raw {
		return []byte(body), nil
	}
	facts, err := s.own[name].with(`{"Subscription": ` + line + `}`)
	if err != nil {
		return nil, err
	}
	for _, c := range s.contracts {
		if c.name == name {
			return (&answerer{contract: c, facts: facts}).answer(in)
		}
	}
	return nil, nil
}

// subscribe runs a subscription and compares each of its responses to what a monolith would have sent.
func (s *passage) subscribe(t *testing.T, sg *supergraph.Supergraph, e *engine.Engine, r engine.Request) string {
	var text strings.Builder
	var bodies [][]byte
	out, err := e.Subscribe(t.Context(), &r, collected{func(body []byte, _ engine.Outcome) error {
		bodies = append(bodies, append([]byte(nil), body...))
		return nil
	}})
	if err != nil {
		t.Error(err)
	}
	if !out.Refused {
		s.write("fetches", s.requests())
	}
	var lines []string
	for name, section := range s.given {
		if strings.HasPrefix(name, "events/") {
			lines = strings.Split(strings.TrimSpace(section), "\n")
		}
	}
	for i, body := range bodies {
		text.WriteString(indented(t, body))
		if s.faulty() || out.Refused || i >= len(lines) || !json.Valid([]byte(lines[i])) {
			continue
		}
		before := s.whole
		if s.whole, err = before.with(`{"Subscription": ` + lines[i] + `}`); err != nil {
			t.Fatal(err)
		}
		s.compare(t, sg, r, body)
		s.whole = before
	}
	return text.String()
}

// collected takes responses.
type collected struct {
	emit func(body []byte, out engine.Outcome) error
}

func (c collected) Begin(ctx context.Context) (context.Context, func(), error) {
	return ctx, func() {}, nil
}
func (c collected) Emit(body []byte, out engine.Outcome) error { return c.emit(body, out) }
