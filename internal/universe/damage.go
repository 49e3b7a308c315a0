package universe

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"

	"github.com/ficusgraph/ficus/engine/executor"
)

// Damaged is a source whose answers are well formed and wrong in one place or another.
type Damaged struct {
	executor.Fetcher

	mu sync.Mutex
	r  *rand.Rand
}

// NewDamaged damages the answers of a source in ways that the seed decides.
func NewDamaged(f executor.Fetcher, seed uint64) *Damaged {
	return &Damaged{Fetcher: f, r: source(seed, 3)}
}

// Fetch implements executor.Fetcher.
func (d *Damaged) Fetch(ctx context.Context, r *executor.Request) (*executor.Response, error) {
	answer, err := d.Fetcher.Fetch(ctx, r)
	if err != nil {
		return nil, err
	}
	value, err := decode(answer.Body)
	if err != nil {
		return nil, fmt.Errorf("damage: %w", err)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	body, err := json.Marshal(d.value(value))
	return &executor.Response{Body: body}, err
}

// value is often the same, sometimes another, and rarely without or with more than it had.
func (d *Damaged) value(v any) any {
	if d.r.IntN(25) == 0 {
		return one(d.r, []any{nil, true, 7, -1.5, 1e300, "x", "", "RED", []any{}, []any{nil}, []any{[]any{v}}, map[string]any{}, map[string]any{"id": v}, map[string]any{"__typename": "Nothing"}})
	}
	switch v := v.(type) {
	case []any:
		list := make([]any, len(v))
		for i := range v {
			list[i] = d.value(v[i])
		}
		if d.r.IntN(20) == 0 {
			list = append(list, list...)
		}
		return list
	case map[string]any:
		return d.object(v)
	}
	return v
}

func (d *Damaged) object(v map[string]any) map[string]any {
	keys := make([]string, 0, len(v))
	for key := range v {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	object := map[string]any{}
	for _, key := range keys {
		if d.r.IntN(30) > 0 {
			object[key] = d.value(v[key])
		}
	}
	if d.r.IntN(30) == 0 {
		object["unasked"] = 1
	}
	return object
}
