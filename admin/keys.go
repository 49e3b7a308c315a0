package admin

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/ficusgraph/ficus/auth/apikeys"
)

// Codes of errors about API keys.
const (
	CodeNoKey      = "API_KEY_NOT_FOUND"
	CodeKeyRefused = "API_KEY_REFUSED"
)

// Keys makes and ends API keys, as apikeys.Ring does.
type Keys interface {
	List() []apikeys.Shown
	Create(ctx context.Context, g apikeys.Given, by string) (apikeys.Issued, error)
	Rotate(ctx context.Context, id string, overlap time.Duration) (apikeys.Issued, error)
	Revoke(ctx context.Context, id, by, why string) (apikeys.Shown, error)
}

var _ Keys = (*apikeys.Ring)(nil)

// CreateKey is the body of POST /keys.
type CreateKey struct {
	apikeys.Given
	// By is who creates it.
	By string `json:"by"`
}

// RotateKey is the body of POST /keys/{id}/rotate.
type RotateKey struct {
	// Overlap is how long the old text is good, such as 24h; 0s ends it at once.
	Overlap string `json:"overlap"`
}

// RevokeKey is the body of POST /keys/{id}/revoke.
type RevokeKey struct {
	// By and Why are kept.
	By  string `json:"by"`
	Why string `json:"why,omitempty"`
}

// Keys adds the routes about API keys: GET /keys, POST /keys, POST /keys/{id}/rotate and POST /keys/{id}/revoke. What
// creates and rotates answers with the key's text, which is nowhere else.
func (a *API) Keys(keys Keys) {
	a.Handle(http.MethodGet, "/keys", func(*http.Request) (any, error) { return keys.List(), nil })
	a.Handle(http.MethodPost, "/keys", func(r *http.Request) (any, error) {
		var in CreateKey
		if err := Read(r, &in); err != nil {
			return nil, err
		}
		if err := named(in.By); err != nil {
			return nil, err
		}
		out, err := keys.Create(r.Context(), in.Given, in.By)
		return out, toldOfKey(r, err)
	})
	a.Handle(http.MethodPost, "/keys/{id}/rotate", func(r *http.Request) (any, error) {
		var in RotateKey
		if err := Read(r, &in); err != nil {
			return nil, err
		}
		overlap, err := time.ParseDuration(in.Overlap)
		if err != nil {
			return nil, Errorf(http.StatusBadRequest, CodeInvalid, "overlap: say how long the old text is to be good, such as 24h; 0s ends it at once")
		}
		out, err := keys.Rotate(r.Context(), chi.URLParam(r, "id"), overlap)
		return out, toldOfKey(r, err)
	})
	a.Handle(http.MethodPost, "/keys/{id}/revoke", func(r *http.Request) (any, error) {
		var in RevokeKey
		if err := Read(r, &in); err != nil {
			return nil, err
		}
		if err := named(in.By); err != nil {
			return nil, err
		}
		out, err := keys.Revoke(r.Context(), chi.URLParam(r, "id"), in.By, in.Why)
		return out, toldOfKey(r, err)
	})
}

// named asks who gives an order.
func named(by string) error {
	if strings.TrimSpace(by) == "" {
		return Errorf(http.StatusBadRequest, CodeInvalid, "by: say who orders it; it is kept with the key")
	}
	return nil
}

// toldOfKey is an error as operators are to see it.
func toldOfKey(r *http.Request, err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, apikeys.ErrNone):
		return Errorf(http.StatusNotFound, CodeNoKey, "there is no API key %s", chi.URLParam(r, "id"))
	case errors.Is(err, apikeys.ErrRefused):
		return Errorf(http.StatusConflict, CodeKeyRefused, "%s", strings.TrimPrefix(err.Error(), apikeys.ErrRefused.Error()+": "))
	default:
		// Operators are to know what is the matter with the store.
		return Errorf(http.StatusServiceUnavailable, CodeInternal, "%v", err)
	}
}
