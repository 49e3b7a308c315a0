package admin

import (
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/go-chi/chi/v5"

	"github.com/ficusgraph/ficus/events"
	"github.com/ficusgraph/ficus/rollout"
)

// Codes of errors about migrations.
const (
	CodeNoMigration = "MIGRATION_NOT_FOUND"
	CodeRefused     = "MIGRATION_REFUSED"
	CodeConflict    = "MIGRATION_CHANGED"
)

// Ordered is the body of POST /rollouts/{name}/{verb}.
type Ordered struct {
	// Percent for set; without it, the next step.
	Percent *rollout.Percent `json:"percent,omitempty"`
	// Entry for allow, deny and forget.
	Entry rollout.Entry `json:"entry,omitzero"`
	// By and Why are kept in the history.
	By  string `json:"by"`
	Why string `json:"why,omitempty"`
	// Revision that the order is for: where the migration has another, nothing is done. Without it, whatever it has.
	Revision *uint64 `json:"revision,omitempty"`
}

// Rollouts adds the routes about migrations: GET /rollouts, GET /rollouts/{name}, GET /rollouts/{name}/history, and
// POST /rollouts/{name}/{verb}, which answers with where the migration then stands.
func (a *API) Rollouts(board *rollout.Board) {
	a.Handle(http.MethodGet, "/rollouts", func(*http.Request) (any, error) { return board.List(), nil })
	a.Handle(http.MethodGet, "/rollouts/{name}", func(r *http.Request) (any, error) {
		s, err := board.Show(chi.URLParam(r, "name"))
		return s, told(r, err)
	})
	a.Handle(http.MethodGet, "/rollouts/{name}/history", func(r *http.Request) (any, error) {
		list, err := board.History(r.Context(), chi.URLParam(r, "name"))
		return list, told(r, err)
	})
	a.Handle(http.MethodPost, "/rollouts/{name}/{verb}", func(r *http.Request) (any, error) { return order(board, r) })
}

func order(board *rollout.Board, r *http.Request) (any, error) {
	verb := chi.URLParam(r, "verb")
	if !slices.Contains(rollout.Verbs, verb) {
		return nil, Errorf(http.StatusNotFound, CodeNotFound, "there is no order %q; there are %s", verb, strings.Join(rollout.Verbs, ", "))
	}
	var in Ordered
	if err := Read(r, &in); err != nil {
		return nil, err
	}
	if strings.TrimSpace(in.By) == "" {
		return nil, Errorf(http.StatusBadRequest, CodeInvalid, "by: say who orders it; the history keeps it")
	}
	s, err := board.Do(r.Context(), chi.URLParam(r, "name"), rollout.Order{
		Verb: verb, Percent: in.Percent, Entry: in.Entry, By: in.By, Why: in.Why,
	}, in.Revision)
	return s, told(r, err)
}

// told is an error as operators are to see it.
func told(r *http.Request, err error) error {
	name := chi.URLParam(r, "name")
	switch {
	case err == nil:
		return nil
	case errors.Is(err, rollout.ErrUnknown):
		return Errorf(http.StatusNotFound, CodeNoMigration, "there is no migration %s", name)
	case errors.Is(err, rollout.ErrRefused):
		return Errorf(http.StatusConflict, CodeRefused, "%s", strings.TrimPrefix(err.Error(), rollout.ErrRefused.Error()+": "))
	case errors.Is(err, events.ErrConflict):
		return Errorf(http.StatusConflict, CodeConflict, "%s was changed by somebody else meanwhile: look at it again", name)
	default:
		// Operators are to know what is the matter with the store.
		return Errorf(http.StatusServiceUnavailable, CodeInternal, "%v", err)
	}
}
