package executor

import "sync/atomic"

// guess is how large something will be, going by how large it was before: a buffer that is made with the right
// size is made once, and leaves no smaller ones behind for the garbage collector.
type guess struct{ most atomic.Int64 }

// size is the guess; 0 if nothing was seen yet.
func (g *guess) size() int { return int(g.most.Load()) }

// saw tells the guess what became of it. The most is what counts, but one that was an exception is forgotten
// after some others; and what many read should not be written often.
func (g *guess) saw(size int) {
	switch most := g.most.Load(); {
	case int64(size) > most:
		g.most.Store(int64(size) + int64(size)/16)
	case int64(size) < most/2:
		g.most.Store(most - most/8)
	}
}
