package telemetry_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ficusgraph/ficus/telemetry"
)

// scrape is what Prometheus would read.
func scrape(t *testing.T, m *telemetry.Metrics) string {
	t.Helper()
	w := httptest.NewRecorder()
	m.Handler().ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), "GET", "/metrics", nil))
	if w.Code != 200 {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	return w.Body.String()
}

// has checks for lines.
func has(t *testing.T, text string, lines ...string) {
	t.Helper()
	for _, l := range lines {
		if !strings.Contains(text, l+"\n") {
			t.Errorf("no line %q", l)
		}
	}
}

func TestMetrics(t *testing.T) {
	m := telemetry.NewMetrics()
	m.RequestDone("query", "ok", 3*time.Millisecond)
	m.RequestDone("query", "ok", 700*time.Millisecond)
	m.RequestDone("mutation", "partial", time.Millisecond)
	m.RequestDone("something", "else", time.Millisecond)
	m.Panicked()
	m.CostDone(7, false)
	m.CostDone(5000, true)
	m.LimitPassed("limits.max_depth", true)
	m.LimitPassed("limits.max_depth", false)
	m.PlanDone(2*time.Millisecond, 40, nil)
	m.PlanDone(time.Millisecond, 1000, errors.New("too many"))
	m.FetchDone("users", time.Millisecond, 100, "")
	m.FetchDone("users", time.Millisecond, 0, "SUBREQUEST_HTTP_ERROR")
	m.FetchPassed(telemetry.Passage{Subgraph: "users", Attempts: 3, Waited: 2 * time.Second, Breaker: "closed"})
	m.URLAttempted("users", "http://a/", false)
	m.URLAttempted("users", "http://a/", true)
	m.URLJudged("users", "http://b/", false)
	m.FetchPassed(telemetry.Passage{Subgraph: "users", Refused: "open", Breaker: "open"})
	if err := m.WatchCache("plans", func() telemetry.Cache { return telemetry.Cache{Entries: 7, Weight: 9, Hits: 5, Misses: 2} }); err != nil {
		t.Fatal(err)
	}
	if err := m.WatchCache("plans", func() telemetry.Cache { return telemetry.Cache{} }); err == nil {
		t.Error("a cache was watched twice")
	}
	has(t, scrape(t, m),
		`ficus_fetch_retries_total{subgraph="users"} 2`,
		`ficus_fetch_url_attempts_total{outcome="failed",subgraph="users",url="http://a/"} 1`,
		`ficus_fetch_url_up{subgraph="users",url="http://a/"} 1`,
		`ficus_fetch_url_up{subgraph="users",url="http://b/"} 0`,
		`ficus_fetch_wait_seconds_total{subgraph="users"} 2`,
		`ficus_fetch_refusals_total{reason="open",subgraph="users"} 1`,
		`ficus_fetch_breaker_state{subgraph="users"} 2`,
		`ficus_requests_total{kind="query",outcome="ok"} 2`,
		`ficus_requests_total{kind="mutation",outcome="partial"} 1`,
		`ficus_requests_total{kind="unknown",outcome="other"} 1`,
		`ficus_requests_total{kind="query",outcome="failed"} 0`,
		`ficus_request_duration_seconds_bucket{kind="query",le="0.005"} 1`,
		`ficus_request_duration_seconds_count{kind="query"} 2`,
		`ficus_panics_total 1`,
		`ficus_plans_total{outcome="ok"} 1`,
		`ficus_plans_total{outcome="failed"} 1`,
		`ficus_plan_paths_sum 1040`,
		`ficus_operation_costs_total{result="ok"} 1`,
		`ficus_operation_costs_total{result="too_expensive"} 1`,
		`ficus_operation_cost_sum 5007`,
		`ficus_limits_passed_total{limit="limits.max_depth",result="measured"} 1`,
		`ficus_limits_passed_total{limit="limits.max_depth",result="refused"} 1`,
		`ficus_fetches_total{code="",outcome="ok",subgraph="users"} 1`,
		`ficus_fetches_total{code="SUBREQUEST_HTTP_ERROR",outcome="failed",subgraph="users"} 1`,
		`ficus_fetch_response_bytes_total{subgraph="users"} 100`,
		`ficus_fetch_duration_seconds_count{subgraph="users"} 2`,
		`ficus_cache_entries{cache="plans"} 7`,
		`ficus_cache_weight{cache="plans"} 9`,
		`ficus_cache_requests_total{cache="plans",outcome="hit"} 5`,
		`ficus_cache_requests_total{cache="plans",outcome="miss"} 2`,
		`# TYPE go_goroutines gauge`,
	)
}

func TestReloadsAreCounted(t *testing.T) {
	m := telemetry.NewMetrics()
	has(t, scrape(t, m), `ficus_reloads_total{outcome="failed"} 0`, `ficus_graph_stale 0`)
	m.Reloaded(time.Second, 0, errors.New("does not compose"))
	has(t, scrape(t, m), `ficus_reloads_total{outcome="failed"} 1`, `ficus_graph_stale 1`, `ficus_reload_duration_seconds_count 0`)
	m.Reloaded(time.Second, 12, nil)
	has(t, scrape(t, m), `ficus_reloads_total{outcome="ok"} 1`, `ficus_graph_stale 0`, `ficus_reload_warmed_plans_total 12`, `ficus_reload_duration_seconds_sum 1`)
}

// TestSubgraphsAtOnce: subgraphs that are first seen by many goroutines lose no count.
func TestSubgraphsAtOnce(t *testing.T) {
	m := telemetry.NewMetrics()
	var all sync.WaitGroup
	for g := range 8 {
		all.Go(func() {
			for n := range 100 {
				m.FetchDone(fmt.Sprintf("s%d", (n+g)%10), time.Millisecond, 1, "")
			}
		})
	}
	all.Wait()
	text := scrape(t, m)
	for n := range 10 {
		has(t, text, fmt.Sprintf(`ficus_fetch_response_bytes_total{subgraph="s%d"} 80`, n))
	}
}

// TestSubgraphsAreBounded: names beyond the bound are counted together.
func TestSubgraphsAreBounded(t *testing.T) {
	m := telemetry.NewMetrics()
	for n := range 1100 {
		m.FetchDone(fmt.Sprintf("s%d", n), time.Millisecond, 1, "")
		m.FetchPassed(telemetry.Passage{Subgraph: fmt.Sprintf("s%d", n), Attempts: 2})
		m.URLAttempted("users", fmt.Sprintf("http://s%d", n), false)
	}
	has(t, scrape(t, m), `ficus_fetch_retries_total{subgraph="other"} 100`, `ficus_fetch_url_attempts_total{outcome="ok",subgraph="other",url="other"} 100`)
	has(t, scrape(t, m), `ficus_fetch_response_bytes_total{subgraph="other"} 100`)
}

// TestReportingDoesNotAllocate guards the hot path.
func TestReportingDoesNotAllocate(t *testing.T) {
	m := telemetry.NewMetrics()
	m.FetchDone("users", time.Millisecond, 1, "")
	if n := testing.AllocsPerRun(100, func() {
		m.FetchDone("users", time.Millisecond, 1, "")
		m.RequestDone("query", "ok", time.Millisecond)
	}); n > 0 {
		t.Errorf("%v allocations a report", n)
	}
}

func BenchmarkFetchDone(b *testing.B) {
	m := telemetry.NewMetrics()
	b.ReportAllocs()
	for b.Loop() {
		m.FetchDone("users", time.Millisecond, 1, "")
	}
}

func TestLogger(t *testing.T) {
	var out bytes.Buffer
	log := telemetry.Logger(telemetry.Log{Level: "warn", Format: "JSON"}, &out)
	log.Info("quiet")
	log.Warn("loud", slog.Int("n", 1))
	var line map[string]any
	if err := json.Unmarshal(out.Bytes(), &line); err != nil || line["msg"] != "loud" || line["n"] != 1.0 {
		t.Errorf("logged %s, %v", out.Bytes(), err)
	}
	out.Reset()
	log = telemetry.Logger(telemetry.Log{}, &out)
	log.Debug("quiet")
	log.Info("plain")
	if got := out.String(); !strings.Contains(got, "msg=plain") || strings.Contains(got, "quiet") {
		t.Errorf("logged %s", got)
	}
}

func TestValidate(t *testing.T) {
	if err := (telemetry.Config{}).Validate(); err != nil {
		t.Error(err)
	}
	err := telemetry.Config{Log: telemetry.Log{Level: "loud", Format: "xml"}}.Validate()
	if err == nil || !strings.Contains(err.Error(), `telemetry.log.level: "loud"`) || !strings.Contains(err.Error(), `telemetry.log.format: "xml"`) {
		t.Errorf("error %v, want one of the level and one of the format", err)
	}
}

func TestNoMetricsCountNothing(t *testing.T) {
	var m *telemetry.Metrics
	m.FetchDone("users", time.Millisecond, 1, "")
	m.FetchPassed(telemetry.Passage{Subgraph: "users", Attempts: 1})
	m.RequestDone("query", "ok", time.Millisecond)
	m.PlanDone(time.Millisecond, 1, nil)
	m.Panicked()
}
