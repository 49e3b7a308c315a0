package executor

// Skip is the index behind the one JSON value that the text is, with white space around it; false if it is not.
func Skip(text []byte) (end int, ok bool) {
	end = skipValue(text, skipSpace(text, 0), 0)
	if end == malformed {
		return 0, false
	}
	return end, skipSpace(text, end) == len(text)
}

// MaxDepth is how deep an answer may nest.
const MaxDepth = maxDepth
