package rollout_test

import (
	"errors"
	"testing"
	"time"

	"github.com/ficusgraph/ficus/rollout"
)

// TestTheOrderShadow: from where it may be given, and what may follow it.
func TestTheOrderShadow(t *testing.T) {
	at := time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC)
	with := &rollout.Migration{Name: "m", Shadow: &rollout.Shadow{}}
	half := rollout.PercentOf(50)
	for _, test := range []struct {
		name  string
		of    *rollout.Migration
		state rollout.State
		verb  string
		want  rollout.Stage
	}{
		{"from the beginning", with, rollout.State{Stage: rollout.Monolith}, "shadow", rollout.InShadow},
		{"back from a percentage", with, rollout.State{Stage: rollout.Canary, Percent: half}, "shadow", rollout.InShadow},
		{"after an abort", with, rollout.State{Stage: rollout.Canary, Aborted: true}, "shadow", rollout.InShadow},
		{"after the end", with, rollout.State{Stage: rollout.Service}, "shadow", ""},
		{"without saying how", &rollout.Migration{Name: "m"}, rollout.State{Stage: rollout.Monolith}, "shadow", ""},
		{"on to the first step", with, rollout.State{Stage: rollout.InShadow}, "start", rollout.Canary},
		{"on without a start", with, rollout.State{Stage: rollout.InShadow}, "set", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			next, err := test.state.After(test.of, rollout.Order{Verb: test.verb, Percent: &half}, at)
			if refused := errors.Is(err, rollout.ErrRefused); refused != (test.want == "") {
				t.Fatalf("%v", err)
			}
			if test.want == "" {
				return
			}
			if next.Stage != test.want || next.Aborted || !next.Began.Equal(at) || test.verb == "shadow" && next.Percent != 0 {
				t.Errorf("%+v", next)
			}
		})
	}
}

// TestTheShareThatIsSampled is about the percentage, and the same for the same requests.
func TestTheShareThatIsSampled(t *testing.T) {
	share := 30.0
	s := rollout.Shadow{Percent: &share}
	n := 0
	for i := range 10_000 {
		id := time.Unix(int64(i), 0).String()
		first := s.Samples("m", id)
		if again := s.Samples("m", id); again != first {
			t.Fatal("the same request is sampled once and not once more")
		}
		if first {
			n++
		}
	}
	if n < 2_850 || n > 3_150 {
		t.Errorf("%d of 10000 are sampled, want about 3000", n)
	}
}

// TestWhatIsComparedNow: in shadow and in canary, where the file says how, and not after an abort.
func TestWhatIsComparedNow(t *testing.T) {
	m := &rollout.Migration{Name: "m", Coordinates: []string{"A.b"}, From: "a", To: "b", Shadow: &rollout.Shadow{}}
	for label, want := range map[string]int{"m": 0, "percent(5)": 1} {
		b := rollout.NewBoard(rollout.Config{}, rollout.Parts{})
		if err := b.Define([]*rollout.Migration{m}, map[string]string{"m": label}); err != nil {
			t.Fatal(err)
		}
		if got := b.Shadowing(); len(got) != want || want == 0 && got != nil {
			t.Errorf("with %s: %v", label, got)
		} else if want == 1 && (got["migration:m"].Shadow.Concurrency != 4 || *got["migration:m"].Shadow.Percent != 10) {
			t.Errorf("without its defaults: %+v", got["migration:m"].Shadow)
		}
	}
}
