package cli

import (
	"cmp"
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/ficusgraph/ficus/config"
)

// input is the flags that say which graph is meant.
type input struct {
	configFile, supergraphFile string
	// environment is the one that --env names; otherwise is where nothing names one, production if it is "".
	environment string
	otherwise   config.Environment
}

// defaultFiles are looked for in the working directory, in this order, when no flag names one.
var defaultFiles = []string{"ficus.yaml", "supergraph.yaml", "supergraph.graphql"}

func (in *input) flags(c *cobra.Command) {
	c.Flags().StringVarP(&in.configFile, "config", "c", "", "configuration file: ficus.yaml, or rover's supergraph.yaml")
	c.Flags().StringVarP(&in.supergraphFile, "supergraph", "s", "", "supergraph SDL; needs no configuration file")
}

// environments adds the flag that says where the graph is meant to be served.
func (in *input) environments(c *cobra.Command) {
	c.Flags().StringVar(&in.environment, "env", "", "environment: production, staging or dev (default: environment in the file, FICUS_ENV, "+string(cmp.Or(in.otherwise, config.Production))+")")
}

// decide settles in which environment the configuration holds.
func (in *input) decide(cfg *config.Config) error {
	return cfg.Decide(in.environment, cmp.Or(in.otherwise, config.Production))
}

// load reads the configuration that the flags, or the files in the working directory, name.
func (in *input) load(env func(string) (string, bool)) (*config.Config, error) {
	file, graph := in.configFile, in.supergraphFile
	if file == "" && graph == "" {
		for _, name := range defaultFiles {
			if _, err := os.Stat(name); err == nil {
				file = name
				break
			}
		}
		if file == "supergraph.graphql" {
			file, graph = "", file
		}
	}
	if file == "" && graph == "" {
		return nil, errors.New("there is no ficus.yaml, supergraph.yaml or supergraph.graphql here; name one with --config or --supergraph, or see a running example with: ficus demo")
	}
	cfg := &config.Config{}
	if file != "" {
		var err error
		if cfg, err = config.Load(file, env); err != nil {
			return nil, err
		}
	}
	if graph != "" {
		if len(cfg.Subgraphs) > 0 && in.supergraphFile != "" {
			return nil, fmt.Errorf("%s names subgraphs to compose, and --supergraph a composed graph; keep one", file)
		}
		cfg.Supergraph.File = graph
	}
	return cfg, in.decide(cfg)
}
