package ratelimit

// Remembered is how many keys are remembered in memory.
func (l *Limiter) Remembered() int { return l.near.(*memory).size() }
