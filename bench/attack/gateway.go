package main

import (
	"bufio"
	"context"
	"embed"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

//go:embed ficus.yaml
var configuration embed.FS

// gateway is the process under attack, and the service behind it.
type gateway struct {
	address, admin string
	cmd            *exec.Cmd
	ended          chan struct{}
	log            gatewayLog
	service        *http.Server
	dir            string
}

// startGateway starts the service and the gateway before it, of that binary or of the module's.
func startGateway(ctx context.Context, binary string) (*gateway, error) {
	dir, err := os.MkdirTemp("", "attack")
	if err != nil {
		return nil, err
	}
	g := &gateway{dir: dir, ended: make(chan struct{})}
	if err := g.start(ctx, binary); err != nil {
		g.stop()
		return nil, err
	}
	return g, nil
}

func (g *gateway) start(ctx context.Context, binary string) error {
	if binary == "" {
		binary = filepath.Join(g.dir, "ficus")
		build := exec.CommandContext(ctx, "go", "build", "-o", binary, "github.com/ficusgraph/ficus") //nolint:gosec // a path of our own
		if out, err := build.CombinedOutput(); err != nil {
			return fmt.Errorf("build the gateway: %w\n%s", err, out)
		}
	}
	text, err := configuration.ReadFile("ficus.yaml")
	if err != nil {
		return err
	}
	file := filepath.Join(g.dir, "ficus.yaml")
	if err := os.WriteFile(file, text, 0o600); err != nil {
		return err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	g.service = &http.Server{Handler: http.HandlerFunc(serveItems), ReadHeaderTimeout: time.Minute}
	go func() { _ = g.service.Serve(l) }()
	if g.admin, err = free(); err != nil {
		return err
	}
	g.cmd = exec.CommandContext(ctx, binary, "serve", "--config", file, "--listen", "127.0.0.1:0") //nolint:gosec // what is attacked
	g.cmd.Env = append(os.Environ(), "ADMIN="+g.admin, "SERVICE=http://"+l.Addr().String())
	g.cmd.Cancel = func() error { return g.cmd.Process.Signal(syscall.SIGTERM) }
	said, err := g.cmd.StderrPipe()
	if err != nil {
		return err
	}
	if err := g.cmd.Start(); err != nil {
		return fmt.Errorf("start the gateway: %w", err)
	}
	return g.await(said)
}

// await waits until the gateway says where it serves, and keeps on reading what it says.
func (g *gateway) await(said io.Reader) error {
	at := make(chan string, 1)
	go func() {
		defer close(g.ended)
		for lines := bufio.NewScanner(said); lines.Scan(); {
			g.log.add(lines.Text())
			if _, rest, ok := strings.Cut(lines.Text(), "msg=serving address="); ok {
				at <- strings.Fields(rest)[0]
			}
		}
		_ = g.cmd.Wait()
	}()
	select {
	case g.address = <-at:
		return nil
	case <-g.ended:
		return fmt.Errorf("the gateway ended: %s", g.log.tail())
	case <-time.After(time.Minute):
		return errors.New("the gateway does not say where it serves")
	}
}

// stop ends the gateway and the service.
func (g *gateway) stop() {
	if g.cmd != nil && g.cmd.Process != nil {
		_ = g.cmd.Process.Signal(syscall.SIGTERM)
		select {
		case <-g.ended:
		case <-time.After(10 * time.Second):
			_ = g.cmd.Process.Kill()
			<-g.ended
		}
	}
	if g.service != nil {
		_ = g.service.Close()
	}
	_ = os.RemoveAll(g.dir)
}

func (g *gateway) gone() bool {
	select {
	case <-g.ended:
		return true
	default:
		return false
	}
}

// free is an address that nobody listens at.
func free() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}

// forgetPeak has the kernel measure the most memory from now on.
func (g *gateway) forgetPeak() {
	_ = os.WriteFile(fmt.Sprintf("/proc/%d/clear_refs", g.cmd.Process.Pid), []byte("5"), 0)
}

// peak is the most memory that the gateway had, in MB; 0 if the kernel does not tell.
func (g *gateway) peak() int {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", g.cmd.Process.Pid))
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(text)) {
		if rest, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			kB, _ := strconv.Atoi(strings.Fields(rest)[0])
			return kB >> 10
		}
	}
	return 0
}

// panics is how many the gateway counted.
func (g *gateway) panics() (int, error) {
	client := http.Client{Timeout: 20 * time.Second}
	res, err := client.Get("http://" + g.admin + "/metrics")
	if err != nil {
		return 0, err
	}
	defer func() { _ = res.Body.Close() }()
	for lines := bufio.NewScanner(res.Body); lines.Scan(); {
		if rest, ok := strings.CutPrefix(lines.Text(), "ficus_panics_total "); ok {
			return strconv.Atoi(rest)
		}
	}
	return 0, errors.New("there is no ficus_panics_total")
}

// gatewayLog is the end of what the gateway says, and how often it tells of a panic.
type gatewayLog struct {
	mu    sync.Mutex
	lines []string
	seen  int
}

func (l *gatewayLog) add(line string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if strings.Contains(line, "panic") || strings.Contains(line, "fatal error") {
		l.seen++
	}
	if l.lines = append(l.lines, line); len(l.lines) > 20 {
		l.lines = l.lines[1:]
	}
}

func (l *gatewayLog) panics() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.seen
}

func (l *gatewayLog) tail() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Join(l.lines, "\n")
}

// serveItems is both services: each answers every request with an item that has no neighbours, or its price.
func serveItems(w http.ResponseWriter, r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body)
	w.Header().Set("Content-Type", "application/json")
	if r.URL.Path == "/prices" {
		_, _ = io.WriteString(w, `{"data":{"_entities":[{"price":5}]}}`)
		return
	}
	_, _ = io.WriteString(w, `{"data":{"item":{"__typename":"Item","id":"1","name":"one"}}}`)
}
