package cli

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/ficusgraph/ficus/config"
)

func (p Program) devCommand() *cobra.Command {
	in := input{otherwise: config.Dev}
	var listen string
	c := &cobra.Command{
		Use:   "dev",
		Short: "Serve while the schemas are being written",
		Long: "Dev serves as serve does, with introspection, the console at / and, unless --env says production, the mock source turned\n" +
			"on. When a schema's file changes it composes again; errors are printed, and the last good graph stays.",
		Example: "  ficus dev --config ficus.yaml",
		Args:    noArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			cfg, err := in.load(p.Env)
			if err != nil {
				return err
			}
			on := true
			cfg.Supergraph.Introspection, cfg.Front.GraphiQL.Enabled = &on, true
			cfg.Mocks.PerRequest, cfg.Mocks.Report = cfg.Permits(), cfg.Permits()
			if listen != "" {
				cfg.Supergraph.Listen = listen
			}
			return p.Serve(c.Context(), cfg, Hooks{Log: c.ErrOrStderr(), Watch: true, Started: func(address string) {
				_, _ = fmt.Fprintf(c.OutOrStdout(), "the graph is at http://%[1]s%[2]s, the console at http://%[1]s/\n", address, cfg.Transport().Path())
			}})
		},
	}
	in.flags(c)
	in.environments(c)
	c.Flags().StringVar(&listen, "listen", "", "address to listen on (default 127.0.0.1:4000)")
	return c
}
