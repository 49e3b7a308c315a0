package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"time"
)

// point is one measurement of the growth of cost.
type point struct {
	size float64 // items, or kB
	ms   float64 // of processor time
}

// series is a row of points over growing sizes.
type series struct {
	title, unit string
	points      []point
}

// linearSection: how the cost of a request grows with the length of a list of entities, and of an answer.
func linearSection(ctx context.Context, y *yard, out io.Writer) error {
	services, err := y.startServices("0")
	if err != nil {
		return err
	}
	gateway, err := y.keep(y.startGateway("ficus", services.addr, ""))
	if err != nil {
		return err
	}
	entities := series{title: "entities in a list, each asked of a second subgraph", unit: "entities"}
	for _, n := range []int{10, 30, 100, 300, 1000, 3000, 10_000} {
		p, err := y.rows(ctx, gateway, fmt.Sprintf(`{ rows(count: %d, size: 20) { id text rank } }`, n))
		if err != nil {
			return err
		}
		entities.points = append(entities.points, point{float64(n), p})
	}
	bytes := series{title: "kB of an answer, rows of 1 kB", unit: "kB"}
	for _, kB := range []int{10, 100, 1000, 5000, 20_000, 50_000} {
		p, err := y.rows(ctx, gateway, fmt.Sprintf(`{ rows(count: %d, size: 1000) { id text } }`, kB))
		if err != nil {
			return err
		}
		bytes.points = append(bytes.points, point{float64(kB), p})
	}
	for _, s := range []series{entities, bytes} {
		fmt.Fprintf(out, "\nGrowth: %s\n%10s %12s %12s\n", s.title, s.unit, "cpu ms", "cpu us each")
		for _, p := range s.points {
			fmt.Fprintf(out, "%10.0f %12.3f %12.3f\n", p.size, p.ms, 1000*p.ms/p.size)
		}
	}
	if y.plot == "" {
		return nil
	}
	return os.WriteFile(y.plot, plot([]series{entities, bytes}), 0o644) //nolint:gosec // a picture for all to see
}

// rows is the processor time in ms of a request for rows: the least of some rounds, each long enough for the
// kernel's clock.
func (y *yard) rows(ctx context.Context, gateway *process, query string) (float64, error) {
	body := fmt.Appendf(nil, `{"query":%q}`, query)
	if _, err := askOnce(ctx, gateway.addr, body); err != nil { // makes the services' answers, and the plan
		return 0, err
	}
	l := load{addr: gateway.addr, path: "/graphql", conns: 2, body: func(int64) []byte { return body }}
	best := 0.0
	for range y.rounds {
		before, err := gateway.cpu()
		if err != nil {
			return 0, err
		}
		o, err := l.run(max(y.duration()/4, time.Second))
		if err != nil {
			return 0, err
		}
		after, err := gateway.cpu()
		if err != nil {
			return 0, err
		}
		if o.failed > 0 {
			return 0, fmt.Errorf("%d of %d requests failed: %s", o.failed, o.requests, query)
		}
		ms := (after - before).Seconds() * 1000 / float64(o.requests)
		if best == 0 || ms < best {
			best = ms
		}
	}
	return best, nil
}
