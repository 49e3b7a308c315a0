package monolith_test

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"github.com/ficusgraph/ficus/engine"
	"github.com/ficusgraph/ficus/engine/executor"
	monolith "github.com/ficusgraph/ficus/monolith-adapter"
	"github.com/ficusgraph/ficus/subgraph"
)

const pageSchema = `-- legacy.graphql --
extend schema
  @link(url: "https://specs.apollo.dev/federation/v2.12", import: ["@key"])
  @link(url: "https://specs.apollo.dev/connect/v0.3", import: ["@source", "@connect"])
  @link(url: "https://ficus.dev/spec/v0.1", import: ["@batched"])
  @source(name: "app", http: { baseURL: "${url}/api" }, isSuccess: "$.status->eq('ok')")
type Query {
  sites(page: Int = 1, size: Int = 20): SitePage
    @connect(source: "app", http: { GET: "/sites", queryParams: "page: $args.page size: $args.size" }, selection: """
    items: $.data.items {
      id
      name: site_name
      framework: fw->match([1, "WORDPRESS"], [2, "DRUPAL"], [3, "NEXTJS"], [@, "STATIC"])
      status: status->match([0, "PROVISIONING"], [1, "ACTIVE"], [2, "FROZEN"])
      createdAt: created_ts
      domains: domain_list->map(@.host)
      organization: refs.org { id }
    }
    total: $.meta.total
    """)
}
type SitePage { items: [Site!]! total: Int! }
type Site @key(fields: "id") {
  id: ID!
  name: String!
  framework: String!
  status: String!
  createdAt: Int!
  domains: [String!]!
  organization: Organization
  latestDeploy: Deploy
    @connect(id: "latest", source: "app", http: { GET: "/deploys?latest=1&site={$this.id}" }, selection: "$.data.items->first { id state: $('x') commit: commit_sha message: msg startedAt: started_ms }")
    @batched(connect: "latest", http: { GET: "/deploys?latest=1", queryParams: "site: $batch.id" }, groupBy: "siteId", many: false, selection: """
    $.data.items {
      siteId: site_id
      id
      state: state->match([0, "QUEUED"], [1, "RUNNING"], [2, "SUCCEEDED"], [3, "FAILED"])
      commit: commit_sha
      message: msg
      startedAt: started_ms
    }
    """)
  openTickets(first: Int = 3): [Ticket!]
    @connect(id: "tickets", source: "app", http: { GET: "/tickets?n={$args.first}&site={$this.id}" }, selection: "$.data.items { id title priority: $('x') }")
    @batched(connect: "tickets", http: { GET: "/tickets?n={$args.first}", queryParams: "site: $batch.id" }, groupBy: "siteId", selection: """
    $.data.items { siteId: site_id id title priority: prio->match([0, "LOW"], [1, "NORMAL"], [2, "HIGH"]) }
    """)
}
type Organization @key(fields: "id")
  @connect(source: "app", http: { GET: "/organizations", queryParams: "id: $batch.id" }, batch: { maxSize: 100 }, selection: """
  $.data.items { id name plan: plan->match([0, "FREE"], [1, "PERFORMANCE"], [2, "ELITE"]) }
  """) { id: ID! name: String! plan: String! }
type Deploy { id: ID! state: String! commit: String! message: String startedAt: Float! }
type Ticket { id: ID! title: String! priority: String! }
`

const pageQuery = `{ sites(size: 100) { total items {
  id name framework status createdAt domains organization { id name plan }
  latestDeploy { id state commit message startedAt } openTickets(first: 3) { id title priority }
} } }`

// pageGateway is the engine over the page's connectors. It counts the requests.
func pageGateway(tb testing.TB, url string) (e *engine.Engine, requests *atomic.Int64) {
	tb.Helper()
	sg, connectors, err := expanded(tb, txtar.Parse([]byte(strings.ReplaceAll(pageSchema, "${url}", url))))
	if err != nil {
		tb.Fatal(err)
	}
	requests = new(atomic.Int64)
	fetcher, err := monolith.New(connectors, monolith.Config{}, monolith.Ports{Called: func(_ context.Context, c *monolith.Call) {
		if !c.Shared {
			requests.Add(1)
		}
	}})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(fetcher.Close)
	table := map[string]executor.Fetcher{}
	for _, s := range sg.Subgraphs {
		table[s.Name] = fetcher
	}
	snapshot, err := engine.NewSnapshot(sg, subgraph.NewTable(table), engine.Config{})
	if err != nil {
		tb.Fatal(err)
	}
	return engine.New(snapshot, nil), requests
}

// pages are both ways to make the page, checked to give the same.
func pages(tb testing.TB) (gateway, hand func()) {
	tb.Helper()
	url := startPageServer(tb)
	e, requests := pageGateway(tb, url)
	h := &byHand{base: url, client: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}, Timeout: 30 * time.Second}}
	tb.Cleanup(h.client.CloseIdleConnections)
	var buf []byte
	gateway = func() {
		buf, _ = e.Execute(tb.Context(), &engine.Request{Query: pageQuery}, buf[:0])
	}
	var answer []byte
	hand = func() {
		var err error
		if answer, err = h.page(tb.Context(), 100); err != nil {
			tb.Fatal(err)
		}
	}
	gateway()
	hand()
	var a, b any
	if err := json.Unmarshal(buf, &a); err != nil {
		tb.Fatalf("%v: %s", err, buf)
	}
	if err := json.Unmarshal(answer, &b); err != nil {
		tb.Fatal(err)
	}
	if diff := cmp.Diff(b, a); diff != "" {
		tb.Fatalf("the page (-by hand +gateway):\n%s", diff)
	}
	if n := requests.Load(); n != 4 {
		tb.Fatalf("%d requests for a page, want 4", n)
	}
	return gateway, hand
}

func TestPageIsTheSameAsByHand(t *testing.T) { pages(t) }

// TestPageCostsAtMostTwiceWhatItCostsByHand holds the bar. The least of some measures counts: the machine may be busy.
func TestPageCostsAtMostTwiceWhatItCostsByHand(t *testing.T) {
	if testing.Short() {
		t.Skip("measures times")
	}
	gateway, hand := pages(t)
	least := 99.0
	for range 6 {
		g, h := turn(t, 30, gateway, hand)
		if least = min(least, g.Seconds()/h.Seconds()); least < 1.8 {
			break
		}
	}
	if t.Logf("ratio %.2f", least); least > 2 {
		t.Errorf("the gateway takes %.2f times the CPU of a handler written by hand, want at most 2", least)
	}
}

// turn makes n pages each way, and gives the CPU that each took.
func turn(tb testing.TB, n int, gateway, hand func()) (g, h time.Duration) {
	tb.Helper()
	start := cpu(tb)
	for range n {
		gateway()
	}
	between := cpu(tb)
	for range n {
		hand()
	}
	return between - start, cpu(tb) - between
}

// BenchmarkPage makes a page of 100 sites with organization, last deploy and open tickets, by the gateway and by a
// handler that is written by hand, in turns. It reports the CPU of each, and their ratio.
func BenchmarkPage(b *testing.B) {
	gateway, hand := pages(b)
	const pages = 20
	turn(b, 3*pages, gateway, hand) // connections, caches, and the sizes of pools
	var spent [2]time.Duration
	n := 0
	for b.Loop() {
		g, h := turn(b, pages, gateway, hand)
		spent[0] += g
		spent[1] += h
		n += pages
	}
	b.ReportMetric(float64(spent[0].Microseconds())/float64(n), "gateway-us/page")
	b.ReportMetric(float64(spent[1].Microseconds())/float64(n), "hand-us/page")
	b.ReportMetric(spent[0].Seconds()/spent[1].Seconds(), "ratio")
}

// cpu is what this process has used.
func cpu(tb testing.TB) time.Duration {
	tb.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		tb.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkPageByGateway is for profiles.
func BenchmarkPageByGateway(b *testing.B) {
	gateway, _ := pages(b)
	b.ReportAllocs()
	for b.Loop() {
		gateway()
	}
}

// BenchmarkPageByHand is for profiles.
func BenchmarkPageByHand(b *testing.B) {
	_, hand := pages(b)
	b.ReportAllocs()
	for b.Loop() {
		hand()
	}
}
