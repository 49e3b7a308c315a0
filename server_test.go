package main_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// binary is the gateway, built once for all tests that run it as its users do.
var binary string

func TestMain(m *testing.M) {
	if of := os.Getenv("FICUS_TEST_NATS"); of != "" {
		keepStates(of)
	}
	dir, err := os.MkdirTemp("", "ficus")
	if err != nil {
		panic(err)
	}
	binary = filepath.Join(dir, "ficus")
	if out, err := exec.Command("go", "build", "-o", binary, ".").CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "go build: %v\n%s", err, out)
		os.Exit(1)
	}
	code := m.Run()
	_ = os.RemoveAll(dir)
	os.Exit(code)
}

// process is a running command of the binary.
type process struct {
	t     *testing.T
	cmd   *exec.Cmd
	lines chan string
	done  chan struct{}

	mu     sync.Mutex
	output bytes.Buffer
}

// start runs the binary with the arguments; it is ended with the test.
func start(t *testing.T, env []string, args ...string) *process {
	t.Helper()
	cmd := exec.Command(binary, args...)
	cmd.Env = append(os.Environ(), env...)
	return run(t, cmd)
}

// run starts the command; it is ended with the test.
func run(t *testing.T, cmd *exec.Cmd) *process {
	t.Helper()
	p := &process{t: t, cmd: cmd, lines: make(chan string, 10000), done: make(chan struct{})}
	read, write := io.Pipe()
	p.cmd.Stdout, p.cmd.Stderr = write, write
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		_ = p.cmd.Wait()
		_ = write.Close()
		close(p.done)
	}()
	go p.read(read)
	t.Cleanup(func() {
		p.stop()
		if t.Failed() {
			t.Logf("%s:\n%s", strings.Join(cmd.Args, " "), p.text())
		}
	})
	return p
}

func (p *process) read(r io.Reader) {
	for s := bufio.NewScanner(r); s.Scan(); {
		p.mu.Lock()
		p.output.WriteString(s.Text() + "\n")
		p.mu.Unlock()
		p.lines <- s.Text()
	}
}

func (p *process) text() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.output.String()
}

// stop ends the process as an operator would, and waits.
func (p *process) stop() {
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-p.done:
	case <-time.After(20 * time.Second):
		_ = p.cmd.Process.Kill()
		<-p.done
		p.t.Errorf("the process did not end on SIGTERM")
	}
}

// line waits for a line of output that holds the text.
func (p *process) line(text string) string {
	p.t.Helper()
	deadline := time.After(60 * time.Second)
	for {
		select {
		case l := <-p.lines:
			if strings.Contains(l, text) {
				return l
			}
		case <-p.done:
			p.t.Fatalf("ended before it printed %q:\n%s", text, p.text())
		case <-deadline:
			p.t.Fatalf("did not print %q:\n%s", text, p.text())
		}
	}
}

// answer is a GraphQL response.
type answer struct {
	Data   json.RawMessage `json:"data"`
	Errors []struct {
		Message    string         `json:"message"`
		Path       []any          `json:"path"`
		Extensions map[string]any `json:"extensions"`
	} `json:"errors"`
}

// reply is an answer as it came.
type reply struct {
	status int
	header http.Header
	body   string
}

// send sends a request and reads the reply.
func send(t *testing.T, method, url string, body []byte, header http.Header) reply {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, method, url, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if header != nil {
		req.Header = header.Clone()
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return reply{res.StatusCode, res.Header, string(text)}
}

// inquire sends a GraphQL request.
func inquire(t *testing.T, url, query string, header http.Header) reply {
	t.Helper()
	body, err := json.Marshal(map[string]string{"query": query})
	if err != nil {
		t.Fatal(err)
	}
	header = header.Clone()
	if header == nil {
		header = http.Header{}
	}
	header.Set("Content-Type", "application/json")
	return send(t, http.MethodPost, url, body, header)
}

// post sends a GraphQL request, and reads its response.
func post(t *testing.T, url, query string, header http.Header) (int, answer) {
	t.Helper()
	r := inquire(t, url, query, header)
	var a answer
	if err := json.Unmarshal([]byte(r.body), &a); err != nil {
		t.Fatalf("HTTP %d: %v: %s", r.status, err, r.body)
	}
	return r.status, a
}
