package cli

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/ficusgraph/ficus/mocks"
)

func (p Program) mockGrantCommand() *cobra.Command {
	var in input
	var g mocks.Grant
	var good time.Duration
	c := &cobra.Command{
		Use:   "grant",
		Short: "Let somebody choose what the mock source does, where not all may",
		Long: "Grant prints a token that lets its holder's requests choose by the header Ficus-Mock where mocks.per_request is\n" +
			"off: they send it as Ficus-Mock-Grant. It is signed with mocks.grants.secret of the configuration, is for the\n" +
			"scenarios and coordinates that are named, or all, and expires.",
		Example: "  ficus mock grant --config ficus.yaml --subject ada@example.com --expires 1h --scenario sold-out\n" +
			"  ficus mock grant --subject ada@example.com --coordinate Product.price --coordinate Query.products",
		Args: noArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			cfg, err := in.load(p.Env)
			if err != nil {
				return err
			}
			for _, name := range g.Coordinates {
				if typ, field, ok := strings.Cut(name, "."); !ok || typ == "" || field == "" {
					return &usageError{fmt.Errorf("--coordinate %s: is no coordinate such as Product.price", name)}
				}
			}
			if g.All && len(g.Scenarios)+len(g.Coordinates) > 0 {
				return &usageError{errors.New("--all is for everything; leave out --scenario and --coordinate")}
			}
			now := time.Now()
			g.Expires = now.Add(good)
			token, err := cfg.Mocks.Grants.Sign(g, now)
			if err != nil {
				return fmt.Errorf("%s: %w", cfg.Name, err)
			}
			_, err = fmt.Fprintln(c.OutOrStdout(), token)
			return err
		},
	}
	in.flags(c)
	c.Flags().StringVar(&g.Subject, "subject", "", "whose it is; it is named in refusals, and has sessions of its own")
	c.Flags().DurationVar(&good, "expires", time.Hour, "how long it is good for")
	c.Flags().StringSliceVar(&g.Scenarios, "scenario", nil, "a scenario that may be chosen; may be repeated")
	c.Flags().StringSliceVar(&g.Coordinates, "coordinate", nil, "a field of which errors, nulls and lengths may be chosen; may be repeated")
	c.Flags().BoolVar(&g.All, "all", false, "everything may be chosen")
	return c
}
