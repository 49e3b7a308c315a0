package subgraph_test

import (
	"net/http"
	"testing"

	"github.com/ficusgraph/ficus/subgraph"
)

// TestWhatIsAskedAsideIsMarked: by a header and in the baggage that is there, in a copy.
func TestWhatIsAskedAsideIsMarked(t *testing.T) {
	before := http.Header{"Baggage": {"a=1"}, "X-Other": {"2"}}
	after := new(subgraph.Aside).Mark(before)
	if after.Get("Ficus-Shadow") != "1" || after.Get("Baggage") != "a=1,ficus.shadow=1" || after.Get("X-Other") != "2" {
		t.Errorf("%v", after)
	}
	if len(before) != 2 || before.Get("Baggage") != "a=1" {
		t.Errorf("what was given has changed: %v", before)
	}
	if got := (*subgraph.Aside)(nil).Mark(nil); got != nil {
		t.Errorf("a client's request is marked: %v", got)
	}
}

// TestWhatMayChangeSomethingIsNotSentAside unless its coordinate is said to be safe.
func TestWhatMayChangeSomethingIsNotSentAside(t *testing.T) {
	for _, test := range []struct {
		method, coordinate string
		sent               bool
	}{
		{"GET", "Query.find@connect[0]", true},
		{"HEAD", "Query.find@connect[0]", true},
		{"POST", "Query.find@connect[0]", false},
		{"POST", "Query.search@connect[1]", true},
		{"DELETE", "Query.find@connect[0]", false},
		{"POST", "", true}, // for a token of the gateway's own
	} {
		a := &subgraph.Aside{Safe: []string{"Query.search"}}
		if got := a.Sends(test.method, test.coordinate); got != test.sent || a.Refused() == test.sent {
			t.Errorf("%s %s: sent %v, refused %v", test.method, test.coordinate, got, a.Refused())
		}
		if !(*subgraph.Aside)(nil).Sends(test.method, test.coordinate) {
			t.Errorf("%s %s of a client is not sent", test.method, test.coordinate)
		}
	}
}
