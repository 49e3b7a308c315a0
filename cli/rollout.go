package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/user"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/ficusgraph/ficus/admin"
	"github.com/ficusgraph/ficus/rollout"
	"github.com/ficusgraph/ficus/transport"
)

// rolloutFlags are those of all that asks a running gateway about migrations.
type rolloutFlags struct {
	urls           []string
	token, by, why string
	revision       string
	asJSON         bool
}

func (p Program) rolloutCommand() *cobra.Command {
	var f rolloutFlags
	c := &cobra.Command{
		Use:   "rollout",
		Short: "Move fields from one owner to another, and back, while the gateway runs",
		Long: "Rollout asks a running gateway, by its admin listener, where migrations stand, and orders them to move. What is\n" +
			"ordered of one replica is in force on all that share its state, with the next request.",
		Example: "  ficus rollout list\n  ficus rollout start site-health --why 'the service is up'\n  ficus rollout set site-health 25\n" +
			"  ficus rollout abort site-health --why 'wrong answers'",
		Args: noArgs,
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	flags := c.PersistentFlags()
	_, admin := transport.Config{}.Addresses()
	flags.StringSliceVar(&f.urls, "url", []string{"http://" + admin}, "the gateway's admin listener; for drill, mismatches and replay, those of all replicas")
	flags.StringVar(&f.token, "token", "", "its admin.token; by default the environment's FICUS_ADMIN_TOKEN")
	flags.StringVar(&f.by, "by", "", "who orders it (default you, on this machine)")
	flags.StringVar(&f.why, "why", "", "why; the history keeps it")
	flags.StringVar(&f.revision, "revision", "", "do nothing if the migration has changed since this revision")
	flags.BoolVar(&f.asJSON, "json", false, "print JSON")
	c.AddCommand(p.rolloutList(&f), p.rolloutShow(&f), p.rolloutHistory(&f), p.rolloutSet(&f), p.rolloutDrill(&f), p.rolloutGrant(), p.rolloutMismatches(&f), p.rolloutReplay(&f))
	for _, o := range []struct{ verb, short string }{
		{"shadow", "Have the old owner answer, and the new one be asked too, to compare them"},
		{"start", "Begin, or begin again after an abort, with the first step"},
		{"pause", "Go no further until it is resumed"},
		{"resume", "Go on"},
		{"abort", "Have the old owner answer for everybody, at once"},
		{"finish", "Have the new owner answer for good"},
	} {
		c.AddCommand(p.rolloutOrder(&f, o.verb, o.short))
	}
	for _, o := range []struct{ verb, short string }{
		{"allow", "Have the new owner answer for a key, whatever the percentage"},
		{"deny", "Have the old owner answer for a key, whatever the percentage"},
		{"forget", "Take a key off the lists of allow and deny"},
	} {
		c.AddCommand(p.rolloutEntry(&f, o.verb, o.short))
	}
	return c
}

// gateway is the one at the first URL.
func (f *rolloutFlags) gateway(p Program) running { return f.at(p, f.urls[0]) }

func (f *rolloutFlags) at(p Program, url string) running {
	token := f.token
	if token == "" {
		token, _ = p.Env("FICUS_ADMIN_TOKEN")
	}
	return running{url: url, token: token}
}

// order sends an order.
func (f *rolloutFlags) order(ctx context.Context, g running, name, verb string, o admin.Ordered) (rollout.Standing, error) {
	var out rollout.Standing
	if o.By, o.Why = f.by, f.why; o.By == "" {
		o.By = me()
	}
	if f.revision != "" {
		n, err := strconv.ParseUint(f.revision, 10, 64)
		if err != nil {
			return out, &usageError{fmt.Errorf("--revision: %q is not a number", f.revision)}
		}
		o.Revision = &n
	}
	return out, g.ask(ctx, http.MethodPost, "/rollouts/"+name+"/"+verb, o, &out)
}

// me is who runs the command, as the history is to name them.
func me() string {
	name := "somebody"
	if u, err := user.Current(); err == nil {
		name = u.Username
	}
	if host, err := os.Hostname(); err == nil {
		name += "@" + host
	}
	return name
}

func (p Program) rolloutList(f *rolloutFlags) *cobra.Command {
	return &cobra.Command{
		Use: "list", Short: "List all migrations, and where they stand", Args: noArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			var list []rollout.Standing
			if err := f.gateway(p).ask(c.Context(), http.MethodGet, "/rollouts", nil, &list); err != nil {
				return err
			}
			if f.asJSON {
				return printJSON(c.OutOrStdout(), list)
			}
			return standings(c.OutOrStdout(), list)
		},
	}
}

func (p Program) rolloutShow(f *rolloutFlags) *cobra.Command {
	return &cobra.Command{
		Use: "show MIGRATION", Short: "Show a migration: what moves, who decides, and where it stands", Args: exactlyOne("the name of a migration"),
		RunE: func(c *cobra.Command, args []string) error {
			var s rollout.Standing
			if err := f.gateway(p).ask(c.Context(), http.MethodGet, "/rollouts/"+args[0], nil, &s); err != nil {
				return err
			}
			if f.asJSON {
				return printJSON(c.OutOrStdout(), s)
			}
			return standing(c.OutOrStdout(), s)
		},
	}
}

func (p Program) rolloutHistory(f *rolloutFlags) *cobra.Command {
	return &cobra.Command{
		Use: "history MIGRATION", Short: "List who changed a migration, when and why", Args: exactlyOne("the name of a migration"),
		RunE: func(c *cobra.Command, args []string) error {
			var list []rollout.Past
			if err := f.gateway(p).ask(c.Context(), http.MethodGet, "/rollouts/"+args[0]+"/history", nil, &list); err != nil {
				return err
			}
			if f.asJSON {
				return printJSON(c.OutOrStdout(), list)
			}
			return histories(c.OutOrStdout(), list)
		},
	}
}

func (p Program) rolloutOrder(f *rolloutFlags, verb, short string) *cobra.Command {
	return &cobra.Command{
		Use: verb + " MIGRATION", Short: short, Args: exactlyOne("the name of a migration"),
		RunE: func(c *cobra.Command, args []string) error {
			return f.ordered(c, p, args[0], verb, admin.Ordered{})
		},
	}
}

func (p Program) rolloutSet(f *rolloutFlags) *cobra.Command {
	var next bool
	c := &cobra.Command{
		Use: "set MIGRATION [PERCENT]", Short: "Have the new owner answer for a percentage of the keys",
		Long: "Set has the new owner answer for a percentage of the keys, with at most eight decimals. Who was among 10 % is\namong 20 %; who was among 20 % may leave at 10 %. --next takes the migration's next step.",
		Args: cobra.RangeArgs(1, 2),
		RunE: func(c *cobra.Command, args []string) error {
			var o admin.Ordered
			switch {
			case next == (len(args) == 2):
				return &usageError{errors.New("ficus rollout set takes a percentage, or --next; see ficus rollout set --help")}
			case !next:
				percent, err := rollout.ParsePercent(strings.TrimSuffix(args[1], "%"))
				if err != nil {
					return &usageError{err}
				}
				o.Percent = &percent
			}
			return f.ordered(c, p, args[0], "set", o)
		},
	}
	c.Flags().BoolVar(&next, "next", false, "take the migration's next step")
	return c
}

func (p Program) rolloutEntry(f *rolloutFlags, verb, short string) *cobra.Command {
	var until string
	c := &cobra.Command{
		Use: verb + " MIGRATION KEY", Short: short, Args: cobra.ExactArgs(2),
		RunE: func(c *cobra.Command, args []string) error {
			o := admin.Ordered{Entry: rollout.Entry{Key: args[1], Why: f.why}}
			if until != "" {
				var err error
				if o.Entry.Until, err = ends(until, time.Now()); err != nil {
					return &usageError{err}
				}
			}
			return f.ordered(c, p, args[0], verb, o)
		},
	}
	if verb != "forget" {
		c.Flags().StringVar(&until, "until", "", "when that ends: a duration such as 48h, or a time as in RFC 3339")
	}
	return c
}

// ends is a time, said as such or as how long from now.
func ends(text string, now time.Time) (time.Time, error) {
	if d, err := time.ParseDuration(text); err == nil && d > 0 {
		return now.Add(d).UTC().Truncate(time.Second), nil
	}
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return at, fmt.Errorf("--until: %q is neither a duration such as 48h nor a time such as 2027-01-31T12:00:00Z", text)
	}
	return at, nil
}

// ordered sends an order and prints where the migration then stands.
func (f *rolloutFlags) ordered(c *cobra.Command, p Program, name, verb string, o admin.Ordered) error {
	s, err := f.order(c.Context(), f.gateway(p), name, verb, o)
	if err != nil {
		return err
	}
	if f.asJSON {
		return printJSON(c.OutOrStdout(), s)
	}
	return standings(c.OutOrStdout(), []rollout.Standing{s})
}

func standings(w io.Writer, list []rollout.Standing) error {
	t := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
	_, _ = fmt.Fprintln(t, "MIGRATION\tSTAGE\tPERCENT\tFROM\tTO\tREVISION\tLAST CHANGE")
	for _, s := range list {
		_, _ = fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%d\t%s\n", s.Name, stage(s.State), s.Percent, s.From, s.To, s.Revision, s.Change)
	}
	if err := t.Flush(); err != nil {
		return err
	}
	for _, s := range list {
		if s.Stale != "" {
			_, err := fmt.Fprintf(w, "warning: %s may have changed since: %s\n", s.Name, s.Stale)
			return err
		}
	}
	return nil
}

// stage is how far it is, and what keeps it.
func stage(s rollout.State) string {
	switch {
	case s.Aborted:
		return string(s.Stage) + ", aborted"
	case s.Paused:
		return string(s.Stage) + ", paused"
	}
	return string(s.Stage)
}

func standing(w io.Writer, s rollout.Standing) error {
	if err := standings(w, []rollout.Standing{s}); err != nil {
		return err
	}
	t := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
	line := func(name, value string) {
		if value != "" {
			_, _ = fmt.Fprintf(t, "%s\t%s\n", name, value)
		}
	}
	line("description", s.Description)
	line("owner", s.Owner)
	line("why", s.Why)
	line("coordinates", strings.Join(s.Coordinates, ", "))
	for _, p := range s.Paths {
		line("path", p.String())
	}
	line("kept together by", strings.Join(s.Key, ", else "))
	line("steps", strings.Trim(fmt.Sprint(s.Steps), "[]"))
	if a := s.Analysis; a != nil {
		line("analysis", fmt.Sprintf("windows of %s with %d requests at least", a.Window, a.Minimum))
	}
	if v := s.Verdict; v != nil {
		line("last window", fmt.Sprintf("%s: %s (%s)", v.Outcome, v.Why, v.At.UTC().Format(time.RFC3339)))
	}
	if h := s.Schedule; h != nil {
		line("schedule", "a step every "+h.Every.String())
	}
	for _, e := range s.Allow {
		line("allow", e.String())
	}
	for _, e := range s.Deny {
		line("deny", e.String())
	}
	return t.Flush()
}

func histories(w io.Writer, list []rollout.Past) error {
	t := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
	_, _ = fmt.Fprintln(t, "REVISION\tSTAGE\tPERCENT\tCHANGE")
	for _, s := range list {
		_, _ = fmt.Fprintf(t, "%d\t%s\t%s\t%s\n", s.Revision, stage(s.State), s.Percent, s.Change)
	}
	return t.Flush()
}
