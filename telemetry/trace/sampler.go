package trace

import (
	"encoding/binary"
	"math"
)

// Sampler decides which traces are recorded, by their id: whoever has the same ratio decides the same. The zero value
// records none.
type Sampler struct{ bound uint64 }

// Ratio is a sampler that records that part of all traces, from 0 to 1.
func Ratio(part float64) Sampler {
	switch {
	case part >= 1:
		return Sampler{math.MaxUint64}
	case part > 0:
		return Sampler{uint64(part * (1 << 63))}
	}
	return Sampler{}
}

func (s Sampler) sample(id ID) bool { return binary.BigEndian.Uint64(id[8:])>>1 < s.bound }
