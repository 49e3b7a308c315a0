package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/ficusgraph/ficus/config"
	"github.com/ficusgraph/ficus/rollout"
	"github.com/ficusgraph/ficus/rollout/shadow"
)

// tourMigration is the migration that the tour takes through all stages.
const tourMigration = "site-health"

// tour moves how websites do from the demo's monolith to its health service while customers ask: it gives the commands
// that an operator would give, and prints them with what they say.
type tour struct {
	program  Program
	out      io.Writer
	services *demoProcesses
	// graph and admin are the gateway's URLs.
	graph, admin string
	load         *tourLoad
	// health ends the service of that name, which runs until then.
	health func()
}

// A tourStep is a chapter.
type tourStep struct {
	title string
	play  func(t *tour, ctx context.Context) error
}

// tourSteps are the chapters, in order.
func tourSteps() []tourStep {
	return []tourStep{
		{"The monolith answers, as it always did", (*tour).before},
		{"Shadow: version 1 of the new service is asked too, and its answers are compared", (*tour).compare},
		{"Version 2 mends what the comparison found", (*tour).mend},
		{"Canary: from 5 % of the customers to all of them", (*tour).widen},
		{"The service dies, and the migration is aborted by itself", (*tour).outage},
		{"The service is back, and so is the migration", (*tour).again},
	}
}

// tour serves the gateway of the demo, and plays the tour through it.
func (p Program) tour(ctx context.Context, cfg *config.Config, services *demoProcesses) error {
	admin, err := anyAddress()
	if err != nil {
		return err
	}
	cfg.Front.Admin.Listen = admin
	cfg.Telemetry.Log.Level = "error" // what is to be seen is told
	serving, end := context.WithCancel(ctx)
	defer end()
	var playing sync.WaitGroup
	var played error
	err = p.Serve(serving, cfg, Hooks{Log: services.log, Started: func(address string) {
		graph := "http://" + address + cfg.Transport().Path()
		t := &tour{program: p, out: services.out, services: services, graph: graph, admin: "http://" + admin, load: &tourLoad{url: graph}}
		playing.Go(func() {
			defer end()
			played = t.play(serving)
		})
	}})
	end()
	playing.Wait()
	if ctx.Err() != nil {
		return err // somebody has had enough of it
	}
	return errors.Join(played, err)
}

// anyAddress is a free one on loopback.
func anyAddress() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", fmt.Errorf("find a free port: %w", err)
	}
	return l.Addr().String(), l.Close()
}

// play runs all chapters.
func (t *tour) play(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer func() {
		cancel()
		t.load.all.Wait()
	}()
	if err := t.serveHealth(ctx, "1"); err != nil {
		return err
	}
	t.load.run(ctx)
	for i, s := range tourSteps() {
		t.say("\n== %d. %s\n", i+1, s.title)
		t.load.take()
		if err := s.play(t, ctx); err != nil {
			return fmt.Errorf("tour: %q: %w", s.title, err)
		}
	}
	t.say("\nThat was the tour. docs/migrations.md tells it with the files behind it.\n")
	return nil
}

func (t *tour) say(format string, args ...any) { _, _ = fmt.Fprintf(t.out, format, args...) }

// serveHealth ends the health service and starts that version of it.
func (t *tour) serveHealth(ctx context.Context, version string) error {
	if t.health != nil {
		t.health()
	}
	for _, s := range demoServices {
		if s.name != tourService {
			continue
		}
		running, cancel := context.WithCancel(ctx)
		_, done, err := t.services.start(running, s, append(t.program.demoArgs(s), "-version", version))
		if err != nil {
			cancel()
			return err
		}
		t.health = func() {
			cancel()
			if err := <-done; err != nil && !errors.Is(err, context.Canceled) {
				t.say("%s: %v\n", s.name, err)
			}
		}
		return t.services.ready(ctx, s)
	}
	return fmt.Errorf("the demo has no service %s", tourService)
}

const tourService = "health"

// command prints and gives a command, as an operator would.
func (t *tour) command(ctx context.Context, args ...string) error {
	args = append([]string{"rollout"}, args...)
	shown := make([]string, len(args))
	for i, a := range args {
		if shown[i] = a; strings.Contains(a, " ") {
			shown[i] = `"` + a + `"`
		}
	}
	t.say("$ ficus %s\n", strings.Join(shown, " "))
	p := t.program
	p.Args, p.Stdout, p.Stderr = slices.Concat(args, []string{"--url", t.admin}), t.out, t.out
	if code := Run(ctx, p); code != 0 {
		return fmt.Errorf("ficus %s: exit code %d", strings.Join(shown, " "), code)
	}
	return nil
}

func (t *tour) standing(ctx context.Context) (s rollout.Standing, err error) {
	return s, running{url: t.admin}.ask(ctx, http.MethodGet, "/rollouts/"+tourMigration, nil, &s)
}

const tourPatience = 60 * time.Second

// await waits until the migration stands as it should.
func (t *tour) await(ctx context.Context, what string, so func(rollout.Standing) bool) (rollout.Standing, time.Duration, error) {
	begin := time.Now()
	for {
		s, err := t.standing(ctx)
		switch {
		case err != nil:
			return s, 0, err
		case so(s):
			return s, time.Since(begin), nil
		case time.Since(begin) > tourPatience:
			return s, 0, fmt.Errorf("%s: not within %s", what, tourPatience)
		}
		if err := pause(ctx, 20*time.Millisecond); err != nil {
			return s, 0, err
		}
	}
}

func pause(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}

func (t *tour) before(ctx context.Context) error {
	if err := t.command(ctx, "list"); err != nil {
		return err
	}
	if err := pause(ctx, 2*time.Second); err != nil {
		return err
	}
	return t.unharmed()
}

// unharmed says what came of the requests since the last time, of which none may have failed.
func (t *tour) unharmed() error {
	seen := t.load.take()
	t.say("Meanwhile: %s.\n", seen)
	if seen.asked == 0 || seen.failed > 0 {
		return fmt.Errorf("%s; none may fail", seen)
	}
	return nil
}

// compare puts the migration in shadow, and looks at what differs.
func (t *tour) compare(ctx context.Context) error {
	if err := t.command(ctx, "shadow", tourMigration, "--why", "does version 1 say the same?"); err != nil {
		return err
	}
	found, err := t.compared(ctx, func(r shadow.Report) bool { return len(r.Mismatches) > 0 })
	if err != nil {
		return err
	}
	t.say("The first mismatch was found among %d requests.\n", found.Sampled)
	if err := t.command(ctx, "mismatches", tourMigration); err != nil {
		return err
	}
	t.say("Asked again, of both owners:\n")
	if err := t.command(ctx, "replay", tourMigration, found.Mismatches[0].ID); err == nil {
		return errors.New("the owners agree, though they did not before")
	}
	return t.unharmed()
}

// compared waits until the comparison that was begun last has come so far.
func (t *tour) compared(ctx context.Context, so func(shadow.Report) bool) (r shadow.Report, err error) {
	begun, err := t.standing(ctx)
	if err != nil {
		return r, err
	}
	for end := time.Now().Add(tourPatience); time.Now().Before(end); {
		r = shadow.Report{}
		if err := (running{url: t.admin}).ask(ctx, http.MethodGet, "/rollouts/"+tourMigration+"/mismatches", nil, &r); err != nil {
			return r, err
		}
		if r.Since.Equal(begun.Began) && so(r) {
			return r, nil
		}
		if err := pause(ctx, 50*time.Millisecond); err != nil {
			return r, err
		}
	}
	return r, fmt.Errorf("the comparison has not come so far within %s: %+v", tourPatience, r.Compared)
}

// tourComparisons are how many have to agree before the owners are taken for the same.
const tourComparisons = 200

// mend has version 2 take the place of version 1, and compares anew.
func (t *tour) mend(ctx context.Context) error {
	if err := t.serveHealth(ctx, "2"); err != nil {
		return err
	}
	if err := t.command(ctx, "shadow", tourMigration, "--why", "version 2 looks at the live environment alone"); err != nil {
		return err
	}
	found, err := t.compared(ctx, func(r shadow.Report) bool {
		return r.Compared.Compared >= tourComparisons || len(r.Mismatches) > 0
	})
	if err != nil {
		return err
	}
	if err := t.command(ctx, "mismatches", tourMigration); err != nil {
		return err
	}
	if len(found.Mismatches) > 0 {
		return errors.New("version 2 answers otherwise than the monolith")
	}
	return t.unharmed()
}

func (t *tour) widen(ctx context.Context) error {
	if err := t.command(ctx, "start", tourMigration, "--why", "the answers agree"); err != nil {
		return err
	}
	for {
		s, err := t.standing(ctx)
		if err != nil {
			return err
		}
		if err := pause(ctx, tourSettling); err != nil {
			return err
		}
		t.load.take()
		if err := pause(ctx, tourWindow); err != nil {
			return err
		}
		if err := t.unharmed(); err != nil {
			return err
		}
		if s.Percent == rollout.PercentOf(100) {
			return nil
		}
		if err := t.command(ctx, "set", tourMigration, "--next"); err != nil {
			return err
		}
	}
}

const (
	// tourWindow is that of the migration's analysis.
	tourWindow = 3 * time.Second
	// tourSettling is how long requests may take that began before an order.
	tourSettling = 300 * time.Millisecond
)

func (t *tour) outage(ctx context.Context) error {
	t.say("$ kill %s\n", tourService)
	t.health()
	t.health = nil
	s, took, err := t.await(ctx, "the abort", func(s rollout.Standing) bool { return s.Aborted })
	if err != nil {
		return err
	}
	t.say("Aborted after %s by %s: %s.\n", took.Round(10*time.Millisecond), s.Change.By, s.Change.Why)
	if took > 2*tourWindow {
		return errors.New("the abort took longer than two windows")
	}
	if err := t.unharmed(); err != nil {
		return err
	}
	if err := pause(ctx, time.Second); err != nil {
		return err
	}
	return t.unharmed()
}

func (t *tour) again(ctx context.Context) error {
	if err := t.serveHealth(ctx, "2"); err != nil {
		return err
	}
	if err := t.command(ctx, "start", tourMigration, "--why", "the service is back"); err != nil {
		return err
	}
	if err := t.command(ctx, "set", tourMigration, "100"); err != nil {
		return err
	}
	if err := pause(ctx, tourWindow); err != nil {
		return err
	}
	if err := t.unharmed(); err != nil {
		return err
	}
	if err := t.command(ctx, "finish", tourMigration, "--why", "it held"); err != nil {
		return err
	}
	return t.command(ctx, "history", tourMigration)
}
