package cli

import (
	"fmt"

	"github.com/spf13/cobra"
)

func (p Program) devCommand() *cobra.Command {
	var in input
	var listen string
	c := &cobra.Command{
		Use:   "dev",
		Short: "Serve while the schemas are being written",
		Long: "Dev serves as serve does, with introspection, the explorer at / and the mock source turned on. When a schema's\n" +
			"file changes it composes again; errors are printed, and the last good graph stays.",
		Example: "  ficus dev --config ficus.yaml",
		Args:    noArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			cfg, err := in.load(p.Env)
			if err != nil {
				return err
			}
			on := true
			cfg.Supergraph.Introspection, cfg.Front.GraphiQL.Enabled, cfg.Mocks.Enabled = &on, true, true
			cfg.Mocks.PerRequest, cfg.Mocks.Report = true, true
			if listen != "" {
				cfg.Supergraph.Listen = listen
			}
			return p.Serve(c.Context(), cfg, Hooks{Log: c.ErrOrStderr(), Watch: true, Started: func(address string) {
				_, _ = fmt.Fprintf(c.OutOrStdout(), "the graph is at http://%[1]s%[2]s, the explorer at http://%[1]s/\n", address, cfg.Transport().Path())
			}})
		},
	}
	in.flags(c)
	c.Flags().StringVar(&listen, "listen", "", "address to listen on (default 127.0.0.1:4000)")
	return c
}
