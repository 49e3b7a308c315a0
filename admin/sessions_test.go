package admin_test

import (
	"errors"
	"net/http"
	"testing"

	"github.com/ficusgraph/ficus/admin"
)

// ends keeps what was to be ended.
type ends struct{ list []string }

func (e *ends) End(hash string) (int, error) {
	if hash == "x" {
		return 0, errors.New("is no hash")
	}
	e.list = append(e.list, "hash "+hash)
	return 1, nil
}

func (e *ends) EndSubject(subject string) int {
	e.list = append(e.list, "subject "+subject)
	return 2
}

func TestSessionsAreEnded(t *testing.T) {
	api, _ := newAPI(admin.Config{Token: token})
	e := &ends{}
	api.Sessions(e)
	for _, tc := range []struct {
		method, path, want string
		status             int
	}{
		{http.MethodDelete, "/sessions/abc", "{\"forgotten\":1}\n", 200},
		{http.MethodDelete, "/sessions/subjects/a%2Fb%20c", "{\"forgotten\":2}\n", 200},
		{http.MethodDelete, "/sessions/x", "", 400},
		{http.MethodGet, "/sessions/abc", "", 405},
	} {
		status, body, _ := ask(api, tc.method, "/api/v1"+tc.path, "", "Authorization", "Bearer "+token)
		if status != tc.status || tc.want != "" && body != tc.want {
			t.Errorf("%s %s: %d %s", tc.method, tc.path, status, body)
		}
	}
	if status, _, _ := ask(api, http.MethodDelete, "/api/v1/sessions/abc", ""); status != 401 {
		t.Errorf("without the token: %d", status)
	}
	if len(e.list) != 2 || e.list[0] != "hash abc" || e.list[1] != "subject a/b c" {
		t.Errorf("ended %q", e.list)
	}
}
