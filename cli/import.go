package cli

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/spf13/cobra"

	"github.com/ficusgraph/ficus/monolith-adapter/openapi"
)

func (p Program) importCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "import",
		Short: "Write a schema from the description of an API",
		Args:  noArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return &usageError{fmt.Errorf("name what to import; see %s --help", c.CommandPath())}
		},
	}
	c.AddCommand(p.importOpenAPICommand())
	return c
}

// importOpenAPICommand is `import openapi`.
func (p Program) importOpenAPICommand() *cobra.Command {
	var o openapi.Options
	var out, names string
	var renames []string
	c := &cobra.Command{
		Use:   "openapi FILE",
		Short: "Write a schema with connectors of an OpenAPI description",
		Long: "Import reads OpenAPI 3.0 or 3.1, or Swagger 2, in JSON or YAML, and writes a schema with @source and @connect, once: it is\n" +
			"yours to edit. GET becomes a field of Query, other methods fields of Mutation. What can be read by id becomes an\n" +
			"entity. What cannot be expressed is left out or becomes JSON, with a warning that says where it is.",
		Example: "  ficus import openapi spec.yaml --out legacy.graphql\n  ficus import openapi spec.yaml --include tag:users --exclude 'path:/internal/*' --rename UserDto=User\n  ficus import openapi spec.yaml --unwrap data",
		Args:    exactly(1, "the file of a description"),
		RunE: func(c *cobra.Command, args []string) error {
			var err error
			if o.Rename, err = readRenames(names, renames); err != nil {
				return err
			}
			data, err := os.ReadFile(args[0])
			if err != nil {
				return err
			}
			result, err := openapi.Import(args[0], data, o)
			if err != nil {
				return err
			}
			tellImported(c.ErrOrStderr(), args[0], result)
			return write(c.OutOrStdout(), out, result.SDL)
		},
	}
	c.Flags().StringVarP(&out, "out", "o", "", "write to this file instead of standard output")
	c.Flags().StringVar(&o.Subgraph, "subgraph", "legacy", "name that the subgraph will have in the configuration")
	c.Flags().StringVar(&o.Source, "source", "api", "name of the @source")
	c.Flags().StringArrayVar(&o.Include, "include", nil, "import these operations only: tag:NAME, path:/glob/* or operation:ID (repeatable)")
	c.Flags().StringArrayVar(&o.Exclude, "exclude", nil, "leave these operations out (repeatable)")
	c.Flags().StringArrayVar(&renames, "rename", nil, "give another name: UserDto=User, Query.getUser=user, User.nm=name (repeatable)")
	c.Flags().StringVar(&names, "map", "", "YAML file of such names: from: to")
	c.Flags().StringVar(&o.Unwrap, "unwrap", "", "member of the envelope that answers come in, such as data")
	return c
}

// readRenames are the names of a file and of the flags, which win.
func readRenames(file string, flags []string) (map[string]string, error) {
	all := map[string]string{}
	if file != "" {
		text, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		if err := yaml.Unmarshal(text, &all); err != nil {
			return nil, fmt.Errorf("%s: %w; it has lines of the form from: to", file, err)
		}
	}
	for _, text := range flags {
		from, to, ok := strings.Cut(text, "=")
		if !ok || from == "" || to == "" {
			return nil, &usageError{errors.New("--rename " + text + ": write from=to")}
		}
		all[from] = to
	}
	return all, nil
}

// tellImported says what was imported and what is to be looked at.
func tellImported(w io.Writer, file string, r *openapi.Result) {
	for _, warning := range r.Warnings {
		at := ""
		switch {
		case warning.Line > 0:
			at = fmt.Sprintf("%s:%d: ", file, warning.Line)
		case strings.HasPrefix(warning.Place, "#"):
			at = file + ": "
		}
		_, _ = fmt.Fprintf(w, "warning: %s%s\n", at, warning)
	}
	_, _ = fmt.Fprintf(w, "imported %d of %d operations, with %d warnings\n", r.Operations, r.Picked, len(r.Warnings))
}
