package canary

import (
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/ficusgraph/ficus/rollout"
)

// Seen is what one replica saw of a migration within a window.
type Seen struct {
	*rollout.Migration
	Old, New Sums
	Compared rollout.Compared
}

// chance is how seldom a side within its bounds may be taken for one that is not.
const chance = 1e-5

// Judge says what a window means. The analysis must be filled.
func Judge(a rollout.Analysis, seen Seen) rollout.Verdict {
	v := rollout.Verdict{Old: figures(&seen.Old), New: figures(&seen.New)}
	enough := func(s *Sums) bool { return s.Requests >= uint64(a.Minimum) }
	var faults []string
	fault := func(text string) {
		if text != "" {
			faults = append(faults, text)
		}
	}
	if enough(&seen.New) {
		fault(errorRate(a, seen, enough(&seen.Old)))
		if enough(&seen.Old) {
			fault(slower("p50", .5, *a.P50.TimesOld, seen))
			fault(slower("p99", .99, *a.P99.TimesOld, seen))
		}
	}
	fault(differs(a, seen.Compared))
	switch {
	case len(faults) > 0:
		v.Outcome, v.Why = rollout.Failing, strings.Join(faults, "; ")
	case !enough(&seen.New):
		v.Outcome, v.Why = rollout.Waiting, tooFew(seen.To, seen.New, a)
	case !enough(&seen.Old):
		v.Outcome, v.Why = rollout.Waiting, tooFew(seen.From, seen.Old, a)
	default:
		v.Outcome, v.Why = rollout.Healthy, fmt.Sprintf("%s failed %s, %s %s; p99 %s and %s, in %s",
			seen.To, rate(seen.New), seen.From, rate(seen.Old), v.New.P99, v.Old.P99, a.Window)
	}
	return v
}

func tooFew(side string, s Sums, a rollout.Analysis) string {
	return fmt.Sprintf("%s had %d of the %d requests in %s that it takes to say anything", side, s.Requests, a.Minimum, a.Window)
}

func figures(s *Sums) rollout.Figures {
	return rollout.Figures{
		Requests: s.Requests, Errors: s.Errors, P50: s.Latencies.Quantile(.5).Round(time.Microsecond), P99: s.Latencies.Quantile(.99).Round(time.Microsecond),
	}
}

func rate(s Sums) string {
	return fmt.Sprintf("%.3g %% (%d of %d)", 100*float64(s.Errors)/float64(max(s.Requests, 1)), s.Errors, s.Requests)
}

// errorRate says that the new side fails too often, "" if it is not sure. While the old side has too few requests to be
// compared with, the bound is absolute, unless even those few say that the old side fails no less.
func errorRate(a rollout.Analysis, seen Seen, comparable bool) string {
	permitted := atMost(seen.Old.Errors, seen.Old.Requests) + *a.ErrorRate.AboveOld/100
	against := fmt.Sprintf("more than %v %% above %s with %s", *a.ErrorRate.AboveOld, seen.From, rate(seen.Old))
	if !comparable {
		if seen.Old.Requests == 0 {
			permitted = 0
		}
		permitted = max(permitted, *a.ErrorRate.Above/100)
		against = fmt.Sprintf("more than %v %%", *a.ErrorRate.Above)
	}
	if !beyond(seen.New.Errors, seen.New.Requests, permitted) {
		return ""
	}
	return fmt.Sprintf("%s failed %s in %s, %s", seen.To, rate(seen.New), a.Window, against)
}

// slower says that a quantile of the new side is too long: that more requests than may are longer than the old side's
// quantile, as many times as is permitted.
func slower(name string, quantile, times float64, seen Seen) string {
	if times == 0 {
		return ""
	}
	old := seen.Old.Latencies.Quantile(quantile)
	limit := time.Duration(float64(old) * times)
	permitted := max(1-quantile, atMost(seen.Old.Latencies.Above(limit), seen.Old.Requests))
	if !beyond(seen.New.Latencies.Above(limit), seen.New.Requests, permitted) {
		return ""
	}
	return fmt.Sprintf("%s of %s is about %s, more than %v times the %s of %s", name, seen.To,
		seen.New.Latencies.Quantile(quantile).Round(time.Microsecond), times, old.Round(time.Microsecond), seen.From)
}

// differs says that answers differ too often, noise taken off.
func differs(a rollout.Analysis, c rollout.Compared) string {
	if c.Compared < uint64(a.Minimum) || c.Mismatched <= c.Noise {
		return ""
	}
	net := c.Mismatched - c.Noise
	if !beyond(net, c.Compared, *a.Mismatch/100) {
		return ""
	}
	return fmt.Sprintf("%d of %d compared answers differ, %d of noise taken off: more than %v %%", net, c.Compared, c.Noise, *a.Mismatch)
}

// beyond reports whether so many of n would be seen, of what happens with the permitted probability, with no more than
// the chance of an error.
func beyond(seen, n uint64, permitted float64) bool {
	switch {
	case n == 0 || float64(seen) <= float64(n)*permitted:
		return false
	case permitted <= 0:
		return true
	}
	return tail(seen, n, permitted) < chance
}

// tail is the probability of k or more successes in n trials. It is asked for k above the mean, where the terms fall.
func tail(k, n uint64, p float64) float64 {
	if p >= 1 {
		return 1
	}
	lg := func(x uint64) float64 { v, _ := math.Lgamma(float64(x) + 1); return v }
	term := math.Exp(lg(n) - lg(k) - lg(n-k) + float64(k)*math.Log(p) + float64(n-k)*math.Log1p(-p))
	sum := 0.0
	for i := k; i <= n && term > 0; i++ {
		sum += term
		next := term * float64(n-i) / float64(i+1) * p / (1 - p)
		if next < sum*1e-9 {
			break
		}
		term = next
	}
	return sum
}

// atMost is the greatest probability that explains so many of n: Wilson's bound at three standard deviations. Of few
// trials it is far above what was seen, since they say little.
func atMost(seen, n uint64) float64 {
	const z = 3.0
	if n == 0 {
		return 1
	}
	p, size := float64(seen)/float64(n), float64(n)
	return (p + z*z/(2*size) + z*math.Sqrt(p*(1-p)/size+z*z/(4*size*size))) / (1 + z*z/size)
}
