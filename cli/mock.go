package cli

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/ficusgraph/ficus/config"
)

func (p Program) mockCommand() *cobra.Command {
	c := &cobra.Command{
		Use:     "mock",
		Short:   "Serve made up answers, record real ones, and look at states that pages forget",
		Example: "  ficus mock serve schema/*.graphql\n  ficus mock record --url http://127.0.0.1:4000/graphql --operations operations/ --name checkout",
		Args:    noArgs,
		RunE:    func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.AddCommand(p.mockServeCommand(), p.mockRecordCommand(), p.mockFuzzCommand(), p.mockGrantCommand())
	return c
}

func (p Program) mockServeCommand() *cobra.Command {
	var listen, scenario, log string
	var seed int64
	c := &cobra.Command{
		Use:   "serve SCHEMA...",
		Short: "Answer everything in the schemas with made up values",
		Long: "Serve needs no configuration: the schemas are those of subgraphs, which are composed, or one plain schema. Each\n" +
			"file is a subgraph of the file's name. What mocks/*.yaml says of values and mocks/scenarios/*.yaml of states, in\n" +
			"the working directory, is followed, and so are changes of all these files. Requests choose by the header\n" +
			"Ficus-Mock: scenario=empty; latency=300ms; error=Product.price:TIMEOUT; list=Query.products:0.",
		Example: "  ficus mock serve schema/*.graphql\n  ficus mock serve github.graphql --seed 7 --scenario longest",
		Args: func(c *cobra.Command, args []string) error {
			if len(args) == 0 {
				return &usageError{errors.New("mock serve takes the files of schemas; see ficus mock serve --help")}
			}
			return nil
		},
		RunE: func(c *cobra.Command, args []string) error {
			cfg, err := mockConfig(args)
			if err != nil {
				return err
			}
			cfg.Mocks.Seed, cfg.Mocks.Scenario = seed, scenario
			cfg.Supergraph.Listen, cfg.Telemetry.Log.Level = listen, log
			if err := cfg.Validate(); err != nil {
				return err
			}
			return p.Serve(c.Context(), cfg, Hooks{Log: c.ErrOrStderr(), Watch: true, Started: func(address string) {
				_, _ = fmt.Fprintf(c.OutOrStdout(), "made up answers are at http://%[1]s%[2]s, the console at http://%[1]s/\n", address, cfg.Transport().Path())
			}})
		},
	}
	c.Flags().StringVar(&listen, "listen", "127.0.0.1:4000", "address to listen on")
	c.Flags().StringVar(&scenario, "scenario", "", "scenario of requests that choose none")
	c.Flags().StringVar(&log, "log", "", "log level: debug, info, warn, error")
	c.Flags().Int64Var(&seed, "seed", 0, "another seed makes other values")
	return c
}

// mockConfig is a configuration in which the mock source answers for the schemas. A pattern that the shell left
// stands for the files that it finds.
func mockConfig(args []string) (*config.Config, error) {
	cfg := mocking("mock serve")
	var files []string
	for _, arg := range args {
		found := []string{arg}
		if _, err := os.Stat(arg); err != nil {
			if found, _ = filepath.Glob(arg); len(found) == 0 {
				return nil, fmt.Errorf("read the schemas: %w", err)
			}
		}
		files = append(files, found...)
	}
	for _, file := range files {
		name := subgraphName(file)
		if other, ok := cfg.Subgraphs[name]; ok {
			return nil, fmt.Errorf("%s and %s would both be the subgraph %s; rename one", other.Schema.File, file, name)
		}
		cfg.Subgraphs[name] = config.Subgraph{Mock: config.Always, Schema: config.Schema{File: file}}
	}
	return cfg, nil
}

// mocking is a configuration without subgraphs yet, whose fields are open to everybody.
func mocking(name string) *config.Config {
	on, off := true, false
	cfg := &config.Config{Name: name, Subgraphs: map[string]config.Subgraph{}}
	cfg.Supergraph.Introspection, cfg.Front.GraphiQL.Enabled = &on, true
	cfg.Authorization.Directives.Enabled = &off
	cfg.Front.Admin.Listen = "off"
	cfg.Environment, cfg.Mocks.PerRequest, cfg.Mocks.Report = config.Dev, true, true
	return cfg
}

// subgraphName is the name of a file without what follows its first dot, as a subgraph may be called.
func subgraphName(file string) string {
	name, _, _ := strings.Cut(filepath.Base(file), ".")
	letters := []rune(name)
	for i, r := range letters {
		if !slices.Contains([]rune("-_"), r) && (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') {
			letters[i] = '_'
		}
	}
	if len(letters) == 0 || letters[0] >= '0' && letters[0] <= '9' {
		return "schema_" + string(letters)
	}
	return string(letters)
}
