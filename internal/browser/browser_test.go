// Package browser_test drives the gateway's pages in a real browser, as people do: the real program, the demo's real
// services, Debian's Chromium, headless. What a page must do is written in *.test.mjs beside this file.
//
// These tests need more than Go, so they run only where FICUS_BROWSER=1 asks for them; setup.sh gets what they need.
package browser_test

import (
	"bufio"
	"context"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/ficusgraph/ficus/internal/free"
)

// TestConsole starts the demo with the console built in, and uses it.
func TestConsole(t *testing.T) {
	needTools(t)
	if _, err := os.Stat("../../console/dist/index.html"); err != nil {
		t.Fatalf("FICUS_BROWSER=1, but the console is not built: run internal/browser/setup.sh (%v)", err)
	}
	url, token := demo(t, build(t))
	drive(t, "console.test.mjs", url, "FICUS_TOKEN="+token)
}

// TestMocks serves a graph in which everything is made up, with the console.
func TestMocks(t *testing.T) {
	needTools(t)
	drive(t, "mocks.test.mjs", shop(t, build(t))+"/")
}

// TestPlainStream serves the same graph without the console, and follows a subscription in the explorer.
func TestPlainStream(t *testing.T) {
	needTools(t)
	drive(t, "stream.test.mjs", shop(t, plain(t))+"/")
}

// TestExplorer starts the demo as it is on a machine that has nothing but Go, and uses its explorer.
func TestExplorer(t *testing.T) {
	needTools(t)
	url, token := demo(t, plain(t))
	drive(t, "explorer.test.mjs", url, "FICUS_TOKEN="+token)
}

// shop serves a graph in which everything is made up until the test ends, and returns its address.
func shop(t *testing.T, binary string) string {
	t.Helper()
	address := free.Address(t)
	p := begin(t, "testdata", binary, "mock", "serve", "shop.graphql", "--listen", address)
	announcement(t, p, regexp.MustCompile(`made up answers are at`))
	return "http://" + address
}

// plain compiles the gateway without the console, whether that is built or not.
func plain(t *testing.T) string {
	t.Helper()
	index, err := filepath.Abs("../../console/dist/index.html")
	if err != nil {
		t.Fatal(err)
	}
	overlay := filepath.Join(t.TempDir(), "overlay.json")
	if err := os.WriteFile(overlay, []byte(`{"Replace": {`+strconv.Quote(index)+`: ""}}`), 0o600); err != nil {
		t.Fatal(err)
	}
	return build(t, "-overlay", overlay)
}

// drive does at the address what a script says, in a browser.
func drive(t *testing.T, script, url string, env ...string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "node", "--test-reporter=spec", script, url)
	cmd.Env = append(append(os.Environ(), "FICUS_CHROMIUM="+chromium()), env...)
	endPolitely(cmd)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	t.Logf("%s", out)
}

// build compiles the gateway.
func build(t *testing.T, flags ...string) string {
	t.Helper()
	binary := filepath.Join(t.TempDir(), "ficus")
	args := append(append([]string{"build"}, flags...), "-o", binary, "../..")
	if out, err := exec.Command("go", args...).CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	return binary
}

// chromium is the browser's path.
func chromium() string {
	if path := os.Getenv("FICUS_CHROMIUM"); path != "" {
		return path
	}
	return "/usr/bin/chromium"
}

// needTools skips the test unless it is asked for, and fails it where it is and something is missing.
func needTools(t *testing.T) {
	t.Helper()
	if os.Getenv("FICUS_BROWSER") != "1" {
		t.Skip("this drives a real browser: run internal/browser/setup.sh, then test with FICUS_BROWSER=1")
	}
	var missing []string
	for _, program := range []string{chromium(), "node"} {
		if _, err := exec.LookPath(program); err != nil {
			missing = append(missing, program)
		}
	}
	if _, err := os.Stat("node_modules/playwright-core/package.json"); err != nil {
		missing = append(missing, "internal/browser/node_modules")
	}
	if len(missing) > 0 {
		t.Fatalf("FICUS_BROWSER=1, but missing: %s; run internal/browser/setup.sh", strings.Join(missing, ", "))
	}
}

// announced is what the demo prints for people: the explorer's address, and a token in the query's command.
var announced = regexp.MustCompile(`(?s)in a browser at (http://[^\s]+/)\..*Authorization: Bearer ([^'\s]+)'`)

// demo runs the program's demo until the test ends, and returns its page's address and a token.
func demo(t *testing.T, binary string) (url, token string) {
	t.Helper()
	t.Setenv("FICUS_DEMO_MONOLITH", free.Address(t))
	t.Setenv("FICUS_DEMO_TICKETS", free.Address(t))
	t.Setenv("FICUS_DEMO_HEALTH", free.Address(t))
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	m := announcement(t, begin(t, "", binary, "demo", "--listen", "127.0.0.1:0"), announced)
	return m[1], m[2]
}

// begin runs the program in a folder until the test ends, and returns its output.
func begin(t *testing.T, dir, binary string, args ...string) io.Reader {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	cmd := exec.CommandContext(ctx, binary, args...)
	cmd.Dir = dir
	endPolitely(cmd)
	read, write := io.Pipe()
	cmd.Stdout, cmd.Stderr = write, write
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		_ = cmd.Wait()
		_ = write.Close()
		close(ended)
	}()
	t.Cleanup(func() {
		stop()
		<-ended
	})
	return read
}

// announcement reads the output until it has what is waited for; what follows is thrown away.
func announcement(t *testing.T, output io.Reader, want *regexp.Regexp) []string {
	t.Helper()
	found := make(chan []string, 1)
	var text strings.Builder
	go func() {
		defer close(found)
		for s := bufio.NewScanner(output); s.Scan(); {
			text.WriteString(s.Text() + "\n")
			if m := want.FindStringSubmatch(text.String()); m != nil {
				found <- m
				break
			}
		}
		_, _ = io.Copy(io.Discard, output)
	}()
	select {
	case m := <-found:
		if m == nil {
			t.Fatalf("the gateway ended before it was ready:\n%s", text.String())
		}
		return m
	case <-time.After(90 * time.Second):
		t.Fatal("the gateway was not ready within 90 s")
	}
	return nil
}

// endPolitely has the command's context end it as an operator would, so that it ends its own processes.
func endPolitely(cmd *exec.Cmd) {
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = 20 * time.Second
}
