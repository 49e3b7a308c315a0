package cli

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/ficusgraph/ficus/config"
)

func (p Program) configCommand() *cobra.Command {
	c := &cobra.Command{
		Use:     "config",
		Short:   "Check configuration files, print their JSON schema",
		Example: "  ficus config validate ficus.yaml\n  ficus config schema > ficus.schema.json",
		Args:    noArgs,
		RunE:    func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.AddCommand(p.configValidateCommand(), p.configSchemaCommand())
	return c
}

func (p Program) configValidateCommand() *cobra.Command {
	var in input
	c := &cobra.Command{
		Use:   "validate FILE",
		Short: "Check a configuration file",
		Long: "Validate reads the file as serve would and prints every fault with its line: keys that do not exist, values\n" +
			"of the wrong type, variables that the environment lacks, settings that contradict each other.",
		Example: "  ficus config validate ficus.yaml",
		Args:    exactlyOne("the file to check"),
		RunE: func(c *cobra.Command, args []string) error {
			cfg, err := config.Load(args[0], p.Env)
			if err == nil {
				err = in.decide(cfg)
			}
			if err != nil {
				return err
			}
			_, err = fmt.Fprintf(c.OutOrStdout(), "%s is valid\n", args[0])
			return err
		},
	}
	in.environments(c)
	return c
}

func (p Program) configSchemaCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "schema",
		Short: "Print the JSON schema of the configuration, for editors",
		Long: "Schema prints a JSON schema. With it in ficus.schema.json, the line\n" +
			"  # yaml-language-server: $schema=ficus.schema.json\n" +
			"at the top of ficus.yaml makes editors complete and check it.",
		Example: "  ficus config schema > ficus.schema.json",
		Args:    noArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			text, err := config.JSONSchema()
			if err != nil {
				return err
			}
			_, err = fmt.Fprintf(c.OutOrStdout(), "%s\n", text)
			return err
		},
	}
}
