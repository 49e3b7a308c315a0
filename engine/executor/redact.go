package executor

import (
	"context"
	"slices"
	"strconv"
)

// Redaction says what of the errors in a subgraph's answer clients see: the path always, the rest as it says.
type Redaction struct {
	// Message: the text is replaced by one that says nothing.
	Message bool
	// Shows reports whether a member of extensions is seen; nil shows none.
	Shows func(key string) bool
	// Codes are those of errors that are meant for clients: their code and text are seen whatever else is said.
	Codes []string
}

// An ErrorObserver is an Observer that is told of errors that clients do not see in full.
type ErrorObserver interface {
	// ErrorsHidden is called with the list of errors in an answer, JSON, which is valid until it returns.
	ErrorsHidden(ctx context.Context, r *Request, errors []byte)
}

// shown hides nothing.
var shown = &Redaction{Shows: func(string) bool { return true }}

const redactedText = "A service reported an error."

// redact is what is told of the errors of an answer.
func (r *run) redact(s *fetchState, in span, found []subgraphError) {
	rule := s.response.Redaction
	for i := range found {
		found[i].status, found[i].redaction = s.response.Status, rule
	}
	if o, ok := r.in.Observer.(ErrorObserver); ok && rule != nil && len(found) > 0 {
		o.ErrorsHidden(r.ctx, &s.request, s.response.Body[in.start:in.end])
	}
}

// hidesMessage reports whether the text of an error is not for clients.
func (p *problem) hidesMessage(text []byte) bool {
	return p.redaction != nil && p.redaction.Message && !p.redaction.meant(codeOf(text, p.extensions))
}

func (r *Redaction) meant(code span, text []byte) bool {
	if code.end-code.start < 2 || text[code.start] != '"' {
		return false
	}
	return slices.Contains(r.Codes, string(unescaped(text[code.start+1:code.end-1])))
}

// codeOf is the code among extensions, with the text that it is in; empty if there is none.
func codeOf(text []byte, extensions span) (span, []byte) {
	if extensions.end == 0 {
		return span{}, text
	}
	for key, value, rest := member(text, inside(extensions)); key.start < key.end; key, value, rest = member(text, rest) {
		if string(unescaped(text[key.start+1:key.end-1])) == "code" {
			return value, text
		}
	}
	return span{}, text
}

// appendRedacted writes the extensions that clients see: a code first, then those that are shown.
func appendRedacted(b []byte, p *problem, text []byte) []byte {
	shows := p.redaction.Shows
	if shows == nil {
		shows = func(string) bool { return false }
	}
	b = append(b, `{"code":`...)
	if code, _ := codeOf(text, p.extensions); code.end > 0 && (shows("code") || p.redaction.meant(code, text)) {
		b = append(b, text[code.start:code.end]...)
	} else {
		b = append(b, `"`+codeDownstream+`"`...)
	}
	status := p.status
	if p.extensions.end > 0 {
		for key, value, rest := member(text, inside(p.extensions)); key.start < key.end; key, value, rest = member(text, rest) {
			name := string(unescaped(text[key.start+1 : key.end-1]))
			if name == "code" || !shows(name) {
				continue
			}
			if name == "http" {
				status = 0
			}
			b = append(append(append(b, ','), text[key.start:key.end]...), ':')
			b = append(b, text[value.start:value.end]...)
		}
	}
	return append(appendStatus(b, status), '}')
}

// appendStatus adds the status of a source's answer to extensions.
func appendStatus(b []byte, status int) []byte {
	if status == 0 {
		return b
	}
	b = append(b, `,"http":{"status":`...)
	b = strconv.AppendInt(b, int64(status), 10)
	return append(b, '}')
}
