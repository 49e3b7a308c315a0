// Command bench compares the gateway with what its network work costs anybody, and prints the ratios.
//
//	load  ->  gateway  ->  services     a railway in five subgraphs, answered from memory
//	load  ->  floor    ->  services     the same requests to the services, recorded from the gateway, and an answer
//	                                    of the same length: net/http and nothing else
//
// Both run beside each other as processes of their own, in turns, so that a machine that is busy is busy for both:
// a ratio of two figures from one run holds where a time does not. What is measured is the processor time that the
// kernel counts for the process. It needs Linux, and nothing but Go.
//
//	go run ./bench                      everything, about two minutes
//	go run ./bench -only cpu,latency    some of it
//	go run ./bench -plot docs/linear.svg -only linear
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net"
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
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// settings are the command line's.
type settings struct {
	only    string
	rounds  int
	seconds float64
	conns   int
	gateway string
	plot    string
	// of the parts that are processes of their own
	part, listen, script string
	delay                time.Duration
}

func (s *settings) duration() time.Duration { return time.Duration(s.seconds * float64(time.Second)) }

// section is something to measure.
type section struct {
	name    string
	measure func(context.Context, *yard, io.Writer) error
}

// sections are what can be measured, in their order.
var sections = []section{
	{"cpu", cpuSection},
	{"identical", identicalSection},
	{"latency", latencySection},
	{"delay", delaySection},
	{"linear", linearSection},
	{"metrics", metricsSection},
	{"tracing", tracingSection},
	{"mocks", mocksSection},
	{"tokens", tokensSection},
}

func run(ctx context.Context, args []string, out io.Writer) error {
	var s settings
	f := flag.NewFlagSet("bench", flag.ContinueOnError)
	f.StringVar(&s.only, "only", "", "sections to measure, separated by commas: cpu, identical, latency, delay, linear, metrics, tracing, mocks, tokens")
	f.IntVar(&s.rounds, "rounds", 3, "how often each is measured in turn; the median counts")
	f.Float64Var(&s.seconds, "seconds", 4, "how long each measurement takes")
	f.IntVar(&s.conns, "conns", 50, "clients at one time")
	f.StringVar(&s.gateway, "gateway", "", "a gateway's binary, instead of building this one")
	f.StringVar(&s.plot, "plot", "", "file for the plot of section linear, SVG")
	f.StringVar(&s.part, "part", "", "used by the command itself: run as services, floor or collector")
	f.StringVar(&s.listen, "listen", "127.0.0.1:0", "used by the command itself")
	f.StringVar(&s.script, "script", "", "used by the command itself")
	f.DurationVar(&s.delay, "delay", 0, "used by the command itself")
	if err := f.Parse(args); err != nil {
		return err
	}
	if s.part != "" {
		return s.runPart(ctx)
	}
	only := strings.FieldsFunc(s.only, func(c rune) bool { return c == ',' })
	for _, name := range only {
		if !slices.ContainsFunc(sections, func(s section) bool { return s.name == name }) {
			return fmt.Errorf("there is no section %q", name)
		}
	}
	y, err := newYard(ctx, &s)
	if err != nil {
		return err
	}
	defer y.close()
	for _, section := range sections {
		if len(only) > 0 && !slices.Contains(only, section.name) {
			continue
		}
		if err := section.measure(ctx, y, out); err != nil {
			return fmt.Errorf("%s: %w", section.name, err)
		}
	}
	return nil
}

// runPart is a process of the comparison, until it is told to end.
func (s *settings) runPart(ctx context.Context) error {
	l, err := net.Listen("tcp", s.listen)
	if err != nil {
		return err
	}
	slog.New(slog.NewTextHandler(os.Stderr, nil)).Info("serving", slog.String("address", l.Addr().String()))
	switch s.part {
	case "services":
		return (&services{railway: build(), delay: s.delay}).serve(ctx, l)
	case "floor":
		return serveFloor(ctx, l, s.script)
	case "collector":
		return serveCollector(ctx, l)
	}
	return errors.New("-part is services, floor or collector")
}
