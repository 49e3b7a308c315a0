package suite

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/ficusgraph/ficus/junit"
)

// Report is the results of suites, in their order.
type Report []Ran

// Ran is a suite with its results.
type Ran struct {
	*Suite
	Results []Result
}

// Count is how many cases passed, failed and were skipped.
func (r Report) Count() (passed, failed, skipped int) {
	for _, s := range r {
		for _, c := range s.Results {
			switch {
			case c.Skip:
				skipped++
			case len(c.Failures) > 0:
				failed++
			default:
				passed++
			}
		}
	}
	return passed, failed, skipped
}

// Print writes what became of each case, with a comparison of what was not as expected, and ends with the numbers. If
// it is to be quiet, only what failed is told.
func (r Report) Print(w io.Writer, quiet bool) {
	for _, s := range r {
		if !quiet {
			_, _ = fmt.Fprintln(w, s.Name)
		}
		for _, c := range s.Results {
			switch {
			case len(c.Failures) > 0:
				_, _ = fmt.Fprintf(w, "  FAIL  %s  (%s:%d)\n", c.Name, s.File, c.Line)
				for _, f := range c.Failures {
					_, _ = fmt.Fprintf(w, "        %s\n          %s\n", f.What, strings.ReplaceAll(f.Text, "\n", "\n          "))
				}
			case quiet:
			case c.Skip:
				_, _ = fmt.Fprintf(w, "  skip  %s\n", c.Name)
			default:
				_, _ = fmt.Fprintf(w, "  ok    %s\n", c.Name)
			}
		}
	}
	passed, failed, skipped := r.Count()
	_, _ = fmt.Fprintf(w, "%d passed, %d failed, %d skipped\n", passed, failed, skipped)
}

// WriteJUnit writes the results in JUnit's XML.
func (r Report) WriteJUnit(w io.Writer) error {
	passed, failed, skipped := r.Count()
	out := junit.Suites{Name: "ficus connect test", Tests: passed + failed + skipped, Failures: failed, Skipped: skipped}
	for _, s := range r {
		var took time.Duration
		one := junit.Suite{Name: s.Name, File: s.File}
		passed, one.Failures, one.Skipped = Report{s}.Count()
		one.Tests = passed + one.Failures + one.Skipped
		for _, c := range s.Results {
			one.Cases = append(one.Cases, c.junit(s.Suite))
			took += c.Took
		}
		one.Time = junit.Seconds(took)
		out.Suites = append(out.Suites, one)
	}
	return out.Write(w)
}

func (r Result) junit(s *Suite) junit.Case {
	out := junit.Case{Name: r.Name, ClassName: s.Connectors.Target(r.Connector), File: s.File, Line: r.Line, Time: junit.Seconds(r.Took)}
	if r.Skip {
		out.Skipped = &struct{}{}
	}
	var what, text []string
	for _, f := range r.Failures {
		what, text = append(what, f.What), append(text, f.What+"\n"+f.Text)
	}
	if len(what) > 0 {
		out.Failure = &junit.Failure{Message: "not as expected: " + strings.Join(what, ", "), Text: strings.Join(text, "\n\n")}
	}
	return out
}
