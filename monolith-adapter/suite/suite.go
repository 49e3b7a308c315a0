// Package suite runs test suites of connectors: YAML files, named *.connector.yaml, that hold for each case what a
// connector reads, what the application would answer, and what is expected of the request and of the mapped value.
//
//	file --Load--> Suite --Run--> Results --Print, WriteJUnit--> what people and CI systems read
//
// The format is that of rover's connector tests, in both of its spellings. Nothing is sent anywhere. JSON is compared
// by value: neither blanks nor the order of members count. What a case does not mention is not looked at.
package suite

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/ficusgraph/ficus/config"
	monolith "github.com/ficusgraph/ficus/monolith-adapter"
	"github.com/ficusgraph/ficus/monolith-adapter/mapping"
)

// Suite is one file of cases.
type Suite struct {
	// File it was read from; Name as it gives itself, or else the file's.
	File, Name string
	// Connectors of the schema that the suite is about.
	Connectors *monolith.Connectors
	Cases      []*Case
}

// Case is one case.
type Case struct {
	Name string
	// Line in the suite's file.
	Line      int
	Connector *monolith.Connector
	Skip      bool

	variables monolith.TrialVariables
	config    monolith.Config
	reply     monolith.ReceivedResponse
	expect    expectation
}

// Result is what became of a case.
type Result struct {
	*Case
	// Failures are what was not as expected; a case that was not skipped and has none has passed.
	Failures []Failure
	Took     time.Duration
}

// Failure is one thing that was not as expected.
type Failure struct {
	// What was looked at, such as connectorRequest.url.
	What string
	// Text says what is wrong with it; it may have several lines.
	Text string
}

// Schemas reads the connectors of a schema's file, and how their sources are configured.
type Schemas func(file string) (*monolith.Connectors, monolith.Config, error)

// Find gives the suites among the files and in the folders, in the order of their names.
func Find(paths []string) ([]string, error) {
	var out []string
	for _, p := range paths {
		info, err := os.Stat(p)
		switch {
		case err != nil:
			return nil, fmt.Errorf("look for suites: %w", err)
		case !info.IsDir():
			out = append(out, p)
			continue
		}
		err = filepath.WalkDir(p, func(name string, d fs.DirEntry, err error) error {
			switch {
			case err != nil:
				return err
			case d.IsDir() && name != p && (strings.HasPrefix(d.Name(), ".") || d.Name() == "node_modules"):
				return fs.SkipDir
			case !d.IsDir() && isSuite(d.Name()):
				out = append(out, name)
			}
			return nil
		})
		if err != nil {
			return nil, fmt.Errorf("look for suites: %w", err)
		}
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("there are no suites (*.connector.yaml, *.connector.yml) in %s", strings.Join(paths, ", "))
	}
	slices.Sort(out)
	return slices.Compact(out), nil
}

// isSuite knows a suite by its name; rover's pages write connector and connectors.
func isSuite(name string) bool {
	base, isYAML := strings.CutSuffix(name, ".yaml")
	if !isYAML {
		base, isYAML = strings.CutSuffix(name, ".yml")
	}
	return isYAML && (strings.HasSuffix(base, ".connector") || strings.HasSuffix(base, ".connectors"))
}

// Load reads a suite. The schema, if it is not "", takes the place of the one that the file names. All that is wrong
// with the file is returned, each with its line.
func Load(file, schema string, schemas Schemas) (*Suite, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("read the suite: %w", err)
	}
	r := &reader{file: file}
	if r.tree, err = config.Decode(file, text, &r.text); err != nil {
		return nil, err
	}
	if schema == "" {
		schema = r.path(r.text.Config.Schema)
	}
	if schema == "" {
		return nil, r.fault(r.node("config"), "names no schema; add config: { schema: .. }")
	}
	connectors, cfg, err := schemas(schema)
	if err != nil {
		return nil, fmt.Errorf("%s: the schema %s: %w", file, schema, err)
	}
	s := &Suite{File: file, Name: r.text.Config.Name, Connectors: connectors}
	if s.Name == "" {
		s.Name = filepath.ToSlash(file)
	}
	if len(r.text.Tests) == 0 {
		return nil, r.fault(r.node("tests"), "has no tests")
	}
	cfg = hermetic(cfg)
	var errs []error
	for i, c := range r.text.Tests {
		one, err := r.testCase(i, c, connectors, cfg)
		s.Cases, errs = append(s.Cases, one), append(errs, err)
	}
	return s, errors.Join(errs...)
}

// hermetic is what of a configuration is the same everywhere: $config. The environment may be read, and is empty.
func hermetic(cfg monolith.Config) monolith.Config {
	out := monolith.Config{AllowEnv: []string{"*"}, Sources: map[string]monolith.SourceConfig{}}
	for name, s := range cfg.Sources {
		out.Sources[name] = monolith.SourceConfig{Config: s.Config}
	}
	return out
}

// Run runs the cases, in their order.
func (s *Suite) Run(ctx context.Context) []Result {
	out := make([]Result, len(s.Cases))
	for i, c := range s.Cases {
		if out[i].Case = c; c.Skip {
			continue
		}
		start := time.Now()
		out[i].Failures = c.run(ctx)
		out[i].Took = time.Since(start)
	}
	return out
}

// run makes the case's call and looks at all of it.
func (c *Case) run(ctx context.Context) []Failure {
	reply := c.reply
	e, err := monolith.Trial{Connector: c.Connector, Variables: c.variables, Config: c.config, Env: unset, Reply: &reply}.Run(ctx)
	if err != nil {
		return []Failure{{What: "connectorRequest", Text: err.Error()}}
	}
	return c.expect.check(e)
}

// unset is the environment of suites.
func unset(string) (string, bool) { return "", false }

// Untested are the connectors that no case of the suites is about, by their targets, in their order.
func Untested(suites []*Suite) []string {
	tested := map[string]bool{}
	for _, s := range suites {
		for _, c := range s.Cases {
			if !c.Skip {
				tested[c.Connector.Of+" "+c.Connector.Coordinate] = true
			}
		}
	}
	var out []string
	for _, s := range suites {
		for _, con := range s.Connectors.All() {
			if key := con.Of + " " + con.Coordinate; !tested[key] {
				tested[key] = true
				out = append(out, s.Connectors.Target(con))
			}
		}
	}
	return out
}

// header is the headers of an answer; nil has none.
func header(v mapping.Value) http.Header {
	if v.IsNull() {
		return http.Header{}
	}
	return monolith.HeadersOf(v)
}
