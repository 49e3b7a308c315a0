package comparison_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/ficusgraph/ficus/rollout/comparison"
)

// world makes random selections, and answers to them.
type world struct{ *rand.Rand }

// selection is a random place with what is beneath it.
func (w world) selection(name string, deep int, moved bool) *comparison.Field {
	f := &comparison.Field{Name: name, Coordinates: []string{"T." + name}, Moved: moved}
	if deep == 0 {
		return f
	}
	for i := range 1 + w.IntN(3) {
		f.Fields = append(f.Fields, w.selection(fmt.Sprintf("%s%c", name, 'a'+i), w.IntN(deep), false))
	}
	if w.IntN(2) == 0 {
		f.Keys = [][]string{{"id"}}
		f.Fields = append(f.Fields, &comparison.Field{Name: "id", Coordinates: []string{"T.id"}})
	}
	return f
}

// value is what a place may have: an object or a list of them where something is beneath it, else a scalar or a list.
func (w world) value(f *comparison.Field, n int) any {
	if w.IntN(8) == 0 && n > 0 {
		list := make([]any, w.IntN(4))
		for i := range list {
			list[i] = w.value(f, i+1)
		}
		return list
	}
	if len(f.Fields) == 0 {
		return []any{nil, true, json.Number(fmt.Sprint(w.IntN(9))), "text", "2026-01-01T10:00:00Z"}[w.IntN(5)]
	}
	if w.IntN(9) == 0 {
		return nil
	}
	o := map[string]any{}
	for _, sub := range f.Fields {
		o[sub.Name] = w.value(sub, 1)
		if sub.Name == "id" {
			o["id"] = fmt.Sprint(n, "-", w.IntN(1000))
		}
	}
	return o
}

// plant changes one scalar of a value and gives where, "" if there is none.
func (w world) plant(v any, at string) (any, string) {
	switch x := v.(type) {
	case map[string]any:
		out := map[string]any{}
		names := []string{}
		for name := range x {
			out[name] = x[name]
			names = append(names, name)
		}
		for _, name := range shuffled(w, names) {
			if changed, where := w.plant(x[name], at+"."+name); where != "" && name != "id" {
				out[name] = changed
				return out, where
			}
		}
		return v, ""
	case []any:
		for i := range x {
			if changed, where := w.plant(x[i], at); where != "" {
				out := append([]any{}, x...)
				out[i] = changed
				return out, where
			}
		}
		return v, ""
	case nil:
		return "planted", at
	default:
		return []any{nil, "planted", json.Number("99")}[w.IntN(3)], at
	}
}

func shuffled(w world, names []string) []string {
	out := make([]string, len(names))
	for i, j := range w.Perm(len(names)) {
		out[i] = names[j]
	}
	return out
}

// TestTheComparisonIsFairAndFindsAll: over random selections, answers and rules no answer differs from itself, both
// directions have one verdict, and each change of one value beneath what moves is found at its place.
func TestTheComparisonIsFairAndFindsAll(t *testing.T) {
	planted := 0
	for seed := range uint64(4000) {
		w := world{rand.New(rand.NewPCG(seed, 1))}
		root := &comparison.Field{Fields: []*comparison.Field{w.selection("m", 1+w.IntN(3), true)}}
		a := comparison.Answer{Data: map[string]any{"m": w.value(root.Fields[0], 1)}}
		b := comparison.Answer{Data: map[string]any{"m": w.value(root.Fields[0], 1)}}
		rules := comparison.Rules{}
		for range w.IntN(3) {
			rules["T.m"+strings.Repeat("a", w.IntN(3))] = comparison.Rule{
				Order: []comparison.Ordering{"", "ignore", "key"}[w.IntN(3)], Tolerance: []comparison.Tolerance{"", "1", "50%"}[w.IntN(3)],
			}
		}
		if got := told(comparison.Compare(root, rules, a, a)); got != nil {
			t.Fatalf("seed %d: %v differs from itself: %v", seed, a, got)
		}
		there, back := told(comparison.Compare(root, rules, a, b)), told(comparison.Compare(root, rules, b, a))
		if (there == nil) != (back == nil) {
			t.Fatalf("seed %d: one way %v, the other %v\n%v\n%v", seed, there, back, a, b)
		}
		changed, where := w.plant(a.Data, "")
		if where == "" {
			continue
		}
		planted++
		got := comparison.Compare(root, nil, a, comparison.Answer{Data: changed})
		if len(got.Differences) == 0 {
			t.Fatalf("seed %d: the change at %s is not found\n%v\n%v", seed, where, a.Data, changed)
		}
	}
	if planted < 3000 {
		t.Errorf("only %d changes were planted", planted)
	}
}
