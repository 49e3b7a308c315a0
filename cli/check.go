package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/ficusgraph/ficus/changes"
	"github.com/ficusgraph/ficus/config"
	"github.com/ficusgraph/ficus/owners"
)

// checked is what check found, as it is printed in JSON.
type checked struct {
	Changes    []changes.Change `json:"changes"`
	Operations int              `json:"operations"`
	Broken     []changes.Broken `json:"broken"`
	// Scenarios of files, all of which fit.
	Scenarios int `json:"scenarios"`
}

func (p Program) checkCommand() *cobra.Command {
	var in input
	var against, operations string
	var asJSON bool
	c := &cobra.Command{
		Use:   "check",
		Short: "Say whether the graph fits: its mocks, and what changed since another schema",
		Long: "Check composes the graph, and says what does not fit it of what mocks/*.yaml says of values and of scenarios. With\n" +
			"--against it compares what clients see with OLD: supergraph SDL, any other SDL, ficus.yaml or\n" +
			"supergraph.yaml, the same configuration at a git revision (git:HEAD~1), or a running gateway's URL. It fails if a\n" +
			"change is breaking; with --operations, only if one of the saved operations in the folder breaks.",
		Example: "  ficus check --config ficus.yaml --against git:main\n  ficus check --supergraph supergraph.graphql --against https://example.com/graphql --operations operations/",
		Args:    noArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if against == "" && operations != "" {
				return &usageError{errors.New("check needs --against to say which operations a change breaks; see ficus check --help")}
			}
			found, err := p.check(c.Context(), &in, against, operations)
			if err != nil {
				return err
			}
			if asJSON {
				err = printJSON(c.OutOrStdout(), found)
			} else {
				found.print(c.OutOrStdout(), against != "", operations != "")
			}
			return errors.Join(err, found.verdict(operations != ""))
		},
	}
	in.flags(c)
	in.environments(c)
	c.Flags().StringVar(&against, "against", "", "what to compare with: a file, git:REVISION, or a URL")
	c.Flags().StringVar(&operations, "operations", "", "folder of saved operations (*.graphql, *.gql, and manifests *.json)")
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return c
}

func (p Program) check(ctx context.Context, in *input, against, operations string) (*checked, error) {
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
		return &checked{Changes: []changes.Change{}, Broken: []changes.Broken{}, Scenarios: scenarios}, err
	}
	old, err := p.oldSchema(ctx, in, against)
	if err != nil {
		return nil, fmt.Errorf("--against %s: %w", against, err)
	}
	saved, err := savedOperations(operations)
	if err != nil {
		return nil, err
	}
	return &checked{
		Scenarios: scenarios,
		Changes:   changes.Compare(old, graph.Supergraph.API), Operations: len(saved),
		Broken: changes.Operations(old, graph.Supergraph.API, saved),
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
			return fmt.Errorf("%d of %d saved operations break", n, f.Operations)
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
		return fmt.Errorf("%d breaking changes; --operations says which of your clients' operations they break", n)
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
	}
	if operations {
		_, _ = fmt.Fprintf(w, "%d saved operations, %d break\n", f.Operations, len(f.Broken))
	}
}

func printJSON(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(v)
}
