package rollout

// By is a rule of the decision.
type By string

// The rules of the decision, in their order.
const (
	// ByKill: the migration was aborted, or has not been started. The old side.
	ByKill By = "kill"
	// ByPin: the request chose its side, and may.
	ByPin By = "pin"
	// ByNobody: who asks has no key. The old side.
	ByNobody By = "no key"
	// ByDeny and ByAllow: the key is on a list.
	ByDeny  By = "deny"
	ByAllow By = "allow"
	// ByWrite: who asks wrote a moment ago, through this side.
	ByWrite By = "write"
	// ByKept: who asks came to the new side before, and stays.
	ByKept By = "kept"
	// ByPercent: the key's bucket is within the percentage, or is not.
	ByPercent By = "percent"
	// ByFallback is none of them: the new side was decided, and failed.
	ByFallback By = "fallback"
)

// Inputs are all that a decision depends on.
type Inputs struct {
	// Salt and Key make the bucket; without a key (""), nobody asks.
	Salt, Key string
	Percent   Percent
	Kill      bool
	// Pin is the side that the request chose, Wrote that through which who asks wrote a moment ago; nil for none.
	Pin, Wrote *bool
	// Denied and Allowed: the key is on such a list. Kept: who asks is to stay on the new side.
	Denied, Allowed, Kept bool
}

// Decide is the decision: whether the new side answers, and by which rule.
func Decide(in Inputs) (bool, By) {
	switch {
	case in.Kill:
		return false, ByKill
	case in.Pin != nil:
		return *in.Pin, ByPin
	case in.Key == "":
		return false, ByNobody
	case in.Denied:
		return false, ByDeny
	case in.Allowed:
		return true, ByAllow
	case in.Wrote != nil:
		return *in.Wrote, ByWrite
	case in.Kept:
		return true, ByKept
	}
	return Bucket(in.Salt, in.Key) < in.Percent.limit(), ByPercent
}
