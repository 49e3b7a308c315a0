package cli

import (
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/ficusgraph/ficus/owners"
)

func (p Program) composeCommand() *cobra.Command {
	var file, out string
	var api bool
	c := &cobra.Command{
		Use:   "compose",
		Short: "Compose the subgraphs into supergraph SDL",
		Long: "Compose reads the subgraphs that ficus.yaml or rover's supergraph.yaml names and prints the supergraph's SDL,\n" +
			"which Ficus and other routers load. Errors carry Apollo's codes; hints are printed as warnings.",
		Example: "  ficus compose --config supergraph.yaml > supergraph.graphql\n  ficus compose --config ficus.yaml --api",
		Args:    noArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			in := input{configFile: file}
			cfg, err := in.load(p.Env)
			if err != nil {
				return err
			}
			composed, err := owners.Compose(c.Context(), cfg)
			if err != nil {
				return err
			}
			for _, h := range composed.Hints {
				_, _ = fmt.Fprintln(c.ErrOrStderr(), "warning:", h)
			}
			text := composed.SupergraphSDL
			if api {
				text = composed.APISchemaSDL
			}
			return write(c.OutOrStdout(), out, text)
		},
	}
	c.Flags().StringVarP(&file, "config", "c", "", "ficus.yaml, or rover's supergraph.yaml")
	c.Flags().BoolVar(&api, "api", false, "print the schema that clients see instead")
	c.Flags().StringVarP(&out, "output", "o", "", "write to this file instead of standard output")
	return c
}

func write(stdout io.Writer, file, text string) error {
	if file == "" {
		_, err := io.WriteString(stdout, text)
		return err
	}
	return os.WriteFile(file, []byte(text), 0o644) //nolint:gosec // a schema is no secret
}
