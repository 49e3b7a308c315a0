package follow_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ficusgraph/ficus/auth/follow"
)

// TestAFailureIsSaidOnce: until it is another, or comes again after it was mended.
func TestAFailureIsSaidOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		away, broken := errors.New("away"), errors.New("broken")
		comes := []error{away, away, broken, nil, broken, broken}
		var log bytes.Buffer
		ctx, cancel := context.WithCancel(t.Context())
		reads := 0
		follow.Reading{
			Every: time.Second, Failed: "it cannot be read", Logger: slog.New(slog.NewTextHandler(&log, nil)),
			Read: func(context.Context) error {
				if reads++; reads == len(comes) {
					cancel()
				}
				return comes[reads-1]
			},
		}.Run(ctx)
		if got := strings.Count(log.String(), "it cannot be read"); reads != len(comes) || got != 3 {
			t.Errorf("%d readings, %d lines, want %d and 3:\n%s", reads, got, len(comes), log.String())
		}
	})
}
