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

	"github.com/spf13/cobra"
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

func (p Program) demoCommand() *cobra.Command {
	var listen string
	c := &cobra.Command{
		Use:   "demo",
		Short: "Run a monolith, its services and the gateway over them",
		Long: "Demo starts a legacy monolith over a SQLite file, two services pulled out of it, and the gateway over them,\n" +
			"all on loopback and each a process of its own, and prints a query that crosses all four kinds of owner.\n" +
			"Stop one of them and ask again: what the others own is still answered. Start version 2 of the service in\n" +
			"another terminal, and it takes over a field that was mocked.",
		Example: "  ficus demo\n  ficus demo token\n  ficus demo tickets --version 2",
		Args:    noArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return p.demo(c.Context(), listen, c.OutOrStdout(), c.ErrOrStderr())
		},
	}
	c.Flags().StringVar(&listen, "listen", "127.0.0.1:4000", "address of the gateway")
	for _, s := range demoServices {
		c.AddCommand(p.demoServiceCommand(s.name, s.what))
	}
	c.AddCommand(p.demoTokenCommand())
	return c
}

// demoServiceCommand runs one of the demo's services alone, in this process.
func (p Program) demoServiceCommand(name, what string) *cobra.Command {
	return &cobra.Command{
		Use:                name,
		Short:              "Run only " + what,
		Example:            "  ficus demo " + name + "\n  ficus demo " + name + " -listen 127.0.0.1:4600",
		DisableFlagParsing: true,
		RunE: func(c *cobra.Command, args []string) error {
			return p.Examples[name](c.Context(), args, c.OutOrStdout())
		},
	}
}

func (p Program) demoTokenCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "token",
		Short:   "Print a token of the demo's user",
		Example: "  curl -H \"Authorization: Bearer $(ficus demo token)\" ...",
		Args:    noArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			cfg, err := p.demoConfig()
			if err != nil {
				return err
			}
			token, err := demoToken(cfg, time.Now())
			if err != nil {
				return err
			}
			_, err = fmt.Fprintln(c.OutOrStdout(), token)
			return err
		},
	}
}

// demo starts the services, serves the gateway over them, and ends them with it.
func (p Program) demo(ctx context.Context, listen string, out, log io.Writer) error {
	ctx, cancel := context.WithCancel(ctx)
	services, err := p.startServices(ctx, out, log)
	defer func() {
		cancel()
		services.Wait()
	}()
	if err != nil {
		return err
	}
	cfg, err := p.demoConfig()
	if err != nil {
		return err
	}
	cfg.Supergraph.Listen = listen
	cfg.Front.GraphiQL.Enabled = true
	cfg.Mocks.PerRequest, cfg.Mocks.Report = cfg.Permits(), cfg.Permits()
	state, err := os.MkdirTemp("", "ficus-demo-")
	if err != nil {
		return fmt.Errorf("make a folder for how far migrations are: %w", err)
	}
	defer func() { _ = os.RemoveAll(state) }()
	cfg.NATS.Directory = state // each demo begins where the files say
	query, err := p.demoQuery()
	if err != nil {
		return err
	}
	token, err := demoToken(cfg, time.Now())
	if err != nil {
		return err
	}
	return p.Serve(ctx, cfg, Hooks{Log: log, Started: func(address string) {
		announce(out, address, token, query)
		announceMocks(ctx, out, cfg, p.demoAddress("tickets"))
	}})
}

// startServices starts each service as a process of its own and waits until all are ready. The group ends
// when the processes have.
func (p Program) startServices(ctx context.Context, out, log io.Writer) (*sync.WaitGroup, error) {
	var running sync.WaitGroup
	self, err := os.Executable()
	if err != nil {
		return &running, fmt.Errorf("find this program: %w", err)
	}
	for _, s := range demoServices {
		address := p.demoAddress(s.name)
		if err := free(address); err != nil {
			return &running, fmt.Errorf("the demo's %s cannot listen on %s: %w; end what listens there, or set %s to another address", s.name, address, err, s.env)
		}
		cmd := exec.CommandContext(ctx, self, append([]string{"demo", s.name}, p.demoArgs(s)...)...) //nolint:gosec // this program itself
		cmd.Stdout, cmd.Stderr = log, log
		cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
		cmd.WaitDelay = 10 * time.Second
		if err := cmd.Start(); err != nil {
			return &running, fmt.Errorf("start the demo's %s: %w", s.name, err)
		}
		running.Go(func() {
			if err := cmd.Wait(); ctx.Err() == nil {
				ended(ctx, out, s.name, address, p.demoArgs(s), err)
			}
		})
		_, _ = fmt.Fprintf(out, "%-9s http://%s  process %d  %s\n", s.name, address, cmd.Process.Pid, s.what)
	}
	for _, s := range demoServices {
		if err := waitReady(ctx, "http://"+p.demoAddress(s.name)+"/healthz"); err != nil {
			return &running, fmt.Errorf("the demo's %s: %w", s.name, err)
		}
	}
	return &running, nil
}

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
