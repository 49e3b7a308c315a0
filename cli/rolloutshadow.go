package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/ficusgraph/ficus/admin"
	"github.com/ficusgraph/ficus/rollout/shadow"
)

// reported is what one replica tells of a migration's comparison.
type reported struct {
	URL string `json:"url"`
	shadow.Report
}

func (p Program) rolloutMismatches(f *rolloutFlags) *cobra.Command {
	var format string
	c := &cobra.Command{
		Use:   "mismatches MIGRATION",
		Short: "List where the sides of a migration differ",
		Long: "Mismatches asks each of the gateways that --url names how many of the answers that it compared differ, at which\n" +
			"coordinates, and what was kept of the differences. Values are shown only where the migration keeps them.",
		Example: "  ficus rollout mismatches site-health\n  ficus rollout mismatches site-health --format json",
		Args:    exactlyOne("the name of a migration"),
		RunE: func(c *cobra.Command, args []string) error {
			if format != "text" && format != "json" {
				return &usageError{fmt.Errorf("--format: %q is neither text nor json", format)}
			}
			list := make([]reported, len(f.urls))
			for i, url := range f.urls {
				list[i].URL = url
				if err := f.at(p, url).ask(c.Context(), http.MethodGet, "/rollouts/"+args[0]+"/mismatches", nil, &list[i].Report); err != nil {
					return err
				}
			}
			if f.asJSON || format == "json" {
				return printJSON(c.OutOrStdout(), list)
			}
			return mismatches(c.OutOrStdout(), list)
		},
	}
	c.Flags().StringVar(&format, "format", "text", "text or json")
	return c
}

func mismatches(w io.Writer, list []reported) error {
	var b strings.Builder
	for _, r := range list {
		if len(list) > 1 {
			fmt.Fprintf(&b, "%s\n", r.URL)
		}
		fmt.Fprintf(&b, "%d sampled, %d compared: %d differ, %d are noise; %d shed, %d failed\n",
			r.Sampled, r.Compared.Compared, r.Mismatched, r.Noise, r.Shed, r.Failed)
		for _, c := range r.Coordinates {
			verdict := "the same"
			if c.Mismatch {
				verdict = "differs"
			}
			fmt.Fprintf(&b, "  %s: %s (%d compared, %d differ, %d noise, %d confirmed)\n", c.Coordinate, verdict, c.Compared, c.Raw, c.Noise, c.Confirmed)
		}
		for _, c := range r.Ended {
			fmt.Fprintf(&b, "  the rule for %s has ended: it is compared as it is\n", c)
		}
		table(&b, r.Mismatches)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func table(b *strings.Builder, list []*shadow.Mismatch) {
	if len(list) == 0 {
		return
	}
	t := tabwriter.NewWriter(b, 0, 4, 2, ' ', 0)
	_, _ = fmt.Fprintln(t, "ID\tFIELD\tPATH\tKIND\tFROM\tTO\tTIMES\tLAST")
	for _, m := range list {
		_, _ = fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\t%d\t%s\n", m.ID, m.Field, m.Path, m.Kind, shown(m.From, m.FromCode), shown(m.To, m.ToCode), m.Count, m.Last.Format(time.RFC3339))
	}
	_ = t.Flush()
}

// shown is what is known of a value in a few words.
func shown(v shadow.Value, code string) string {
	const long = 40
	out := v.Type
	switch {
	case v.Value != nil:
		if out = string(v.Value); len(out) > long {
			out = strings.ToValidUTF8(out[:long], "") + ".."
		}
	case v.Length > 0:
		out = fmt.Sprintf("%s(%d) #%s", v.Type, v.Length, v.Hash)
	case v.Hash != "":
		out += " #" + v.Hash
	}
	if code != "" {
		out += " " + code
	}
	return out
}

// replayFlags are those of replay.
type replayFlags struct {
	file, variables string
	headers         []string
}

func (p Program) rolloutReplay(f *rolloutFlags) *cobra.Command {
	var r replayFlags
	c := &cobra.Command{
		Use:   "replay MIGRATION [ID]",
		Short: "Ask both owners again for what differed, and compare",
		Long: "Replay has a gateway ask both owners for the case of a mismatch, by its id as mismatches prints it, or from a file as\n" +
			"mismatches --format json has it. Values that were not kept are given with --variables. --header says who asks, as for\n" +
			"any client. It ends with 1 where the owners still differ.",
		Example: "  ficus rollout replay site-health 3 --variables '{\"id\": \"7\"}' --header 'Authorization: Bearer ..'\n" +
			"  ficus rollout replay site-health --file case.json",
		Args: cobra.RangeArgs(1, 2),
		RunE: func(c *cobra.Command, args []string) error {
			in, err := r.asked(args[1:])
			if err != nil {
				return &usageError{err}
			}
			out, err := f.replay(c.Context(), p, args[0], in)
			if err != nil {
				return err
			}
			if f.asJSON {
				err = printJSON(c.OutOrStdout(), out)
			} else {
				err = replayed(c.OutOrStdout(), out)
			}
			if err == nil && len(out.Differences) > 0 {
				err = fmt.Errorf("the owners differ at %d places", len(out.Differences))
			}
			return err
		},
	}
	c.Flags().StringVar(&r.file, "file", "", "a case, or a mismatch with one, in JSON; - is the standard input")
	c.Flags().StringVar(&r.variables, "variables", "", "variables in JSON, for values that were not kept")
	c.Flags().StringArrayVar(&r.headers, "header", nil, "a header of the request, such as 'Authorization: Bearer ..'; may be repeated")
	return c
}

// asked is what is to be replayed.
func (r *replayFlags) asked(id []string) (admin.Replayed, error) {
	var in admin.Replayed
	if (len(id) == 1) == (r.file != "") {
		return in, errors.New("ficus rollout replay takes the id of a mismatch, or --file; see ficus rollout replay --help")
	}
	if len(id) == 1 {
		in.ID = id[0]
	} else if err := r.read(&in); err != nil {
		return in, err
	}
	if r.variables != "" {
		if err := json.Unmarshal([]byte(r.variables), &in.Variables); err != nil {
			return in, fmt.Errorf("--variables: %w", err)
		}
	}
	for _, h := range r.headers {
		name, v, ok := strings.Cut(h, ":")
		if !ok {
			return in, fmt.Errorf("--header: %q has no colon; write 'Name: value'", h)
		}
		if in.Headers == nil {
			in.Headers = map[string]string{}
		}
		in.Headers[strings.TrimSpace(name)] = strings.TrimSpace(v)
	}
	return in, nil
}

// read reads the case from the file.
func (r *replayFlags) read(in *admin.Replayed) error {
	source := io.Reader(os.Stdin)
	if r.file != "-" {
		f, err := os.Open(r.file)
		if err != nil {
			return fmt.Errorf("--file: %w", err)
		}
		defer func() { _ = f.Close() }()
		source = f
	}
	var text struct {
		shadow.Case
		Inner *shadow.Case `json:"case"`
	}
	if err := json.NewDecoder(source).Decode(&text); err != nil {
		return fmt.Errorf("--file %s: %w", r.file, err)
	}
	if in.Case = text.Inner; in.Case == nil {
		in.Case = &text.Case
	}
	if in.Case.Query == "" {
		return fmt.Errorf("--file %s: has no query; give a case, or a mismatch with one", r.file)
	}
	return nil
}

// replay asks the first of the gateways that has the case.
func (f *rolloutFlags) replay(ctx context.Context, p Program, name string, in admin.Replayed) (shadow.Replayed, error) {
	var out shadow.Replayed
	var err error
	for _, url := range f.urls {
		err = f.at(p, url).ask(ctx, http.MethodPost, "/rollouts/"+name+"/replay", in, &out)
		if err == nil || in.ID == "" || !strings.Contains(err.Error(), shadow.ErrNoMismatch.Error()) {
			break
		}
	}
	return out, err
}

func replayed(w io.Writer, out shadow.Replayed) error {
	if len(out.Differences) == 0 {
		_, err := fmt.Fprintln(w, "the owners answer the same")
		return err
	}
	t := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
	_, _ = fmt.Fprintln(t, "FIELD\tPATH\tKIND\tFROM\tTO")
	for _, d := range out.Differences {
		_, _ = fmt.Fprintln(t, strings.Join(slices.Concat([]string{d.Field, d.Path, string(d.Kind)}, []string{plain(d.From, d.FromCode), plain(d.To, d.ToCode)}), "\t"))
	}
	return t.Flush()
}

// plain is a value in JSON, with the code of its error.
func plain(v any, code string) string {
	text, err := json.Marshal(v)
	if err != nil {
		return code
	}
	return strings.TrimSpace(string(text) + " " + code)
}
