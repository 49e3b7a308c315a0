package monolith_test

import (
	"testing"
)

// TestAPageOfSitesCostsTheApplicationFourRequests: what the front page of a control panel shows. Of each of its
// 100 sites the organization and the last deploy come from lists that answer for many at once.
func TestAPageOfSitesCostsTheApplicationFourRequests(t *testing.T) {
	const least, sites = 4, 100
	g := newGateway(t)
	answer, requests := g.ask(t, `{ sites(size: 100) { items {
		id name openTicketCount organization { name plan } latestDeploy { state commit startedAt }
	} } }`)
	if answer["errors"] != nil {
		t.Fatalf("errors: %v", answer["errors"])
	}
	total := 0
	for _, n := range requests {
		total += n
	}
	if total > least {
		t.Errorf("%d requests, want at most %d: %s", total, least, summary(requests))
	}
	t.Logf("%d requests: %s", total, summary(requests))

	data := answer["data"].(map[string]any)
	items := data["sites"].(map[string]any)["items"].([]any)
	if len(items) != sites {
		t.Fatalf("%d sites, want %d", len(items), sites)
	}
	deployed := 0
	for _, item := range items {
		site := item.(map[string]any)
		if site["openTicketCount"] == nil {
			t.Errorf("%v: no openTicketCount", site["name"])
		}
		if o, _ := site["organization"].(map[string]any); o["name"] == nil || o["plan"] == nil {
			t.Errorf("%v: organization %v", site["name"], site["organization"])
		}
		if d, _ := site["latestDeploy"].(map[string]any); d["commit"] != nil {
			deployed++
		}
	}
	if deployed < sites*9/10 {
		t.Errorf("%d of %d sites have a last deploy", deployed, sites)
	}
}
