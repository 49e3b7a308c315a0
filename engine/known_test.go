package engine_test

import (
	"fmt"
	"testing"

	"github.com/ficusgraph/ficus/engine"
)

// TestWhatIsKnownIsPlannedBeforehand: who asks it first waits for no plan, and what does not fit is said.
func TestWhatIsKnownIsPlannedBeforehand(t *testing.T) {
	var made plans
	s := snapshot(t, &source{version: "1"}, engine.Config{})
	texts := []string{"query A { version } query B { count }", "{ nothing }", "query C($on: Boolean!) { count @include(if: $on) }", "{"}
	errs := s.Know(t.Context(), texts)
	for i, err := range errs {
		if (err != nil) != (i%2 == 1) {
			t.Errorf("%s: %v", texts[i], err)
		}
	}
	e := engine.New(s, &made)
	for _, r := range []engine.Request{
		{Query: texts[0], OperationName: "A"},
		{Query: texts[0], OperationName: "B"},
		{Query: texts[2], Variables: []byte(`{"on":true}`)},
	} {
		if body, out := e.Execute(t.Context(), &r, nil); out.Errors > 0 {
			t.Errorf("%s", body)
		}
	}
	if n := made.made.Load(); n != 0 {
		t.Errorf("%d plans were made while clients waited", n)
	}
}

// TestTheKnownLeaveRoom: as many are planned as on any new graph; the others are validated.
func TestTheKnownLeaveRoom(t *testing.T) {
	s := snapshot(t, &source{}, engine.Config{CacheSize: 30})
	texts := make([]string, 100)
	for i := range texts {
		texts[i] = fmt.Sprintf("query Q%d { version count }", i)
	}
	texts[99] = "{ nothing }"
	for i, err := range s.Know(t.Context(), texts) {
		if (err != nil) != (i == 99) {
			t.Errorf("%s: %v", texts[i], err)
		}
	}
	if n := engine.New(s, nil).Documents().Entries; n != 10 {
		t.Errorf("%d documents are kept, want a third of 30", n)
	}
}
