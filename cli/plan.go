package cli

import (
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/ficusgraph/ficus/engine"
	"github.com/ficusgraph/ficus/owners"
)

func (p Program) planCommand() *cobra.Command {
	var in input
	var r engine.Request
	var variables string
	c := &cobra.Command{
		Use:   "plan QUERY",
		Short: "Print the query plan of an operation",
		Long: "Plan prints which subgraphs an operation is fetched from, in the notation of Apollo's query plans. QUERY is\n" +
			"the operation's text, or @FILE to read it from a file. @skip and @include are decided by --variables;\n" +
			"without any, the variables that they use are true.",
		Example: "  ficus plan --supergraph supergraph.graphql '{ me { name } }'\n  ficus plan --config ficus.yaml @query.graphql --variables '{\"first\": 3}'",
		Args:    exactlyOne("the operation's text, or @FILE"),
		RunE: func(c *cobra.Command, args []string) error {
			query, err := textOf(args[0])
			if err != nil {
				return err
			}
			cfg, err := in.load(p.Env)
			if err != nil {
				return err
			}
			graph, err := owners.New(cfg, owners.Ports{}).Plan(c.Context())
			if err != nil {
				return err
			}
			snapshot, err := engine.NewSnapshot(graph.Supergraph, nil, engine.Config{Introspection: true})
			if err != nil {
				return err
			}
			r.Query, r.Variables = query, []byte(variables)
			plan, err := snapshot.Plan(&r)
			if err != nil {
				return err
			}
			_, err = fmt.Fprintln(c.OutOrStdout(), plan)
			return err
		},
	}
	in.flags(c)
	in.environments(c)
	c.Flags().StringVar(&r.OperationName, "operation", "", "name of the operation, where the text has several")
	c.Flags().StringVar(&variables, "variables", "", "variables as a JSON object")
	c.Flags().StringSliceVar(&r.Labels, "labels", nil, "active override labels")
	return c
}

// textOf is the argument, or what the file that it names after an at sign holds.
func textOf(arg string) (string, error) {
	name, isFile := strings.CutPrefix(arg, "@")
	if !isFile {
		return arg, nil
	}
	text, err := os.ReadFile(name)
	if err != nil {
		return "", fmt.Errorf("read the operation: %w", err)
	}
	return string(text), nil
}
