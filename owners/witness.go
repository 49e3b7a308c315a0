package owners

import (
	"bytes"
	"context"
	"crypto/sha256"
	"net/http"
	"sync"
	"time"

	"github.com/ficusgraph/ficus/owners/contract"
)

// witness is one service as it is asked, again and again, what it implements. Who asks holds its lock.
//
// A service is taken at its last word: one that does not answer, or answers what cannot be read, implements what it
// did before. A new word is believed at once. One that it has gone back on lately is believed when it is given
// several times in a row: while two versions of a service answer in turn, as in a deployment, the graph stays.
type witness struct {
	mu sync.Mutex

	name, url string
	headers   map[string]string
	client    *http.Client
	now       func() time.Time
	buffer    bytes.Buffer

	// word is the SDL that is believed, "" before any; seen is the hash of the answer that it was in.
	word      string
	sum, seen [sha256.Size]byte
	// unreadable is what it says and cannot be read, bad how often in a row.
	unreadable *contract.Fault
	bad        int
	// left says when words were given up; candidate is one that comes back, as often as times says.
	left      map[[sha256.Size]byte]time.Time
	candidate [sha256.Size]byte
	times     int
	// mute: it answers, and never with SDL.
	mute bool
}

func (w *witness) isMute() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.mute
}

// When a word is believed that was given up before.
const (
	// remembered is for how long a word that was given up counts as such.
	remembered = time.Minute
	// insisted is how often it has to be given in a row.
	insisted = 3
)

// ask asks the service and reports whether that changes what is known of it.
func (w *witness) ask(ctx context.Context) bool {
	a, err := askService(ctx, w.client, w.url, w.headers, &w.buffer)
	if err != nil {
		return false
	}
	seen := sha256.Sum256(a.body)
	if seen == w.seen {
		w.times, w.bad = 0, 0
		return w.readable(nil)
	}
	sdl, err := a.sdl()
	if err != nil {
		w.mute = w.word == "" && a.status == http.StatusOK
		return false
	}
	w.mute = false
	sum := sha256.Sum256([]byte(sdl))
	switch {
	case sum == w.sum && w.word != "":
		w.seen, w.times, w.bad = seen, 0, 0
		return w.readable(nil)
	case !w.settled(sum):
		return false
	}
	if _, err := contract.Read(w.url, sdl); err != nil {
		if w.bad++; w.word != "" && w.bad < insisted {
			return false
		}
		return w.readable(err)
	}
	if w.word != "" {
		w.left[w.sum] = w.now()
	}
	w.word, w.sum, w.seen, w.times, w.bad, w.unreadable = sdl, sum, seen, 0, 0, nil
	return true
}

// settled reports whether a word that is not the one believed can be.
func (w *witness) settled(sum [sha256.Size]byte) bool {
	for s, at := range w.left {
		if w.now().Sub(at) > remembered {
			delete(w.left, s)
		}
	}
	if _, before := w.left[sum]; !before {
		return true
	}
	if sum != w.candidate {
		w.candidate, w.times = sum, 0
	}
	w.times++
	return w.times >= insisted
}

// readable notes that what the service says can be read, or why it cannot; it reports whether that is news.
func (w *witness) readable(err error) bool {
	fault, _ := err.(*contract.Fault) //nolint:errorlint // as Read returns it
	before := w.unreadable
	w.unreadable = fault
	return (before == nil) != (fault == nil) || before != nil && *before != *fault
}
