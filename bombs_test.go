package main_test

import (
	"fmt"
	"strings"
	"testing"
)

const (
	// bombTime is how much processor time a bomb may take, in seconds: tests share their machine, and so the clock tells
	// little.
	bombTime   = 0.5
	bombMemory = 100 << 20
)

// TestBombsAtTheDoor sends small requests that cost much where cost is not bounded, to the gateway as it runs.
// Each is answered or refused at once, each time, and leaves nothing behind.
func TestBombsAtTheDoor(t *testing.T) {
	e := edited(t, numbered(t, 0))
	overlap, chain := "one", "one"
	for len(overlap) < 7_500 {
		overlap = strings.Repeat(" near { ... on Item { "+overlap+" } }", 2)
	}
	for range 200 {
		chain = "near { " + chain + " } near { id }"
	}
	bombs := []struct{ name, query, code string }{
		{"equal fields", "{ item {" + strings.Repeat(" one", 10_000) + " } }", ""},
		{"equal composite fields", "{" + strings.Repeat(" item { two }", 3_500) + " }", ""},
		{"nested overlap", "{ item { " + overlap + " } }", ""},
		{"chain of overlaps", "{ item { " + chain + " } }", ""},
		{"deep fields", "{ item " + strings.Repeat("{ near ", 240) + "{ two }" + strings.Repeat(" }", 240) + " }", ""},
		{"aliases", "{ item {" + numberedFields(3_500, " a%d: one") + " } }", ""},
		{"aliases of entities", "{" + numberedFields(1_500, " a%d: item { two }") + " }", ""},
		{"deep list", "{ item(a: " + strings.Repeat("[", 100_000) + strings.Repeat("]", 100_000) + ") { id } }", "PARSING_LIMIT"},
		{"tokens", "{ item {" + strings.Repeat(" one", 300_000) + " } }", "PARSING_LIMIT"},
		{"comments", strings.Repeat("#\n", 300_000) + "{ item { one } }", "PARSING_LIMIT"},
		{"brackets", strings.Repeat("{ item ", 200_000), "PARSING_LIMIT"},
		{"unknown fields", "{" + numberedFields(7_000, " itm%d") + " }", "VALIDATION"},
		{"fragments within fragments", doublingFragments(30), "LARGE"},
	}
	for _, bomb := range bombs {
		t.Run(bomb.name, func(t *testing.T) {
			for i := range 3 {
				before, spent := e.metric(t, "go_memstats_alloc_bytes_total"), e.metric(t, "process_cpu_seconds_total")
				text := inquire(t, e.url, bomb.query, nil).body
				took := e.metric(t, "process_cpu_seconds_total") - spent
				allocated := e.metric(t, "go_memstats_alloc_bytes_total") - before
				if i == 0 {
					t.Logf("%.2fs, %.1f MB: %.100s", took, allocated/(1<<20), text)
				}
				if took > bombTime || allocated > bombMemory {
					t.Errorf("took %.2fs and %.0f MB", took, allocated/(1<<20))
				}
				if refused := !strings.Contains(text, `"data":`); refused != (bomb.code != "") || !strings.Contains(text, bomb.code) {
					t.Errorf("want %q: %.300s", bomb.code, text)
				}
			}
		})
	}
	if n := e.metric(t, "ficus_panics_total"); n != 0 {
		t.Errorf("%v panics", n)
	}
}

func numberedFields(n int, format string) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, format, i)
	}
	return b.String()
}

// doublingFragments spread each the next one twice.
func doublingFragments(n int) string {
	var b strings.Builder
	b.WriteString("{ item { ...F0 } }")
	for i := range n {
		fmt.Fprintf(&b, " fragment F%d on Item { ...F%d ...F%d }", i, i+1, i+1)
	}
	fmt.Fprintf(&b, " fragment F%d on Item { one }", n)
	return b.String()
}
