package main_test

import (
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/ficusgraph/ficus/internal/free"
)

// tour goes through docs/contract.md block by block.
type tour struct {
	dir string
	env []string
	// places are the addresses of the page with those that they stand for in the test.
	places *strings.Replacer
	// gateway is the one that serves, on url; said is what the last command printed, body the last query.
	gateway   *process
	url, said string
	query     string
	header    http.Header
}

var (
	fileOf   = regexp.MustCompile(`^# ([\w.-]+(?:/[\w.-]+)+)\n`)
	headerOf = regexp.MustCompile(`^# ([\w-]+): (.*)\n`)
	exitCode = regexp.MustCompile(` # exit code (\d)$`)
	blanks   = regexp.MustCompile(`[ \t]+`)
)

// TestTheWayOfAPageFromSketchToDone does what docs/contract.md says, from the top: files are written and changed, commands
// run, queries asked of the gateway that serves by then, and what the page shows of answers and output is what comes.
func TestTheWayOfAPageFromSketchToDone(t *testing.T) {
	text, err := os.ReadFile("docs/contract.md")
	if err != nil {
		t.Fatal(err)
	}
	cache, err := os.MkdirTemp("", "f") //nolint:usetesting // the name of a socket in it must be short
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(cache) })
	gateway, tickets := free.Address(t), free.Address(t)
	w := &tour{
		dir: t.TempDir(), url: "http://" + gateway + "/graphql",
		places: strings.NewReplacer("127.0.0.1:4000", gateway, "127.0.0.1:4502", tickets, "ficus demo tickets", "ficus demo tickets -listen "+tickets),
		env: []string{
			"XDG_CACHE_HOME=" + cache, "PATH=" + filepath.Dir(binary) + ":" + os.Getenv("PATH"), "GIT_CONFIG_GLOBAL=/dev/null",
			"GIT_AUTHOR_NAME=maya", "GIT_AUTHOR_EMAIL=maya@example.com", "GIT_COMMITTER_NAME=maya", "GIT_COMMITTER_EMAIL=maya@example.com",
		},
	}
	for _, m := range block.FindAllStringSubmatch(string(text), -1) {
		w.take(t, m[1], m[2])
		if t.Failed() {
			return
		}
	}
}

// take does what a block of the page is there for.
func (w *tour) take(t *testing.T, language, body string) {
	t.Helper()
	file := fileOf.FindStringSubmatch(body)
	switch {
	case language == "yaml":
		writeIn(t, w.dir, "ficus.yaml", w.places.Replace(body))
	case language == "diff":
		w.change(t, file[1], strings.TrimPrefix(body, file[0]))
	case file != nil:
		writeIn(t, w.dir, file[1], strings.TrimPrefix(body, file[0]))
	case language == "graphql":
		w.query, w.header = body, http.Header{}
		for h := headerOf.FindStringSubmatch(w.query); h != nil; h = headerOf.FindStringSubmatch(w.query) {
			w.header.Set(h[1], h[2])
			w.query = strings.TrimPrefix(w.query, h[0])
		}
		if strings.HasPrefix(w.query, "mutation") {
			w.ask(t, `{"data":{}}`)
		}
	case language == "json":
		w.ask(t, body)
	case language == "text":
		w.printed(t, body)
	case language == "sh":
		w.said = ""
		for line := range strings.Lines(body) {
			w.run(t, strings.TrimSpace(line))
		}
	default:
		t.Errorf("a block of %s, which the test does not know", language)
	}
}

// ask asks until the answer has what the page shows of it: a changed file or service is followed within a second.
func (w *tour) ask(t *testing.T, want string) {
	t.Helper()
	for deadline := time.Now().Add(5 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		got := inquire(t, w.url, w.query, w.header)
		if within(parsed(t, want), parsed(t, got.body)) {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("%s is answered with\n%s\nwant\n%s", w.query, got.body, want)
		}
	}
}

// within reports whether one JSON value has all that the other has; lists are as long.
func within(want, got any) bool {
	switch want := want.(type) {
	case map[string]any:
		got, ok := got.(map[string]any)
		for k, v := range want {
			ok = ok && within(v, got[k])
		}
		return ok
	case []any:
		got, ok := got.([]any)
		ok = ok && len(got) == len(want)
		for i := 0; ok && i < len(want); i++ {
			ok = within(want[i], got[i])
		}
		return ok
	default:
		return want == got
	}
}

// printed compares lines of output, but for how they are aligned.
func (w *tour) printed(t *testing.T, want string) {
	t.Helper()
	aligned := func(line string) string { return strings.TrimSpace(blanks.ReplaceAllString(line, " ")) }
	var lines []string
	for line := range strings.Lines(w.said) {
		lines = append(lines, aligned(line))
	}
	for line := range strings.Lines(want) {
		if !slices.Contains(lines, aligned(line)) {
			t.Fatalf("no line %q in\n%s", aligned(line), w.said)
		}
	}
}

// run runs a command line. One that serves goes on; a gateway is there instead of the one before.
func (w *tour) run(t *testing.T, line string) {
	t.Helper()
	code := 0
	if m := exitCode.FindStringSubmatch(line); m != nil {
		code, _ = strconv.Atoi(m[1])
		line = strings.TrimSuffix(line, m[0])
	}
	line = w.places.Replace(line)
	gateway := line == "ficus dev" || line == "ficus serve" || strings.HasPrefix(line, "ficus mock serve")
	serves := gateway || strings.HasPrefix(line, "ficus demo")
	if serves {
		line = "exec " + line
	}
	cmd := exec.Command("sh", "-c", line)
	cmd.Dir, cmd.Env = w.dir, append(os.Environ(), w.env...)
	if !serves {
		out, _ := cmd.CombinedOutput()
		w.said += string(out)
		if got := cmd.ProcessState.ExitCode(); got != code {
			t.Fatalf("%s: exit code %d\n%s", line, got, out)
		}
		return
	}
	if gateway && w.gateway != nil {
		w.gateway.stop()
	}
	p := run(t, cmd)
	if gateway {
		p.line("serving address=")
		w.gateway = p
		return
	}
	p.line("serves http")
}

// change makes the change of a diff, as walk does.
func (w *tour) change(t *testing.T, name, diff string) {
	t.Helper()
	(&walk{dir: w.dir}).edit(t, filepath.FromSlash(name), diff)
}
