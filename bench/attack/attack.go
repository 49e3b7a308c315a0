// Command attack fires a list of attacks at the gateway's binary, one after the other, and measures all the time whether
// others are answered.
//
//	attackers  ->  gateway  ->  service      documents, bodies, headers, connections that are made to cost
//	others     ->  gateway  ->  service      a small query, so often a second, on kept and on new connections
//
// The gateway has the configuration of this folder, which sets no limit that is not there without it. It is a process of its own, at addresses
// of the loopback; the service and all clients are in this one. For each attack there is a line of what the others got,
// how long they waited, and the most memory that the kernel gave the gateway. A bar that is missed makes the command
// fail. It needs Linux, and Go.
//
//	go run ./bench/attack                          all of it, about two minutes
//	go run ./bench/attack -only depth,slowloris    some of it
//	go run ./bench/attack -seconds 30              longer
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], os.Stdout)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "attack:", err)
		os.Exit(1)
	}
}

// settings are the command line's.
type settings struct {
	only        string
	seconds     float64
	attackers   int
	connections int
	rate        int
	gateway     string
	bars        bars
}

// bars are what must hold during each attack.
type bars struct {
	share  float64
	p99    time.Duration
	memory int
}

func parse(args []string, out io.Writer) (settings, error) {
	var s settings
	f := flag.NewFlagSet("attack", flag.ContinueOnError)
	f.SetOutput(out)
	f.StringVar(&s.only, "only", "", "attacks to fire, separated by commas")
	f.Float64Var(&s.seconds, "seconds", 4, "how long each attack goes on")
	f.IntVar(&s.attackers, "attackers", 16, "attackers at one time")
	f.IntVar(&s.connections, "connections", 100_000, "connections that are opened and dropped")
	f.IntVar(&s.rate, "rate", 100, "requests of others in a second")
	f.StringVar(&s.gateway, "gateway", "", "a gateway's binary, instead of building this one")
	f.Float64Var(&s.bars.share, "share", 0.999, "the part of the others' requests that is answered at least")
	f.DurationVar(&s.bars.p99, "p99", time.Second, "how long 99 of 100 of them take at most")
	f.IntVar(&s.bars.memory, "memory", 300, "how much memory the gateway may have, in MB")
	if err := f.Parse(args); err != nil {
		return s, err
	}
	for _, name := range s.chosen() {
		if !slices.ContainsFunc(attacks(), func(a attack) bool { return a.name == name }) {
			return s, fmt.Errorf("there is no attack %q", name)
		}
	}
	return s, nil
}

func (s *settings) chosen() []string {
	return strings.FieldsFunc(s.only, func(c rune) bool { return c == ',' })
}

func run(ctx context.Context, args []string, out io.Writer) error {
	s, err := parse(args, out)
	if err != nil {
		return err
	}
	g, err := startGateway(ctx, s.gateway)
	if err != nil {
		return err
	}
	defer g.stop()
	fmt.Fprintf(out, "%-22s %9s  %-34s %9s %9s %9s %9s %9s\n", "attack", "fired", "came to", "others", "answered", "p50", "p99", "memory")
	var missed []error
	for _, a := range attacks() {
		if names := s.chosen(); len(names) > 0 && !slices.Contains(names, a.name) {
			continue
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		r := measure(ctx, g, a, &s)
		fmt.Fprintln(out, r)
		if err := r.missed(s.bars); err != nil {
			missed = append(missed, fmt.Errorf("%s: %w", a.name, err))
		}
		if g.gone() {
			missed = append(missed, fmt.Errorf("%s: the gateway ended: %s", a.name, g.log.tail()))
			break
		}
	}
	if n := g.log.panics(); n > 0 {
		missed = append(missed, fmt.Errorf("%d lines of the log tell of panics", n))
	}
	return errors.Join(missed...)
}

// result is what became of one attack, and of the others meanwhile.
type result struct {
	name   string
	fired  fired
	others others
	// memory is in MB; panics are those that the gateway counted.
	memory, panics int
	err            error
}

// measure fires one attack for its time.
func measure(ctx context.Context, g *gateway, a attack, s *settings) result {
	g.forgetPeak()
	was, _ := g.panics()
	limited, end := context.WithTimeout(ctx, time.Duration(s.seconds*float64(time.Second)))
	asking, enough := context.WithCancel(ctx)
	answered := make(chan others, 1)
	go func() { answered <- ask(asking, g.address, s.rate) }()
	out := result{name: a.name, fired: a.fire(limited, g, s)}
	<-limited.Done() // an attack that is over sooner leaves something behind, maybe
	end()
	enough()
	out.others = <-answered
	now, err := g.panics()
	out.panics, out.err = now-was, err
	out.memory = g.peak()
	return out
}

// missed is what of the bars was not held.
func (r result) missed(b bars) error {
	var errs []error
	if r.err != nil {
		errs = append(errs, fmt.Errorf("the metrics cannot be read: %w", r.err))
	}
	if got := r.others.share(); got < b.share {
		errs = append(errs, fmt.Errorf("%.2f %% of others' requests were answered, and %.2f %% should be: %s", 100*got, 100*b.share, r.others.fault))
	}
	if got := r.others.quantile(.99); got > b.p99 {
		errs = append(errs, fmt.Errorf("p99 is %s, and may be %s", got.Round(time.Millisecond), b.p99))
	}
	if r.memory > b.memory {
		errs = append(errs, fmt.Errorf("the gateway has %d MB, and may have %d", r.memory, b.memory))
	}
	if r.panics > 0 {
		errs = append(errs, fmt.Errorf("%d panics", r.panics))
	}
	return errors.Join(errs...)
}

// String is a line of the table.
func (r result) String() string {
	ms := func(d time.Duration) string { return fmt.Sprintf("%.1f ms", float64(d)/float64(time.Millisecond)) }
	return fmt.Sprintf("%-22s %9d  %-34s %9d %8.2f%% %9s %9s %6d MB", r.name, r.fired.total(), r.fired, r.others.asked, 100*r.others.share(),
		ms(r.others.quantile(.5)), ms(r.others.quantile(.99)), r.memory)
}
