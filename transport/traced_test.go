package transport_test

import (
	"context"
	"log/slog"
	"net/http"
	"testing"
	"time"

	"github.com/ficusgraph/ficus/internal/collector"
	"github.com/ficusgraph/ficus/telemetry"
	"github.com/ficusgraph/ficus/transport"
)

// traced has a server traced to the collector.
func traced(t *testing.T, c *collector.Collector) *telemetry.Tracer {
	t.Helper()
	var cfg telemetry.Config
	cfg.Exporters.Tracing.OTLP = telemetry.OTLP{
		Enabled: true, Protocol: "http", Endpoint: c.URL, BatchProcessor: telemetry.BatchProcessor{ScheduledDelay: 5 * time.Millisecond},
	}
	tracer, err := telemetry.NewTracer(cfg, telemetry.Surroundings{
		Env: func(string) (string, bool) { return "", false }, Logger: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = tracer.Close(context.Background()) })
	return tracer
}

// TestTraced: each request to the graph is a span, however it ends, and no other request is.
func TestTraced(t *testing.T) {
	c := collector.New(t)
	server := start(t, transport.Config{}, func(p *transport.Parts) {
		p.Tracer = traced(t, c)
		p.Engine = small{before: func(ctx context.Context) {
			if transport.RequestID(ctx) == "panic" {
				panic("boom")
			}
		}}
		p.Authenticate = func(next http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				switch r.Header.Get("X-Request-Id") {
				case "stranger":
					w.WriteHeader(http.StatusUnauthorized)
				case "early":
					panic("boom")
				default:
					next.ServeHTTP(w, r)
				}
			})
		}
	})
	send(t, "GET", server.URL+"/health", "")
	const graph, hello = "/graphql", `{"query":"{hello}"}`
	for i, tt := range []struct {
		method, path, body, id, kind  string
		name, outcome, status, reason string
		failed                        bool
	}{
		{"POST", graph, hello, "a", "application/json", "query", "ok", "200", "", false},
		{"GET", graph + "?query={hello}", "", "a", "application/json", "query", "ok", "200", "", false},
		{"POST", graph, `{"query":"mutation{greet}"}`, "a", "application/json", "mutation", "ok", "200", "", false},
		{"POST", graph, `{"query":"{secret}"}`, "a", "application/json", "query", "partial", "200", "", false},
		{"POST", graph, `rubbish`, "a", "application/json", "POST /graphql", "refused", "400", "INVALID_GRAPHQL_REQUEST", false},
		{"POST", graph, hello, "a", "text/plain", "POST /graphql", "refused", "400", "CSRF_ERROR", false},
		{"DELETE", graph, "", "a", "application/json", "DELETE /graphql", "refused", "405", "METHOD_NOT_ALLOWED", false},
		{"POST", graph, hello, "stranger", "application/json", "POST /graphql", "refused", "401", "", false},
		{"POST", graph, hello, "panic", "application/json", "POST /graphql", "panic", "500", "INTERNAL_SERVER_ERROR", true},
		{"POST", graph, hello, "early", "application/json", "POST /graphql", "panic", "500", "INTERNAL_SERVER_ERROR", true},
	} {
		send(t, tt.method, server.URL+tt.path, tt.body, "Content-Type: "+tt.kind, "X-Request-Id: "+tt.id)
		s := c.Wait(i + 1)[i]
		a := s.Attributes()
		if s.Name != tt.name || a["ficus.outcome"] != tt.outcome || a["http.response.status_code"] != tt.status || a["error.type"] != tt.reason || (s.Status.GetCode() == 2) != tt.failed {
			t.Errorf("%s %s: %s, status %v, %v", tt.method, tt.body, s.Name, s.Status, a)
		}
	}
}
