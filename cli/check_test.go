package cli_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

const checkedGraph = `subgraphs: {a: {routing_url: "http://a", schema: {file: ../schema/a.graphql}}}
`

// checkout is a repository whose schema has changed since its only commit, and the folder of its configuration.
func checkout(t *testing.T, before, after string) string {
	t.Helper()
	root := t.TempDir()
	write := func(name, text string) {
		name = filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("gateway/ficus.yaml", checkedGraph)
	write("schema/a.graphql", before)
	for _, args := range [][]string{
		{"init", "-q"},
		{"add", "."},
		{"-c", "user.name=a", "-c", "user.email=a@b", "-c", "commit.gpgsign=false", "commit", "-q", "-m", "before"},
	} {
		cmd := exec.Command("git", args...)
		cmd.Dir = root
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("git %v: %v %s", args, err, out)
		}
	}
	write("schema/a.graphql", after)
	write("gateway/operations/page/gone.graphql", "{\n  gone\n}\n")
	write("gateway/operations/stays.gql", "{ stays }")
	return filepath.Join(root, "gateway")
}

// inFolder runs a command line in a folder that is there.
func inFolder(t *testing.T, dir string, args ...string) (code int, out, errs string) {
	t.Helper()
	t.Chdir(dir)
	code, out, errs, _ = runHere(t, args...)
	return code, out, errs
}

func TestCheckComparesWithARevision(t *testing.T) {
	dir := checkout(t, "type Query { stays: Int gone: Int }", "type Query { stays: Int new: Int }")
	code, out, errs := inFolder(t, dir, "check", "--against", "git:HEAD")
	if code != 1 || !strings.Contains(out, "FIELD_REMOVED") || !strings.Contains(out, "Query.gone") || !strings.Contains(errs, "1 breaking") {
		t.Errorf("exit code %d\n%s%s", code, out, errs)
	}
	code, out, errs = inFolder(t, dir, "check", "--against", "git:HEAD", "--operations", "operations")
	if code != 1 || !strings.Contains(out, "operations/page/gone.graphql:2:3: ") || !strings.Contains(errs, "1 of 2 operations break") {
		t.Errorf("exit code %d\n%s%s", code, out, errs)
	}
	if err := os.Remove(filepath.Join(dir, "operations/page/gone.graphql")); err != nil {
		t.Fatal(err)
	}
	code, out, errs = inFolder(t, dir, "check", "--against", "git:HEAD", "--operations", "operations", "--json")
	var found struct {
		Changes    []struct{ Severity, Code, Coordinate string }
		Operations int
		Broken     []any
	}
	if err := json.Unmarshal([]byte(out), &found); err != nil || code != 0 {
		t.Fatalf("exit code %d, %v\n%s%s", code, err, out, errs)
	}
	if len(found.Changes) != 2 || found.Changes[0].Severity != "breaking" || found.Operations != 1 || len(found.Broken) != 0 {
		t.Errorf("%+v", found)
	}
	for against, want := range map[string]string{
		"git:nowhere": "git show nowhere:./ficus.yaml", "absent.graphql": "no such file", "operations/stays.gql": "operations/stays.gql",
	} {
		if code, _, errs := inFolder(t, dir, "check", "--against", against); code != 1 || !strings.Contains(errs, want) {
			t.Errorf("%s: exit code %d, %s", against, code, errs)
		}
	}
	if code, out, errs := inFolder(t, dir, "check"); code != 0 || out != "the graph composes, and 0 scenarios fit it\n" {
		t.Errorf("without --against: exit code %d, %s%s", code, out, errs)
	}
	if code, _, errs := inFolder(t, dir, "check", "--operations", "operations"); code != 2 || !strings.Contains(errs, "--against") {
		t.Errorf("operations without --against: exit code %d, %s", code, errs)
	}
}

func TestCheckComparesWithARunningGateway(t *testing.T) {
	answers := map[string]string{
		"/same": `{"data":{"__schema":{"queryType":{"name":"Query"},"types":[{"kind":"OBJECT","name":"Query","fields":[{"name":"a","args":[{"name":"x","type":{"kind":"SCALAR","name":"Int"},"defaultValue":"1"}],"type":{"kind":"NON_NULL","ofType":{"kind":"LIST","ofType":{"kind":"SCALAR","name":"Int"}}}}]}],"directives":[]}}}`,
		"/shut": `{"errors":[{"message":"introspection is turned off"}]}`,
		"/html": `<html>`,
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = w.Write([]byte(answers[r.URL.Path]))
	}))
	t.Cleanup(server.Close)
	files := map[string]string{"ficus.yaml": `subgraphs: {a: {routing_url: "http://a", schema: {sdl: "type Query { a(x: Int = 1): [Int]! }"}}}`}
	if code, out, errs, _ := runIn(t, files, "check", "--against", server.URL+"/same"); code != 0 || out != "no changes\n" {
		t.Errorf("exit code %d, %s%s", code, out, errs)
	}
	for path, want := range map[string]string{"/shut": "introspection is turned off", "/html": "read introspection"} {
		if code, _, errs, _ := runIn(t, files, "check", "--against", server.URL+path); code != 1 || !strings.Contains(errs, want) {
			t.Errorf("%s: exit code %d, %s", path, code, errs)
		}
	}
}
