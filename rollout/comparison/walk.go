package comparison

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
)

// walk compares two answers.
type walk struct {
	rules Rules
	sides [2]Answer
	out   Result
	seen  map[string]bool
}

// place is where the walk is: the path for people, and that of each answer, in which errors are looked up.
type place struct {
	text string
	in   [2][]any
	// moved is the coordinate that moves at or above the place; "" on the way.
	moved string
}

// member is a place beneath an object.
func (p place) member(name string) place {
	out := place{text: name, moved: p.moved}
	if p.text != "" {
		out.text = p.text + "." + name
	}
	for i := range p.in {
		out.in[i] = append(slices.Clip(p.in[i]), name)
	}
	return out
}

// element is a place in two lists.
func (p place) element(name string, a, b int) place {
	out := place{text: p.text + "[" + name + "]", moved: p.moved}
	for i, n := range [2]int{a, b} {
		out.in[i] = append(slices.Clip(p.in[i]), float64(n))
	}
	return out
}

// at is the path by indices in one of the answers.
func (p place) at(second bool) string {
	path := p.in[0]
	if second {
		path = p.in[1]
	}
	var b strings.Builder
	for _, step := range path {
		switch step := step.(type) {
		case float64:
			b.WriteString("[" + strconv.Itoa(int(step)) + "]")
		case string:
			if b.Len() > 0 {
				b.WriteByte('.')
			}
			b.WriteString(step)
		}
	}
	return b.String()
}

// value compares what two answers have at a place.
func (w *walk) value(f *Field, p place, a, b any) {
	if p.moved == "" && f.Moved {
		p.moved = f.Coordinates[0]
	}
	if p.moved != "" {
		w.seen[p.moved] = true
	}
	if w.rules.of(f).Ignore {
		return
	}
	w.known(f, p, a, b)
}

// known compares at a place that is not ignored; it is also that of a list's element.
func (w *walk) known(f *Field, p place, a, b any) {
	switch {
	case a == nil && b == nil:
		w.failures(f, p)
		return
	case a == nil || b == nil:
		w.differ(f, p, Null, a, b)
		return
	}
	switch x := a.(type) {
	case []any:
		if y, ok := b.([]any); ok {
			w.list(f, p, x, y)
			return
		}
	case map[string]any:
		if y, ok := b.(map[string]any); ok {
			w.object(f, p, x, y)
			return
		}
	default:
		if kindOf(a) == kindOf(b) {
			if p.moved != "" && !w.rules.of(f).same(a, b) {
				w.differ(f, p, Value, a, b)
			}
			return
		}
	}
	w.differ(f, p, Type, a, b)
}

// object compares the members that were asked for; of a scalar that is an object, all.
func (w *walk) object(f *Field, p place, a, b map[string]any) {
	if len(f.Fields) == 0 {
		if p.moved != "" && !w.rules.of(f).same(a, b) {
			w.differ(f, p, Value, a, b)
		}
		return
	}
	for _, sub := range f.Fields {
		x, has := a[sub.Name]
		y, too := b[sub.Name]
		switch {
		case has && too:
			w.value(sub, p.member(sub.Name), x, y)
		case has != too:
			at := p.member(sub.Name)
			if at.moved == "" {
				at.moved = sub.moved()
			}
			w.seen[at.moved] = true
			if !w.rules.of(sub).Ignore {
				w.differ(sub, at, Absent, x, y)
			}
		}
	}
}

// failures compares why there is null on both sides: errors at the place and beneath it.
func (w *walk) failures(f *Field, p place) {
	x, y := w.codes(0, p.in[0]), w.codes(1, p.in[1])
	if x != y {
		w.differ(f, p, Failure, nil, nil)
	}
}

// codes are those of a side's errors at a path and beneath it, sorted and joined.
func (w *walk) codes(side int, path []any) string {
	var out []string
	for _, e := range w.sides[side].Errors {
		if len(e.Path) >= len(path) && slices.Equal(e.Path[:len(path)], path) {
			out = append(out, e.Code)
		}
	}
	slices.Sort(out)
	return strings.Join(slices.Compact(out), ",")
}

// differ tells a difference. On the way it is one of what moves beneath.
func (w *walk) differ(f *Field, p place, kind Kind, a, b any) {
	d := Difference{Path: p.text, At: p.at(a == nil && b != nil), Coordinate: p.moved, Kind: kind, A: a, B: b, CodeA: w.codes(0, p.in[0]), CodeB: w.codes(1, p.in[1])}
	if len(f.Coordinates) > 0 {
		d.Field = f.Coordinates[0]
	}
	if d.Coordinate == "" {
		d.Coordinate = f.moved()
	}
	w.seen[d.Coordinate] = true
	if len(w.out.Differences) == maxDifferences {
		w.out.Truncated = true
		return
	}
	w.out.Differences = append(w.out.Differences, d)
}

// kindOf is a value's type in JSON.
func kindOf(v any) string {
	switch v.(type) {
	case nil:
		return "null"
	case bool:
		return "boolean"
	case json.Number:
		return "number"
	case string:
		return "string"
	case []any:
		return "list"
	default:
		return "object"
	}
}

// same compares values that no selection leads into.
func (r Rule) same(a, b any) bool {
	switch x := a.(type) {
	case json.Number:
		y, ok := b.(json.Number)
		return ok && r.sameNumber(x, y)
	case string:
		y, ok := b.(string)
		return ok && (x == y || r.meet(x, y))
	case []any:
		y, ok := b.([]any)
		return ok && slices.EqualFunc(x, y, r.same)
	case map[string]any:
		y, ok := b.(map[string]any)
		return ok && r.sameObject(x, y)
	default:
		return a == b
	}
}

func (r Rule) sameObject(a, b map[string]any) bool {
	if len(a) != len(b) {
		return false
	}
	for name, x := range a {
		if y, ok := b[name]; !ok || !r.same(x, y) {
			return false
		}
	}
	return true
}

// sameNumber compares whole numbers by their digits, however many, and others as GraphQL's Float.
func (r Rule) sameNumber(a, b json.Number) bool {
	if a == b {
		return true
	}
	x, errX := strconv.ParseFloat(string(a), 64)
	y, errY := strconv.ParseFloat(string(b), 64)
	if errX != nil || errY != nil {
		return false // beyond what a Float can be, and not written alike
	}
	if r.Tolerance != "" {
		return r.Tolerance.near(x, y)
	}
	if whole(a) && whole(b) {
		return x == 0 && y == 0 // 0 and -0; others are written in one way
	}
	return x == y
}

func whole(n json.Number) bool { return !strings.ContainsAny(string(n), ".eE") }
