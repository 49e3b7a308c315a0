package heap

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"strings"
	"syscall"
)

// Started gives back the pages of the program itself that only its start has read: initializations of packages that are
// linked and not used are scattered over all of it. What is needed again is mapped again, out of the system's cache, page by
// page and without what lies around it.
func Started() {
	f, err := os.Open("/proc/self/smaps")
	if err != nil {
		return
	}
	defer func() { _ = f.Close() }()
	self, err := os.Readlink("/proc/self/exe")
	if err != nil {
		return
	}
	for _, m := range clean(f, self) {
		for _, advice := range []uintptr{syscall.MADV_DONTNEED, syscall.MADV_RANDOM} {
			_, _, _ = syscall.Syscall(syscall.SYS_MADVISE, m.from, m.to-m.from, advice)
		}
	}
}

// mapping is a range of addresses.
type mapping struct{ from, to uintptr }

// clean are the mappings of the file that cannot be written, and of which no page was: dropping those loses nothing.
func clean(smaps io.Reader, file string) []mapping {
	var out []mapping
	var now mapping
	for s := bufio.NewScanner(smaps); s.Scan(); {
		line := s.Text()
		if written, ok := strings.CutPrefix(line, "Anonymous:"); ok {
			if now != (mapping{}) && strings.TrimSpace(written) == "0 kB" {
				out = append(out, now)
			}
			now = mapping{}
			continue
		}
		var m mapping
		var may string
		if n, _ := fmt.Sscanf(line, "%x-%x %s", &m.from, &m.to, &may); n == 3 {
			now = mapping{}
			if (may == "r-xp" || may == "r--p") && strings.HasSuffix(line, " "+file) {
				now = m
			}
		}
	}
	return out
}
