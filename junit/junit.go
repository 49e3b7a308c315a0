// Package junit writes what tests came to in JUnit's XML, as CI systems read it.
package junit

import (
	"encoding/xml"
	"fmt"
	"io"
	"time"
)

// The elements of the format.
type (
	// Suites is a whole run.
	Suites struct {
		XMLName  xml.Name `xml:"testsuites"`
		Name     string   `xml:"name,attr"`
		Tests    int      `xml:"tests,attr"`
		Failures int      `xml:"failures,attr"`
		Skipped  int      `xml:"skipped,attr"`
		Suites   []Suite  `xml:"testsuite"`
	}
	// Suite is some cases of one file or subject. Time is what Seconds makes of it.
	Suite struct {
		Name     string `xml:"name,attr"`
		File     string `xml:"file,attr,omitempty"`
		Tests    int    `xml:"tests,attr"`
		Failures int    `xml:"failures,attr"`
		Skipped  int    `xml:"skipped,attr"`
		Time     string `xml:"time,attr"`
		Cases    []Case `xml:"testcase"`
	}
	// Case is one of them; it passed if it has neither Failure nor Skipped.
	Case struct {
		Name      string    `xml:"name,attr"`
		ClassName string    `xml:"classname,attr"`
		File      string    `xml:"file,attr,omitempty"`
		Line      int       `xml:"line,attr,omitempty"`
		Time      string    `xml:"time,attr"`
		Failure   *Failure  `xml:"failure"`
		Skipped   *struct{} `xml:"skipped"`
	}
	// Failure is why it failed, in a line and in full.
	Failure struct {
		Message string `xml:"message,attr"`
		Text    string `xml:",cdata"`
	}
)

// Seconds is how long something took, as the format has it.
func Seconds(d time.Duration) string { return fmt.Sprintf("%.3f", d.Seconds()) }

// Write writes the run as a document.
func (s Suites) Write(w io.Writer) error {
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	e := xml.NewEncoder(w)
	e.Indent("", "  ")
	if err := e.Encode(s); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}
