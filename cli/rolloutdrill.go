package cli

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/spf13/cobra"

	"github.com/ficusgraph/ficus/admin"
	"github.com/ficusgraph/ficus/rollout"
)

func (p Program) rolloutDrill(f *rolloutFlags) *cobra.Command {
	return &cobra.Command{
		Use:   "drill MIGRATION",
		Short: "Abort, measure until it is in force on all replicas, and go back to where it stood",
		Long: "Drill shows that an abort works before it is needed. It aborts the migration, waits until each of the gateways that\n" +
			"--url names says so, prints how long that took, and sets the migration to where it stood. The old owner answers for\n" +
			"everybody meanwhile.",
		Example: "  ficus rollout drill site-health --url http://10.0.0.1:9090,http://10.0.0.2:9090",
		Args:    exactlyOne("the name of a migration"),
		RunE: func(c *cobra.Command, args []string) error {
			ctx, cancel := context.WithTimeout(c.Context(), asking)
			defer cancel()
			return f.drill(ctx, c, p, args[0])
		},
	}
}

func (f *rolloutFlags) drill(ctx context.Context, c *cobra.Command, p Program, name string) error {
	var before rollout.Standing
	if err := f.gateway(p).ask(ctx, http.MethodGet, "/rollouts/"+name, nil, &before); err != nil {
		return err
	}
	if before.Stage != rollout.Canary || before.Aborted {
		return fmt.Errorf("%s is in %s: there is nothing to abort; drill while it is in canary", name, stage(before.State))
	}
	f.why = "drill"
	start := time.Now()
	aborted, err := f.order(ctx, f.gateway(p), name, "abort", admin.Ordered{})
	if err != nil {
		return err
	}
	slowest, err := f.arrival(ctx, p, name, aborted.Revision, start)
	if err != nil {
		return fmt.Errorf("%s is aborted, and stays so: %w", name, err)
	}
	for _, step := range []struct {
		verb string
		admin.Ordered
	}{{verb: "start"}, {"set", admin.Ordered{Percent: &before.Percent}}, {verb: "pause"}} {
		if step.verb == "pause" && !before.Paused {
			continue
		}
		if _, err := f.order(ctx, f.gateway(p), name, step.verb, step.Ordered); err != nil {
			return fmt.Errorf("%s is aborted, and does not go back to %s %%: %w", name, before.Percent, err)
		}
	}
	_, err = fmt.Fprintf(c.OutOrStdout(), "the abort of %s was in force on %d of %[2]d gateways after %s; it is back at %s %%\n",
		name, len(f.urls), slowest.Round(time.Millisecond), before.Percent)
	return err
}

// arrival is how long it took until the last of the gateways had the revision.
func (f *rolloutFlags) arrival(ctx context.Context, p Program, name string, revision uint64, start time.Time) (time.Duration, error) {
	var slowest time.Duration
	for _, url := range f.urls {
		for {
			var now rollout.Standing
			if err := f.at(p, url).ask(ctx, http.MethodGet, "/rollouts/"+name, nil, &now); err != nil {
				return 0, err
			}
			if now.Revision >= revision {
				slowest = max(slowest, time.Since(start))
				break
			}
			time.Sleep(time.Millisecond)
		}
	}
	return slowest, nil
}
