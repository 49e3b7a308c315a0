package mocks

import (
	"encoding/json"
	"net/http"
	"strconv"
)

// refusal is why a request does not pass the gate.
type refusal struct {
	status        int
	code, message string
}

func forbidden(code, message string) *refusal {
	return &refusal{http.StatusForbidden, code, HeaderGrant + ": " + message}
}

func bad(code, from string, err error) *refusal {
	return &refusal{http.StatusBadRequest, code, from + ": " + err.Error()}
}

// write answers the request.
func (f *refusal) write(w http.ResponseWriter) {
	body, err := json.Marshal(map[string]any{"errors": []any{
		map[string]any{"message": f.message, "extensions": map[string]string{"code": f.code}},
	}})
	if err != nil {
		body = []byte(`{"errors":[{"message":"the request was refused"}]}`)
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(f.status)
	_, _ = w.Write(body) // a client that left reads nothing
}
