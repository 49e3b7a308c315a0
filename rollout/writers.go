package rollout

import (
	"container/list"
	"encoding/json"
	"sync"
	"time"
)

// Writers remember who wrote through which side of a migration a moment ago: until that is over, they read from there. It
// is kept in memory, of no more than mostWriters, and told to the other replicas. A nil one remembers nobody.
//
// Of a key nothing is kept or told but its bucket by a salt of its own: two keys may share one, and then the one reads
// where the other wrote, for as long as it lasts, which is no worse than not having moved.
type Writers struct {
	mu    sync.Mutex
	of    map[writer]*list.Element
	order *list.List
	// tell tells other replicas; nil tells nobody.
	tell func(text []byte)
}

// mostWriters bounds what is remembered; beyond it the one who wrote first is forgotten.
const mostWriters = 100_000

type writer struct {
	Migration string `json:"migration"`
	// Who is the bucket of the key.
	Who uint64 `json:"who"`
}

type written struct {
	writer
	New   bool      `json:"new"`
	Until time.Time `json:"until"`
}

// NewWriters remember nobody yet. What is to be told to other replicas is given to tell, which may be nil.
func NewWriters(tell func(text []byte)) *Writers {
	return &Writers{of: map[writer]*list.Element{}, order: list.New(), tell: tell}
}

// side is the one that who asks wrote through; false if they did not, or if that is long ago.
func (w *Writers) side(migration, key string, now time.Time) (fresh, ok bool) {
	if w == nil {
		return false, false
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	e := w.of[writer{migration, Bucket(writersSalt, key)}]
	if e == nil {
		return false, false
	}
	last, _ := e.Value.(written)
	return last.New, now.Before(last.Until)
}

const writersSalt = "writers"

func (w *Writers) wrote(migration, key string, fresh bool, until time.Time) {
	if w == nil {
		return
	}
	last := written{writer{migration, Bucket(writersSalt, key)}, fresh, until}
	w.keep(last)
	if w.tell == nil {
		return
	}
	if text, err := json.Marshal(last); err == nil {
		w.tell(text)
	}
}

// Heard takes over what another replica told, or this one itself. What cannot be read is nobody's writing.
func (w *Writers) Heard(text []byte) {
	var last written
	if json.Unmarshal(text, &last) == nil {
		w.keep(last)
	}
}

// keep remembers a writing, unless a later one is known.
func (w *Writers) keep(last written) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if e := w.of[last.writer]; e != nil {
		if before, _ := e.Value.(written); before.Until.After(last.Until) {
			return
		}
		w.order.Remove(e)
	}
	w.of[last.writer] = w.order.PushBack(last)
	if w.order.Len() > mostWriters {
		first := w.order.Front()
		w.order.Remove(first)
		if old, ok := first.Value.(written); ok {
			delete(w.of, old.writer)
		}
	}
}
