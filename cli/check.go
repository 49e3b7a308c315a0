package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"github.com/ficusgraph/ficus/changes"
	"github.com/ficusgraph/ficus/config"
	"github.com/ficusgraph/ficus/owners"
	"github.com/ficusgraph/ficus/usage"
)

// checked is what check found, as it is printed in JSON.
type checked struct {
	Changes    []changes.Change  `json:"changes"`
	Operations int               `json:"operations"`
	Broken     []brokenOperation `json:"broken"`
	// Scenarios of files, all of which fit.
	Scenarios int `json:"scenarios"`
}

func (p Program) checkCommand() *cobra.Command {
	var in input
	var against string
	var told lookedAt
	var asJSON bool
	c := &cobra.Command{
		Use:   "check",
		Short: "Say whether the graph fits: its mocks, and what changed since another schema",
		Long: "Check composes the graph, and says what does not fit it of what mocks/*.yaml says of values and of scenarios. With\n" +
			"--against it compares what clients see with OLD: supergraph SDL, any other SDL, ficus.yaml or\n" +
			"supergraph.yaml, the same configuration at a git revision (git:HEAD~1), or a running gateway's URL. It fails if a\n" +
			"change is breaking; with --operations or --usage, only if an operation breaks that is saved in the folder or that a\n" +
			"gateway recorded, and then it says whose.",
		Example: "  ficus check --config ficus.yaml --against git:main\n  ficus check --supergraph supergraph.graphql --against https://example.com/graphql --operations operations/",
		Args:    noArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if against == "" && told.any() {
				return &usageError{errors.New("check needs --against to say which operations a change breaks; see ficus check --help")}
			}
			found, err := p.check(c.Context(), &in, against, told)
			if err != nil {
				return err
			}
			if asJSON {
				err = printJSON(c.OutOrStdout(), found)
			} else {
				found.print(c.OutOrStdout(), against != "", told.any())
			}
			return errors.Join(err, found.verdict(told.any()))
		},
	}
	in.flags(c)
	in.environments(c)
	c.Flags().StringVar(&against, "against", "", "what to compare with: a file, git:REVISION, or a URL")
	c.Flags().StringVar(&told.operations, "operations", "", "folder of saved operations (*.graphql, *.gql, and manifests *.json)")
	c.Flags().StringVar(&told.usage, "usage", "", "what clients send: a gateway's admin listener, or a file with its /api/v1/usage")
	c.Flags().StringVar(&told.token, "token", "", "admin.token of that gateway; by default the environment's FICUS_ADMIN_TOKEN")
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return c
}

// brokenOperation is one that breaks, with those who were recorded to send it.
type brokenOperation struct {
	changes.Broken
	Clients []usage.Used `json:"clients,omitempty"`
}

// lookedAt says where the operations of clients are found.
type lookedAt struct{ operations, usage, token string }

func (l lookedAt) any() bool { return l.operations != "" || l.usage != "" }

func (p Program) check(ctx context.Context, in *input, against string, told lookedAt) (*checked, error) {
	cfg, err := in.load(p.Env)
	if err != nil {
		return nil, err
	}
	graph, err := owners.New(cfg, owners.Ports{}).Plan(ctx)
	if err != nil {
		return nil, err
	}
	scenarios, err := fitting(ctx, cfg, graph)
	if err != nil || against == "" {
		return &checked{Changes: []changes.Change{}, Broken: []brokenOperation{}, Scenarios: scenarios}, err
	}
	old, err := p.oldSchema(ctx, in, against)
	if err != nil {
		return nil, fmt.Errorf("--against %s: %w", against, err)
	}
	saved, err := savedOperations(told.operations)
	if err != nil {
		return nil, err
	}
	sent, err := p.recordedUsage(ctx, told.usage, told.token)
	if err != nil {
		return nil, err
	}
	saved = append(saved, sent.documents...)
	broken := []brokenOperation{}
	for _, b := range changes.Operations(old, graph.Supergraph.API, saved) {
		broken = append(broken, brokenOperation{b, sent.clients[b.Name]})
	}
	return &checked{
		Scenarios: scenarios,
		Changes:   changes.Compare(old, graph.Supergraph.API), Operations: len(saved),
		Broken: broken,
	}, nil
}

// fitting counts the scenarios of files, or says which of them do not fit the graph. They are there to develop with: where
// the environment makes nothing up they are read as one that does would read them.
func fitting(ctx context.Context, cfg *config.Config, graph *owners.Graph) (int, error) {
	if graph.Mocks == nil && len(cfg.Subgraphs) > 0 {
		dev := *cfg
		dev.Environment = config.Dev
		var err error
		if graph, err = owners.New(&dev, owners.Ports{}).Plan(ctx); err != nil {
			return 0, err
		}
	}
	n := 0
	for _, s := range graph.Mocks.Scenarios() {
		if !s.BuiltIn {
			n++
		}
	}
	return n, nil
}

// verdict is the error if the change should not be made.
func (f *checked) verdict(byOperations bool) error {
	if byOperations {
		if n := len(f.Broken); n > 0 {
			return fmt.Errorf("%d of %d operations break", n, f.Operations)
		}
		return nil
	}
	n := 0
	for _, c := range f.Changes {
		if c.Severity == changes.Breaking {
			n++
		}
	}
	if n > 0 {
		return fmt.Errorf("%d breaking changes; --operations and --usage say which of your clients' operations they break", n)
	}
	return nil
}

func (f *checked) print(w io.Writer, compared, operations bool) {
	if !compared {
		_, _ = fmt.Fprintf(w, "the graph composes, and %d scenarios fit it\n", f.Scenarios)
		return
	}
	for _, c := range f.Changes {
		_, _ = fmt.Fprintf(w, "%-9s  %-30s  %s: %s\n", c.Severity, c.Code, c.Coordinate, c.Message)
	}
	if len(f.Changes) == 0 {
		_, _ = fmt.Fprintln(w, "no changes")
	}
	for _, b := range f.Broken {
		for _, e := range b.Errors {
			_, _ = fmt.Fprintf(w, "breaks     %s:%s\n", b.Name, e)
		}
		for _, u := range b.Clients {
			_, _ = fmt.Fprintf(w, "           sent by %s, %d times, last at %s\n", u.Client, u.Count, u.Last.Format(time.RFC3339))
		}
	}
	if operations {
		_, _ = fmt.Fprintf(w, "%d operations, %d break\n", f.Operations, len(f.Broken))
	}
}

func printJSON(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(v)
}
