//go:build !linux

package took

import (
	"testing"
	"time"
)

// By is the time of the function; only Linux tells the processor time of a thread.
func By(_ testing.TB, f func()) time.Duration {
	start := time.Now()
	f()
	return time.Since(start)
}
