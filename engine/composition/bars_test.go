//go:build linux

package composition_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/ficusgraph/ficus/engine/composition"
)

// composeOnly makes the test binary compose one graph and say how long it took, so that nothing else is measured.
const composeOnly = "FICUS_COMPOSE_ONLY"

// TestLargeGraphsComposeWithinTheirBars composes real graphs each in a process of its own: the first composition of a
// process, and the most memory that the process ever had. The least of three counts, and the processor's time where it
// is less than that of the clock, for the machine may be shared.
func TestLargeGraphsComposeWithinTheirBars(t *testing.T) {
	if path := os.Getenv(composeOnly); path != "" {
		composeTwice(t, path)
		return
	}
	if testing.Short() {
		t.Skip("measures times")
	}
	for _, bar := range []struct {
		graph string
		time  time.Duration
		bytes int64
	}{
		{"huge-schema", 500 * time.Millisecond, 200 << 20},
		{"dgs", 100 * time.Millisecond, 200 << 20},
	} {
		t.Run(bar.graph, func(t *testing.T) {
			path := filepath.Join("..", "..", "..", "shared", "data", bar.graph+".json")
			if _, err := os.Stat(path); err != nil {
				t.Skip(err)
			}
			took, most := time.Hour, int64(1)<<40
			for range 3 {
				d, n := measure(t, path)
				took, most = min(took, d), min(most, n)
			}
			t.Logf("%v, %d MB", took, most>>20)
			if took > bar.time || most > bar.bytes {
				t.Errorf("composed in %v with %d MB, want at most %v and %d MB", took, most>>20, bar.time, bar.bytes>>20)
			}
		})
	}
}

// measure runs composeTwice and tells the time of the first composition and the peak of the process before the second.
func measure(t *testing.T, path string) (time.Duration, int64) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestLargeGraphsComposeWithinTheirBars$", "-test.v")
	cmd.Env = append(os.Environ(), composeOnly+"="+path)
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	_, rest, _ := strings.Cut(string(out), "took ")
	fields := strings.Fields(rest)
	if len(fields) < 2 {
		t.Fatalf("no measure in\n%s", out)
	}
	took, err := time.ParseDuration(fields[0])
	if err != nil {
		t.Fatal(err)
	}
	kilobytes, err := strconv.ParseInt(fields[1], 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return took, kilobytes << 10
}

func composeTwice(t *testing.T, path string) {
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var subs []composition.Subgraph
	if err := json.Unmarshal(data, &subs); err != nil {
		t.Fatal(err)
	}
	var before, used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &before); err != nil {
		t.Fatal(err)
	}
	start := time.Now()
	res, err := composition.Compose(subs)
	took := time.Since(start)
	if err != nil {
		t.Fatal(err)
	}
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		t.Fatal(err)
	}
	processor := time.Duration(used.Utime.Nano() + used.Stime.Nano() - before.Utime.Nano() - before.Stime.Nano())
	t.Logf("took %v %d", min(took, processor), used.Maxrss)
	again, err := composition.Compose(subs)
	if err != nil || again.SupergraphSDL != res.SupergraphSDL || again.APISchemaSDL != res.APISchemaSDL {
		t.Errorf("composing again gives another graph: %v", err)
	}
}
