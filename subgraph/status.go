package subgraph

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
)

// Statuses says which HTTP statuses of sources clients see.
type Statuses struct {
	// All holds for every subgraph.
	All []int `yaml:"all"`
	// Subgraphs holds for the subgraphs named, in place of All.
	Subgraphs map[string][]int `yaml:"subgraphs"`
}

func (s Statuses) of(subgraph string) []int {
	if own, ok := s.Subgraphs[subgraph]; ok {
		return own
	}
	return s.All
}

func (s Statuses) validate() error {
	errs := []error{validStatuses("subgraph_status.all", s.All)}
	for _, name := range slices.Sorted(maps.Keys(s.Subgraphs)) {
		errs = append(errs, validStatuses("subgraph_status.subgraphs."+name, s.Subgraphs[name]))
	}
	return flatten(errs)
}

func validStatuses(key string, list []int) error {
	var errs []error
	for i, status := range list {
		if status < 400 || status > 599 || status == http.StatusProxyAuthRequired || status == http.StatusRequestTimeout {
			errs = append(errs, fmt.Errorf("%s[%d]: %d is not passed on; write statuses of failures, 400 to 599 without 407 and 408", key, i, status))
		}
	}
	return flatten(errs)
}
