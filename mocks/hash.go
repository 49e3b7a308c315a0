package mocks

import (
	"encoding/binary"
	"encoding/json"

	"github.com/cespare/xxhash/v2"
)

// hash is the identity of an object or of a value; all that is random about it is drawn from the hash.
type hash uint64

// of mixes texts into the hash. The texts are kept apart: of("ab", "c") is not of("a", "bc").
func (h hash) of(texts ...string) hash {
	var d xxhash.Digest
	d.Reset()
	_, _ = d.Write(binary.LittleEndian.AppendUint64(nil, uint64(h))) // a digest takes everything
	for _, t := range texts {
		_, _ = d.Write(binary.LittleEndian.AppendUint32(nil, uint32(len(t))))
		_, _ = d.WriteString(t)
	}
	return hash(d.Sum64())
}

// ofValue mixes a JSON value into the hash; encoding/json orders the keys of its objects.
func (h hash) ofValue(v any) hash {
	text, err := json.Marshal(v)
	if err != nil {
		return h // it was JSON before
	}
	return h.of(string(text))
}

// at is the hash of the element i of a list.
func (h hash) at(i int) hash { return h.of("@").plus(i) }

// plus is a hash near by: of n consecutive ones, no two are the same modulo n or more.
func (h hash) plus(i int) hash { return h + hash(i) } // wraps around, as a hash may

// below is a number from 0 to n-1.
func (h hash) below(n int) int { return int(h.of("below") % hash(n)) } // n is positive

// unit is a number from 0 to 1.
func (h hash) unit() float64 { return float64(h.of("unit")>>11) / (1 << 53) }

// dice is a source of random numbers that starts at a hash (SplitMix64).
type dice struct{ state uint64 }

// Uint64 implements rand.Source.
func (d *dice) Uint64() uint64 {
	d.state += 0x9e3779b97f4a7c15
	z := d.state
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}
