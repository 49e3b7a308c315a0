package main_test

import (
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/ficusgraph/ficus/internal/free"
)

// TestTheTour plays the demo's migration from the monolith to its service, with the planted mistake, the outage and the
// way back. The tour itself fails where a step does not come to what it should, or where a customer's request fails.
func TestTheTour(t *testing.T) {
	if testing.Short() {
		t.Skip("takes its time")
	}
	cmd := exec.Command(binary, "demo", "--tour", "--listen", "127.0.0.1:0")
	cmd.Env = append(cmd.Environ(), "XDG_CACHE_HOME="+t.TempDir(),
		"FICUS_DEMO_MONOLITH="+free.Address(t), "FICUS_DEMO_TICKETS="+free.Address(t), "FICUS_DEMO_HEALTH="+free.Address(t))
	out, err := cmd.CombinedOutput()
	text := string(out)
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	for _, want := range []string{
		"SiteHealth.grade", // the planted mistake
		"Site.health: the same", "100.0 % answered by the new side", "abort by analysis", "finish by",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("nothing of %q", want)
		}
	}
	found := regexp.MustCompile(`found among (\d+) requests`).FindStringSubmatch(text)
	if found == nil {
		t.Fatalf("nothing was found:\n%s", text)
	}
	if n, err := strconv.Atoi(found[1]); err != nil || n > 200 {
		t.Errorf("found among %s requests, want 200 at most", found[1])
	}
	if t.Failed() {
		t.Log(text)
	}
}
