package executor

import "github.com/ficusgraph/ficus/engine/queryplan"

// CodeDenied is in extensions.code of what a caller may not read.
const CodeDenied = "UNAUTHORIZED_FIELD_OR_TYPE"

// denials are the errors of what the caller may not read. They are the same in each response of the plan, so
// they are written once.
type denials struct {
	text  string
	shown int
}

func newDenials(list []queryplan.Denied) denials {
	var b []byte
	for i, path := range list {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, `{"message":"Unauthorized field or type","path":[`...)
		for k, key := range path {
			if k > 0 {
				b = append(b, ',')
			}
			b = appendQuoted(b, key)
		}
		b = append(b, `],"extensions":{"code":"`+CodeDenied+`"}}`...)
	}
	return denials{string(b), len(list)}
}

// deny begins the errors of a response with the denials.
func (r *report) deny(d *denials) {
	if d.shown > 0 {
		r.buf, r.shown = append(r.buf, d.text...), d.shown
	}
}
