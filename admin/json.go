package admin

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"mime"
	"net/http"
)

// Codes of errors that any route may have.
const (
	CodeUnauthenticated  = "UNAUTHENTICATED"
	CodeNoToken          = "ADMIN_TOKEN_NOT_SET"
	CodeCrossSite        = "CROSS_SITE_REQUEST"
	CodeHost             = "UNKNOWN_HOST"
	CodeNotFound         = "NOT_FOUND"
	CodeMethodNotAllowed = "METHOD_NOT_ALLOWED"
	CodeInvalid          = "INVALID_REQUEST"
	CodeTooLarge         = "PAYLOAD_TOO_LARGE"
	CodeInternal         = "INTERNAL_SERVER_ERROR"
)

// Error is what a client of the API is told is wrong.
type Error struct {
	// Status is HTTP's.
	Status  int    `json:"-"`
	Code    string `json:"code"`
	Message string `json:"message"`
}

var _ error = (*Error)(nil)

// Error implements error.
func (e *Error) Error() string { return e.Message }

// Errorf is an Error with a message as fmt makes it.
func Errorf(status int, code, format string, args ...any) *Error {
	return &Error{Status: status, Code: code, Message: fmt.Sprintf(format, args...)}
}

// Answer is what a route says to a request: a value for JSON, or what is wrong.
type Answer func(*http.Request) (any, error)

// JSON serves what the answer is, without asking who wants to know it.
func JSON(logger *slog.Logger, answer Answer) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		v, err := answer(r)
		if err == nil {
			if err = write(w, http.StatusOK, v); err == nil {
				return
			}
		}
		var told *Error
		if !errors.As(err, &told) {
			logger.ErrorContext(r.Context(), "admin API", slog.String("path", r.URL.Path), slog.Any("error", err))
			told = Errorf(http.StatusInternalServerError, CodeInternal, "internal error; the gateway's log says more")
		}
		writeError(w, told)
	})
}

// maxBody bounds the body of a request, in bytes.
const maxBody = 16 << 20

// Read reads the JSON that a request brings. Keys that v does not have are refused.
func Read(r *http.Request, v any) error {
	if media, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || media != "application/json" {
		return Errorf(http.StatusUnsupportedMediaType, CodeInvalid, "the body is to be JSON: send it with Content-Type: application/json")
	}
	d := json.NewDecoder(http.MaxBytesReader(nil, r.Body, maxBody))
	d.DisallowUnknownFields()
	err := d.Decode(v)
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		return Errorf(http.StatusRequestEntityTooLarge, CodeTooLarge, "the body has more than %d bytes", maxBody)
	case err != nil:
		return Errorf(http.StatusBadRequest, CodeInvalid, "the body cannot be read: %v", err)
	case d.More():
		return Errorf(http.StatusBadRequest, CodeInvalid, "the body holds more than one JSON value")
	}
	return nil
}

// write sends v, or nothing if it cannot be written as JSON.
func write(w http.ResponseWriter, status int, v any) error {
	text, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("write the answer: %w", err)
	}
	h := w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	_, _ = w.Write(append(text, '\n')) // who does not read it anymore need not be told
	return nil
}

func writeError(w http.ResponseWriter, e *Error) {
	_ = write(w, e.Status, struct {
		Error *Error `json:"error"`
	}{e})
}
