package cli

import (
	"context"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/spf13/cobra"
)

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
	services := &demoProcesses{program: p, out: out, log: log}
	defer func() {
		cancel()
		services.wait()
	}()
	if err := services.startAll(ctx); err != nil {
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
