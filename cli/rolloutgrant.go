package cli

import (
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/ficusgraph/ficus/rollout"
)

func (p Program) rolloutGrant() *cobra.Command {
	var in input
	var g rollout.Grant
	var good time.Duration
	c := &cobra.Command{
		Use:   "grant",
		Short: "Let somebody choose the side of migrations for their own requests",
		Long: "Grant prints a token that lets its holder's requests choose sides by the header " + rollout.HeaderSides + ", such as\n" +
			"site-health=new: they send it as " + rollout.HeaderGrant + ", and are told in the answer which side it came from. It is\n" +
			"signed with rollout.secret of the configuration, is for the migrations that are named, or all, and expires.",
		Example: "  ficus rollout grant --subject ada@example.com --migration site-health\n" +
			"  ficus rollout grant --config ficus.yaml --subject ada@example.com --all --expires 8h",
		Args: noArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			cfg, err := in.load(p.Env)
			if err != nil {
				return err
			}
			if g.All && len(g.Migrations) > 0 {
				return &usageError{errors.New("--all is for every migration; leave out --migration")}
			}
			now := time.Now()
			g.Expires = now.Add(good)
			token, err := cfg.Rollout.Sign(g, now)
			if err != nil {
				return fmt.Errorf("%s: %w", cfg.Name, err)
			}
			_, err = fmt.Fprintln(c.OutOrStdout(), token)
			return err
		},
	}
	in.flags(c)
	c.Flags().StringVar(&g.Subject, "subject", "", "whose it is")
	c.Flags().DurationVar(&good, "expires", time.Hour, "how long it is good for")
	c.Flags().StringSliceVar(&g.Migrations, "migration", nil, "a migration whose side may be chosen; may be repeated")
	c.Flags().BoolVar(&g.All, "all", false, "the side of every migration may be chosen")
	return c
}
