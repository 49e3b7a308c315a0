package main_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/ficusgraph/ficus/engine/operation"
	"github.com/ficusgraph/ficus/internal/free"
	"github.com/ficusgraph/ficus/transport"
)

// block is one fenced block of a document.
var block = regexp.MustCompile("(?ms)^```(\\w+)\n(.*?)^```")

// blocks are the fenced blocks of that language in the documents and the README.
func blocks(t *testing.T, language string) map[string][]string {
	t.Helper()
	files, err := filepath.Glob("docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	out := map[string][]string{}
	for _, name := range append(files, "README.md") {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range block.FindAllStringSubmatch(string(text), -1) {
			if m[1] == language {
				out[name] = append(out[name], m[2])
			}
		}
	}
	if len(out) == 0 {
		t.Fatalf("no document has a %s block", language)
	}
	return out
}

func TestConfigurationsInTheDocumentsAreValid(t *testing.T) {
	for name, list := range blocks(t, "yaml") {
		for _, text := range list {
			file := filepath.Join(t.TempDir(), "ficus.yaml")
			if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			if out, err := exec.Command(binary, "config", "validate", file).CombinedOutput(); err != nil {
				t.Errorf("%s: %v\n%s%s", name, err, text, out)
			}
		}
	}
}

// TestCommandsInTheDocumentsRun runs each line of docs/commands.md that calls ficus, in the folder of the
// documents' examples; those that serve are ended once they do.
func TestCommandsInTheDocumentsRun(t *testing.T) {
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS("docs/testdata")); err != nil {
		t.Fatal(err)
	}
	for _, text := range blocks(t, "sh")["docs/commands.md"] {
		for line := range strings.Lines(text) {
			line = strings.TrimSpace(line)
			t.Run(line, func(t *testing.T) { runInShell(t, dir, line) })
		}
	}
}

func runInShell(t *testing.T, dir, line string) {
	t.Helper()
	cmd := exec.Command("sh", "-c", "exec "+line)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "PATH="+filepath.Dir(binary)+":"+os.Getenv("PATH"))
	if !strings.Contains(line, "--listen") {
		if out, err := cmd.CombinedOutput(); err != nil || len(out) == 0 && !strings.Contains(line, "--output") {
			t.Errorf("%v\n%s", err, out)
		}
		return
	}
	p := run(t, cmd)
	p.line("serving")
	p.stop()
	if code := cmd.ProcessState.ExitCode(); code != 0 {
		t.Errorf("exit code %d after SIGTERM\n%s", code, p.text())
	}
}

// TestMocksInTheDocumentsAreRight serves the schema of docs/mocks.md with the files that the page shows, and asks under
// each of its choices.
func TestMocksInTheDocumentsAreRight(t *testing.T) {
	const page = "docs/mocks.md"
	dir, address := t.TempDir(), free.Address(t)
	writeIn(t, dir, "shop.graphql", blocks(t, "graphql")[page][0])
	files := blocks(t, "yml")[page]
	for _, text := range files {
		name, _, _ := strings.Cut(strings.TrimPrefix(text, "# "), "\n")
		writeIn(t, dir, name, text)
	}
	p := startIn(t, dir, "mock", "serve", "shop.graphql", "--listen", address)
	p.line("serving")
	choices := strings.Split(strings.TrimSpace(blocks(t, "text")[page][0]), "\n")
	if len(files) < 2 || len(choices) < 3 {
		t.Fatalf("%d files and %d choices", len(files), len(choices))
	}
	for _, line := range choices {
		header, value, _ := strings.Cut(line, ": ")
		got := askMocked(t, address, `query Shelf { cart(id: 1) { items { name color } note } products(first: 2) { totalCount nodes { price sku state } } }`, header, value)
		if got.status != 200 || got.header.Get("Ficus-Mocked") != "2" {
			t.Errorf("%s: HTTP %d %s", line, got.status, got.body)
		}
	}
	if got := askMocked(t, address, `{ cart(id: 1) { note } products(first: 1) { totalCount } }`).body; !strings.Contains(got, `{"cart":{"note":"Please ring twice."},"products":{"totalCount":12}}`) {
		t.Errorf("the files are not followed: %s", got)
	}
}

// TestEachLimitIsInItsDocument: docs/limits.md has all limits that can be passed.
func TestEachLimitIsInItsDocument(t *testing.T) {
	page, err := os.ReadFile("docs/limits.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range append(operation.LimitKeys(), transport.LimitKeys()...) {
		if !strings.Contains(string(page), "`limits."+key+"`") && !strings.Contains(string(page), ", `"+key+"`") {
			t.Errorf("docs/limits.md does not say what limits.%s is", key)
		}
	}
}
