package cli

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/ficusgraph/ficus/mocks/record"
	"github.com/ficusgraph/ficus/mocks/response"
	"github.com/ficusgraph/ficus/owners"
)

// recording is the flags of mock record.
type recording struct {
	input
	sent
	url, name, out string
	keep, hide     []string
	force          bool
}

func (p Program) mockRecordCommand() *cobra.Command {
	var r recording
	c := &cobra.Command{
		Use:   "record [OPERATION or @FILE]",
		Short: "Turn the answers of a running graph into a scenario",
		Long: "Record sends saved queries, or one, and writes what is answered as rules of a scenario: by coordinate, key and\n" +
			"arguments. Variables are read from NAME.variables.json beside NAME.graphql: an object, or a list of several.\n" +
			"Only values of the coordinates that --keep, or mocks.record.keep, names are written as they are. Of the rest it\n" +
			"writes structure: nulls, lengths of lists, types, Booleans, values of enums, errors by their codes. Identifiers are\n" +
			"replaced, each everywhere by the same, unless the operations name them. The schema is that of --config, --supergraph\n" +
			"or a configuration in the working directory, or else what the running graph says of itself.",
		Example: "  ficus mock record --url http://127.0.0.1:4000/graphql --operations operations/ --name checkout --keep 'Product.*'\n" +
			"  ficus mock record --url http://127.0.0.1:4000/graphql '{ products { name } }' --name shelf --keep Product.name -H 'Authorization: Bearer ..'",
		Args: cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if err := r.complete(); err != nil {
				return err
			}
			recorded, err := p.record(c.Context(), &r, args)
			if err != nil {
				return err
			}
			for _, w := range recorded.Warnings {
				_, _ = fmt.Fprintln(c.ErrOrStderr(), "warning:", w)
			}
			if r.out == "-" {
				_, err = c.OutOrStdout().Write(recorded.Text)
				return err
			}
			if err := os.MkdirAll(filepath.Dir(r.out), 0o750); err != nil {
				return fmt.Errorf("write the scenario: %w", err)
			}
			if err := os.WriteFile(r.out, recorded.Text, 0o600); err != nil {
				return fmt.Errorf("write the scenario: %w", err)
			}
			_, err = fmt.Fprintf(c.OutOrStdout(), "%s has %d rules; ask for it with the header Ficus-Mock: scenario=%s\n", r.out, recorded.Rules, r.name)
			return err
		},
	}
	r.input.flags(c)
	r.sent.flags(c)
	c.Flags().StringVar(&r.url, "url", "", "the running graph")
	c.Flags().StringVar(&r.name, "name", "", "name of the scenario")
	c.Flags().StringVar(&r.out, "out", "", "file to write; mocks/scenarios/NAME.yaml by default, - for standard output")
	c.Flags().StringArrayVar(&r.keep, "keep", nil, "coordinate whose values are kept, such as Product.name or Product.*")
	c.Flags().StringArrayVar(&r.hide, "hide", nil, "coordinate of which not even Booleans and enums are kept")
	c.Flags().BoolVar(&r.force, "force", false, "write over a file that is there")
	return c
}

func (s *sent) flags(c *cobra.Command) {
	c.Flags().StringVar(&s.operations, "operations", "", "folder of saved operations (*.graphql, *.gql)")
	c.Flags().StringVar(&s.variables, "variables", "", "file of variables for all of them, in place of those beside them")
	c.Flags().StringArrayVarP(&s.headers, "header", "H", nil, "header to send, as NAME: VALUE")
}

// complete checks the flags and sets what they leave out.
func (r *recording) complete() error {
	switch {
	case r.url == "":
		return &usageError{errors.New("mock record needs --url; see ficus mock record --help")}
	case r.name == "" || strings.ContainsAny(r.name, ";=\n\"/"):
		return &usageError{errors.New("mock record needs --name, a name without ; = \" and /; see ficus mock record --help")}
	case r.out == "":
		r.out = filepath.Join("mocks", "scenarios", r.name+".yaml")
	}
	if _, err := os.Stat(r.out); err == nil && !r.force && r.out != "-" {
		return fmt.Errorf("%s is there already; write over it with --force", r.out)
	}
	return nil
}

func (p Program) record(ctx context.Context, r *recording, args []string) (*record.Recording, error) {
	list, err := r.savedRequests(args)
	if err != nil {
		return nil, err
	}
	header, err := r.header()
	if err != nil {
		return nil, err
	}
	recorder := &record.Recorder{Keep: r.keep, Hide: r.hide, Ask: func(ctx context.Context, request response.Request) ([]byte, error) {
		return asked(ctx, r.url, header, request)
	}}
	if err := p.graphOf(ctx, r, header, recorder); err != nil {
		return nil, err
	}
	return recorder.Record(ctx, r.name, list)
}

func isFile(name string) bool {
	info, err := os.Stat(name)
	return err == nil && info.Mode().IsRegular()
}

// graphOf finds the schema: that of a configuration, or what the running graph says of itself.
func (p Program) graphOf(ctx context.Context, r *recording, header http.Header, into *record.Recorder) error {
	if r.configFile == "" && r.supergraphFile == "" && !slices.ContainsFunc(defaultFiles, isFile) {
		schema, err := introspect(ctx, r.url, header)
		if err != nil {
			return fmt.Errorf("ask %s for its schema: %w; name it with --config or --supergraph", r.url, err)
		}
		into.Schema = schema
		return nil
	}
	cfg, err := r.load(p.Env)
	if err != nil {
		return err
	}
	graph, err := owners.New(cfg, owners.Ports{}).Plan(ctx)
	if err != nil {
		return err
	}
	into.Schema, into.Graph = graph.Supergraph.API, graph.Supergraph
	into.Keep = append(slices.Clone(cfg.Mocks.Record.Keep), into.Keep...)
	into.Hide = append(slices.Clone(cfg.Mocks.Record.Hide), into.Hide...)
	return nil
}

// asked is the answer to an operation; one that is no JSON says what the status is.
func asked(ctx context.Context, url string, header http.Header, r response.Request) ([]byte, error) {
	status, body, err := post(ctx, url, header, r)
	if err != nil {
		return nil, err
	}
	if _, err := response.Parse(body); err != nil {
		return nil, fmt.Errorf("status %d, and the answer is no JSON: %w", status, err)
	}
	return body, nil
}
