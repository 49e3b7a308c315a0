package documents

import (
	"container/list"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"sync"
)

// automatic keeps texts that clients sent, by their hash. It is bounded by their bytes: what was not asked for longest
// goes first.
type automatic struct {
	most int

	mu     sync.Mutex
	bytes  int
	recent *list.List // of *kept, the one asked last in front
	texts  map[[sha256.Size]byte]*list.Element
}

type kept struct {
	hash [sha256.Size]byte
	text string
}

// overhead is what an entry takes beside its text, roughly.
const overhead = 200

func newAutomatic(most int) *automatic {
	return &automatic{most: most, recent: list.New(), texts: map[[sha256.Size]byte]*list.Element{}}
}

// find is the text with the hash. A text that comes with its hash is kept; one that comes with another's is refused, or
// whoever sent it could have others execute what they did not ask.
func (a *automatic) find(hash, text string) (string, *Refusal) {
	key, ok := parseHash(hash)
	if text == "" {
		if found, known := a.get(key); ok && known {
			return found, nil
		}
		return "", refusef(http.StatusOK, CodeNotFound, "PersistedQueryNotFound")
	}
	if found, known := a.get(key); ok && known && found == text {
		return text, nil
	}
	if !ok || sha256.Sum256([]byte(text)) != key {
		return "", mismatch()
	}
	a.keep(key, text)
	return text, nil
}

func parseHash(text string) (out [sha256.Size]byte, ok bool) {
	if len(text) != 2*sha256.Size {
		return out, false
	}
	_, err := hex.Decode(out[:], []byte(text))
	return out, err == nil
}

func (a *automatic) get(key [sha256.Size]byte) (string, bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	e, ok := a.texts[key]
	if !ok {
		return "", false
	}
	a.recent.MoveToFront(e)
	return e.Value.(*kept).text, true //nolint:forcetypeassert // nothing else is put in
}

func (a *automatic) keep(key [sha256.Size]byte, text string) {
	size := len(text) + overhead
	a.mu.Lock()
	defer a.mu.Unlock()
	// One text must not drive out all others.
	if a.texts[key] != nil || size > a.most/4 {
		return
	}
	a.texts[key] = a.recent.PushFront(&kept{key, text})
	for a.bytes += size; a.bytes > a.most; {
		last := a.recent.Back()
		old := a.recent.Remove(last).(*kept) //nolint:forcetypeassert // as above
		delete(a.texts, old.hash)
		a.bytes -= len(old.text) + overhead
	}
}
