package executor_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/ficusgraph/ficus/engine/executor"
	"github.com/ficusgraph/ficus/engine/queryplan"
)

// Each of many objects gets the entity of its own representation, and each representation is sent once.
func TestManyEntities(t *testing.T) {
	p := compile(t, load(t, "testdata/bench/entities.txtar").plan)
	const objects, distinct = 3000, 1000
	var list strings.Builder
	for i := range objects {
		fmt.Fprintf(&list, `%s{"__typename":"Product","upc":"%d","name":"n"}`, strings.Repeat(",", min(i, 1)), i*7%distinct+1)
	}
	f := fetcherFunc(func(ctx context.Context, r *executor.Request) (*executor.Response, error) {
		if !r.Fetch.IsEntity() {
			return &executor.Response{Body: []byte(`{"data":{"topProducts":[` + list.String() + `]}}`)}, nil
		}
		if r.Representations != distinct {
			t.Errorf("%d representations", r.Representations)
		}
		return (&shop{}).Fetch(ctx, r)
	})
	text, out := p.Run(t.Context(), f, executor.Input{}, nil)
	var r struct {
		Data struct {
			TopProducts []struct {
				Upc   string
				Price int
			}
		}
	}
	if err := json.Unmarshal(text, &r); err != nil || out.Errors > 0 || len(r.Data.TopProducts) != objects {
		t.Fatalf("%v, %+v, %d objects", err, out, len(r.Data.TopProducts))
	}
	for i, p := range r.Data.TopProducts {
		if id := i*7%distinct + 1; p.Upc != fmt.Sprint(id) || p.Price != 100*id {
			t.Fatalf("object %d is %+v", i, p)
		}
	}
}

// A wide object is read right whatever the order of its members.
func TestWideObject(t *testing.T) {
	needs := make([][]int, 40)
	plan := rootFetches(t, needs...)
	for _, f := range plan.Fetches[1:] {
		plan.Fetches[0].Selections = append(plan.Fetches[0].Selections, f.Selections...)
	}
	plan.Fetches = plan.Fetches[:1]
	var answer, want []string
	for i := range needs {
		answer = append(answer, fmt.Sprintf(`"f%d":%d,"g%d":{}`, i*7%40, i*7%40, i))
		want = append(want, fmt.Sprintf(`"f%d":%d`, i, i))
	}
	text, _ := compile(t, plan).Run(t.Context(), newConstant(`{"data":{`+strings.Join(answer, ",")+`}}`), executor.Input{}, nil)
	if string(text) != `{"data":{`+strings.Join(want, ",")+`}}` {
		t.Errorf("have %s", text)
	}
}

// Memory stays flat from request to request, however long the lists are.
func TestRunsAllocateNothingForListItems(t *testing.T) {
	allocs := func(n int) float64 {
		p := compile(t, load(t, "testdata/bench/entities.txtar").plan)
		f := &remembering{next: &shop{products: n}, answers: map[string]*executor.Response{}}
		dst, _ := p.Run(t.Context(), f, executor.Input{}, nil)
		// The least of some measures: a pool may be emptied at any time, and under the race detector drops at random.
		least := math.Inf(1)
		for range 10 {
			least = min(least, testing.AllocsPerRun(5, func() { dst, _ = p.Run(t.Context(), f, executor.Input{}, dst[:0]) }))
		}
		return least
	}
	if few, many := allocs(10), allocs(2000); many > few+20 {
		t.Errorf("%v allocations for 10 items, %v for 2,000", few, many)
	}
}

// Empty objects take much more memory than they are long: more than is reasonable is refused.
func TestObjectsAreBounded(t *testing.T) {
	plan := rootFetches(t, nil)
	var names []string
	for i := range 40 {
		names = append(names, fmt.Sprintf("f%d", i))
	}
	if err := operation(plan.Fetches[0], "{ list { "+strings.Join(names, " ")+" } }"); err != nil {
		t.Fatal(err)
	}
	plan.Shape.Variants[0].Fields = []*queryplan.Field{{
		Key: "list", Name: "list", Type: &queryplan.Type{Named: "L", Elem: &queryplan.Type{Named: "L"}},
		Shape: &queryplan.Shape{Variants: []*queryplan.Variant{{}}},
	}}
	p := compile(t, plan)
	for n, want := range map[int]int{50: 0, 100_000: 1} {
		answer := `{"data":{"list":[` + strings.Repeat("{},", n) + `{}]}}`
		text, _ := p.Run(t.Context(), newConstant(answer), executor.Input{}, nil)
		if r := decodeResponse(t, text); len(r.Errors) != want {
			t.Errorf("%d objects: have %.200s", n, text)
		}
	}
}
