package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	monolith "github.com/ficusgraph/ficus/monolith-adapter"
	"github.com/ficusgraph/ficus/monolith-adapter/suite"
)

func (p Program) connectTestCommand() *cobra.Command {
	var schema, junit string
	var quiet, complete bool
	c := &cobra.Command{
		Use:   "test [FILE or FOLDER]...",
		Short: "Run the test suites of connectors (*.connector.yaml)",
		Long: "Test runs suites in the format of rover's connector tests: what a connector sends, and what it makes of an answer.\n" +
			"Nothing is sent anywhere. Without arguments it runs those in tests/, or else in the working directory. The schema\n" +
			"that a suite names is one subgraph's, or a configuration file. It ends with 1 if a case fails, and with 2 if a\n" +
			"suite cannot be read.",
		Example: "  ficus connect test\n  ficus connect test tests/ --junit report.xml",
		RunE: func(c *cobra.Command, args []string) error {
			suites, err := p.suites(c.Context(), args, schema)
			if err != nil {
				return &usageError{err}
			}
			var report suite.Report
			for _, s := range suites {
				report = append(report, suite.Ran{Suite: s, Results: s.Run(c.Context())})
			}
			report.Print(c.OutOrStdout(), quiet)
			untested := suite.Untested(suites)
			if complete && len(untested) > 0 {
				err = fmt.Errorf("%d connectors have no case: %s", len(untested), strings.Join(untested, ", "))
			}
			if passed, failed, _ := report.Count(); failed > 0 {
				err = errors.Join(err, fmt.Errorf("%d of %d cases failed", failed, passed+failed))
			}
			return errors.Join(err, writeFile(junit, report.WriteJUnit))
		},
	}
	c.Flags().StringVar(&schema, "schema", "", "schema in place of the one that the suites name")
	c.Flags().StringVar(&junit, "junit", "", "write the results to this file in JUnit's XML")
	c.Flags().BoolVarP(&quiet, "quiet", "q", false, "print only what failed")
	c.Flags().BoolVar(&complete, "complete", false, "fail if a connector of the schemas has no case")
	return c
}

// suites reads the suites in the files and folders; all that is wrong with them is returned.
func (p Program) suites(ctx context.Context, paths []string, schema string) ([]*suite.Suite, error) {
	if len(paths) == 0 {
		paths = []string{"."}
		if info, err := os.Stat("tests"); err == nil && info.IsDir() {
			paths = []string{"tests"}
		}
	}
	files, err := suite.Find(paths)
	if err != nil {
		return nil, err
	}
	load := p.schemas(ctx)
	var out []*suite.Suite
	var errs []error
	for _, file := range files {
		s, err := suite.Load(file, schema, load)
		out, errs = append(out, s), append(errs, err)
	}
	return out, errors.Join(errs...)
}

// schemas reads the schemas of suites, each once.
func (p Program) schemas(ctx context.Context) suite.Schemas {
	type read struct {
		connectors *monolith.Connectors
		cfg        monolith.Config
		err        error
	}
	known := map[string]read{}
	return func(file string) (*monolith.Connectors, monolith.Config, error) {
		r, ok := known[file]
		if !ok {
			in := declared{schema: file}
			if ext := filepath.Ext(file); ext == ".yaml" || ext == ".yml" {
				in = declared{input: input{configFile: file}}
			}
			r.connectors, r.cfg, r.err = in.load(ctx, p.Env)
			known[file] = r
		}
		return r.connectors, r.cfg, r.err
	}
}

// writeFile writes results to a file, if there is to be one.
func writeFile(file string, write func(io.Writer) error) error {
	if file == "" {
		return nil
	}
	w, err := os.Create(file)
	if err != nil {
		return fmt.Errorf("write the results: %w", err)
	}
	return errors.Join(write(w), w.Close())
}
