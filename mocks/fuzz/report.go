package fuzz

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/ficusgraph/ficus/junit"
)

// Report is the results of operations, in their order.
type Report []Ran

// Count is how many states were looked at, broke something, and were skipped.
func (r Report) Count() (looked, broke, skipped int) {
	for _, op := range r {
		for _, one := range op.Results {
			switch {
			case one.Skipped != "":
				skipped++
			case len(one.Faults) > 0:
				broke++
				looked++
			default:
				looked++
			}
		}
	}
	return looked, broke, skipped
}

// maxShown faults of one state are printed.
const maxShown = 5

// Print writes a line for each operation, what broke in it with a command that shows it again, and the numbers.
func (r Report) Print(w io.Writer, replay func(Ran, Result) string) {
	for _, op := range r {
		looked, broke, skipped := Report{op}.Count()
		state := "ok  "
		if broke > 0 {
			state = "FAIL"
		}
		_, _ = fmt.Fprintf(w, "%s  %-40s  %4d states  %4d broke  %4d skipped  %4d left\n", state, op.Title(), looked, broke, skipped, op.Left)
		for _, one := range op.Results {
			if len(one.Faults) == 0 {
				continue
			}
			_, _ = fmt.Fprintf(w, "      %s  (%s)\n", one.Name, one.Took.Round(time.Millisecond))
			for i, f := range one.Faults {
				if i == maxShown {
					_, _ = fmt.Fprintf(w, "        and %d more\n", len(one.Faults)-maxShown)
					break
				}
				_, _ = fmt.Fprintf(w, "        %s\n", strings.ReplaceAll(f, "\n", "\n        "))
			}
			_, _ = fmt.Fprintf(w, "        %s\n", replay(op, one))
		}
	}
	looked, broke, skipped := r.Count()
	_, _ = fmt.Fprintf(w, "%d operations, %d states: %d broke, %d skipped\n", len(r), looked+skipped, broke, skipped)
}

// JSON is the report as it is printed in JSON.
func (r Report) JSON(replay func(Ran, Result) string) any {
	type state struct {
		Result
		Millis int64  `json:"ms"`
		Replay string `json:"replay,omitempty"`
	}
	type operation struct {
		File      string  `json:"file,omitempty"`
		Operation string  `json:"operation,omitempty"`
		Run       int     `json:"run,omitempty"`
		Left      int     `json:"left"`
		States    []state `json:"states"`
	}
	out := struct {
		Looked     int         `json:"looked"`
		Broke      int         `json:"broke"`
		Skipped    int         `json:"skipped"`
		Operations []operation `json:"operations"`
	}{Operations: []operation{}}
	out.Looked, out.Broke, out.Skipped = r.Count()
	for _, op := range r {
		one := operation{File: op.File, Operation: op.Operation, Run: op.Run, Left: op.Left}
		for _, result := range op.Results {
			s := state{Result: result, Millis: result.Took.Milliseconds()}
			if len(result.Faults) > 0 {
				s.Replay = replay(op, result)
			}
			one.States = append(one.States, s)
		}
		out.Operations = append(out.Operations, one)
	}
	return out
}

// WriteJUnit writes the results in JUnit's XML.
func (r Report) WriteJUnit(w io.Writer, replay func(Ran, Result) string) error {
	looked, broke, skipped := r.Count()
	out := junit.Suites{Name: "ficus mock fuzz", Tests: looked + skipped, Failures: broke, Skipped: skipped}
	for _, op := range r {
		looked, broke, skipped := Report{op}.Count()
		suite := junit.Suite{Name: op.Title(), Tests: looked + skipped, Failures: broke, Skipped: skipped}
		var took time.Duration
		for _, one := range op.Results {
			took += one.Took
			c := junit.Case{Name: one.Name, ClassName: op.Title(), Time: junit.Seconds(one.Took)}
			switch {
			case one.Skipped != "":
				c.Skipped = &struct{}{}
			case len(one.Faults) > 0:
				first, _, _ := strings.Cut(one.Faults[0], "\n")
				c.Failure = &junit.Failure{Message: first, Text: strings.Join(one.Faults, "\n") + "\n" + replay(op, one)}
			}
			suite.Cases = append(suite.Cases, c)
		}
		suite.Time = junit.Seconds(took)
		out.Suites = append(out.Suites, suite)
	}
	return out.Write(w)
}
