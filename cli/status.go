package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/ficusgraph/ficus/config"
	"github.com/ficusgraph/ficus/owners"
	"github.com/ficusgraph/ficus/transport"
)

func (p Program) statusCommand() *cobra.Command {
	var in input
	var asJSON, fields bool
	c := &cobra.Command{
		Use:   "status",
		Short: "Say who answers which fields: implemented, mocked, missing",
		Long: "Status compares the contract with what runs. For each subgraph it counts the fields that its owner implements,\n" +
			"those that the mock source answers in its place, and those that nobody does. If a gateway of this configuration\n" +
			"runs and could not take over the newest graph, it says so and why.",
		Example: "  ficus status --config ficus.yaml\n  ficus status --config ficus.yaml --fields",
		Args:    noArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			cfg, err := in.load(p.Env)
			if err != nil {
				return err
			}
			stale(c.Context(), c.ErrOrStderr(), cfg)
			graph, err := owners.New(cfg, owners.Ports{}).Survey(c.Context())
			if err != nil {
				return err
			}
			if asJSON {
				return printJSON(c.OutOrStdout(), graph.Status)
			}
			return table(c.OutOrStdout(), graph.Status, fields)
		},
	}
	in.flags(c)
	in.environments(c)
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	c.Flags().BoolVar(&fields, "fields", false, "list the fields that are mocked or missing")
	return c
}

// stale says why the gateway that runs does not serve the newest graph. One that does not run is nothing to say.
func stale(ctx context.Context, w io.Writer, cfg *config.Config) {
	_, admin := cfg.Transport().Addresses()
	if admin == "" {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	url := "http://" + admin + cfg.Transport().HealthPath()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return
	}
	defer func() { _ = res.Body.Close() }()
	var health transport.Health
	if json.NewDecoder(io.LimitReader(res.Body, 1<<20)).Decode(&health) == nil && health.Graph == "stale" {
		_, _ = fmt.Fprintf(w, "warning: the gateway at %s serves an older graph, as the newest cannot be served: %s\n", admin, health.Error)
	}
}

func table(w io.Writer, status []owners.Status, fields bool) error {
	t := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
	_, _ = fmt.Fprintln(t, "SUBGRAPH\tOWNER\tIMPLEMENTED\tMOCKED\tMISSING\tSTATE")
	for _, s := range status {
		_, _ = fmt.Fprintf(t, "%s\t%s\t%d\t%d\t%d\t%s\n", s.Subgraph, s.Owner, s.Implemented, len(s.Mocked), len(s.Missing), s.State)
	}
	if err := t.Flush(); err != nil || !fields {
		return err
	}
	for _, s := range status {
		for _, m := range s.Mocked {
			_, _ = fmt.Fprintf(w, "%s: %s is mocked\n", s.Subgraph, m)
		}
		for _, m := range s.Missing {
			_, _ = fmt.Fprintf(w, "%s: %s is missing\n", s.Subgraph, m)
		}
	}
	return nil
}
