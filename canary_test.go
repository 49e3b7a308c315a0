package main_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// breaking is the new owner of newMoving's field, which can be broken.
func breaking(t *testing.T) (*httptest.Server, *atomic.Bool) {
	t.Helper()
	var broken atomic.Bool
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		if broken.Load() {
			_, _ = w.Write([]byte(`{"data":{"health":null},"errors":[{"message":"out","path":["health"]}]}`))
			return
		}
		_, _ = w.Write([]byte(`{"data":{"health":"new"}}`))
	}))
	t.Cleanup(s.Close)
	return s, &broken
}

const judged = movesHealth + `analysis: {window: 3s, minimum: 20}
`

// TestAnOutageOfTheNewOwnerIsTakenBack: by the gateway itself, within two windows, also while the migration is paused, with
// the reason in the history and the figures in the metrics.
func TestAnOutageOfTheNewOwnerIsTakenBack(t *testing.T) {
	after, broken := breaking(t)
	m := newMovingTo(t, judged, after.URL)
	m.start(t)
	m.must(t, "", "start", "site-health")
	m.must(t, "", "set", "site-health", "50")
	m.must(t, "paused", "pause", "site-health")
	load := func(long time.Duration, enough func() bool) {
		for end, i := time.Now().Add(long), 0; time.Now().Before(end) && !enough(); i++ {
			m.side(t, fmt.Sprint("tenant-", i%100))
			time.Sleep(5 * time.Millisecond)
		}
	}
	load(4*time.Second, func() bool { return false })
	m.must(t, "healthy: health failed 0 %", "show", "site-health")

	broken.Store(true)
	began := time.Now()
	aborted := func() bool {
		return strings.Contains(metricsOf(t, m.admin), `ficus_migration_aborted{migration="site-health"} 1`)
	}
	load(6*time.Second, aborted)
	if !aborted() {
		t.Fatal("it is not aborted within two windows")
	}
	t.Logf("aborted after %s", time.Since(began))
	if got := m.share(t); got != 0 {
		t.Errorf("after the abort %d of 100 tenants are on the new side", got)
	}
	m.must(t, "abort by analysis", "history", "site-health")
	m.must(t, "above monolith with 0 %", "history", "site-health")
	text := metricsOf(t, m.admin)
	for _, want := range []string{
		`ficus_migration_fetches_total{migration="site-health",outcome="failed",side="new"}`,
		`ficus_migration_coordinate_fetches_total{coordinate="Query.health",migration="site-health",outcome="ok",side="old"}`,
		`ficus_migration_fetch_duration_seconds_count{migration="site-health",side="new"}`,
		`ficus_migration_stage_info{migration="site-health",stage="canary"} 1`,
		`ficus_migration_share_wanted_percent{migration="site-health"} 0`,
		`ficus_migration_share_seen_percent{migration="site-health"}`,
		`ficus_migration_paused{migration="site-health"} 1`,
		`ficus_migration_mismatched_total{migration="site-health"} 0`,
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the metrics lack %s", want)
		}
	}
	for _, name := range dashboard(t) {
		if !strings.Contains(text, "\n"+name+"{") && !strings.Contains(text, "\n"+name+" ") {
			t.Errorf("the dashboard asks for %s, which the gateway does not have", name)
		}
	}
}

// dashboard is what the dashboards of deploy/ ask for.
func dashboard(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob("deploy/grafana/*.json")
	if err != nil || len(files) == 0 {
		t.Fatal("there is no dashboard", err)
	}
	var names []string
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if !json.Valid(text) {
			t.Errorf("%s is not JSON", file)
		}
		names = append(names, regexp.MustCompile(`\bficus_[a-z_]+`).FindAllString(string(text), -1)...)
	}
	slices.Sort(names)
	if names = slices.Compact(names); len(names) < 10 {
		t.Errorf("the dashboards ask for no more than %v", names)
	}
	return names
}

func metricsOf(t *testing.T, admin string) string {
	t.Helper()
	r, err := http.Get("http://" + admin + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = r.Body.Close() }()
	text, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
