//go:build !linux

package planner_test

import (
	"testing"
	"time"
)

// took is the time of the function; only Linux tells the processor time of a thread.
func took(_ testing.TB, f func()) time.Duration {
	start := time.Now()
	f()
	return time.Since(start)
}
