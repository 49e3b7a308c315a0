package main_test

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ficusgraph/ficus/internal/free"
)

// limitedGraph has what attacks need: values that nest, lists, a place beneath itself, something that costs.
const limitedGraph = `
      sdl: |
        extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@cost"])
        type Query { item(filter: Filter, ids: [Int]): Item dear: Int @cost(weight: 500) }
        type Mutation { keep(id: Int): Item }
        type Item { id: ID name: String near: Item }
        input Filter { and: Filter ids: [Int] }
`

// door is a gateway before one service, with its admin listener.
type door struct {
	*process
	url, admin string
	// under is how many requests the service is answering, most how many it ever was.
	under, most atomic.Int64
}

// before serves the graph with the configuration; the service takes as long as given.
func before(t *testing.T, takes time.Duration, config string) *door {
	t.Helper()
	d := &door{admin: free.Address(t)}
	service := serving(t, func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		now := d.under.Add(1)
		for most := d.most.Load(); now > most && !d.most.CompareAndSwap(most, now); most = d.most.Load() {
		}
		defer d.under.Add(-1)
		select {
		case <-time.After(takes):
		case <-r.Context().Done():
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{"data":{"item":{"id":"1"},"dear":1,"keep":{"id":"1"}}}`)
	})
	file := filepath.Join(t.TempDir(), "ficus.yaml")
	text := fmt.Sprintf("admin: {listen: '%s'}\nsubgraphs:\n  a:\n    routing_url: %s\n    schema:%s%s", d.admin, service.URL, limitedGraph, config)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	d.process = start(t, nil, "serve", "--config", file, "--listen", "127.0.0.1:0")
	_, address, _ := strings.Cut(d.line("address="), "address=")
	address, _, _ = strings.Cut(address, " ")
	d.url = "http://" + address + "/graphql"
	return d
}

// passed is how often the limit was passed, with that result.
func (d *door) passed(t *testing.T, limit, result string) int {
	t.Helper()
	series := fmt.Sprintf("ficus_limits_passed_total{limit=%q,result=%q} ", limit, result)
	for line := range strings.Lines(read(t, "http://"+d.admin+"/metrics")) {
		if text, ok := strings.CutPrefix(line, series); ok {
			n, _ := strconv.Atoi(strings.TrimSpace(text))
			return n
		}
	}
	return 0
}

// allLimits are narrow ones.
const allLimits = `
  http_max_request_bytes: 20000
  http1_max_request_buf_size: 4000
  http1_max_request_headers: 30
  parser_max_tokens: 200
  parser_max_recursion: 30
  max_directives: 5
  max_unique_directives: 1
  max_depth: 5
  max_height: 10
  max_aliases: 5
  max_root_fields: 10
  max_input_list_size: 10
  max_input_depth: 3
batching: {enabled: true, maximum_size: 3}
demand_control: {enabled: true, mode: %s, strategy: {static_estimated: {list_size: 10, max: 800}}}
`

// attack is a request that passes one limit.
type attack struct {
	name, body, header string
	status             int
	code, limit        string
}

// query is the body of a request.
func query(text string) string { return fmt.Sprintf(`{"query":%q}`, text) }

func attacks() []attack {
	batch := "[" + strings.TrimSuffix(strings.Repeat(query("{ item { id } }")+",", 4), ",") + "]"
	costly := "[" + query("{ dear }") + "," + query("{ dear }") + "]"
	return []attack{
		{"body", query("{ item { id } } #" + strings.Repeat("x", 21_000)), "", 413, "PAYLOAD_TOO_LARGE", "limits.http_max_request_bytes"},
		{"header", query("{ item { id } }"), "X-A: " + strings.Repeat("x", 5_000), 431, "REQUEST_HEADER_TOO_LARGE", "limits.http1_max_request_buf_size"},
		{"headers", query("{ item { id } }"), strings.Repeat("X-A: x\n", 40), 431, "REQUEST_HEADER_TOO_LARGE", "limits.http1_max_request_headers"},
		{"tokens", query("{ item {" + strings.Repeat(" id", 300) + " } }"), "", 200, "PARSING_LIMIT", "limits.parser_max_tokens"},
		{"brackets", query("{ item" + strings.Repeat(" { near", 30) + " { id }" + strings.Repeat(" }", 31)), "", 200, "PARSING_LIMIT", "limits.parser_max_recursion"},
		{"depth", query("{ item { near { near { near { near { id } } } } } }"), "", 200, "MAX_DEPTH_LIMIT", "limits.max_depth"},
		{"depth by fragments", query("{ item { ...A } } fragment A on Item { near { ...B } } fragment B on Item { near { near { near { id } } } }"), "", 200, "MAX_DEPTH_LIMIT", "limits.max_depth"},
		{"a cycle", query("{ item { ...A } } fragment A on Item { near { ...A } }"), "", 200, "GRAPHQL_VALIDATION_FAILED", ""},
		{"aliases", query("{ item {" + numberedFields(8, " a%d: id") + " } }"), "", 200, "MAX_ALIASES_LIMIT", "limits.max_aliases"},
		{"root fields", query("{" + strings.Repeat(" item { id }", 12) + " }"), "", 200, "MAX_ROOT_FIELDS_LIMIT", "limits.max_root_fields"},
		{"height", query("{ item { id name near { id name near { id name near { id name } } } } }"), "", 200, "MAX_HEIGHT_LIMIT", "limits.max_height"},
		{"directives", query("{ item {" + strings.Repeat(" id @skip(if: false)", 6) + " } }"), "", 200, "MAX_DIRECTIVES_LIMIT", "limits.max_directives"},
		{"unknown directives", query("{ item { id" + numberedFields(6, " @a%d") + " } }"), "", 200, "MAX_DIRECTIVES_LIMIT", "limits.max_directives"},
		{"different directives", query("{ item { id @skip(if: false) name @include(if: true) } }"), "", 200, "MAX_DIRECTIVES_LIMIT", "limits.max_unique_directives"},
		{"a long list", query("{ item(ids: [" + strings.Repeat("1 ", 11) + "]) { id } }"), "", 200, "MAX_INPUT_LIST_SIZE_LIMIT", "limits.max_input_list_size"},
		{"a long variable", `{"query":"query($f: Filter) { item(filter: $f) { id } }","variables":{"f":{"ids":[` + strings.Repeat("1,", 10) + `1]}}}`, "", 200, "MAX_INPUT_LIST_SIZE_LIMIT", "limits.max_input_list_size"},
		{"a deep value", query("{ item(filter: {and: {and: {and: {}}}}) { id } }"), "", 200, "MAX_INPUT_DEPTH_LIMIT", "limits.max_input_depth"},
		{"a deep variable", `{"query":"query($f: Filter) { item(filter: $f) { id } }","variables":{"f":{"and":{"and":{"and":{}}}}}}`, "", 200, "MAX_INPUT_DEPTH_LIMIT", "limits.max_input_depth"},
		{"cost", query("{ dear x: dear }"), "", 200, "COST_ESTIMATED_TOO_EXPENSIVE", "demand_control.strategy.static_estimated.max"},
		{"cost of a batch", costly, "", 200, "COST_ESTIMATED_TOO_EXPENSIVE", "demand_control.strategy.static_estimated.max"},
		{"batch", batch, "", 422, "BATCH_LIMIT_EXCEEDED", "batching.maximum_size"},
	}
}

// send sends the attack.
func (d *door) send(t *testing.T, a attack) reply {
	t.Helper()
	header := http.Header{"Content-Type": {"application/json"}}
	for line := range strings.Lines(a.header) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), ": ")
		header[name] = append(header[name], value)
	}
	return send(t, http.MethodPost, d.url, []byte(a.body), header)
}

// TestAttacksAreRefused: each is refused with code, limit, what may be and what is, and counted; who asks for what may
// be asked is answered all the time.
func TestAttacksAreRefused(t *testing.T) {
	d := before(t, 0, "limits:"+fmt.Sprintf(allLimits, "enforce"))
	for _, a := range attacks() {
		t.Run(a.name, func(t *testing.T) {
			was := d.passed(t, a.limit, "refused")
			got := d.send(t, a)
			if got.status != a.status || !strings.Contains(got.body, a.code) {
				t.Errorf("HTTP %d %.300s, want %d and %s", got.status, got.body, a.status, a.code)
			}
			if a.limit != "" {
				for _, want := range []string{`"limit":"` + a.limit + `"`, `"max":`, `"actual":`} {
					if !strings.Contains(got.body, want) {
						t.Errorf("%.300s does not say %s", got.body, want)
					}
				}
				if now := d.passed(t, a.limit, "refused"); now != was+1 {
					t.Errorf("counted %d times, was %d", now, was)
				}
			}
			if got := inquire(t, d.url, "{ item { id } }", nil); got.body != `{"data":{"item":{"id":"1"}}}` {
				t.Errorf("afterwards: %s", got.body)
			}
		})
	}
	if !strings.Contains(d.text(), "limit passed") || !strings.Contains(d.text(), "limit=limits.max_depth max=5 actual=6 refused=true") {
		t.Error("the log does not say it")
	}
}

// TestLimitsAreMeasured: with mode measure, nothing is refused that is within the built-in bounds, and all is counted.
func TestLimitsAreMeasured(t *testing.T) {
	d := before(t, 0, "limits:\n  mode: measure"+fmt.Sprintf(allLimits, "measure"))
	for _, a := range attacks() {
		if !strings.HasPrefix(a.limit, "limits.") || a.name == "unknown directives" {
			continue
		}
		t.Run(a.name, func(t *testing.T) {
			was := d.passed(t, a.limit, "measured")
			if got := d.send(t, a); got.status != 200 || strings.Contains(got.body, "LIMIT") {
				t.Errorf("HTTP %d %.300s", got.status, got.body)
			}
			if now := d.passed(t, a.limit, "measured"); now != was+1 {
				t.Errorf("counted %d times, was %d", now, was)
			}
			if n := d.passed(t, a.limit, "refused"); n != 0 {
				t.Errorf("%d were refused", n)
			}
		})
	}
}

// TestACrowdIsShed: so many operations are executed at one time as may be, the others are told to come again, and a
// deadline ends what takes too long, at the service too.
func TestACrowdIsShed(t *testing.T) {
	d := before(t, 200*time.Millisecond, "traffic_shaping: {router: {concurrency_limit: 5, max_waiting: 10, max_wait: 2s}}\n")
	var answered, refused atomic.Int64
	var all sync.WaitGroup
	for range 40 {
		all.Go(func() {
			got := inquire(t, d.url, "{ item { id } }", nil)
			switch {
			case got.status == 200 && strings.Contains(got.body, `"id":"1"`):
				answered.Add(1)
			case got.status == 503 && strings.Contains(got.body, `"code":"OVERLOADED","limit":"traffic_shaping.router.concurrency_limit","max":5`) && got.header.Get("Retry-After") == "1":
				refused.Add(1)
			default:
				t.Errorf("HTTP %d %s", got.status, got.body)
			}
		})
	}
	all.Wait()
	if d.most.Load() > 5 || answered.Load() < 15 || refused.Load() == 0 || answered.Load()+refused.Load() != 40 {
		t.Errorf("%d answered, %d refused, %d at once at the service", answered.Load(), refused.Load(), d.most.Load())
	}
}

// TestADeadlineEndsAnOperation, and the requests for it.
func TestADeadlineEndsAnOperation(t *testing.T) {
	d := before(t, 20*time.Second, "traffic_shaping: {router: {timeout: 300ms}}\n")
	begun := time.Now()
	got := inquire(t, d.url, "{ item { id } }", nil)
	if got.status != 200 || !strings.Contains(got.body, `{"data":{"item":null}`) || !strings.Contains(got.body, "GATEWAY_TIMEOUT") {
		t.Errorf("HTTP %d %s", got.status, got.body)
	}
	if took := time.Since(begun); took > 5*time.Second {
		t.Errorf("it took %s", took)
	}
	for end := time.Now().Add(5 * time.Second); d.under.Load() > 0; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("the service is still asked")
		}
	}
	if n := d.passed(t, "traffic_shaping.router.timeout", "refused"); n != 1 {
		t.Errorf("counted %d times", n)
	}
}

// TestAMemoryLimitShedsRequests: a gateway whose limit is less than what lives in it answers nothing but that, and is
// alive.
func TestAMemoryLimitShedsRequests(t *testing.T) {
	d := before(t, 0, "limits: {memory: 100000}\n")
	time.Sleep(20 * time.Millisecond)
	got := inquire(t, d.url, "{ item { id } }", nil)
	if got.status != 503 || !strings.Contains(got.body, `"limit":"limits.memory","max":100000`) || got.header.Get("Retry-After") == "" {
		t.Errorf("HTTP %d %s", got.status, got.body)
	}
	if got := read(t, strings.Replace(d.url, "/graphql", "/health", 1)); !strings.Contains(got, "UP") {
		t.Errorf("health: %s", got)
	}
}

// TestRates: rules by header, by kind of operation, by cost and by address behind a proxy, all at once.
func TestRates(t *testing.T) {
	d := before(t, 0, `
server: {trusted_proxies: [127.0.0.0/8]}
demand_control: {enabled: true, mode: measure, strategy: {static_estimated: {list_size: 10, max: 1}}}
traffic_shaping: {router: {global_rate_limit: {capacity: 1000, interval: 1s}}}
rate_limits:
  rules:
    - {name: key, by: [header.x-api-key], capacity: 3, interval: 1h}
    - {name: address, by: [address], capacity: 3, interval: 1h}
    - {name: writes, by: [header.x-tenant], kinds: [mutation], capacity: 1, interval: 1h}
    - {name: login, by: [header.x-tenant], operations: [Login], capacity: 1, interval: 1h}
    - {name: cost, by: [header.x-team], count: cost, capacity: 600, interval: 1h}
    - {name: trial, by: [header.x-trial], capacity: 1, interval: 1h, mode: measure}
`)
	for _, c := range []struct {
		name, header string
		queries      []string
		refusedBy    string
	}{
		{"a key", "X-Api-Key: a", []string{"{ dear }", "{ dear }", "{ dear }", "{ dear }"}, "key"},
		{"another key", "X-Api-Key: b", []string{"{ dear }"}, ""},
		{"an address", "X-Forwarded-For: 192.0.2.1", []string{"{ dear }", "{ dear }", "{ dear }", "{ dear }"}, "address"},
		{"another address", "X-Forwarded-For: 192.0.2.1, 192.0.2.2", []string{"{ dear }", "{ dear }", "{ dear }"}, ""},
		{"mutations", "X-Tenant: a", []string{"mutation { keep { id } }", "{ dear }", "{ dear }", "mutation { keep { id } }"}, "writes"},
		{"an operation", "X-Tenant: b", []string{"query Login { dear }", "query Other { dear }", "query Login { item { id } }"}, "login"},
		{"its name is of the document", "X-Tenant: b", []string{"query Login { dear x: dear }"}, "login"},
		{"cost", "X-Team: a", []string{"{ dear }", "{ item { id } }", "{ dear }"}, "cost"},
		{"a trial", "X-Trial: a", []string{"{ dear }", "{ dear }", "{ dear }"}, ""},
	} {
		name, value, _ := strings.Cut(c.header, ": ")
		header := http.Header{name: {value}}
		if name != "X-Forwarded-For" {
			header["X-Forwarded-For"] = []string{"2001:db8:" + strconv.Itoa(len(c.name)) + ":" + strconv.Itoa(int(value[0])) + "::1"}
		}
		for i, q := range c.queries {
			if name != "X-Forwarded-For" {
				header["X-Forwarded-For"] = []string{fmt.Sprintf("203.0.113.%d", 10*len(c.name)+i)}
			}
			got := inquire(t, d.url, q, header)
			switch last := i == len(c.queries)-1; {
			case c.refusedBy != "" && last:
				if got.status != http.StatusTooManyRequests || !strings.Contains(got.body, `"code":"RATE_LIMITED"`) || !strings.Contains(got.body, "rate_limits."+c.refusedBy) {
					t.Errorf("%s: HTTP %d %s", c.name, got.status, got.body)
				}
				if after, _ := strconv.Atoi(got.header.Get("Retry-After")); after < 10 || after > 3600 {
					t.Errorf("%s: Retry-After %q", c.name, got.header.Get("Retry-After"))
				}
			case got.status != 200 || strings.Contains(got.body, "errors"):
				t.Errorf("%s, request %d: HTTP %d %s", c.name, i, got.status, got.body)
			case !strings.HasPrefix(got.header.Get("RateLimit-Policy"), `"global";q=1000;w=1`):
				t.Errorf("%s, request %d: %q", c.name, i, got.header)
			}
		}
	}
	if n := d.passed(t, "rate_limits.trial", "measured"); n != 2 {
		t.Errorf("the trial was measured %d times", n)
	}
}
