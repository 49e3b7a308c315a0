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
	case f.url != "" && (in.configFile != "" || in.supergraphFile != "" || in.environment != ""):
		return &usageError{errors.New("--url asks a running gateway, which has its own configuration; leave out --config, --supergraph and --env")}
	case f.token != "" && f.url == "":
		return &usageError{errors.New("--token is for a running gateway; name it with --url")}
	}
	return nil
}

// ofTeam is the report with the fields of one team, and no other team. What is counted by subgraph stays whole.
func ofTeam(r *status.Report, team string) (*status.Report, error) {
	if team == "" {
		return r, nil
	}
	at := slices.IndexFunc(r.Teams, func(t status.Team) bool { return t.Team == team })
	if at < 0 && len(r.Teams) == 0 {
		return nil, fmt.Errorf("--team %s: there is no owners file; name one with contract.owners", team)
	}
	if at < 0 {
		var names []string
		for _, t := range r.Teams {
			if t.Team != "" {
				names = append(names, t.Team)
			}
		}
		return nil, fmt.Errorf("--team %s: the owners file has no such team; it has: %s", team, strings.Join(names, ", "))
	}
	out := *r
	out.Teams, out.Types = r.Teams[at:at+1], []status.Type{}
	for _, t := range r.Types {
		t.Fields = slices.DeleteFunc(slices.Clone(t.Fields), func(f status.Field) bool { return f.Team != team })
		if len(t.Fields) > 0 {
			out.Types = append(out.Types, t)
		}
	}
	return &out, nil
}

// verdict is the error if the report has what is to fail; each reason is a line.
func verdict(r *status.Report, f *statusFlags) error {
	lists := map[string][]string{}
	add := func(missing, mocked, contradicting []string) {
		lists["missing"] = append(lists["missing"], missing...)
		lists["mocked"] = append(lists["mocked"], mocked...)
		lists["contradicting"] = append(lists["contradicting"], contradicting...)
	}
	for _, s := range r.Subgraphs {
		add(s.Missing, s.Mocked, s.Contradicting)
	}
	if f.team != "" {
		lists = map[string][]string{}
		add(r.Teams[0].Missing, r.Teams[0].Mocked, r.Teams[0].Contradicting)
	}
	var errs []error
	for _, name := range failures {
		if !slices.Contains(f.failOn, name) {
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
			errs = append(errs, fmt.Errorf("%s not as in the contract: %s", counted(len(list), "coordinate"), some(list)))
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
