package owners_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ficusgraph/ficus/owners"
)

const mockedSchema = "environment: dev\nsubgraphs:\n  a:\n    mock: always\n    schema:\n      sdl: |\n        type Query { user: User @fake(type: word) }\n        type User { name: String! }\n"

// TestMockFilesAreFound: by default where they usually lie, else where the configuration says, and what is wrong has
// its place.
func TestMockFilesAreFound(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"mocks/a.yaml":            "User.name: { value: x }\n",
		"mocks/scenarios/s1.yaml": "rules: [{ on: User.name, value: y }]\n",
		"other/b.yaml":            "User.nam: { value: x }\n",
		"other/s2.yaml":           "rules:\n  - { on: User.mail, value: y }\n",
	} {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	schema := strings.Replace(mockedSchema, " @fake(type: word)", "", 1)
	for _, test := range []struct{ mocks, wrong, scenarios string }{
		{"{}", "", "s1"},
		{"{ scenario: s1 }", "", "s1"},
		{"{ scenarios: [] }", "", ""},
		{"{ scenario: s3 }", `mocks.scenario: character 1: there is no scenario "s3"; did you mean s1?`, ""},
		{"{ files: [other/b.yaml] }", "other/b.yaml:1:1: User.nam: User has no field nam; did you mean name?", ""},
		{"{ files: [other/*.yml] }", "ficus.yaml: mocks.files: other/*.yml finds no file", ""},
		{"{ files: [other/c.yaml] }", "ficus.yaml: mocks.files: open ", ""},
		{"{ scenarios: [other/s*.yaml] }", "other/s2.yaml:2:7: User.mail: User has no field mail; there is only name", ""},
	} {
		g, err := owners.New(parse(t, dir, "mocks: "+test.mocks+"\n"+schema), owners.Ports{}).Plan(t.Context())
		if test.wrong != "" {
			if err == nil || !strings.Contains(err.Error(), test.wrong) {
				t.Errorf("%s: %v, want %s", test.mocks, err, test.wrong)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", test.mocks, err)
			continue
		}
		var own []string
		for _, s := range g.Mocks.Scenarios() {
			if !s.BuiltIn {
				own = append(own, s.Name)
			}
		}
		if strings.Join(own, " ") != test.scenarios {
			t.Errorf("%s: scenarios %v, want %s", test.mocks, own, test.scenarios)
		}
	}
}

// TestADirectivesFaultHasItsPlace, in the file and line of the schema.
func TestADirectivesFaultHasItsPlace(t *testing.T) {
	_, err := owners.New(parse(t, t.TempDir(), mockedSchema), owners.Ports{}).Plan(t.Context())
	if err == nil || !strings.Contains(err.Error(), "ficus.yaml:1:31: Query.user: generator: User is no scalar; name the fields of it") {
		t.Errorf("got %v", err)
	}
}
