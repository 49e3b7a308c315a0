package canary

import (
	"math"
	"time"
)

// Latencies counts durations in buckets that grow by a fifth, from a quarter of a millisecond to half a minute: what is
// kept does not depend on how many there are.
type Latencies [latencyBuckets]uint32

const (
	latencyBuckets = 66
	shortest       = 250 * time.Microsecond
	growth         = 1.2
)

// bucketOf is where a duration counts.
func bucketOf(d time.Duration) int {
	if d <= shortest {
		return 0
	}
	return min(int(math.Ceil(math.Log(float64(d)/float64(shortest))/math.Log(growth))), latencyBuckets-1)
}

// upTo is the longest duration of a bucket.
func upTo(bucket int) time.Duration {
	return time.Duration(float64(shortest) * math.Pow(growth, float64(bucket)))
}

// Quantile is the duration that a share of all do not pass, 0 if there are none.
func (l *Latencies) Quantile(share float64) time.Duration {
	total := uint64(0)
	for _, n := range l {
		total += uint64(n)
	}
	rank, seen := uint64(math.Ceil(float64(total)*share)), uint64(0)
	for i, n := range l {
		if seen += uint64(n); seen >= rank && n > 0 {
			return upTo(i)
		}
	}
	return 0
}

// Above counts the durations in buckets above that of a limit.
func (l *Latencies) Above(limit time.Duration) uint64 {
	out := uint64(0)
	for _, n := range l[bucketOf(limit)+1:] {
		out += uint64(n)
	}
	return out
}

// Sums are what was counted of a side.
type Sums struct {
	Requests, Errors uint64
	Latencies        Latencies
}

func (s *Sums) add(o *Sums) {
	s.Requests, s.Errors = s.Requests+o.Requests, s.Errors+o.Errors
	for i, n := range o.Latencies {
		s.Latencies[i] += n
	}
}

// window is the sums of the last time, in parts that are dropped one after the other. Beside those that make up the
// window there is one that is being filled.
type window struct {
	parts [slices + 1]part
}

type part struct {
	number int64
	sums   Sums
}

func (w *window) at(number int64) *Sums {
	p := &w.parts[number%int64(len(w.parts))]
	if p.number != number {
		*p = part{number: number}
	}
	return &p.sums
}

// sums are those of the parts that are not over for longer than the window.
func (w *window) sums(now int64) Sums {
	var out Sums
	for i := range w.parts {
		if p := &w.parts[i]; p.number > now-int64(len(w.parts)) && p.number <= now {
			out.add(&p.sums)
		}
	}
	return out
}
