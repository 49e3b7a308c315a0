package rollout

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

// Decision decides the labels of one request, whatever it asks: of one table, so that each coordinate has one owner in it,
// also where it holds several operations. Its methods may be called from many goroutines.
type Decision struct {
	table *Table
	facts Facts
	keeper
	writers *Writers
	now     time.Time
	// pins are the migrations whose side the request may choose, and has chosen.
	pins map[string]bool

	mu      sync.Mutex
	decided []Decided
}

// Decided is one label that was decided.
type Decided struct {
	// Label, and the Migration that it stands for; "" for labels without one.
	Label, Migration string
	New              bool
	// By is which of the rules decided.
	By By
	// key is who was decided about; "" for nobody.
	key  string
	rule *rule
}

// Active are those of the labels that are active, in their order.
func (d *Decision) Active(labels []string) []string {
	var out []string
	for _, l := range labels {
		if c, ok := d.label(l); ok && c.New {
			out = append(out, l)
		}
	}
	return out
}

// label is what was decided about a label: once in a request.
func (d *Decision) label(l string) (Decided, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if i := slices.IndexFunc(d.decided, func(c Decided) bool { return c.Label == l }); i >= 0 {
		return d.decided[i], true
	}
	r, ok := d.table.rule(l)
	if !ok {
		return Decided{}, false
	}
	out := Decided{Label: l, rule: r}
	out.Migration, _ = Of(l)
	out.key, _ = keyOf(d.table.keysOf(r), d.facts)
	out.New, out.By = Decide(d.inputs(out))
	d.decided = append(d.decided, out)
	return out, true
}

// inputs are what the decision about a label depends on.
func (d *Decision) inputs(of Decided) Inputs {
	r := of.rule
	in := Inputs{Salt: r.salt, Key: of.key, Percent: r.percent, Kill: r.kill, Denied: r.deny[of.key], Allowed: r.allow[of.key]}
	if of.Migration == "" {
		return in
	}
	if pin, ok := d.pins[of.Migration]; ok {
		in.Pin = &pin
	}
	if of.key == "" {
		return in
	}
	if r.reads > 0 {
		if wrote, ok := d.writers.side(of.Migration, of.key, d.now); ok {
			in.Wrote = &wrote
		}
	}
	in.Kept = r.keep && d.holds(d.facts, of.Migration, r.generation, of.key, d.now)
	return in
}

// FallBack are those of the labels, whose new side failed, that the request goes back to the old side for: from now on they
// are inactive in it.
func (d *Decision) FallBack(lost []string) []string {
	var out []string
	for _, l := range lost {
		if c, ok := d.label(l); !ok || !c.New || !c.rule.fallback {
			continue
		}
		d.mu.Lock()
		i := slices.IndexFunc(d.decided, func(c Decided) bool { return c.Label == l })
		d.decided[i].New, d.decided[i].By = false, ByFallback
		d.mu.Unlock()
		out = append(out, l)
	}
	return out
}

// Sides says what was decided of migrations, as the header Ficus-Sides has it: by name, such as "checkout=old, site-health=new".
func (d *Decision) Sides() string {
	var out []string
	for _, c := range d.made() {
		if c.Migration != "" {
			out = append(out, c.Migration+"="+side(c.New))
		}
	}
	slices.Sort(out)
	return strings.Join(out, ", ")
}

func (d *Decision) made() []Decided {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.decided)
}

// Cookies are those by which a client that came to the new side of a migration stays there when its percentage is lowered.
func (d *Decision) Cookies() []*http.Cookie {
	var out []*http.Cookie
	for _, c := range d.made() {
		if c.Migration != "" && c.New && c.rule.keep && (c.By == ByPercent || c.By == ByKept) {
			if cookie := d.renewed(d.facts, c.Migration, c.rule.generation, c.key, d.now); cookie != nil {
				out = append(out, cookie)
			}
		}
	}
	return out
}

// Wrote notes that the request changed something through a side of a migration: whoever it is for reads from that side
// for as long as the migration says. Who chose the side reads from there anyway, and takes nobody else along.
func (d *Decision) Wrote(label string, fresh bool, now time.Time) {
	c, ok := d.label(label)
	if ok && c.Migration != "" && c.key != "" && c.rule.reads > 0 && c.By != ByPin {
		d.writers.wrote(c.Migration, c.key, fresh, now.Add(c.rule.reads))
	}
}

func side(fresh bool) string {
	if fresh {
		return "new"
	}
	return "old"
}

type decisionKey struct{}

// NewContext makes the decision that of all operations beneath the context.
func NewContext(ctx context.Context, d *Decision) context.Context {
	return context.WithValue(ctx, decisionKey{}, d)
}

// FromContext is the request's decision, nil if none was begun.
func FromContext(ctx context.Context) *Decision {
	d, _ := ctx.Value(decisionKey{}).(*Decision)
	return d
}
