package admin

import (
	"context"
	"errors"
	"net/http"

	"github.com/go-chi/chi/v5"

	"github.com/ficusgraph/ficus/rollout"
	"github.com/ficusgraph/ficus/rollout/shadow"
)

// CodeNoCase is the code of a case that cannot be replayed.
const CodeNoCase = "CASE_NOT_REPLAYABLE"

// Replayed is the body of POST /rollouts/{name}/replay: a mismatch by its id, or a case.
type Replayed struct {
	ID   string       `json:"id,omitempty"`
	Case *shadow.Case `json:"case,omitempty"`
	// Variables that the case was kept without, or that go before those it has.
	Variables map[string]any `json:"variables,omitempty"`
	// Headers of the request that is made, such as Authorization: who asks decides what may be seen.
	Headers map[string]string `json:"headers,omitempty"`
}

// Shadows are what Mismatches needs.
type Shadows struct {
	*shadow.Shadow
	Board *rollout.Board
	// As is the context of a request of a client with the headers; it fails where such a client is refused.
	As func(ctx context.Context, headers map[string]string) (context.Context, error)
}

// Mismatches adds the routes about comparisons: GET /rollouts/{name}/mismatches, and POST /rollouts/{name}/replay, which
// asks both owners again. They are told before those of orders, whose verbs they are not.
func (a *API) Mismatches(s Shadows) {
	a.Handle(http.MethodGet, "/rollouts/{name}/mismatches", func(r *http.Request) (any, error) {
		name := chi.URLParam(r, "name")
		if _, err := s.Board.Migration(name); err != nil {
			return nil, told(r, err)
		}
		out, ok := s.Report(name)
		if !ok {
			out = shadow.Report{Migration: name, Coordinates: []shadow.Counted{}, Mismatches: []*shadow.Mismatch{}}
		}
		return out, nil
	})
	a.Handle(http.MethodPost, "/rollouts/{name}/replay", s.replay)
}

func (s Shadows) replay(r *http.Request) (any, error) {
	m, err := s.Board.Migration(chi.URLParam(r, "name"))
	if err != nil {
		return nil, told(r, err)
	}
	var in Replayed
	if err := Read(r, &in); err != nil {
		return nil, err
	}
	if (in.ID == "") == (in.Case == nil) {
		return nil, Errorf(http.StatusBadRequest, CodeInvalid, "give one of id and case")
	}
	if in.Case == nil {
		c, err := s.Case(m.Name, in.ID)
		if err != nil {
			return nil, unreplayable(err)
		}
		in.Case = &c
	}
	c, err := in.Case.With(in.Variables)
	if err != nil {
		return nil, Errorf(http.StatusBadRequest, CodeInvalid, "variables: %v", err)
	}
	ctx, err := s.As(r.Context(), in.Headers)
	if err != nil {
		return nil, Errorf(http.StatusBadRequest, CodeInvalid, "headers: %v", err)
	}
	out, err := s.Replay(ctx, m, c)
	if err != nil {
		return nil, unreplayable(err)
	}
	return out, nil
}

func unreplayable(err error) error {
	if errors.Is(err, shadow.ErrNoMismatch) {
		return Errorf(http.StatusNotFound, CodeNoCase, "%v", err)
	}
	return Errorf(http.StatusConflict, CodeNoCase, "%v", err)
}
