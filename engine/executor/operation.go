package executor

import "sync"

// Operation is one run of a program as fetchers see it: the fetches of a run have the same one. What a fetcher
// keeps there lives until the run ends.
type Operation struct {
	mu   sync.Mutex
	kept map[any]any
}

// Keep is what is kept under the key; if there is nothing yet, what fresh gives. Keys are the fetchers' own, such
// as the pointer to one. An Operation that is nil keeps nothing.
func (o *Operation) Keep(key any, fresh func() any) any {
	if o == nil {
		return fresh()
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	v, ok := o.kept[key]
	if !ok {
		if o.kept == nil {
			o.kept = map[any]any{}
		}
		v = fresh()
		o.kept[key] = v
	}
	return v
}

func (o *Operation) end() { o.kept = nil }
