package main_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ficusgraph/ficus/internal/free"
)

// walk is one after the other what docs/monolith.md has in its blocks.
type walk struct {
	dir     string
	env     []string
	gateway *process
	query   string
}

// TestTheWalkFromAnOpenAPIFileToAServedGraph does what docs/monolith.md says, from the top: commands are run, files
// written, edits made, and the query is asked of the gateway that serves by then.
func TestTheWalkFromAnOpenAPIFileToAServedGraph(t *testing.T) {
	text, err := os.ReadFile("docs/monolith.md")
	if err != nil {
		t.Fatal(err)
	}
	description, err := os.ReadFile("examples/monolith/openapi.yaml")
	if err != nil {
		t.Fatal(err)
	}
	address := free.Address(t)
	w := &walk{dir: t.TempDir(), env: []string{
		"FICUS_DEMO_MONOLITH=" + address, "XDG_CACHE_HOME=" + t.TempDir(), "PATH=" + filepath.Dir(binary) + ":" + os.Getenv("PATH"),
	}}
	w.write(t, "openapi.yaml", string(description))
	found := block.FindAllStringSubmatch(string(text), -1)
	for _, m := range found { // files that the page shows after the command that reads them
		if m[1] == "text" {
			w.write(t, "names.yaml", m[2])
		}
	}
	asked := false
	for _, m := range found {
		switch language, body := m[1], m[2]; language {
		case "text":
		case "yaml":
			w.write(t, "ficus.yaml", body)
		case "diff":
			w.edit(t, "monolith.graphql", body)
		case "graphql":
			w.query = body
		case "json":
			_, answer := post(t, w.url(), w.query, nil)
			if diff := cmp.Diff(parsed(t, body), parsed(t, string(answer.Data))); diff != "" || len(answer.Errors) > 0 {
				t.Errorf("errors %v, answer (-page +got):\n%s", answer.Errors, diff)
			}
			asked = true
		case "sh":
			for line := range strings.Lines(body) {
				w.run(t, strings.TrimSpace(line), address)
			}
		default:
			t.Errorf("a block of %s, which the test does not know", language)
		}
	}
	if !asked {
		t.Error("nothing was asked")
	}
}

func (w *walk) write(t *testing.T, name, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(w.dir, name), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// run runs a command line of the page; those that serve go on until the test ends.
func (w *walk) run(t *testing.T, line, address string) {
	t.Helper()
	if line == "ficus demo monolith" {
		line += " -listen " + address
	}
	cmd := exec.Command("sh", "-c", "exec "+line)
	cmd.Dir, cmd.Env = w.dir, append(os.Environ(), w.env...)
	switch {
	case strings.Contains(line, "-listen"):
		p := run(t, cmd)
		if strings.Contains(line, "ficus serve") {
			p.line("serving address=")
			w.gateway = p
		} else {
			p.line("serves http")
		}
		return
	default:
		out, err := cmd.CombinedOutput()
		if err != nil || bytes.Contains(out, []byte("warning:")) {
			t.Fatalf("%s: %v\n%s", line, err, out)
		}
		t.Logf("%s\n%s", line, out)
	}
}

// servesAt finds where a gateway says that it serves.
var servesAt = regexp.MustCompile(`serving address=(\S+)`)

func (w *walk) url() string {
	return "http://" + servesAt.FindStringSubmatch(w.gateway.text())[1] + "/graphql"
}

// edit makes the change of a diff without line numbers: what it takes away, with what is around it, stands in the
// file once.
func (w *walk) edit(t *testing.T, name, diff string) {
	t.Helper()
	var before, after strings.Builder
	for line := range strings.Lines(diff) {
		switch line[0] {
		case '-':
			before.WriteString(line[1:])
		case '+':
			after.WriteString(line[1:])
		default:
			before.WriteString(line[1:])
			after.WriteString(line[1:])
		}
	}
	text, err := os.ReadFile(filepath.Join(w.dir, name))
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(string(text), before.String()); n != 1 {
		t.Fatalf("%d times in %s:\n%s", n, name, before.String())
	}
	w.write(t, name, strings.Replace(string(text), before.String(), after.String(), 1))
}
