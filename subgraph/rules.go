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
	apply(a *application)
}

// application is rules being applied to one header.
type application struct {
	out http.Header
	// from is the header of the other side: the client's request, or the answer of a source.
	from http.Header
	// reserved are those that no pattern takes over.
	reserved func(name string) bool
	in       *Inbound
	asked    *Asked
	// propagated are the names that something was taken over under: the first rule for a name counts.
	propagated []string
}

// take sets a header to what is taken over, unless an earlier rule did.
func (a *application) take(name string, values []string) {
	if len(values) > 0 && !slices.Contains(a.propagated, name) {
		a.out[name], a.propagated = values, append(a.propagated, name)
	}
}

type propagateNamed struct {
	from, to string
	absent   []string
}

func (r propagateNamed) apply(a *application) {
	if v := a.from[r.from]; len(v) > 0 && !hopByHop(a.from, r.from) {
		a.take(r.to, v)
	} else {
		a.take(r.to, r.absent)
	}
}

type propagateMatching struct{ names *regexp.Regexp }

func (r propagateMatching) apply(a *application) {
	for _, name := range slices.Sorted(maps.Keys(a.from)) {
		if !a.reserved(name) && !hopByHop(a.from, name) && r.names.MatchString(strings.ToLower(name)) {
			a.take(name, a.from[name])
		}
	}
}

// hopByHop reports whether the Connection header ties the header to its own hop.
func hopByHop(from http.Header, name string) bool {
	for _, list := range from["Connection"] {
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

func (r insertValue) apply(a *application) { a.out[r.name] = r.value }

// insertFound is what is looked up for each request.
type insertFound struct {
	name   string
	find   func(a *application) (string, bool)
	absent []string
}

// A header that stands for a claim, or for what is known of an operation, is never the client's own: where there is
// none, what an earlier rule propagated under the name goes too, and no later one propagates it.
func (r insertFound) apply(a *application) {
	delete(a.out, r.name)
	a.propagated = append(a.propagated, r.name)
	if v, ok := r.find(a); ok && validValue(v) {
		a.out[r.name] = []string{v}
	} else if len(r.absent) > 0 {
		a.out[r.name] = r.absent
	}
}

type removeNamed string

func (r removeNamed) apply(a *application) { remove(a.out, string(r)) }

type removeMatching struct{ names *regexp.Regexp }

func (r removeMatching) apply(a *application) {
	for _, name := range slices.Sorted(maps.Keys(a.out)) {
		if r.names.MatchString(strings.ToLower(name)) {
			remove(a.out, name)
		}
	}
}

// remove leaves alone what every request must have.
func remove(out http.Header, name string) {
	if !slices.Contains(reserved, name) {
		delete(out, name)
	}
}
