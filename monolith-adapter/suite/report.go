package suite

import (
	"encoding/xml"
	"fmt"
	"io"
	"strings"
	"time"
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

// The elements of JUnit's format, as CI systems read it.
type (
	junitSuites struct {
		XMLName  xml.Name     `xml:"testsuites"`
		Name     string       `xml:"name,attr"`
		Tests    int          `xml:"tests,attr"`
		Failures int          `xml:"failures,attr"`
		Skipped  int          `xml:"skipped,attr"`
		Suites   []junitSuite `xml:"testsuite"`
	}
	junitSuite struct {
		Name     string      `xml:"name,attr"`
		File     string      `xml:"file,attr"`
		Tests    int         `xml:"tests,attr"`
		Failures int         `xml:"failures,attr"`
		Skipped  int         `xml:"skipped,attr"`
		Time     string      `xml:"time,attr"`
		Cases    []junitCase `xml:"testcase"`
	}
	junitCase struct {
		Name      string        `xml:"name,attr"`
		ClassName string        `xml:"classname,attr"`
		File      string        `xml:"file,attr"`
		Line      int           `xml:"line,attr"`
		Time      string        `xml:"time,attr"`
		Failure   *junitFailure `xml:"failure"`
		Skipped   *struct{}     `xml:"skipped"`
	}
	junitFailure struct {
		Message string `xml:"message,attr"`
		Text    string `xml:",cdata"`
	}
)

// WriteJUnit writes the results in JUnit's XML.
func (r Report) WriteJUnit(w io.Writer) error {
	passed, failed, skipped := r.Count()
	out := junitSuites{Name: "ficus connect test", Tests: passed + failed + skipped, Failures: failed, Skipped: skipped}
	for _, s := range r {
		var took time.Duration
		one := junitSuite{Name: s.Name, File: s.File}
		passed, one.Failures, one.Skipped = Report{s}.Count()
		one.Tests = passed + one.Failures + one.Skipped
		for _, c := range s.Results {
			one.Cases = append(one.Cases, c.junit(s.Suite))
			took += c.Took
		}
		one.Time = secondsOf(took)
		out.Suites = append(out.Suites, one)
	}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	e := xml.NewEncoder(w)
	e.Indent("", "  ")
	if err := e.Encode(out); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}

func (r Result) junit(s *Suite) junitCase {
	out := junitCase{Name: r.Name, ClassName: s.Connectors.Target(r.Connector), File: s.File, Line: r.Line, Time: secondsOf(r.Took)}
	if r.Skip {
		out.Skipped = &struct{}{}
	}
	var what, text []string
	for _, f := range r.Failures {
		what, text = append(what, f.What), append(text, f.What+"\n"+f.Text)
	}
	if len(what) > 0 {
		out.Failure = &junitFailure{Message: "not as expected: " + strings.Join(what, ", "), Text: strings.Join(text, "\n\n")}
	}
	return out
}

func secondsOf(d time.Duration) string { return fmt.Sprintf("%.3f", d.Seconds()) }
