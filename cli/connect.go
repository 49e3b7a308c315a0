package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/ficusgraph/ficus/config"
	monolith "github.com/ficusgraph/ficus/monolith-adapter"
	"github.com/ficusgraph/ficus/owners"
)

func (p Program) connectCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "connect",
		Short: "Look at connectors: list them, try one, test them",
		Long:  "Connect works on the connectors that the schemas declare with @connect: it lists them, makes a single call of one of\nthem and shows all of it, or runs the suites that hold what they are to send and to make of the answers.",
		Args:  noArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return &usageError{fmt.Errorf("say what to do with the connectors: list, run or test; see %s --help", c.CommandPath())}
		},
	}
	c.AddCommand(p.connectListCommand(), p.connectRunCommand(), p.connectTestCommand())
	return c
}

// declared is the flags that say which connectors are meant.
type declared struct {
	input
	schema string
}

func (d *declared) flags(c *cobra.Command) {
	d.input.flags(c)
	c.Flags().StringVar(&d.schema, "schema", "", "schema of one subgraph; needs no configuration file")
}

// load reads the connectors, and the configuration of their sources if there is one.
func (d *declared) load(ctx context.Context, env func(string) (string, bool)) (*monolith.Connectors, monolith.Config, error) {
	if d.schema != "" {
		cfg := &config.Config{}
		if d.configFile != "" {
			var err error
			if cfg, err = config.Load(d.configFile, env); err != nil {
				return nil, cfg.Connectors, err
			}
		}
		connectors, err := schemaConnectors(d.schema)
		return connectors, cfg.Connectors, err
	}
	cfg, err := d.input.load(env)
	if err != nil {
		return nil, monolith.Config{}, err
	}
	connectors, err := owners.Connectors(ctx, cfg)
	return connectors, cfg.Connectors, err
}

// schemaConnectors reads one subgraph's schema, which is named as its file.
func schemaConnectors(file string) (*monolith.Connectors, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("read the schema: %w", err)
	}
	name, _, _ := strings.Cut(filepath.Base(file), ".")
	return monolith.Declared(name, file, string(text))
}

func (p Program) connectListCommand() *cobra.Command {
	var in declared
	var asJSON bool
	c := &cobra.Command{
		Use:     "list",
		Short:   "List the connectors: what they resolve, how, and what they send",
		Long:    "List names each connector as connect run takes it, with its kind, its request, its source and the keys by which\nits entities are found.",
		Example: "  ficus connect list --config ficus.yaml\n  ficus connect list --schema schema/monolith.graphql",
		Args:    noArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			connectors, _, err := in.load(c.Context(), p.Env)
			if err != nil {
				return err
			}
			if asJSON {
				return printJSON(c.OutOrStdout(), connectors.Listing())
			}
			return printListing(c.OutOrStdout(), connectors.Listing())
		},
	}
	in.flags(c)
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return c
}

func printListing(w io.Writer, list []monolith.Listed) error {
	if len(list) == 0 {
		_, err := fmt.Fprintln(w, "no connectors")
		return err
	}
	t := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
	_, _ = fmt.Fprintln(t, "CONNECTOR\tKIND\tID\tMETHOD\tURL\tSOURCE\tKEYS")
	for _, l := range list {
		_, _ = fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", l.Target, l.Kind, dash(l.ID), dash(l.Method), dash(l.URL), dash(l.Source), dash(strings.Join(l.Keys, " ")))
	}
	return t.Flush()
}

func dash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

// reply is the flags of an answer that takes the application's place.
type reply struct {
	file    string
	status  int
	headers []string
}

func (r *reply) flags(c *cobra.Command) {
	c.Flags().StringVar(&r.file, "response", "", "answer the request with this file's text (- for standard input) and ask nobody")
	c.Flags().IntVar(&r.status, "status", http.StatusOK, "status of --response")
	c.Flags().StringArrayVar(&r.headers, "header", nil, "header of --response, as 'Name: value'; may be repeated")
}

// read is the answer, nil if the application is to be asked.
func (r *reply) read(stdin io.Reader) (*monolith.ReceivedResponse, error) {
	if r.file == "" {
		if r.status != http.StatusOK || len(r.headers) > 0 {
			return nil, &usageError{errors.New("--status and --header belong to the answer that --response gives")}
		}
		return nil, nil
	}
	out := &monolith.ReceivedResponse{Status: r.status, Headers: http.Header{}}
	for _, h := range r.headers {
		name, value, ok := strings.Cut(h, ":")
		if !ok {
			return nil, &usageError{fmt.Errorf("--header %q is not written as 'Name: value'", h)}
		}
		out.Headers.Add(strings.TrimSpace(name), strings.TrimSpace(value))
	}
	var err error
	if r.file == "-" {
		out.Body, err = io.ReadAll(stdin)
	} else {
		out.Body, err = os.ReadFile(r.file)
	}
	if err != nil {
		return nil, fmt.Errorf("read the answer: %w", err)
	}
	return out, nil
}
