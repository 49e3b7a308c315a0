package otlp

// Rejected is how many spans an answer of a collector refuses.
func Rejected(answer []byte) int { return rejected(answer) }
