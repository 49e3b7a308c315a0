package telemetry_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/ficusgraph/ficus/telemetry"
)

// legacy is a source.
type legacy struct{}

func (legacy) SourceName() string { return "m.legacy" }

// called is a call of a connector that went well.
func called() *telemetry.ConnectorCall {
	return &telemetry.ConnectorCall{
		Subgraph: "m", Connector: "Query.site@connect[0]", Source: legacy{},
		Status: 200, Took: 3 * time.Millisecond, Bytes: 100, Attempts: 1, Waited: 500 * time.Millisecond, Breaker: "closed",
	}
}

func TestConnectorsAreCounted(t *testing.T) {
	m := telemetry.NewMetrics()
	m.ConnectorCalled(called())
	again := called()
	again.Attempts, again.Status, again.Lost, again.Absent = 3, 204, 2, 1
	m.ConnectorCalled(again)
	shared := called()
	shared.Shared = true
	m.ConnectorCalled(shared)
	failed := called()
	failed.Code, failed.Status, failed.Breaker = "CONNECTOR_FETCH", 503, "half-open"
	m.ConnectorCalled(failed)
	refused := called()
	refused.Code, refused.Status, refused.Attempts, refused.Refused, refused.Breaker = "UPSTREAM_UNAVAILABLE", 0, 0, "open", "open"
	m.ConnectorCalled(refused)
	const by = `connector="Query.site@connect[0]"`
	has(t, scrape(t, m),
		`ficus_connector_calls_total{code="",`+by+`,http_response_status_code="200",outcome="ok",subgraph="m"} 1`,
		`ficus_connector_calls_total{code="",`+by+`,http_response_status_code="204",outcome="ok",subgraph="m"} 1`,
		`ficus_connector_calls_total{code="",`+by+`,http_response_status_code="",outcome="shared",subgraph="m"} 1`,
		`ficus_connector_calls_total{code="CONNECTOR_FETCH",`+by+`,http_response_status_code="503",outcome="failed",subgraph="m"} 1`,
		`ficus_connector_calls_total{code="UPSTREAM_UNAVAILABLE",`+by+`,http_response_status_code="",outcome="failed",subgraph="m"} 1`,
		`ficus_connector_call_duration_seconds_count{`+by+`,subgraph="m"} 4`,
		`ficus_connector_call_duration_seconds_bucket{`+by+`,subgraph="m",le="0.005"} 4`,
		`ficus_connector_response_bytes_total{`+by+`,subgraph="m"} 400`,
		`ficus_connector_retries_total{`+by+`,subgraph="m"} 2`,
		`ficus_connector_mapping_problems_total{`+by+`,kind="lost",subgraph="m"} 2`,
		`ficus_connector_mapping_problems_total{`+by+`,kind="absent",subgraph="m"} 1`,
		`ficus_source_wait_seconds_total{source="m.legacy"} 2`,
		`ficus_source_refusals_total{reason="open",source="m.legacy"} 1`,
		`ficus_source_breaker_state{source="m.legacy"} 2`,
	)
}

// TestConnectorsAreBounded: neither connectors nor codes, which a response may have made up, are without number.
func TestConnectorsAreBounded(t *testing.T) {
	m := telemetry.NewMetrics()
	for n := range 1100 {
		c := called()
		c.Connector, c.Code = fmt.Sprint(n), fmt.Sprint(n)
		m.ConnectorCalled(c)
	}
	text := scrape(t, m)
	has(t, text,
		`ficus_connector_response_bytes_total{connector="other",subgraph="other"} 10000`,
		`ficus_connector_calls_total{code="other",connector="other",http_response_status_code="200",outcome="failed",subgraph="other"} 100`,
		`ficus_connector_calls_total{code="7",connector="7",http_response_status_code="200",outcome="failed",subgraph="m"} 1`,
		`ficus_connector_calls_total{code="other",connector="77",http_response_status_code="200",outcome="failed",subgraph="m"} 1`,
	)
}

func TestReportingConnectorsDoesNotAllocate(t *testing.T) {
	m := telemetry.NewMetrics()
	c := called()
	m.ConnectorCalled(c)
	if n := testing.AllocsPerRun(100, func() { m.ConnectorCalled(c) }); n > 0 {
		t.Errorf("%v allocations a report", n)
	}
	m = nil
	m.ConnectorCalled(c)
}

func TestSeldomLetsOneLinePass(t *testing.T) {
	var s telemetry.Seldom
	now := time.Unix(1000, 0)
	for i, want := range []struct {
		after   time.Duration
		key     string
		skipped int
		ok      bool
	}{{0, "a", 0, true}, {1, "a", 0, false}, {2, "b", 0, true}, {59, "a", 0, false}, {60, "a", 2, true}, {61, "a", 0, false}} {
		skipped, ok := s.Pass(want.key, now.Add(want.after*time.Second))
		if skipped != want.skipped || ok != want.ok {
			t.Errorf("%d: %d, %v, want %d, %v", i, skipped, ok, want.skipped, want.ok)
		}
	}
	for n := range 2000 {
		if _, ok := s.Pass(fmt.Sprint(n), now); ok != (n < 998) {
			t.Fatalf("key %d: %v", n, ok)
		}
	}
}
