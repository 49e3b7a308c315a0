package subgraph

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/ficusgraph/ficus/engine/queryplan"
)

// Heard gathers what the answers of sources to one operation say that goes back to its client.
//
// Answers come in any order. They are read in that of the plan's fetches, so that the same operation gets the same header
// whichever source is quicker.
type Heard struct {
	mu      sync.Mutex
	answers []heardAnswer
	// told are the fetches of which somebody said how they were answered.
	told map[int]bool
}

// heardAnswer is what one answer says.
type heardAnswer struct {
	fetch int
	call  string
	// root says that it answers fields of the operation itself.
	root    bool
	fields  []heardField
	caching caching
	vary    []string
	// status is 0 for none that goes back.
	status int
}

type heardField struct {
	name      string
	values    []string
	algorithm Algorithm
}

type heardKey struct{}

// Listen makes a place for what sources say under the context.
func Listen(ctx context.Context) (context.Context, *Heard) {
	h := &Heard{told: map[int]bool{}}
	return context.WithValue(ctx, heardKey{}, h), h
}

func heardIn(ctx context.Context) *Heard {
	h, _ := ctx.Value(heardKey{}).(*Heard)
	return h
}

// Told says that a fetch was answered by what is noted of it, and by nothing that nobody hears of.
func Told(ctx context.Context, f *queryplan.Fetch) {
	if h := heardIn(ctx); h != nil {
		h.mu.Lock()
		defer h.mu.Unlock()
		h.told[f.ID] = true
	}
}

func (h *Heard) add(a heardAnswer) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.answers = append(h.answers, a)
}

// End says how the operation ended, for Reply.
type End struct {
	Plan *queryplan.Plan
	// Fetches were made, Errors are in the answer. Identified says that it is known who asks.
	Fetches, Errors int
	Identified      bool
}

// Reply is what goes back to the client: the header, nil for none, a status, 0 for the usual one, and whether it has
// something that is for nobody but who asked first: a cookie.
func (h *Heard) Reply(end End, cached bool) (header http.Header, status int, own bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	slices.SortStableFunc(h.answers, func(a, b heardAnswer) int {
		return cmp.Or(cmp.Compare(a.fetch, b.fetch), strings.Compare(a.call, b.call))
	})
	w := headerWriter{header: http.Header{}}
	for _, a := range h.answers {
		for _, f := range a.fields {
			w.write(f)
		}
	}
	if cached && end.Fetches > 0 {
		h.cache(w.header, end)
	}
	if len(w.header) > 0 {
		header = w.header
	}
	return header, h.status(end), header[setCookie] != nil
}

// cache writes how long the answer may be kept.
func (h *Heard) cache(to http.Header, end End) {
	all := caching{noStore: end.Errors > 0 || end.Plan.Kind != ast.Query || end.Fetches > len(h.told), unbounded: true, public: true}
	var vary []string
	for _, a := range h.answers {
		all = all.and(a.caching)
		for _, list := range a.vary {
			for name := range strings.SplitSeq(list, ",") {
				if name = strings.TrimSpace(name); validName(name) && !slices.ContainsFunc(vary, func(v string) bool { return strings.EqualFold(v, name) }) {
					vary = append(vary, name)
				}
			}
		}
	}
	if slices.Contains(vary, "*") || len(h.answers) == 0 {
		all.noStore = true
	}
	if end.Identified {
		all.public, all.private = false, true
	}
	to[cacheControl] = []string{all.String()}
	if len(vary) > 0 && !all.noStore {
		to["Vary"] = []string{strings.Join(vary, ", ")}
	}
}

// status is the one that goes back, where what failed is all that was asked for.
func (h *Heard) status(end End) int {
	if end.Errors == 0 || !single(end.Plan) {
		return 0
	}
	for _, a := range h.answers {
		if a.root && a.status != 0 {
			return a.status
		}
	}
	return 0
}

// single reports whether one root field is asked for, of one source.
func single(p *queryplan.Plan) bool {
	fields, fetches := 0, 0
	for _, v := range p.Shape.Variants {
		for _, f := range v.Fields {
			if f.Typename == "" && f.Name != queryplan.Typename {
				fields++
			}
		}
	}
	for _, f := range p.Fetches {
		if len(f.Path) == 0 {
			fetches++
		}
	}
	return fields == 1 && fetches == 1
}

// The most that goes back of all answers together: beyond it nothing is added.
const (
	maxBackFields = 100
	maxBackBytes  = 32 << 10
)

// headerWriter writes fields into one header.
type headerWriter struct {
	header        http.Header
	fields, bytes int
}

func (w *headerWriter) write(f heardField) {
	had := w.header[f.name]
	if f.name == setCookie {
		for _, v := range f.values {
			if !slices.Contains(had, v) && w.room(f.name, v) {
				had = append(had, v)
			}
		}
		if len(had) > 0 {
			w.header[f.name] = had
		}
		return
	}
	value := strings.Join(f.values, ", ")
	switch {
	case len(had) == 0, f.algorithm == LastWrite:
	case f.algorithm == Append:
		value = had[0] + ", " + value
	default:
		return
	}
	if w.room(f.name, value) {
		w.header[f.name] = []string{value}
	}
}

func (w *headerWriter) room(name, value string) bool {
	if w.fields >= maxBackFields || w.bytes+len(name)+len(value) > maxBackBytes {
		return false
	}
	w.fields++
	w.bytes += len(name) + len(value)
	return true
}
