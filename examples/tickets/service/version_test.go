package service_test

import (
	"strings"
	"testing"
)

// TestTheFirstVersionDoesNotKnowWhatTheSecondHas: not in what it says of itself, and not when it is asked.
func TestTheFirstVersionDoesNotKnowWhatTheSecondHas(t *testing.T) {
	const sdl, feeling = `{ _service { sdl } }`, `{ ticket(id: 2406) { sentiment } }`
	first, second := start(t, "-db", filled(t)), start(t, "-db", filled(t), "-version", "2")
	if got := ask(t, first, sdl, ""); strings.Contains(got, "entiment") || !strings.Contains(got, "openTicketCount") {
		t.Errorf("version 1 says %s", got)
	}
	if got := ask(t, first, feeling, ""); !strings.Contains(got, "GRAPHQL_VALIDATION_FAILED") {
		t.Errorf("version 1 answers %s", got)
	}
	if got := ask(t, first, `{ __type(name: "Sentiment") { name } ticket(id: 2406) { subject } }`, ""); !strings.Contains(got, `"__type":null`) {
		t.Errorf("version 1 answers %s", got)
	}
	if got := ask(t, second, sdl, ""); !strings.Contains(got, "sentiment: Sentiment") || !strings.Contains(got, "openTicketCount") {
		t.Errorf("version 2 says %s", got)
	}
	const all = `{ a: ticket(id: 2406) { sentiment } b: ticket(id: 2404) { sentiment } c: ticket(id: 2403) { sentiment } }`
	if got := ask(t, second, all, ""); got != `{"data":{"a":{"sentiment":"ANGRY"},"b":{"sentiment":"CALM"},"c":{"sentiment":"WORRIED"}}}` {
		t.Errorf("version 2 answers %s", got)
	}
}
