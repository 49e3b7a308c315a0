package mapping

import "fmt"

// maxValueDepth bounds how deep the values that an evaluation makes are nested. Steps can each nest the value
// before by one more.
const maxValueDepth = 1024

// exceed ends the evaluation; the first budget that is exceeded is told.
func (e *evaluator) exceed(format string, args ...any) {
	if e.exceeded == "" {
		e.exceeded = fmt.Sprintf(format, args...)
	}
}

// charge takes n steps from the budget, for work that is done at once.
func (e *evaluator) charge(n int) bool {
	if e.steps += n; e.steps > e.limits.Steps {
		e.exceed("more than %d steps", e.limits.Steps)
	}
	return e.exceeded == ""
}

// spend takes one step from the budget and reports whether there was one.
func (e *evaluator) spend() bool {
	if e.depth > e.limits.Depth {
		e.exceed("calls are nested deeper than %d", e.limits.Depth)
	}
	return e.charge(1)
}

// read is the content of a string, or the text of another scalar; reading it costs by its length.
func (e *evaluator) read(v Value) string {
	e.charge(len(v.text) / 64)
	return v.Text()
}

// textStep is how many bytes of text are made in one step.
const textStep = 8

// text is a string that is made.
func (e *evaluator) text(s string) Value {
	e.charge(len(s) / textStep)
	return StringValue(s)
}

// weigh takes what the value is when it is written out from the budget, and gives about how many bytes that
// is. What is shared within a value counts each time: a few steps can make a value that is enormous.
func (e *evaluator) weigh(v Value) (bytes int) {
	nodes := 0
	e.weighed(v, 0, &nodes, &bytes)
	return bytes
}

func (e *evaluator) weighed(v Value, depth int, nodes, bytes *int) bool {
	*nodes += 1 + len(v.text)/64
	*bytes += len(v.text) + 4
	switch {
	case *nodes > e.limits.Nodes:
		e.exceed("an output of more than %d nodes", e.limits.Nodes)
	case depth > maxValueDepth:
		e.exceed("a value is nested deeper than %d", maxValueDepth)
	}
	if !e.charge(1) {
		return false
	}
	for i := range v.Len() {
		if v.kind == Object {
			*bytes += len(v.Key(i)) + 4
			*nodes += len(v.Key(i)) / 64
		}
		if !e.weighed(v.At(i), depth+1, nodes, bytes) {
			return false
		}
	}
	return true
}
