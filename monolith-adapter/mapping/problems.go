package mapping

import (
	"fmt"
	"strconv"
	"strings"
)

// maxProblems bounds the list of problems, and that of the paths of each; what comes later is not kept.
const maxProblems = 100

// problem notes something that could not be done.
func (e *evaluator) problem(at int, format string, args ...any) {
	if p := e.note(at, fmt.Sprintf(format, args...)); p != nil && len(p.Lost) < maxProblems {
		p.Lost = append(p.Lost, e.where())
	}
}

// note counts a problem; of the same one at the same place of the source only the first keeps its path.
func (e *evaluator) note(at int, message string) *Problem {
	for i := range e.problems {
		if e.problems[i].At == at && e.problems[i].Message == message {
			e.problems[i].Count++
			return &e.problems[i]
		}
	}
	if len(e.problems) == maxProblems {
		return nil
	}
	e.problems = append(e.problems, Problem{Message: message, Path: e.where(), At: at, Count: 1})
	return &e.problems[len(e.problems)-1]
}

func (e *evaluator) where() string {
	var b strings.Builder
	for i, p := range e.path {
		if i > 0 {
			b.WriteByte('.')
		}
		if p.key == "" {
			b.WriteString(strconv.Itoa(p.index))
		} else {
			b.WriteString(short(p.key))
		}
	}
	return b.String()
}

// short is the text for a message: it may come from the data and be of any length.
func short(text string) string {
	const most = 80
	if len(text) <= most {
		return text
	}
	return strings.ToValidUTF8(text[:most], "") + ".."
}

// noted is how far the problems were at a moment.
type noted struct {
	problems int
	counts   []int
	lost     []int
}

func (e *evaluator) mark() noted {
	n := noted{problems: len(e.problems)}
	for i := range e.problems {
		n.counts = append(n.counts, e.problems[i].Count)
		n.lost = append(n.lost, len(e.problems[i].Lost))
	}
	return n
}

// forget drops the problems that came after the moment.
func (e *evaluator) forget(n noted) {
	e.problems = e.problems[:n.problems]
	for i := range e.problems {
		e.problems[i].Count, e.problems[i].Lost = n.counts[i], e.problems[i].Lost[:n.lost[i]]
	}
}
