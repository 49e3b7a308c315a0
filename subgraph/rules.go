package subgraph

import (
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
)

// rule is one header rule, ready to be applied. The slices of values are shared, never changed.
type rule interface {
	apply(out http.Header, in *Inbound)
}

type propagateNamed struct {
	from, to string
	absent   []string
}

func (r propagateNamed) apply(out http.Header, in *Inbound) {
	if v := in.Header[r.from]; len(v) > 0 && !hopByHop(in, r.from) {
		out[r.to] = v
	} else if len(r.absent) > 0 {
		out[r.to] = r.absent
	}
}

type propagateMatching struct{ names *regexp.Regexp }

func (r propagateMatching) apply(out http.Header, in *Inbound) {
	for _, name := range slices.Sorted(maps.Keys(in.Header)) {
		if !slices.Contains(reserved, name) && !hopByHop(in, name) && r.names.MatchString(strings.ToLower(name)) {
			out[name] = in.Header[name]
		}
	}
}

// hopByHop reports whether the client's Connection header ties the header to its own hop.
func hopByHop(in *Inbound, name string) bool {
	for _, list := range in.Header["Connection"] {
		for token := range strings.SplitSeq(list, ",") {
			if strings.EqualFold(strings.TrimSpace(token), name) {
				return true
			}
		}
	}
	return false
}

type insertValue struct {
	name  string
	value []string
}

func (r insertValue) apply(out http.Header, _ *Inbound) { out[r.name] = r.value }

type insertClaim struct {
	name, claim string
	absent      []string
}

// A header that stands for a claim is never the client's own: where there is no claim, what an earlier rule
// propagated under the name goes too.
func (r insertClaim) apply(out http.Header, in *Inbound) {
	delete(out, r.name)
	if in.Claim != nil {
		if v, ok := in.Claim(r.claim); ok && validValue(v) {
			out[r.name] = []string{v}
			return
		}
	}
	if len(r.absent) > 0 {
		out[r.name] = r.absent
	}
}

type removeNamed string

func (r removeNamed) apply(out http.Header, _ *Inbound) { remove(out, string(r)) }

type removeMatching struct{ names *regexp.Regexp }

func (r removeMatching) apply(out http.Header, _ *Inbound) {
	for _, name := range slices.Sorted(maps.Keys(out)) {
		if r.names.MatchString(strings.ToLower(name)) {
			remove(out, name)
		}
	}
}

// remove leaves alone what every request must have.
func remove(out http.Header, name string) {
	if !slices.Contains(reserved, name) {
		delete(out, name)
	}
}
