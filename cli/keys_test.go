package cli_test

import (
	"encoding/json"
	"errors"
	"log/slog"
	"net"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"github.com/ficusgraph/ficus/admin"
	"github.com/ficusgraph/ficus/auth/apikeys"
)

const keeping = `subgraphs: { shop: { mock: always, schema: { sdl: "type Query { a: Int }" } } }
authentication: { router: { api_keys: { file: keys.json } } }
`

// ring is the keys of a file.
func ring(t *testing.T, file string) *apikeys.Ring {
	t.Helper()
	r, err := apikeys.NewRing(t.Context(), apikeys.NewFile(file), apikeys.Parts{})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestKeysInAFile(t *testing.T) {
	code, out, errs, _ := runIn(t, map[string]string{"ficus.yaml": keeping},
		"keys", "create", "--name", "billing", "--tenant", "acme", "--scope", "read", "--scope", "write", "--expires", "1h", "--by", "ada")
	text := strings.TrimSuffix(out, "\n")
	if code != 0 || strings.Contains(errs, text) {
		t.Fatal(code, out, errs)
	}
	k, err := ring(t, "keys.json").Find(text)
	if err != nil || k.Tenant != "acme" || len(k.Scopes) != 2 || k.CreatedBy != "ada" || k.Expires.IsZero() || !strings.Contains(errs, k.ID+" (billing) is created") {
		t.Fatalf("%+v %v %s", k, err, errs)
	}
	// A key is named by its id, and by its text too, which is not printed again.
	code, out, errs, _ = runHere(t, "keys", "rotate", text)
	if _, err := ring(t, "keys.json").Find(strings.TrimSpace(out)); code != 0 || err != nil || !strings.Contains(errs, "good for 24h0m0s more") || strings.Contains(errs, text) {
		t.Error(code, out, errs, err)
	}
	if _, err := ring(t, "keys.json").Find(text); err != nil {
		t.Error("the old text:", err)
	}
	code, out, errs, _ = runHere(t, "keys", "list", "--file", "keys.json")
	if code != 0 || !strings.Contains(out, k.ID+"  billing  in force  key:"+k.ID+"  acme    read write") || strings.Contains(out, text) {
		t.Error(code, out, errs)
	}
	code, out, errs, _ = runHere(t, "keys", "revoke", "fic_"+k.ID+"_", "--why", "leaked")
	if _, err := ring(t, "keys.json").Find(text); code != 0 || !errors.Is(err, apikeys.ErrRevoked) || out != "key "+k.ID+" (billing) is revoked\n" {
		t.Error(code, out, errs, err)
	}
	code, out, _, _ = runHere(t, "keys", "list", "--json")
	var listed []apikeys.Shown
	if err := json.Unmarshal([]byte(out), &listed); err != nil || code != 0 || len(listed) != 1 || listed[0].Revoked.Why != "leaked" {
		t.Error(code, out, err)
	}
}

func TestKeysThatCannotBe(t *testing.T) {
	for _, test := range []struct {
		name, config string
		args         []string
		code         int
		want         string
	}{
		{"without a name", keeping, []string{"create"}, 1, "name: must be given"},
		{"a scope of two words", keeping, []string{"create", "--name", "n", "--scope", "a b"}, 1, `"a b" is no scope`},
		{"that has ended", keeping, []string{"create", "--name", "n", "--expires", "-1h"}, 2, "--expires: must not be negative"},
		{"of nobody", keeping, []string{"rotate", "nowhere"}, 1, "there is no such API key: nowhere"},
		{"of nobody, by its text", keeping, []string{"revoke", "fic_aaaaaaaaaa_thisIsSecret"}, 1, "there is no such API key: aaaaaaaaaa;"},
		{"none named", keeping, []string{"revoke"}, 2, "takes the id of a key"},
		{"not configured", strings.Split(keeping, "\n")[0], []string{"list"}, 1, "ficus.yaml: authentication.router.api_keys is not configured"},
		{"of two", keeping, []string{"list", "--url", "http://127.0.0.1:1", "--file", "keys.json"}, 2, "leave out --file"},
		{"a mistyped verb", keeping, []string{"lsit"}, 2, "is no command of ficus keys"},
	} {
		t.Run(test.name, func(t *testing.T) {
			code, out, errs, _ := runIn(t, map[string]string{"ficus.yaml": test.config}, append([]string{"keys"}, test.args...)...)
			if code != test.code || !strings.Contains(errs, test.want) || strings.Contains(errs, "thisIsSecret") {
				t.Errorf("%d %s %s", code, out, errs)
			}
		})
	}
}

func TestKeysOfARunningGateway(t *testing.T) {
	dir := t.TempDir()
	keys := ring(t, dir+"/keys.json")
	api := admin.New(admin.Config{Token: "a token of this test", Address: &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)}}, slog.New(slog.DiscardHandler))
	api.Keys(keys)
	server := httptest.NewServer(api)
	defer server.Close()
	at := []string{"--url", server.URL, "--token", "a token of this test"}
	run := func(args ...string) (int, string, string) {
		code, out, errs, _ := runIn(t, nil, append(append([]string{"keys"}, args...), at...)...)
		return code, strings.TrimSpace(out), errs
	}
	code, text, errs := run("create", "--name", "n", "--rate-limit", "5")
	k, err := keys.Find(text)
	if code != 0 || err != nil || k.RateLimit != 5 || k.CreatedBy == "" {
		t.Fatal(code, text, errs, err)
	}
	code, second, errs := run("rotate", k.ID, "--overlap", "0s")
	if _, err := keys.Find(second); code != 0 || err != nil {
		t.Error(code, second, errs, err)
	}
	if _, err := keys.Find(text); err == nil {
		t.Error("the old text is good after no overlap")
	}
	if code, _, errs := run("revoke", "../rollouts"); code != 1 || !strings.Contains(errs, "HTTP 404") {
		t.Error(code, errs)
	}
	if code, out, errs := run("revoke", k.ID); code != 0 || !strings.Contains(out, "is revoked") {
		t.Error(code, out, errs)
	}
	if code, out, errs := run("list"); code != 0 || !strings.Contains(out, "revoked") {
		t.Error(code, out, errs)
	}
	at[3] = "another"
	if code, _, errs := run("list"); code != 1 || !strings.Contains(errs, "HTTP 401") {
		t.Error(code, errs)
	}
	if left, err := os.ReadDir("."); err != nil || len(left) > 0 {
		t.Error("a file was made here:", left, err)
	}
}
