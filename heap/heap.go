// Package heap keeps the process small without collecting garbage all the time.
//
// A percentage alone does one or the other. With a small one, a gateway without much to do has so little room beside
// what lives that it collects ten times a second, each time emptying the pools of buffers, and clients wait for that;
// with a large one, a gateway under load holds as much garbage as it has buffers. So the percentage follows what
// lives, as the last collection found it: there is room up to a target, a little beside what buffers take under
// load, and more where more lives than that, as with large graphs and answers of many megabytes.
package heap

import (
	"math"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
)

const (
	// Target is how many bytes what lives and the garbage beside it may have together before a collection.
	Target = 16 << 20
	// least is the room where more lives than that.
	least = 2 << 20
	// ordinary is how much lives in a gateway under load; there is room by what lives beyond it.
	ordinary = 40 << 20
	// crowd is how much lives where thousands of clients hold what they can, and the machine has less to spare than usual;
	// up to there is a quarter of what lives as room.
	crowd = 256 << 20
	// usual is the memory beyond which what is free is given back at once.
	usual = 160 << 20
	// step of that memory, where more is used than goes with it.
	step = 32 << 20
	// most is the percentage where next to nothing lives.
	most = 800
)

// Tune sets the percentage now and after each collection. It is called once. kept is how many bytes caches may hold that
// live long, as of who asks: were they in the target, a gateway that knows many callers would collect all the time.
func Tune(kept int) {
	t := &tuner{kept: kept, limited: debug.SetMemoryLimit(-1) != math.MaxInt64, sample: []metrics.Sample{{Name: "/gc/heap/live:bytes"}, {Name: "/memory/classes/heap/stacks:bytes"}}}
	t.tune()
	t.watch()
}

// tuner sets the percentage. It is used by one goroutine, the runtime's for finalizers.
type tuner struct {
	sample  []metrics.Sample
	percent int
	// limit is the memory limit that was set; limited says that somebody else set one, which stays.
	limit   int
	limited bool
	kept    int
}

func (t *tuner) tune() {
	metrics.Read(t.sample)
	p := percent(int(t.sample[0].Value.Uint64()), t.kept)
	// Setting it stops the world for a moment, so small steps are not taken.
	if d := p - t.percent; d*8 > t.percent || -d*8 > t.percent {
		t.percent = p
		debug.SetGCPercent(p)
	}
	if l := limit(int(t.sample[0].Value.Uint64() + t.sample[1].Value.Uint64())); !t.limited && l != t.limit {
		t.limit = l
		debug.SetMemoryLimit(int64(l))
	}
}

// limit is from where on the runtime gives back what is free at once, and collects sooner, where so many bytes live or are
// stacks: a crowd that came and went leaves stacks and pages behind, beside which the next one would need as much again. It
// is never near to what lives, as the runtime would do nothing but collect there.
func limit(used int) int { return max(usual, (used*3/2+step-1)/step*step) }

// mark is an object that nothing refers to.
type mark struct{ t *tuner }

// watch has the percentage set again after the next collection, which finds the mark.
func (t *tuner) watch() {
	runtime.SetFinalizer(&mark{t}, func(m *mark) {
		m.t.tune()
		m.t.watch()
	})
}

// percent is the percentage for so many bytes that live, of which so many may be kept for long.
func percent(live, kept int) int {
	room := max(Target+kept-live, least, min(live-ordinary, live/4+max(0, live-crowd)*3/4))
	return min(room*100/max(live, 1), most)
}
