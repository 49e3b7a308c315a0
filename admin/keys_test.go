package admin_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ficusgraph/ficus/admin"
	"github.com/ficusgraph/ficus/auth/apikeys"
)

func TestOperatorsMakeAndEndKeys(t *testing.T) {
	ring, err := apikeys.NewRing(t.Context(), apikeys.NewFile(filepath.Join(t.TempDir(), "keys.json")), apikeys.Parts{})
	if err != nil {
		t.Fatal(err)
	}
	api, _ := newAPI(admin.Config{Token: token})
	api.Keys(ring)
	say := func(method, path, body string) (int, string) {
		status, got, _ := ask(api, method, "/api/v1"+path, body, "Content-Type", "application/json", "Authorization", "Bearer "+token)
		return status, got
	}
	if status, got, _ := ask(api, http.MethodPost, "/api/v1/keys", `{"name":"n","by":"ada"}`, "Content-Type", "application/json"); status != 401 {
		t.Errorf("without the token: HTTP %d %s", status, got)
	}
	if _, got := say("GET", "/keys", ""); got != "[]\n" {
		t.Errorf("there are %s", got)
	}
	status, got := say("POST", "/keys", `{"name":"billing","tenant":"acme","scopes":["read"],"rate_limit":50,"by":"ada"}`)
	var made apikeys.Issued
	if err := json.Unmarshal([]byte(got), &made); err != nil || status != 200 {
		t.Fatal(status, got, err)
	}
	k, err := ring.Find(made.Text)
	if err != nil || k.Tenant != "acme" || k.RateLimit != 50 || k.CreatedBy != "ada" {
		t.Fatalf("%+v %v", k, err)
	}
	for _, test := range []struct {
		method, path, body string
		status             int
		want               string
	}{
		{"POST", "/keys", `{"name":"n"}`, 400, "by: say who"},
		{"POST", "/keys", `{"by":"ada"}`, 409, "name: must be given"},
		{"POST", "/keys", `{"name":"n","by":"ada","id":"chosen"}`, 400, "unknown field"},
		{"POST", "/keys", `{"name":"n","by":"ada","expires":"2020-01-01T00:00:00Z"}`, 409, "is over"},
		{"POST", "/keys/nowhere/rotate", `{"overlap":"1h"}`, 404, "API_KEY_NOT_FOUND"},
		{"POST", "/keys/" + k.ID + "/rotate", `{}`, 400, "overlap: say how long"},
		{"POST", "/keys/" + k.ID + "/rotate", `{"overlap":"-1h"}`, 409, "must not be negative"},
		{"POST", "/keys/" + k.ID + "/rotate", `{"overlap":"1h"}`, 200, `"text":"fic_` + k.ID},
		{"POST", "/keys/" + k.ID + "/revoke", `{}`, 400, "by: say who"},
		{"POST", "/keys/" + k.ID + "/revoke", `{"by":"ada","why":"leaked"}`, 200, `"state":"revoked"`},
		{"POST", "/keys/" + k.ID + "/rotate", `{"overlap":"1h"}`, 409, "has been revoked"},
		{"POST", "/keys/nowhere/revoke", `{"by":"ada"}`, 404, "there is no API key nowhere"},
		{"GET", "/keys", "", 200, `"why":"leaked"`},
	} {
		if status, got := say(test.method, test.path, test.body); status != test.status || !strings.Contains(got, test.want) {
			t.Errorf("%s %s %s: HTTP %d %s, want %d %s", test.method, test.path, test.body, status, got, test.status, test.want)
		}
	}
	if _, err := ring.Find(made.Text); !errors.Is(err, apikeys.ErrRevoked) {
		t.Error("the revoked key:", err)
	}
	if _, got := say("GET", "/keys", ""); strings.Contains(got, made.Text[len(made.Key.Prefix):]) || strings.Contains(got, "sha256") {
		t.Errorf("listed are %s", got)
	}
}
