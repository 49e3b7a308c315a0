package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/ficusgraph/ficus/owners"
	"github.com/ficusgraph/ficus/owners/status"
	"github.com/ficusgraph/ficus/transport"
)

// statusFlags are what status is asked.
type statusFlags struct {
	operations     string
	team           string
	failOn         []string
	url, token     string
	asJSON, fields bool
}

func (p Program) statusCommand() *cobra.Command {
	var in input
	var f statusFlags
	c := &cobra.Command{
		Use:   "status",
		Short: "Say who answers which fields: implemented, mocked, missing, contradicting",
		Long: "Status compares the contract with what runs. For each subgraph, and each team of the owners file, it counts the\n" +
			"fields that are implemented, those that the mock source answers in their owner's place, those that nobody does,\n" +
			"and those by which a service means something else than its contract. --operations says which saved operations real\n" +
			"owners alone can answer. If a gateway of this configuration runs and could not take over the newest graph, it says\n" +
			"so and why; with --url that gateway is asked, not the configuration.",
		Example: "  ficus status --config ficus.yaml --fields\n  ficus status --operations operations/ --fail-on missing,contradicting,operations\n" +
			"  ficus status --url http://127.0.0.1:9090",
		Args: noArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if err := f.check(&in); err != nil {
				return err
			}
			report, err := p.report(c, &in, &f)
			if err != nil {
				return err
			}
			if report, err = ofTeam(report, f.team); err != nil {
				return err
			}
			if f.asJSON {
				err = printJSON(c.OutOrStdout(), report)
			} else {
				err = printReport(c.OutOrStdout(), report, f.fields)
			}
			return errors.Join(err, verdict(report, &f))
		},
	}
	in.flags(c)
	in.environments(c)
	c.Flags().StringVar(&f.operations, "operations", "", "folder of saved operations (*.graphql, *.gql, and manifests *.json)")
	c.Flags().StringVar(&f.team, "team", "", "only the fields of this team of the owners file, for --fields and --fail-on too")
	c.Flags().StringSliceVar(&f.failOn, "fail-on", nil, "what is an error: missing, mocked, contradicting fields, or operations that are not ready")
	c.Flags().StringVar(&f.url, "url", "", "ask a running gateway: its admin listener's URL")
	c.Flags().StringVar(&f.token, "token", "", "admin.token of that gateway; by default the environment's FICUS_ADMIN_TOKEN")
	c.Flags().BoolVar(&f.asJSON, "json", false, "print JSON")
	c.Flags().BoolVar(&f.fields, "fields", false, "list the fields that are mocked or missing")
	return c
}

// report is that of the configuration, or of the gateway that is asked.
func (p Program) report(c *cobra.Command, in *input, f *statusFlags) (*status.Report, error) {
	saved, err := f.saved()
	if err != nil {
		return nil, err
	}
	if f.url != "" {
		token := f.token
		if token == "" {
			token, _ = p.Env("FICUS_ADMIN_TOKEN")
		}
		stale(c.Context(), c.ErrOrStderr(), strings.TrimSuffix(f.url, "/")+transport.Config{}.HealthPath())
		return running{url: f.url, token: token}.report(c.Context(), saved)
	}
	cfg, err := in.load(p.Env)
	if err != nil {
		return nil, err
	}
	if _, admin := cfg.Transport().Addresses(); admin != "" {
		stale(c.Context(), c.ErrOrStderr(), "http://"+admin+cfg.Transport().HealthPath())
	}
	graph, err := owners.New(cfg, owners.Ports{}).Survey(c.Context())
	if err != nil {
		return nil, err
	}
	out := *graph.Report()
	if saved != nil {
		out.Operations = graph.Operations(saved)
	}
	return &out, nil
}

// saved are the operations that are asked about, nil if none are.
func (f *statusFlags) saved() ([]status.Saved, error) {
	documents, err := savedOperations(f.operations)
	var out []status.Saved
	for _, d := range documents {
		out = append(out, status.Saved(d))
	}
	return out, err
}

// stale says why the gateway whose health check is at the URL does not serve the newest graph. One that does not run
// is nothing to say.
func stale(ctx context.Context, w io.Writer, url string) {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
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
		_, _ = fmt.Fprintf(w, "warning: the gateway at %s serves an older graph, as the newest cannot be served: %s\n", req.URL.Host, health.Error)
	}
}
