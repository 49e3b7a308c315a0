package heap

import (
	"runtime"
	"runtime/debug"
	"testing"
	"time"
)

func TestPercent(t *testing.T) {
	for _, c := range []struct {
		live, want int
	}{{0, most}, {1 << 20, most}, {4 << 20, 300}, {8 << 20, 100}, {Target, 12}, {20 << 20, 10}, {60 << 20, 25}, {200 << 20, 25}, {1 << 30, 81}} {
		if got := percent(c.live); got != c.want {
			t.Errorf("%d MB live: %d percent, want %d", c.live>>20, got, c.want)
		}
	}
}

func TestLimit(t *testing.T) {
	for _, c := range []struct{ live, want int }{{0, usual}, {usual / 2, usual}, {usual/2 + 1, 2 * usual}, {1 << 30, 16 * usual}} {
		if got := limit(c.live); got != c.want {
			t.Errorf("%d MB live: %d MB, want %d", c.live>>20, got>>20, c.want>>20)
		}
	}
}

// TestTuneFollowsWhatLives holds that a collection sets the percentage by what it found alive.
func TestTuneFollowsWhatLives(t *testing.T) {
	defer debug.SetGCPercent(debug.SetGCPercent(100))
	Tune()
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
