package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// yard is where the measurements take place: a folder with the gateway's binary and its configurations, and what
// was recorded of it.
type yard struct {
	*settings
	ctx       context.Context
	dir       string
	self      string
	processes []*process
	waves     [][]exchange
	answer    []byte
}

// newYard builds the gateway and records what it asks the services for.
func newYard(ctx context.Context, s *settings) (*yard, error) {
	dir, err := os.MkdirTemp("", "bench")
	if err != nil {
		return nil, err
	}
	y := &yard{settings: s, ctx: ctx, dir: dir}
	if y.self, err = os.Executable(); err != nil {
		return nil, err
	}
	for _, name := range subgraphs {
		text, err := network.ReadFile("network/" + name + ".graphql")
		if err != nil {
			return nil, err
		}
		if err := os.WriteFile(filepath.Join(dir, name+".graphql"), text, 0o600); err != nil {
			return nil, err
		}
	}
	if y.gateway == "" {
		y.gateway = filepath.Join(dir, "ficus")
		build := exec.CommandContext(ctx, "go", "build", "-o", y.gateway, ".") //nolint:gosec // a path of our own
		build.Stderr = os.Stderr
		if err := build.Run(); err != nil {
			return nil, fmt.Errorf("build the gateway (run this from the top of the checkout): %w", err)
		}
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	y.waves, y.answer, err = record(ctx, l, func() (*process, error) { return y.startGateway("record", l.Addr().String(), "") })
	if err != nil {
		y.close()
		return nil, fmt.Errorf("record: %w", err)
	}
	return y, nil
}

// close ends what runs and removes the folder.
func (y *yard) close() {
	for _, p := range y.processes {
		p.stop()
	}
	_ = os.RemoveAll(y.dir)
}

// startGateway starts one for services at an address; more is added to its configuration.
func (y *yard) startGateway(name, upstream, more string) (*process, error) {
	var cfg strings.Builder
	cfg.WriteString("supergraph: {listen: 127.0.0.1:0}\nsubgraphs:\n")
	for _, s := range subgraphs {
		fmt.Fprintf(&cfg, "  %s: {routing_url: http://%s/%s, schema: {file: %s.graphql}}\n", s, upstream, s, s)
	}
	if !strings.Contains(more, "admin:") {
		cfg.WriteString("admin: {listen: '127.0.0.1:0'}\n") // so that there are metrics, as in earnest
	}
	cfg.WriteString(more)
	file := filepath.Join(y.dir, name+".yaml")
	if err := os.WriteFile(file, []byte(cfg.String()), 0o600); err != nil {
		return nil, err
	}
	return startProcess(y.ctx, name, y.gateway, "serve", "--config", file)
}

// startServices starts the services as a process of their own; it ends with the yard.
func (y *yard) startServices(delay string) (*process, error) {
	return y.keep(startProcess(y.ctx, "services", y.self, "-part", "services", "-delay", delay))
}

// startFloor starts the floor over services at an address; it ends with the yard.
func (y *yard) startFloor(upstream string) (*process, error) {
	text, err := json.Marshal(script{Upstream: "http://" + upstream, Waves: y.waves, Answer: string(y.answer)})
	if err != nil {
		return nil, err
	}
	file := filepath.Join(y.dir, "floor.json")
	if err := os.WriteFile(file, text, 0o600); err != nil {
		return nil, err
	}
	return y.keep(startProcess(y.ctx, "floor", y.self, "-part", "floor", "-script", file))
}

func (y *yard) keep(p *process, err error) (*process, error) {
	if err == nil {
		y.processes = append(y.processes, p)
	}
	return p, err
}

// trio starts services, the floor over them, and a gateway.
func (y *yard) trio(delay, more string) (floor, gateway *process, err error) {
	services, err := y.startServices(delay)
	if err != nil {
		return nil, nil, err
	}
	if floor, err = y.startFloor(services.addr); err != nil {
		return nil, nil, err
	}
	gateway, err = y.keep(y.startGateway("ficus", services.addr, more))
	return floor, gateway, err
}

// askOnce sends one request.
func askOnce(ctx context.Context, addr string, body []byte) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+addr+"/graphql", bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	defer func() { _ = res.Body.Close() }()
	answer, err := io.ReadAll(res.Body)
	if err == nil && res.StatusCode != http.StatusOK {
		err = fmt.Errorf("HTTP %d: %.300s", res.StatusCode, answer)
	}
	return answer, err
}
