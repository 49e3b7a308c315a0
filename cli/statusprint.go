package cli

import (
	"fmt"
	"io"
	"text/tabwriter"

	"github.com/ficusgraph/ficus/owners/status"
)

// printReport writes a report as tables; with fields it lists what is mocked or missing.
func printReport(w io.Writer, r *status.Report, fields bool) error {
	if err := printSubgraphs(w, r.Subgraphs); err != nil {
		return err
	}
	if err := printTeams(w, r.Teams); err != nil {
		return err
	}
	if fields {
		printFields(w, r.Types)
	}
	for _, c := range r.Contradictions {
		_, _ = fmt.Fprintf(w, "\n%s: %s: %s\n", c.Subgraph, c.Coordinate, c.Message)
		_, _ = fmt.Fprintf(w, "  contract  %s: %s\n  service   %s: %s\n", c.Contract, c.Contract.Text, c.Service, c.Service.Text)
	}
	printOperations(w, r.Operations)
	return nil
}

func printSubgraphs(w io.Writer, list []status.Subgraph) error {
	t := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
	_, _ = fmt.Fprintln(t, "SUBGRAPH\tOWNER\tIMPLEMENTED\tMOCKED\tMISSING\tCONTRADICTING\tSTATE")
	for _, s := range list {
		_, _ = fmt.Fprintf(t, "%s\t%s\t%d\t%d\t%d\t%d\t%s\n", s.Subgraph, s.Owner, s.Implemented, len(s.Mocked), len(s.Missing), len(s.Contradicting), s.State)
	}
	return t.Flush()
}

func printTeams(w io.Writer, list []status.Team) error {
	if len(list) == 0 {
		return nil
	}
	t := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
	_, _ = fmt.Fprintln(t, "\nTEAM\tIMPLEMENTED\tMOCKED\tMISSING\tCONTRADICTING")
	for _, s := range list {
		name := s.Team
		if name == "" {
			name = "(no team)"
		}
		_, _ = fmt.Fprintf(t, "%s\t%d\t%d\t%d\t%d\n", name, s.Implemented, len(s.Mocked), len(s.Missing), len(s.Contradicting))
	}
	return t.Flush()
}

// printFields lists the fields that are not implemented.
func printFields(w io.Writer, types []status.Type) {
	between := "\n"
	for _, t := range types {
		for _, f := range t.Fields {
			if f.State == status.Implemented {
				continue
			}
			of := ""
			if f.Team != "" {
				of = " (" + f.Team + ")"
			}
			_, _ = fmt.Fprintf(w, "%s%s: %s.%s is %s%s\n", between, f.Subgraph, t.Name, f.Name, f.State, of)
			between = ""
		}
	}
}

// printOperations lists the operations that are not ready, and counts those that are.
func printOperations(w io.Writer, o *status.Operations) {
	if o == nil {
		return
	}
	_, _ = fmt.Fprintln(w)
	for _, one := range o.List {
		if one.State != status.Ready {
			_, _ = fmt.Fprintln(w, one)
		}
	}
	_, _ = fmt.Fprintf(w, "%d of %s (%.0f %%) answered by real owners alone\n", o.Ready, counted(o.Total, "saved operation"), 100*o.Share)
}
