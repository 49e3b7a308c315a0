package main

import (
	"context"
	"fmt"
	"io"
	"slices"
	"time"
)

// figures are what was measured of a process, over all rounds.
type figures struct {
	p       *process
	cpu     []float64 // ms a request
	rate    []float64
	p50     []time.Duration
	p99     []time.Duration
	failed  int64
	counted int64
}

// median of some figures.
func median[T ~int64 | ~float64](all []T) T {
	if len(all) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(all))
	return sorted[len(sorted)/2]
}

// compare loads the processes in turn, round after round. The first round is for warming up.
func (y *yard) compare(ask func(p *process) load, processes ...*process) ([]*figures, error) {
	var all []*figures
	for _, p := range processes {
		all = append(all, &figures{p: p})
	}
	for round := range y.rounds + 1 {
		for _, f := range all {
			d := y.duration()
			if round == 0 {
				d /= 2
			}
			before, err := f.p.cpu()
			if err != nil {
				return nil, err
			}
			o, err := ask(f.p).run(d)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", f.p.name, err)
			}
			after, err := f.p.cpu()
			if err != nil {
				return nil, err
			}
			if round > 0 {
				f.add(o, after-before)
			}
		}
	}
	return all, nil
}

func (f *figures) add(o outcome, cpu time.Duration) {
	f.cpu = append(f.cpu, cpu.Seconds()*1000/float64(max(o.requests, 1)))
	f.rate = append(f.rate, o.perSecond())
	f.p50, f.p99 = append(f.p50, o.quantile(.5)), append(f.p99, o.quantile(.99))
	f.failed += o.failed
	f.counted += o.requests
}

// print writes a table; ratios are to the first.
func printFigures(out io.Writer, title string, all []*figures) error {
	fmt.Fprintf(out, "\n%s\n%-22s %9s %11s %9s %9s %8s %6s  %s\n", title, "", "req/s", "cpu ms/req", "p50", "p99", "peak MB", "failed", "cpu")
	base := median(all[0].cpu)
	for _, f := range all {
		peak, err := f.p.peak()
		if err != nil {
			return err
		}
		fmt.Fprintf(out, "%-22s %9.0f %11.3f %9s %9s %8.0f %6d  %.2fx\n", f.p.name, median(f.rate), median(f.cpu),
			round(median(f.p50)), round(median(f.p99)), peak, f.failed, median(f.cpu)/base)
	}
	return nil
}

func round(d time.Duration) time.Duration { return d.Round(10 * time.Microsecond) }

// boards asks for the board.
func (y *yard) boards(same bool, rate float64) func(p *process) load {
	body := boardRequest(same)
	return func(p *process) load {
		return load{addr: p.addr, path: "/graphql", conns: y.conns, body: body, rate: rate}
	}
}

// cpuSection: processor time a request, each request another.
func cpuSection(_ context.Context, y *yard, out io.Writer) error {
	floor, gateway, err := y.trio("0", "")
	if err != nil {
		return err
	}
	all, err := y.compare(y.boards(false, 0), floor, gateway)
	if err != nil {
		return err
	}
	waves := 0
	for _, w := range y.waves {
		waves += len(w)
	}
	return printFigures(out, fmt.Sprintf("CPU: %d clients, each request another; %d requests to services in %d waves, an answer of %d bytes",
		y.conns, waves, len(y.waves), len(y.answer)), all)
}

// identicalSection: the same request from all, which the gateway may answer once.
func identicalSection(_ context.Context, y *yard, out io.Writer) error {
	floor, gateway, err := y.trio("0", "traffic_shaping: {router: {dedupe: {enabled: true}}}\n")
	if err != nil {
		return err
	}
	all, err := y.compare(y.boards(true, 0), floor, gateway)
	if err != nil {
		return err
	}
	return printFigures(out, fmt.Sprintf("Identical: %d clients, the same request, traffic_shaping.router.dedupe on", y.conns), all)
}

// latencySection: latencies at half of what the slower of the two can do.
func latencySection(_ context.Context, y *yard, out io.Writer) error {
	floor, gateway, err := y.trio("0", "")
	if err != nil {
		return err
	}
	most, err := y.compare(y.boards(false, 0), floor, gateway)
	if err != nil {
		return err
	}
	rate := min(median(most[0].rate), median(most[1].rate)) / 2
	all, err := y.compare(y.boards(false, rate), floor, gateway)
	if err != nil {
		return err
	}
	if err := printFigures(out, fmt.Sprintf("Latency at half of the most, %.0f requests a second", rate), all); err != nil {
		return err
	}
	fmt.Fprintf(out, "%-22s %.2fx the floor's p99\n", "ficus", float64(median(all[1].p99))/float64(median(all[0].p99)))
	return nil
}

// delaySection: what the gateway adds where the services take 5 ms.
func delaySection(_ context.Context, y *yard, out io.Writer) error {
	floor, gateway, err := y.trio("5ms", "")
	if err != nil {
		return err
	}
	all, err := y.compare(y.boards(false, 200), floor, gateway)
	if err != nil {
		return err
	}
	if err := printFigures(out, "Services that take 5 ms, 200 requests a second", all); err != nil {
		return err
	}
	fmt.Fprintf(out, "%-22s %s added to the floor's p50\n", "ficus", round(median(all[1].p50)-median(all[0].p50)))
	return nil
}

// metricsSection: what metrics cost.
func metricsSection(_ context.Context, y *yard, out io.Writer) error {
	services, err := y.startServices("0")
	if err != nil {
		return err
	}
	nothing, err := y.keep(y.startGateway("nothing reported", services.addr, "admin: {listen: 'off'}\n"))
	if err != nil {
		return err
	}
	metrics, err := y.keep(y.startGateway("metrics", services.addr, ""))
	if err != nil {
		return err
	}
	all, err := y.compare(y.boards(false, 0), nothing, metrics)
	if err != nil {
		return err
	}
	return printFigures(out, "Metrics", all)
}

// tracingSection: what it costs to trace every request, by the protocol to the collector. Both sides have metrics.
func tracingSection(ctx context.Context, y *yard, out io.Writer) error {
	services, err := y.startServices("0")
	if err != nil {
		return err
	}
	collector, err := y.keep(startProcess(y.ctx, "collector", y.self, "-part", "collector"))
	if err != nil {
		return err
	}
	var processes []*process
	for _, v := range []struct{ name, more string }{
		{"not traced", ""},
		{"none of all traced", "sampler: always_off"},
		{"all traced", "sampler: always_on"},
	} {
		if v.more != "" {
			v.more = fmt.Sprintf("telemetry: {exporters: {tracing: {common: {%s}, otlp: {enabled: true, protocol: http, endpoint: 'http://%s'}}}}\n", v.more, collector.addr)
		}
		p, err := y.keep(y.startGateway(v.name, services.addr, v.more))
		if err != nil {
			return err
		}
		processes = append(processes, p)
	}
	all, err := y.compare(y.boards(false, 0), processes...)
	if err != nil {
		return err
	}
	if err := printFigures(out, "Tracing", all); err != nil {
		return err
	}
	spans, err := collected(ctx, collector.addr)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "%-22s %d spans taken by the collector\n", "", spans)
	return nil
}
