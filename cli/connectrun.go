package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"

	"github.com/spf13/cobra"

	monolith "github.com/ficusgraph/ficus/monolith-adapter"
)

// shownBytes is how much of a body is printed.
const shownBytes = 4 << 10

func (p Program) connectRunCommand() *cobra.Command {
	var in declared
	var answer reply
	var variables string
	var asJSON, whole bool
	c := &cobra.Command{
		Use:   "run CONNECTOR",
		Short: "Make one call of a connector and show all of it",
		Long: "Run calls a connector by itself, without a query, and shows the request, the response, what the selection makes\n" +
			"of it and the mapping problems with their places. CONNECTOR is its id, Type.field or Type, with [n] where there\n" +
			"are several. --vars gives what its mappings read: $args, $this, $batch, $context, $config, $requestHeaders.\n" +
			"Headers and parameters that look like secrets are not shown.",
		Example: "  ficus connect run Query.site --vars '{\"$args\": {\"id\": 1}}'\n  ficus connect run Site --vars '{\"$batch\": [{\"id\": 1}, {\"id\": 2}]}' --response answer.json",
		Args:    exactly(1, "the connector's id, Type.field or Type"),
		RunE: func(c *cobra.Command, args []string) error {
			shown, err := p.try(c.Context(), &in, args[0], variables, &answer, c.InOrStdin(), limit(whole))
			if err != nil {
				return err
			}
			if asJSON {
				err = printJSON(c.OutOrStdout(), shown)
			} else {
				printShown(c.OutOrStdout(), shown)
			}
			if err == nil && shown.Error != nil {
				err = errors.New("the call failed")
			}
			return err
		},
	}
	in.flags(c)
	answer.flags(c)
	c.Flags().StringVarP(&variables, "vars", "v", "{}", "variables as a JSON object, or @FILE")
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	c.Flags().BoolVar(&whole, "all", false, "print bodies whole, however long they are")
	return c
}

func limit(whole bool) int {
	if whole {
		return 1 << 30
	}
	return shownBytes
}

func (p Program) try(ctx context.Context, in *declared, target, variables string, answer *reply, stdin io.Reader, limit int) (*monolith.Shown, error) {
	text, err := textOf(variables)
	if err != nil {
		return nil, err
	}
	vars, err := monolith.ParseVariables([]byte(text))
	if err != nil {
		return nil, &usageError{fmt.Errorf("--vars: %w", err)}
	}
	canned, err := answer.read(stdin)
	if err != nil {
		return nil, err
	}
	connectors, cfg, err := in.load(ctx, p.Env)
	if err != nil {
		return nil, err
	}
	con, err := connectors.Find(target)
	if err != nil {
		return nil, err
	}
	seen, err := monolith.Trial{Connector: con, Variables: vars, Config: cfg, Env: p.Env, Reply: canned}.Run(ctx)
	if err != nil {
		return nil, err
	}
	return seen.Show(limit), nil
}

func printShown(w io.Writer, e *monolith.Shown) {
	source := ""
	if e.Source != "" {
		source = "." + e.Source
	}
	_, _ = fmt.Fprintf(w, "%s  (%s%s)\n", e.Coordinate, e.Subgraph, source)
	if r := e.Request; r != nil {
		_, _ = fmt.Fprintf(w, "\nrequest   %s %s\n", r.Method, r.URL)
		printHeaders(w, r.Headers)
		printValue(w, r.Body)
	}
	if r := e.Response; r != nil {
		_, _ = fmt.Fprintf(w, "\nresponse  %d %s, %d bytes, %.1f ms\n", r.Status, http.StatusText(r.Status), r.Bytes, e.TookMillis)
		printHeaders(w, r.Headers)
		printValue(w, r.Body)
	}
	if e.Mapping.Result != nil {
		_, _ = fmt.Fprint(w, "\nmapped\n")
		printValue(w, e.Mapping.Result)
	}
	if len(e.Problems) > 0 {
		_, _ = fmt.Fprint(w, "\nproblems\n")
	}
	for _, p := range e.Problems {
		_, _ = fmt.Fprintf(w, "  %s\n", p)
	}
	if f := e.Error; f != nil {
		_, _ = fmt.Fprintf(w, "\nfailed    %s: %s\n", f.Code, f.Message)
		if f.Cause != "" {
			_, _ = fmt.Fprintf(w, "  %s\n", f.Cause)
		}
		if len(f.Extensions) > 0 {
			_, _ = fmt.Fprintf(w, "  extensions %s\n", f.Extensions)
		}
	}
}

func printHeaders(w io.Writer, headers map[string][]string) {
	for _, name := range slices.Sorted(maps.Keys(headers)) {
		for _, v := range headers[name] {
			_, _ = fmt.Fprintf(w, "  %s: %s\n", name, v)
		}
	}
}

// printValue prints JSON indented and text as it is, two blanks from the margin.
func printValue(w io.Writer, v any) {
	var text bytes.Buffer
	switch v := v.(type) {
	case json.RawMessage:
		if err := json.Indent(&text, v, "  ", "  "); err != nil {
			text.Write(v)
		}
	case string:
		text.WriteString(v)
	default:
		return
	}
	_, _ = fmt.Fprintf(w, "  %s\n", bytes.TrimSpace(text.Bytes()))
}
