package executor_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/ficusgraph/ficus/engine/executor"
)

// What a fetcher keeps in an operation is there for its other fetches, and for no other operation.
func TestWhatIsKeptLivesAsLongAsTheOperation(t *testing.T) {
	p := compile(t, rootFetches(t, nil, []int{0}, []int{1}))
	made, key := 0, new(int)
	var found []int
	f := fetcherFunc(func(_ context.Context, r *executor.Request) (*executor.Response, error) {
		found = append(found, r.Operation.Keep(key, func() any { made++; return made }).(int))
		return nil, errors.New("no")
	})
	for range 2 {
		p.Run(t.Context(), f, executor.Input{}, nil)
	}
	if want := []int{1, 1, 1, 2, 2, 2}; !slices.Equal(found, want) {
		t.Errorf("have %v, want %v", found, want)
	}
	var alone *executor.Operation
	if alone.Keep(key, func() any { return 7 }) != 7 {
		t.Error("a fetch by itself has no operation to keep things in")
	}
}
