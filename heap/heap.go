// Package heap keeps the process small without collecting garbage all the time.
//
// A percentage alone does one or the other. With a small one, a gateway without much to do has so little room beside
// what lives that it collects ten times a second, each time emptying the pools of buffers, and clients wait for that;
// with a large one, a gateway under load holds as much garbage as it has buffers. So the percentage follows what
// lives, as the last collection found it: there is room up to a target, a little beside what buffers take under
// load, and as much as lives beyond that, as with large graphs and answers of many megabytes.
package heap

import (
	"runtime"
	"runtime/debug"
	"runtime/metrics"
)

const (
	// Target is how many bytes what lives and the garbage beside it may have together before a collection.
	Target = 16 << 20
	// least is the room where more lives than that.
	least = 2 << 20
	// ordinary is how much lives in a gateway under load; there is as much room as lives beyond it.
	ordinary = 40 << 20
	// most is the percentage where next to nothing lives.
	most = 800
)

// Tune sets the percentage now and after each collection. It is called once. kept is how many bytes caches may hold that
// live long, as of who asks: were they in the target, a gateway that knows many callers would collect all the time.
func Tune(kept int) {
	t := &tuner{kept: kept, sample: []metrics.Sample{{Name: "/gc/heap/live:bytes"}}}
	t.tune()
	t.watch()
}

// tuner sets the percentage. It is used by one goroutine, the runtime's for finalizers.
type tuner struct {
	sample  []metrics.Sample
	percent int
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
}

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
	room := max(Target+kept-live, least, live-ordinary)
	return min(room*100/max(live, 1), most)
}
