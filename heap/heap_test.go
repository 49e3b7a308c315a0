package heap

import (
	"runtime"
	"runtime/debug"
	"testing"
	"time"
)

func TestPercent(t *testing.T) {
	for _, c := range []struct {
		live, kept, want int
	}{
		{0, 0, most},
		{1 << 20, 0, most},
		{4 << 20, 0, 300},
		{8 << 20, 0, 100},
		{Target, 0, 12},
		{20 << 20, 0, 10},
		{60 << 20, 0, 25},
		{200 << 20, 0, 25},
		{1 << 30, 0, 81},
		{16 << 20, 8 << 20, 50},
		{Target + 8<<20, 8 << 20, 8},
	} {
		if got := percent(c.live, c.kept); got != c.want {
			t.Errorf("%d MB live, %d kept: %d percent, want %d", c.live>>20, c.kept>>20, got, c.want)
		}
	}
}

func TestLimit(t *testing.T) {
	for _, c := range []struct{ live, want int }{{0, usual}, {usual / 3 * 2, usual}, {usual, 8 * step}, {usual + 1, 8 * step}, {1 << 30, 48 * step}} {
		if got := limit(c.live); got != c.want {
			t.Errorf("%d MB live: %d MB, want %d", c.live>>20, got>>20, c.want>>20)
		}
	}
}

// TestTuneFollowsWhatLives holds that a collection sets the percentage by what it found alive.
func TestTuneFollowsWhatLives(t *testing.T) {
	defer debug.SetGCPercent(debug.SetGCPercent(100))
	Tune(0)
	kept := make([]byte, Target)
	settles(t, func(percent int) bool { return percent < 30 })
	runtime.KeepAlive(kept)
	settles(t, func(percent int) bool { return percent > 200 })
}

func settles(t *testing.T, right func(percent int) bool) {
	t.Helper()
	var last int
	for range 100 {
		runtime.GC()
		time.Sleep(10 * time.Millisecond)
		last = debug.SetGCPercent(100)
		debug.SetGCPercent(last)
		if right(last) {
			return
		}
	}
	t.Errorf("the percentage is %d", last)
}
