package cli

import (
	"github.com/spf13/cobra"
)

func (p Program) serveCommand() *cobra.Command {
	var in input
	var listen, log string
	var watch bool
	c := &cobra.Command{
		Use:   "serve",
		Short: "Serve the graph (the default command)",
		Long: "Serve answers GraphQL over HTTP from a composed supergraph, or from the subgraphs of a configuration file,\n" +
			"which are composed at start. On SIGHUP it reads them again; with --hot-reload it does so whenever a file changes.\n" +
			"A graph that cannot be served leaves the last good one. It ends on SIGTERM once the requests in flight are answered.",
		Example: "  ficus serve --supergraph supergraph.graphql --listen 127.0.0.1:4000\n  ficus serve --config ficus.yaml",
		Args:    noArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			cfg, err := in.load(p.Env)
			if err != nil {
				return err
			}
			if listen != "" {
				cfg.Supergraph.Listen = listen
			}
			if log != "" {
				cfg.Telemetry.Log.Level = log
			}
			return p.Serve(c.Context(), cfg, Hooks{Log: c.ErrOrStderr(), Watch: watch})
		},
	}
	in.flags(c)
	in.environments(c)
	c.Flags().StringVar(&listen, "listen", "", "address to listen on (default 127.0.0.1:4000)")
	c.Flags().StringVar(&log, "log", "", "log level: debug, info, warn, error")
	c.Flags().BoolVar(&watch, "hot-reload", false, "serve the new graph when a schema's file changes")
	return c
}
