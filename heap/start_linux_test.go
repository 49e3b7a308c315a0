package heap_test

import (
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/ficusgraph/ficus/heap"
)

// TestStartedGivesBackWhatOnlyTheStartRead and the program goes on.
func TestStartedGivesBackWhatOnlyTheStartRead(t *testing.T) {
	if _, err := os.Stat("/proc/self/smaps"); err != nil {
		t.Skip(err) // a kernel that does not say
	}
	before := mapped(t)
	heap.Started()
	after := mapped(t)
	t.Logf("%d kB of files are mapped, %d before", after, before)
	if after >= before {
		t.Errorf("%d kB of files are mapped, %d before", after, before)
	}
	heap.Started()
}

// mapped is how much of files is mapped, in kB.
func mapped(t *testing.T) int {
	t.Helper()
	text, err := os.ReadFile("/proc/self/status")
	if err != nil {
		t.Skip(err)
	}
	_, rest, _ := strings.Cut(string(text), "RssFile:")
	fields := strings.Fields(rest)
	n, err := strconv.Atoi(fields[0])
	if err != nil {
		t.Fatal(err)
	}
	return n
}
