package cli_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ficusgraph/ficus/cli"
	"github.com/ficusgraph/ficus/config"
)

// runIn runs a command line in a folder of files, with a server that only says what it was to serve.
func runIn(t *testing.T, files map[string]string, args ...string) (code int, out, errs string, served *config.Config) {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	t.Chdir(dir)
	return runHere(t, args...)
}

// runHere does so in the working directory.
func runHere(t *testing.T, args ...string) (code int, out, errs string, served *config.Config) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	code = cli.Run(t.Context(), cli.Program{
		Args: args, Stdout: &stdout, Stderr: &stderr, Env: func(string) (string, bool) { return "", false }, Version: "v0",
		Serve: func(_ context.Context, cfg *config.Config, _ cli.Hooks) error {
			served = cfg
			if cfg.Supergraph.Listen == "taken" {
				return errors.New("taken")
			}
			return nil
		},
	})
	return code, stdout.String(), stderr.String(), served
}

const two = `subgraphs:
  a: {routing_url: "http://a", schema: {sdl: "type Query { a: Int }"}}
  b: {routing_url: "http://b", schema: {sdl: "type Query { b: Int }"}}
`

func TestWhatIsServedWithoutFlags(t *testing.T) {
	tests := []struct {
		name  string
		files map[string]string
		want  func(*config.Config) bool
	}{
		{"ficus.yaml first", map[string]string{"ficus.yaml": two, "supergraph.graphql": ""}, func(c *config.Config) bool { return len(c.Subgraphs) == 2 }},
		{"rover's file", map[string]string{"supergraph.yaml": two}, func(c *config.Config) bool { return len(c.Subgraphs) == 2 }},
		{"a supergraph", map[string]string{"supergraph.graphql": ""}, func(c *config.Config) bool { return c.Supergraph.File == "supergraph.graphql" }},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if code, _, errs, cfg := runIn(t, test.files); code != 0 || cfg == nil || !test.want(cfg) {
				t.Errorf("exit code %d, %s, served %+v", code, errs, cfg)
			}
		})
	}
}

func TestCommandLinesThatAreNotUnderstood(t *testing.T) {
	tests := []struct {
		args []string
		code int
		want string
	}{
		{nil, 1, "ficus demo"},
		{[]string{"serv"}, 2, "did you mean serve?"},
		{[]string{"serve", "--lisen", "x"}, 2, "see ficus serve --help"},
		{[]string{"plan"}, 2, "takes the operation's text"},
		{[]string{"plan", "-s", "nowhere.graphql", "{ a }"}, 1, "nowhere.graphql"},
		{[]string{"compose", "-c", "nowhere.yaml"}, 1, "nowhere.yaml"},
		{[]string{"config", "validate"}, 2, "the file to check"},
	}
	for _, test := range tests {
		t.Run(strings.Join(test.args, " "), func(t *testing.T) {
			code, _, errs, _ := runIn(t, nil, test.args...)
			if code != test.code || !strings.HasPrefix(errs, "error: ") || !strings.Contains(errs, test.want) {
				t.Errorf("exit code %d, want %d: %s", code, test.code, errs)
			}
		})
	}
}

func TestEveryCommandHasHelpWithAnExample(t *testing.T) {
	for _, command := range []string{"serve", "demo", "dev", "compose", "plan", "status", "config", "config schema", "config validate", "version"} {
		t.Run(command, func(t *testing.T) {
			code, out, errs, _ := runIn(t, nil, append(strings.Fields(command), "--help")...)
			if code != 0 || !strings.Contains(out, "Examples:\n  ficus "+command) && !strings.Contains(out, "ficus "+command) {
				t.Errorf("exit code %d %s\n%s", code, errs, out)
			}
			if !strings.Contains(out, "Examples:") {
				t.Errorf("no example in\n%s", out)
			}
		})
	}
}

func TestComposeAndPlan(t *testing.T) {
	files := map[string]string{"ficus.yaml": two}
	if code, out, errs, _ := runIn(t, files, "compose"); code != 0 || !strings.Contains(out, `A @join__graph(name: "a", url: "http://a")`) {
		t.Errorf("exit code %d %s\n%s", code, errs, out)
	}
	if code, out, errs, _ := runIn(t, files, "compose", "--api"); code != 0 || strings.Contains(out, "join__") || !strings.Contains(out, "b: Int") {
		t.Errorf("exit code %d %s\n%s", code, errs, out)
	}
	if code, out, errs, _ := runIn(t, files, "plan", "{ a b }"); code != 0 || strings.Count(out, "Fetch(") != 2 || !strings.Contains(out, "Parallel") {
		t.Errorf("exit code %d %s\n%s", code, errs, out)
	}
	if code, _, errs, _ := runIn(t, files, "plan", "{ c }"); code != 1 || !strings.Contains(errs, `Cannot query field "c"`) {
		t.Errorf("exit code %d %s", code, errs)
	}
}

func TestCompositionErrorsHaveCodesAndPlaces(t *testing.T) {
	code, out, errs, _ := runIn(t, map[string]string{
		"ficus.yaml": "subgraphs:\n  a: {routing_url: \"http://a\", schema: {file: a.graphql}}\n",
		"a.graphql":  "type Query {\n  t: T\n}\ntype T @key(fields: \"nope\") {\n  id: ID\n}\n",
	}, "compose")
	if code != 1 || out != "" || !strings.Contains(errs, "a.graphql:4") || !strings.Contains(errs, "KEY_INVALID_FIELDS") {
		t.Errorf("exit code %d %s%s", code, out, errs)
	}
}

func TestStatusCountsWhatIsImplementedAndMocked(t *testing.T) {
	_, out, errs, _ := runIn(t, map[string]string{"ficus.yaml": `environment: dev
subgraphs:
  a:
    source: local
    schema:
      sdl: |
        extend schema @link(url: "https://specs.apollo.dev/federation/v2.7") @link(url: "https://ficus.dev/spec/v0.1", import: ["@mock"])
        directive @mock on FIELD_DEFINITION
        type Query { real: Int made: Int @mock }
`}, "status", "--fields")
	if !strings.Contains(out, "local  1            1       0") || !strings.Contains(out, "a: Query.made is mocked") {
		t.Errorf("%s%s", out, errs)
	}
}

// TestComposeTellsAllErrorsAtOnceAndHintsAsWarnings: what is wrong in any subgraph is told in one go; hints keep nothing
// from being printed.
func TestComposeTellsAllErrorsAtOnceAndHintsAsWarnings(t *testing.T) {
	files := map[string]string{
		"ficus.yaml": "subgraphs:\n  a: {routing_url: \"http://a\", schema: {file: a.graphql}}\n  b: {routing_url: \"http://b\", schema: {file: b.graphql}}\n",
		"a.graphql":  "type Query {\n  t: Nope\n  u: Neither\n}\n",
		"b.graphql":  "type Query {\n  b: Int @unknown\n}\n",
	}
	code, out, errs, _ := runIn(t, files, "compose")
	for _, want := range []string{"a.graphql:2:3: [a] INVALID_GRAPHQL: ", "a.graphql:3:3: [a] INVALID_GRAPHQL: ", "b.graphql:2:11: [b] INVALID_GRAPHQL: "} {
		if !strings.Contains(errs, want) {
			t.Errorf("no %q in\n%s", want, errs)
		}
	}
	if code != 1 || out != "" {
		t.Errorf("exit code %d\n%s", code, out)
	}
	files["a.graphql"] = "type Query {\n  e: E\n}\nenum E { A }\n"
	files["b.graphql"] = "type Query {\n  b: E\n}\nenum E { A B }\n"
	code, out, errs, _ = runIn(t, files, "compose")
	if code != 0 || !strings.Contains(out, "enum E") || !strings.HasPrefix(errs, "warning: HINT INCONSISTENT_ENUM_VALUE_FOR_OUTPUT_ENUM: ") {
		t.Errorf("exit code %d\n%s\n%s", code, errs, out)
	}
}
