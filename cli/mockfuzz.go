package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"os/exec"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/ficusgraph/ficus/config"
	"github.com/ficusgraph/ficus/mocks"
	"github.com/ficusgraph/ficus/mocks/fuzz"
	"github.com/ficusgraph/ficus/mocks/response"
)

// fuzzing is the flags of mock fuzz.
type fuzzing struct {
	input
	sent
	schemas            []string
	url, client, junit string
	budget             int
	seed, limit        int64
	json, mutations    bool
}

func (p Program) mockFuzzCommand() *cobra.Command {
	var f fuzzing
	c := &cobra.Command{
		Use:   "fuzz [SCHEMA]...",
		Short: "Run saved operations over the states in which pages break",
		Long: "Fuzz sends each operation with empty and long lists, longest values, nulls, errors and latency, and then with each\n" +
			"field null, failing, and with each of an enum's values. It fails if an answer does not fit the schema, an error is\n" +
			"there that nobody asked for, an answer takes too long, or the command --client, which gets it on its standard\n" +
			"input, does not end with 0. The gateway at --url has to heed the header Ficus-Mock; without it, made up answers\n" +
			"are served in this process from the schemas named, or from --config. Variables are read from\n" +
			"NAME.variables.json beside NAME.graphql; those that an operation needs beside them are made up.",
		Example: "  ficus mock fuzz --operations operations/ schema/*.graphql\n" +
			"  ficus mock fuzz --operations operations/ --url http://127.0.0.1:4000/graphql --client 'node check.mjs' --junit report.xml",
		RunE: func(c *cobra.Command, args []string) error {
			f.schemas = args
			report, replay, err := p.fuzz(c.Context(), &f)
			if err != nil {
				return err
			}
			if f.json {
				err = printJSON(c.OutOrStdout(), report.JSON(replay))
			} else {
				report.Print(c.OutOrStdout(), replay)
			}
			err = errors.Join(err, writeFile(f.junit, func(w io.Writer) error { return report.WriteJUnit(w, replay) }))
			if looked, broke, _ := report.Count(); broke > 0 {
				err = errors.Join(err, fmt.Errorf("%d of %d states break something", broke, looked))
			}
			return err
		},
	}
	f.input.flags(c)
	f.sent.flags(c)
	c.Flags().StringVar(&f.url, "url", "", "gateway to ask")
	c.Flags().StringVar(&f.client, "client", "", "command of a shell that gets each answer on its standard input")
	c.Flags().StringVar(&f.junit, "junit", "", "write the results to this file in JUnit's XML")
	c.Flags().IntVar(&f.budget, "budget", 200, "states of each operation to look at; 0 for all")
	c.Flags().Int64Var(&f.seed, "seed", 0, "another seed looks at other states, where there are more")
	c.Flags().Int64Var(&f.limit, "max-ms", 0, "milliseconds that an answer may take; 0 for any number")
	c.Flags().BoolVar(&f.mutations, "mutations", false, "send mutations to the gateway at --url too: what it does not mock it does")
	c.Flags().BoolVar(&f.json, "json", false, "print JSON")
	return c
}

// replaying is a command that shows again what happened in a state.
type replaying = func(fuzz.Ran, fuzz.Result) string

func (p Program) fuzz(ctx context.Context, f *fuzzing) (fuzz.Report, replaying, error) {
	if f.operations == "" || f.url != "" && len(f.schemas) > 0 {
		return nil, nil, &usageError{errors.New("mock fuzz takes --operations, and either --url or schemas; see ficus mock fuzz --help")}
	}
	list, err := f.savedRequests(nil)
	if err != nil {
		return nil, nil, err
	}
	header, err := f.header()
	if err != nil {
		return nil, nil, err
	}
	if f.url != "" {
		schema, err := p.schemaBehind(ctx, &f.input, f.url, header)
		if err != nil {
			return nil, nil, err
		}
		report, err := f.fuzzer(schema, f.url, header).Run(ctx, list)
		return report, replays(f.url, header), err
	}
	cfg, err := p.madeUp(f)
	if err != nil {
		return nil, nil, err
	}
	var report fuzz.Report
	err = p.serving(ctx, cfg, func(ctx context.Context, url string) error {
		schema, err := introspect(ctx, url, nil)
		if err != nil {
			return err
		}
		fuzzer := f.fuzzer(schema, url, header)
		fuzzer.Mocked, fuzzer.Mutations = true, true
		report, err = fuzzer.Run(ctx, list)
		return err
	})
	return report, replays("http://127.0.0.1:4000/graphql", header), err
}

// schemaBehind is the schema that the flags name, or else what the gateway says of itself.
func (p Program) schemaBehind(ctx context.Context, in *input, url string, header http.Header) (*ast.Schema, error) {
	if in.configFile != "" || in.supergraphFile != "" {
		cfg, err := in.load(p.Env)
		if err != nil {
			return nil, err
		}
		return planned(ctx, cfg)
	}
	schema, err := introspect(ctx, url, header)
	if err != nil {
		return nil, fmt.Errorf("ask %s for its schema: %w; name it with --config or --supergraph", url, err)
	}
	return schema, nil
}

// fuzzer asks the gateway.
func (f *fuzzing) fuzzer(schema *ast.Schema, url string, header http.Header) *fuzz.Fuzzer {
	out := &fuzz.Fuzzer{
		Schema: schema, Budget: f.budget, Seed: f.seed, Limit: time.Duration(f.limit) * time.Millisecond, Mutations: f.mutations,
		Send: func(ctx context.Context, r response.Request, choice string) (*fuzz.Answer, error) {
			with := header.Clone()
			if choice != "" {
				with.Set(mocks.HeaderChoice, choice)
			}
			status, body, err := post(ctx, url, with, r)
			return &fuzz.Answer{Status: status, Body: body}, err
		},
	}
	if f.client != "" {
		out.Client = f.ask
	}
	return out
}

// clientTimeout bounds how long the client's command may take for one answer.
const clientTimeout = 30 * time.Second

// ask gives an answer to the client's command, which is told the operation and the state by its environment.
func (f *fuzzing) ask(ctx context.Context, r response.Request, choice string, body []byte) error {
	ctx, cancel := context.WithTimeout(ctx, clientTimeout)
	defer cancel()
	cmd := exec.CommandContext(ctx, "sh", "-c", f.client) //nolint:gosec // the user's own command
	cmd.Env = append(os.Environ(), "FICUS_OPERATION="+r.Title(), "FICUS_MOCK="+choice)
	cmd.Stdin = bytes.NewReader(body)
	cmd.WaitDelay = time.Second
	out, err := cmd.CombinedOutput()
	if err != nil && ctx.Err() != nil {
		return fmt.Errorf("took longer than %s", clientTimeout)
	}
	if err != nil {
		return fmt.Errorf("%w\n%s", err, firstLines(string(out), maxClientLines))
	}
	return nil
}

// maxClientLines of what the client's command says are reported.
const maxClientLines = 8

func firstLines(text string, n int) string {
	lines := slices.DeleteFunc(strings.Split(text, "\n"), func(l string) bool { return strings.TrimSpace(l) == "" })
	return strings.Join(lines[:min(n, len(lines))], "\n")
}

// replays shows a state again with curl. Headers that were given are to be filled in: they may be secrets.
func replays(url string, header http.Header) replaying {
	return func(op fuzz.Ran, r fuzz.Result) string {
		body, err := op.Body()
		if err != nil {
			return ""
		}
		parts := []string{"curl -s", shellQuoted(url), "-H 'Content-Type: application/json'"}
		if r.Choice != "" {
			parts = append(parts, "-H "+shellQuoted(mocks.HeaderChoice+": "+r.Choice))
		}
		for _, name := range slices.Sorted(maps.Keys(header)) {
			parts = append(parts, "-H "+shellQuoted(name+": .."))
		}
		return strings.Join(append(parts, "-d "+shellQuoted(string(body))), " ")
	}
}

func shellQuoted(text string) string { return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'" }

// madeUp is a configuration in which the mock source answers all: from the schemas, or those of a configuration.
func (p Program) madeUp(f *fuzzing) (*config.Config, error) {
	if len(f.schemas) > 0 {
		return mockConfig(f.schemas)
	}
	from, err := f.load(p.Env)
	if err != nil {
		return nil, err
	}
	if len(from.Subgraphs) == 0 {
		return nil, errors.New("a composed graph does not say what its subgraphs' schemas are; name their files, or ask a running gateway with --url")
	}
	cfg := mocking("mock fuzz")
	cfg.Name, cfg.Files = from.Name, from.Files
	cfg.Mocks.Seed, cfg.Mocks.Files, cfg.Mocks.Scenarios = from.Mocks.Seed, from.Mocks.Files, from.Mocks.Scenarios
	for name, s := range from.Subgraphs {
		cfg.Subgraphs[name] = config.Subgraph{Mock: config.Always, Schema: s.Schema}
	}
	return cfg, nil
}

// serving serves a configuration on a free port while the function runs.
func (p Program) serving(ctx context.Context, cfg *config.Config, use func(ctx context.Context, url string) error) error {
	cfg.Supergraph.Listen, cfg.Telemetry.Log.Level = "127.0.0.1:0", "error"
	if err := cfg.Validate(); err != nil {
		return err
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	var log bytes.Buffer
	started, ended := make(chan string, 1), make(chan error, 1)
	go func() {
		ended <- p.Serve(ctx, cfg, Hooks{Log: &log, Started: func(address string) { started <- address }})
	}()
	select {
	case err := <-ended:
		return errors.Join(err, errors.New("the mocks could not be served"))
	case address := <-started:
		err := use(ctx, "http://"+address+cfg.Transport().Path())
		stop()
		return errors.Join(err, <-ended)
	}
}
