package executor

import (
	"bytes"
	"strconv"
)

// report is the errors of a response as they are written.
type report struct {
	buf []byte
	// shown errors are in buf, more are only counted.
	shown, more int
}

// maxErrorBytes bounds the errors of a response. One error may go beyond.
const maxErrorBytes = 1 << 20

func (r *report) begin() { *r = report{buf: r.buf[:0]} }

// room reports whether there is room for another error, and counts it if not.
func (r *report) room() bool {
	if r.shown >= maxErrors-1 || len(r.buf) > maxErrorBytes {
		r.more++
		return false
	}
	if r.shown > 0 {
		r.buf = append(r.buf, ',')
	}
	r.shown++
	return true
}

// append ends a response's data with the errors, if there are any, and counts them.
func (r *report) append(dst []byte) ([]byte, int) {
	if r.shown == 0 {
		return dst, 0
	}
	dst = append(dst, `,"errors":[`...)
	dst = append(dst, r.buf...)
	if r.more > 0 {
		dst = append(dst, `,{"message":"There are `...)
		dst = strconv.AppendInt(dst, int64(r.more), 10)
		dst = append(dst, ` more errors.","extensions":{"code":"`+codeMore+`"}}`...)
		r.shown++
	}
	return append(dst, ']'), r.shown
}

// own reports an error that the completion itself found, at the current path.
func (c *completer) own(code, text string) {
	if c.report.room() {
		c.problem(&problem{code: code, text: text}, span{}, nil)
	}
}

// place reports a problem at the current path, and rest, which lies below it.
func (c *completer) place(p *problem, rest span, below *shapeObject) {
	p.used = true
	if c.report.room() {
		c.problem(p, rest, below)
	}
}

// problem writes an error.
func (c *completer) problem(p *problem, rest span, below *shapeObject) {
	b := c.report.buf
	b = append(b, `{"message":`...)
	var text []byte
	if p.target != nil {
		text = c.store.docs[p.target.plan.ID]
	}
	if p.hidesMessage(text) {
		b = append(b, `"`+redactedText+`"`...)
	} else if p.message.end > 0 {
		b = append(b, text[p.message.start:p.message.end]...)
	} else {
		b = appendQuoted(b, p.text)
	}
	bare := len(b)
	b = append(b, `,"path":[`...)
	empty := len(b)
	b = appendPath(b, c.path)
	b = appendRest(b, empty, text, rest, below)
	if len(b) > empty {
		b = append(b, ']')
	} else {
		b = b[:bare]
	}
	b = append(b, `,"extensions":`...)
	b = appendErrorExtensions(b, p, text)
	b = append(b, '}')
	c.report.buf = b
}

func appendPath(b []byte, path []pathStep) []byte {
	for i, s := range path {
		if i > 0 {
			b = append(b, ',')
		}
		if s.key != "" {
			b = append(b, s.key...)
		} else {
			b = strconv.AppendUint(b, uint64(s.index), 10)
		}
	}
	return b
}

// appendRest continues a path, which starts at empty, with what of a subgraph's path lies below, in the
// client's keys, as far as the response has it.
func appendRest(b []byte, empty int, text []byte, rest span, shape *shapeObject) []byte {
	for {
		name, index, after := pathElement(text, rest)
		f := shape.named(string(name))
		if index < 0 && f == nil {
			return b
		}
		if len(b) > empty {
			b = append(b, ',')
		}
		if index >= 0 {
			b = strconv.AppendInt(b, int64(index), 10)
		} else {
			b, shape = append(b, f.key...), f.shape
		}
		rest = after
	}
}

// named is the first field that answers a name; nil if there is none.
func (o *shapeObject) named(name string) *shapeField {
	if o == nil {
		return nil
	}
	for i := range o.variants {
		for k := range o.variants[i].fields {
			if f := &o.variants[i].fields[k]; f.name == name && f.constant == "" {
				return f
			}
		}
	}
	return nil
}

// appendErrorExtensions writes a subgraph's extensions, with a code if they had none, or those of our own.
func appendErrorExtensions(b []byte, p *problem, text []byte) []byte {
	if p.redaction != nil {
		return appendRedacted(b, p, text)
	}
	if p.extensions.end == 0 {
		b = append(b, `{"code":`...)
		b = appendQuoted(b, p.code)
		return append(appendStatus(b, p.status), '}')
	}
	if p.status != 0 {
		return appendRedacted(b, &problem{extensions: p.extensions, status: p.status, redaction: shown}, text)
	}
	raw := text[p.extensions.start:p.extensions.end]
	empty := true
	for key, _, rest := member(text, inside(p.extensions)); key.start < key.end; key, _, rest = member(text, rest) {
		empty = false
		if string(unescaped(text[key.start+1:key.end-1])) == "code" {
			return append(b, raw...)
		}
	}
	b = append(b, `{"code":"`+codeDownstream+`"`...)
	if empty {
		return append(b, '}')
	}
	b = append(b, ',')
	return append(b, bytes.TrimLeft(raw[1:], " \t\r\n")...)
}
