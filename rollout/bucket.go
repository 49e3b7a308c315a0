package rollout

import (
	"math"
	"math/bits"
	"strconv"
	"strings"

	"github.com/cespare/xxhash/v2"
)

// buckets is how many there are: a percentage has eight decimals.
const buckets = 10_000_000_000

// Bucket is where a key falls, in [0, 10^10): XXH64 of salt, a zero byte and the key, seed 0, scaled by taking the
// high 64 bits of its product with 10^10.
func Bucket(salt, key string) uint64 {
	var d xxhash.Digest
	d.Reset()
	_, _ = d.WriteString(salt)
	_, _ = d.Write([]byte{0})
	_, _ = d.WriteString(key)
	hi, _ := bits.Mul64(d.Sum64(), buckets)
	return hi
}

// Percent is a share in units of 10^-8 percent, so that no rounding decides.
type Percent uint64

const (
	// perPercent is one percent.
	perPercent Percent = 100_000_000
	hundred            = 100 * perPercent
)

// PercentOf is the share of a percentage between 0 and 100.
func PercentOf(percentage float64) Percent {
	return Percent(math.Round(percentage * float64(perPercent)))
}

// limit is the first bucket that is not in the share.
func (p Percent) limit() uint64 { return uint64(min(p, hundred)) }

// percentSalt is the salt of percent(x) where nothing else is configured: such labels nest.
const percentSalt = "percent"

// percentOf reads the label percent(x).
func percentOf(label string) (Percent, bool) {
	text, ok := strings.CutPrefix(label, "percent(")
	if !ok || !strings.HasSuffix(text, ")") {
		return 0, false
	}
	f, err := strconv.ParseFloat(strings.TrimSuffix(text, ")"), 64)
	if err != nil || !(f >= 0 && f <= 100) {
		return 0, false
	}
	return PercentOf(f), true
}
