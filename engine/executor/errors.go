package executor

import "strconv"

// subgraphError is one error of an answer.
type subgraphError struct {
	problem
	// placed: its path says where it belongs: below the entity of that number, or the root.
	placed bool
	entity uint32
}

// at is the problem as the objects of a target have it.
func (e *subgraphError) at(t *target) problem {
	p := e.problem
	p.target = t
	return p
}

// maxErrors bounds how many errors are taken from one answer, and how many are in a response.
const maxErrors = 1000

// subgraphErrors reads the errors of an answer. It reports false if they are no list.
func (s *store) subgraphErrors(p *fetchProgram, in span) ([]subgraphError, bool) {
	if in.start == in.end {
		return nil, true
	}
	text := s.docs[p.plan.ID]
	switch text[in.start] {
	case 'n':
		return nil, true
	case '[':
	default:
		return nil, false
	}
	var found []subgraphError
	for e, rest := element(text, inside(in)); e.start < e.end && len(found) < maxErrors; e, rest = element(text, rest) {
		found = append(found, readError(p, text, e))
	}
	return found, true
}

// readError reads one error of an answer. What it lacks is made up for: an error is never dropped.
func readError(p *fetchProgram, text []byte, in span) subgraphError {
	e := subgraphError{problem: problem{
		rank: loud, code: codeDownstream, text: "A service reported an error without a message.",
	}}
	if text[in.start] != '{' {
		return e
	}
	for key, value, rest := member(text, inside(in)); key.start < key.end; key, value, rest = member(text, rest) {
		switch c := text[value.start]; string(unescaped(text[key.start+1 : key.end-1])) {
		case "message":
			if c == '"' {
				e.message = value
			}
		case "extensions":
			if c == '{' {
				e.extensions = value
			}
		case "path":
			if c == '[' {
				e.path = inside(value)
			}
		}
	}
	e.place(p, text)
	return e
}

// place finds out whether the path of the error is of use.
func (e *subgraphError) place(p *fetchProgram, text []byte) {
	name, _, rest := pathElement(text, e.path)
	if !p.entities() {
		e.placed = name != nil
		return
	}
	_, index, below := pathElement(text, rest)
	if string(name) == "_entities" && index >= 0 {
		e.placed, e.entity, e.path = true, uint32(index), below
	}
}

// The functions below take apart JSON that is known to be valid.

// inside is what is between the brackets of a list or an object.
func inside(s span) span { return span{s.start + 1, s.end - 1} }

// element is the first value of a list's inside, and what follows; it is empty if there is none.
func element(text []byte, in span) (first, rest span) {
	part := text[:in.end]
	i := skipSpace(part, int(in.start))
	end := skipValue(part, i, 0)
	if end < 0 {
		return span{}, span{}
	}
	next := skipSpace(part, end)
	if next < len(part) { // a comma
		next++
	}
	return span{uint32(i), uint32(end)}, span{uint32(next), in.end}
}

// member is the first key, with its quotes, and value of an object's inside, and what follows.
func member(text []byte, in span) (key, value, rest span) {
	part := text[:in.end]
	i := skipSpace(part, int(in.start))
	if i >= len(part) {
		return span{}, span{}, span{}
	}
	end := skipString(part, i+1)
	colon := skipColon(part, end)
	if colon < 0 {
		return span{}, span{}, span{}
	}
	value, rest = element(text, span{uint32(colon), in.end})
	return span{uint32(i), uint32(end)}, value, rest
}

// pathElement is the first element of an error's path: a name, or an index if that is not negative.
func pathElement(text []byte, in span) (name []byte, index int, rest span) {
	if in.start >= in.end {
		return nil, malformed, span{}
	}
	e, rest := element(text, in)
	if e.start >= e.end {
		return nil, malformed, span{}
	}
	if text[e.start] == '"' {
		return unescaped(text[e.start+1 : e.end-1]), malformed, rest
	}
	n, err := strconv.ParseUint(string(text[e.start:e.end]), 10, 31)
	if err != nil {
		return nil, malformed, span{}
	}
	return nil, int(n), rest
}
