package cli

import (
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"sync"
	"syscall"
	"time"
)

// demoServices are the processes that the demo runs beside the gateway, with their default addresses. One that asks
// another is told where that is.
var demoServices = []demoService{
	{"monolith", "127.0.0.1:4501", "FICUS_DEMO_MONOLITH", "", "the legacy application: JSON over HTTP, SQLite"},
	{"tickets", "127.0.0.1:4502", "FICUS_DEMO_TICKETS", "", "the first service pulled out of it: a federated subgraph"},
	{"health", "127.0.0.1:4503", "FICUS_DEMO_HEALTH", "monolith", "the second one, which answers nobody yet"},
}

type demoService struct{ name, listen, env, asks, what string }

// demoReady is how long a service of the demo may take to start, its database included.
const demoReady = 60 * time.Second

// demoProcesses are the services of a running demo, each a process of its own. They end with the context that they were
// started with.
type demoProcesses struct {
	program  Program
	out, log io.Writer

	running sync.WaitGroup
}

// startAll starts all services and waits until they are ready.
func (d *demoProcesses) startAll(ctx context.Context) error {
	for _, s := range demoServices {
		address := d.program.demoAddress(s.name)
		if err := free(address); err != nil {
			return fmt.Errorf("the demo's %s cannot listen on %s: %w; end what listens there, or set %s to another address", s.name, address, err, s.env)
		}
		args := d.program.demoArgs(s)
		cmd, done, err := d.start(ctx, s, args)
		if err != nil {
			return err
		}
		d.running.Go(func() {
			if err := <-done; ctx.Err() == nil {
				ended(ctx, d.out, s.name, address, args, err)
			}
		})
		_, _ = fmt.Fprintf(d.out, "%-9s http://%s  process %d  %s\n", s.name, address, cmd.Process.Pid, s.what)
	}
	for _, s := range demoServices {
		if err := d.ready(ctx, s); err != nil {
			return err
		}
	}
	return nil
}

// start starts a service; done says how it ended.
func (d *demoProcesses) start(ctx context.Context, s demoService, args []string) (cmd *exec.Cmd, done <-chan error, err error) {
	self, err := os.Executable()
	if err != nil {
		return nil, nil, fmt.Errorf("find this program: %w", err)
	}
	cmd = exec.CommandContext(ctx, self, append([]string{"demo", s.name}, args...)...) //nolint:gosec // this program itself
	cmd.Stdout, cmd.Stderr = d.log, d.log
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = 10 * time.Second
	if err := cmd.Start(); err != nil {
		return nil, nil, fmt.Errorf("start the demo's %s: %w", s.name, err)
	}
	ends := make(chan error, 1)
	d.running.Go(func() { ends <- cmd.Wait() })
	return cmd, ends, nil
}

// ready waits until a service answers.
func (d *demoProcesses) ready(ctx context.Context, s demoService) error {
	if err := waitReady(ctx, "http://"+d.program.demoAddress(s.name)+"/healthz"); err != nil {
		return fmt.Errorf("the demo's %s: %w", s.name, err)
	}
	return nil
}

// wait returns when all processes have ended.
func (d *demoProcesses) wait() { d.running.Wait() }

// demoArgs are those with which a service of the demo is started.
func (p Program) demoArgs(s demoService) []string {
	args := []string{"-listen", p.demoAddress(s.name)}
	if s.asks != "" {
		args = append(args, "-"+s.asks, "http://"+p.demoAddress(s.asks))
	}
	return args
}

// demoAddress is where a service of the demo listens.
func (p Program) demoAddress(name string) string {
	for _, s := range demoServices {
		if s.name != name {
			continue
		}
		if v, ok := p.Env(s.env); ok && v != "" {
			return v
		}
		return s.listen
	}
	return ""
}

// free says why an address cannot be listened on.
func free(address string) error {
	l, err := net.Listen("tcp", address)
	if err != nil {
		return err
	}
	return l.Close()
}

// waitReady waits until the URL answers 200.
func waitReady(ctx context.Context, url string) error {
	ctx, cancel := context.WithTimeout(ctx, demoReady)
	defer cancel()
	for {
		if answers(ctx, url) {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("did not get ready within %s: %w", demoReady, ctx.Err())
		case <-time.After(50 * time.Millisecond):
		}
	}
}
