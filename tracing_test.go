package main_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"google.golang.org/protobuf/encoding/prototext"

	"github.com/ficusgraph/ficus/internal/collector"
)

// tracing is the configuration that sends traces to the collector, with more of it.
func tracing(c *collector.Collector, common, more string) string {
	return fmt.Sprintf(`telemetry:
  exporters:
    tracing:
      common: {%s}
      otlp: {enabled: true, protocol: http, endpoint: %s, batch_processor: {scheduled_delay: 20ms}}
%s`, common, c.URL, more)
}

// told remembers the headers that a service was sent.
type told struct {
	*httptest.Server
	mu      sync.Mutex
	headers []http.Header
}

// telling is a service that answers every request with the text, and remembers what it was sent.
func telling(t *testing.T, text string) *told {
	to := &told{}
	to.Server = serving(t, func(w http.ResponseWriter, r *http.Request) {
		to.mu.Lock()
		to.headers = append(to.headers, r.Header)
		to.mu.Unlock()
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, text)
	})
	return to
}

// last is a header of the last request.
func (to *told) last(name string) string {
	to.mu.Lock()
	defer to.mu.Unlock()
	return strings.Join(to.headers[len(to.headers)-1][name], ", ")
}

// named is the one span of a name.
func named(t *testing.T, spans []collector.Span, name string) collector.Span {
	t.Helper()
	i := slices.IndexFunc(spans, func(s collector.Span) bool { return s.Name == name })
	if i < 0 {
		t.Fatalf("no span %q in %s", name, names(spans))
	}
	return spans[i]
}

func names(spans []collector.Span) string {
	var out []string
	for _, s := range spans {
		out = append(out, s.Name)
	}
	slices.Sort(out)
	return strings.Join(out, ", ")
}

const (
	clientTrace  = "0af7651916cd43dd8448eb211c80319c"
	clientSpan   = "b7ad6b7169203331"
	clientParent = "00-" + clientTrace + "-" + clientSpan + "-01"
)

const stars = `{"data":{"_entities":[{"__typename":"Book","stars":5}]}}`

func TestATraceGoesFromTheClientToTheServices(t *testing.T) {
	c := collector.New(t)
	books, reviews := telling(t, book), telling(t, stars)
	_, url := gateway(t, books.URL, reviews.URL, tracing(c, "service_name: shelf", "      response_trace_id: {enabled: true}\n"))
	header := http.Header{
		"Traceparent": {clientParent}, "Tracestate": {"vendor=1"}, "Baggage": {"user=hidden-baggage"}, "Authorization": {"Bearer hidden-token"},
	}
	const query = `query Shelf { book(id: "hidden-literal") { title stars } }`
	status, a := post(t, url, query, header)
	if status != http.StatusOK || len(a.Errors) > 0 {
		t.Fatalf("%d, %+v", status, a)
	}
	spans := c.Wait(5)
	if have := names(spans); have != "fetch books, fetch reviews, parse, plan, query Shelf" {
		t.Fatalf("have %s", have)
	}
	root := named(t, spans, "query Shelf")
	if root.TraceHex() != clientTrace || root.ParentHex() != clientSpan || root.Resource["service.name"] != "shelf" {
		t.Errorf("%s under %s, by %v", root.TraceHex(), root.ParentHex(), root.Resource)
	}
	for _, s := range spans {
		if s.SpanHex() != root.SpanHex() && (s.ParentHex() != root.SpanHex() || s.TraceHex() != clientTrace) {
			t.Errorf("%s is under %s in %s", s.Name, s.ParentHex(), s.TraceHex())
		}
		if s.StartTimeUnixNano < root.StartTimeUnixNano || s.EndTimeUnixNano > root.EndTimeUnixNano || s.EndTimeUnixNano < s.StartTimeUnixNano {
			t.Errorf("%s is not within the request", s.Name)
		}
		if text := prototext.Format(s.Span); strings.Contains(text, "hidden") {
			t.Errorf("a span tells too much: %s", text)
		}
	}
	for name, to := range map[string]*told{"books": books, "reviews": reviews} {
		fetch := named(t, spans, "fetch "+name)
		if have, want := to.last("Traceparent"), "00-"+clientTrace+"-"+fetch.SpanHex()+"-01"; have != want || to.last("Tracestate") != "vendor=1" || to.last("Baggage") != "" {
			t.Errorf("%s was told %s and not %s; %s, %s", name, have, want, to.last("Tracestate"), to.last("Baggage"))
		}
	}
	checkAttributes(t, root, map[string]string{
		"graphql.operation.name": "Shelf", "graphql.operation.type": "query", "http.request.method": "POST", "http.route": "/graphql",
		"url.scheme": "http", "http.response.status_code": "200", "ficus.outcome": "ok", "ficus.fetches": "2", "graphql.errors": "0", "graphql.document": "",
	})
	checkAttributes(t, named(t, spans, "fetch reviews"), map[string]string{
		"subgraph.name": "reviews", "graphql.operation.type": "query", "ficus.entities": "1",
		"http.response.status_code": "200", "http.response.body.size": fmt.Sprint(len(stars)), "error.type": "", "subgraph.graphql.document": "",
	})

	// The document and its plan are known now.
	post(t, url, query, nil)
	spans = c.Wait(8)[5:]
	if have := names(spans); have != "fetch books, fetch reviews, query Shelf" {
		t.Errorf("have %s", have)
	}
	if root := named(t, spans, "query Shelf"); root.ParentHex() != "" || root.TraceHex() == clientTrace {
		t.Errorf("%s under %s", root.TraceHex(), root.ParentHex())
	}
}

func checkAttributes(t *testing.T, s collector.Span, want map[string]string) {
	t.Helper()
	have := s.Attributes()
	for key, v := range want {
		if have[key] != v {
			t.Errorf("%s: %s is %q, not %q", s.Name, key, have[key], v)
		}
	}
}

func TestClientsLearnTheTracesID(t *testing.T) {
	c := collector.New(t)
	books := telling(t, book)
	_, url := gateway(t, books.URL, books.URL, tracing(c, "", "      experimental_response_trace_id: {enabled: true, header_name: x-trace, format: uuid}\n"))
	header := inquire(t, url, "{ book(id: 1) { title } }", http.Header{"Traceparent": {clientParent}}).header
	if have := header.Get("X-Trace"); have != "0af76519-16cd-43dd-8448-eb211c80319c" {
		t.Errorf("%q", have)
	}
}

func TestWhatFailsIsInTheTraceByItsCode(t *testing.T) {
	c := collector.New(t)
	books := telling(t, book)
	reviews := serving(t, func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "hidden text", http.StatusBadGateway) })
	p, url := gateway(t, books.URL, reviews.URL, tracing(c, "", "  log: {format: text}\n"))
	post(t, url, `{ book(id: "1") { title stars } }`, http.Header{"Traceparent": {clientParent}})
	spans := c.Wait(5)
	fetch := named(t, spans, "fetch reviews")
	if fetch.Status.GetCode() != 2 {
		t.Errorf("status %v", fetch.Status)
	}
	checkAttributes(t, fetch, map[string]string{"error.type": "SUBREQUEST_HTTP_ERROR", "http.response.status_code": "502"})
	root := named(t, spans, "query")
	checkAttributes(t, root, map[string]string{"ficus.outcome": "partial", "graphql.errors": "1", "graphql.operation.name": ""})
	if line := p.line("fetch failed"); !strings.Contains(line, "trace_id="+clientTrace+" span_id="+fetch.SpanHex()) {
		t.Errorf("the log has %s", line)
	}

	post(t, url, `{ nothing }`, nil)
	spans = c.Wait(7)[5:]
	if have := names(spans); have != "parse, query" {
		t.Errorf("have %s", have)
	}
	for _, s := range spans {
		checkAttributes(t, s, map[string]string{"error.type": "GRAPHQL_VALIDATION_FAILED"})
	}
	checkAttributes(t, named(t, spans, "query"), map[string]string{"ficus.outcome": "refused"})

	post(t, url, ``, http.Header{"Accept": {"text/html"}})
	refused := c.Wait(8)[7]
	if refused.Name != "POST /graphql" || refused.Status.GetCode() != 0 {
		t.Errorf("%s, %v", refused.Name, refused.Status)
	}
	checkAttributes(t, refused, map[string]string{"http.response.status_code": "406", "error.type": "NOT_ACCEPTABLE", "ficus.outcome": "refused"})
}

func TestTextsAreRecordedWhereTheyAreAskedFor(t *testing.T) {
	c := collector.New(t)
	books := telling(t, book)
	_, url := gateway(t, books.URL, books.URL, tracing(c, "", `  instrumentation:
    spans:
      supergraph: {attributes: {graphql.document: true}}
      subgraph: {attributes: {subgraph.graphql.document: true}}
`))
	post(t, url, `{ book(id: "1") { title } }`, nil)
	spans := c.Wait(4)
	checkAttributes(t, named(t, spans, "query"), map[string]string{"graphql.document": `{ book(id: "1") { title } }`})
	if text := named(t, spans, "fetch books").Attributes()["subgraph.graphql.document"]; !strings.Contains(text, "book(id:") {
		t.Errorf("%q", text)
	}
}

func TestWhoDecidesWhatIsTraced(t *testing.T) {
	c := collector.New(t)
	books := telling(t, book)
	_, url := gateway(t, books.URL, books.URL, tracing(c, "sampler: 0", "      propagation: {baggage: true}\n"))
	post(t, url, `{ book(id: "1") { title } }`, http.Header{"Baggage": {"a=b"}})
	if have := books.last("Traceparent"); !regexp.MustCompile(`^00-[0-9a-f]{32}-[0-9a-f]{16}-00$`).MatchString(have) || books.last("Baggage") != "a=b" {
		t.Errorf("services were told %q, baggage %q", have, books.last("Baggage"))
	}
	post(t, url, `{ book(id: "1") { title } }`, http.Header{"Traceparent": {clientParent}})
	spans := c.Wait(2) // the client wants it
	post(t, url, `{ book(id: "1") { title } }`, http.Header{"Traceparent": {strings.TrimSuffix(clientParent, "1") + "0"}})
	if have := books.last("Traceparent"); !strings.HasPrefix(have, "00-"+clientTrace) || !strings.HasSuffix(have, "-00") {
		t.Errorf("services were told %q", have)
	}
	if have := names(spans); have != "fetch books, query" || len(c.Spans()) != 2 {
		t.Errorf("%s; then %s", have, names(c.Spans()))
	}
}

func TestTheLastTracesAreSent(t *testing.T) {
	c := collector.New(t)
	books := telling(t, book)
	config := strings.Replace(tracing(c, "", ""), "20ms", "1h", 1)
	p, url := gateway(t, books.URL, books.URL, config)
	post(t, url, `{ book(id: "1") { title } }`, nil)
	if n := len(c.Spans()); n != 0 {
		t.Fatalf("%d spans before the end", n)
	}
	p.stop()
	if have := names(c.Spans()); have != "fetch books, parse, plan, query" {
		t.Errorf("have %s", have)
	}
}

// TestHeaderRulesGiveWayToTheTrace: a rule that passes on all headers does not pass on the client's span.
func TestHeaderRulesGiveWayToTheTrace(t *testing.T) {
	c := collector.New(t)
	books := telling(t, book)
	_, url := gateway(t, books.URL, books.URL, tracing(c, "", `headers: {all: {request: [{propagate: {matching: ".*"}}]}}
`))
	post(t, url, `{ book(id: "1") { title } }`, http.Header{"Traceparent": {clientParent}, "Baggage": {"a=b"}, "X-Mine": {"y"}})
	fetch := named(t, c.Wait(4), "fetch books")
	if have := books.last("Traceparent"); have != "00-"+clientTrace+"-"+fetch.SpanHex()+"-01" || books.last("X-Mine") != "y" || books.last("Baggage") != "a=b" {
		t.Errorf("services were told %q, %q, %q", have, books.last("X-Mine"), books.last("Baggage"))
	}
}

// TestCallsOfConnectorsAreTraced: the monolith sees the call's span, which is beneath the fetch's.
func TestCallsOfConnectorsAreTraced(t *testing.T) {
	c := collector.New(t)
	monolith := telling(t, `{"name":"Orchard"}`)
	file := filepath.Join(t.TempDir(), "ficus.yaml")
	if err := os.WriteFile(file, fmt.Appendf(nil, `admin: {listen: 'off'}
subgraphs:
  garden:
    schema:
      sdl: |
        extend schema @link(url: "https://specs.apollo.dev/federation/v2.10")
          @link(url: "https://specs.apollo.dev/connect/v0.1", import: ["@connect", "@source"])
          @source(name: "api", http: { baseURL: "%s" })
        type Query { garden(key: String): Garden @connect(source: "api", http: { GET: "/garden?key={$args.key}" }, selection: "name") }
        type Garden { name: String }
%s`, monolith.URL, tracing(c, "", "")), 0o600); err != nil {
		t.Fatal(err)
	}
	p := start(t, nil, "serve", "--config", file, "--listen", "127.0.0.1:0")
	_, address, _ := strings.Cut(p.line("address="), "address=")
	address, _, _ = strings.Cut(address, " ")
	if _, a := post(t, "http://"+address+"/graphql", `{ garden(key: "hidden") { name } }`, http.Header{"Traceparent": {clientParent}}); len(a.Errors) > 0 {
		t.Fatalf("%+v", a)
	}
	spans := c.Wait(5)
	call := named(t, spans, "GET")
	i := slices.IndexFunc(spans, func(s collector.Span) bool { return s.SpanHex() == call.ParentHex() })
	if i < 0 || !strings.HasPrefix(spans[i].Name, "fetch garden") {
		t.Errorf("the call is under %s of %s", call.ParentHex(), names(spans))
	}
	if have := monolith.last("Traceparent"); have != "00-"+clientTrace+"-"+call.SpanHex()+"-01" {
		t.Errorf("the monolith was told %q", have)
	}
	checkAttributes(t, call, map[string]string{"http.request.method": "GET", "server.address": "127.0.0.1", "http.response.status_code": "200"})
	for _, s := range spans {
		if text := prototext.Format(s.Span); strings.Contains(text, "hidden") {
			t.Errorf("a span tells too much: %s", text)
		}
	}
}

func TestARefusedTokenIsTraced(t *testing.T) {
	c := collector.New(t)
	books := telling(t, book)
	_, url := gateway(t, books.URL, books.URL, tracing(c, "", "authentication: {router: {jwt: {jwks: [{secret: '"+strings.Repeat("k", 32)+"', algorithms: [HS256]}]}}}\n"))
	if status, _ := post(t, url, `{ book(id: "1") { title } }`, http.Header{"Authorization": {"Bearer bad"}}); status != http.StatusUnauthorized {
		t.Fatalf("HTTP %d", status)
	}
	root := c.Wait(1)[0]
	if root.Name != "POST /graphql" {
		t.Errorf("%s", root.Name)
	}
	checkAttributes(t, root, map[string]string{"http.response.status_code": "401", "ficus.outcome": "refused"})
}
