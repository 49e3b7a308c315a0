package cli

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/ficusgraph/ficus/owners/status"
)

// failures are what --fail-on can name.
var failures = []string{"missing", "mocked", "contradicting", "operations"}

// check reports flags that do not go together.
func (f *statusFlags) check(in *input) error {
	for _, name := range f.failOn {
		if !slices.Contains(failures, name) {
			return &usageError{fmt.Errorf("--fail-on: %q is none of %s", name, strings.Join(failures, ", "))}
		}
	}
	switch {
	case slices.Contains(f.failOn, "operations") && f.operations == "":
		return &usageError{errors.New("--fail-on operations needs the saved operations; name their folder with --operations")}
	case f.url != "" && (in.configFile != "" || in.supergraphFile != ""):
		return &usageError{errors.New("--url asks a running gateway, which has its own configuration; leave out --config and --supergraph")}
	case f.token != "" && f.url == "":
		return &usageError{errors.New("--token is for a running gateway; name it with --url")}
	}
	return nil
}

// verdict is the error if the report has what is to fail; each reason is a line.
func verdict(r *status.Report, failOn []string) error {
	lists := map[string][]string{}
	for _, s := range r.Subgraphs {
		lists["missing"] = append(lists["missing"], s.Missing...)
		lists["mocked"] = append(lists["mocked"], s.Mocked...)
		lists["contradicting"] = append(lists["contradicting"], s.Contradicting...)
	}
	var errs []error
	for _, name := range failures {
		if !slices.Contains(failOn, name) {
			continue
		}
		if name == "operations" {
			errs = append(errs, unready(r.Operations))
			continue
		}
		list := slices.Compact(slices.Sorted(slices.Values(lists[name])))
		switch {
		case len(list) == 0:
		case name == "contradicting":
			errs = append(errs, fmt.Errorf("%s, what the service means is not what the contract says: %s", counted(len(list), "coordinate"), some(list)))
		default:
			errs = append(errs, fmt.Errorf("%s %s: %s", counted(len(list), "field"), name, some(list)))
		}
	}
	return errors.Join(errs...)
}

// unready is the error if an operation is not ready.
func unready(o *status.Operations) error {
	if o == nil || o.Ready == o.Total {
		return nil
	}
	var list []string
	for _, one := range o.List {
		if one.State != status.Ready {
			name := one.Name
			if one.Operation != "" {
				name += " " + one.Operation
			}
			list = append(list, name)
		}
	}
	return fmt.Errorf("%d of %s not ready: %s", o.Total-o.Ready, counted(o.Total, "saved operation"), some(list))
}

func counted(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// some names the first of a list.
func some(list []string) string {
	const shown = 10
	if len(list) <= shown {
		return strings.Join(list, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(list[:shown], ", "), len(list)-shown)
}
