package shadow_test

import (
	"testing"
	"time"

	"github.com/ficusgraph/ficus/rollout/shadow"
)

// TestAnOwnerUnderStrain: one whose requests fail of late, or take much longer than usual; both pass.
func TestAnOwnerUnderStrain(t *testing.T) {
	now := time.Unix(0, 0)
	var s shadow.Strain
	note := func(n int, took time.Duration, failed bool) {
		for range n {
			now = now.Add(10 * time.Millisecond)
			s.Note("old", took, failed, now)
		}
	}
	check := func(want bool, when string) {
		t.Helper()
		if got := s.Under("old", now); got != want {
			t.Errorf("%s: %v", when, got)
		}
	}
	check(false, "before anything is known")
	note(9, 0, true)
	check(false, "after a few failures")
	note(1, 0, true)
	check(true, "after more")
	now = now.Add(time.Minute)
	check(false, "a while later")
	note(500, 10*time.Millisecond, false)
	note(40, 15*time.Millisecond, false)
	check(false, "a little slower")
	note(100, 200*time.Millisecond, false)
	check(true, "much slower")
	note(200, 10*time.Millisecond, false)
	check(false, "as usual again")
	note(5, time.Second, true)
	check(false, "few of many fail")
	if s.Under("new", now) {
		t.Error("another owner is under strain")
	}
}
