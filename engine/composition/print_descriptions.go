package composition

import (
	"strings"
)

// description writes a block string; text that a block string cannot hold is written as a string.
func (p *printer) description(text, indent string) {
	if text == "" {
		return
	}
	if strings.ContainsFunc(text, func(r rune) bool { return r < ' ' && r != '\n' && r != '\t' }) || strings.TrimSpace(text) == "" {
		p.put(indent)
		writeString(&p.b, text)
		p.put("\n")
		return
	}
	text = strings.ReplaceAll(text, `"""`, `\"""`)
	lines := strings.Split(text, "\n")
	// The indentation common to all lines but the first is no part of a block string, so what starts with
	// space has to start on the line of the quotes, and what is indented below the first line must not.
	own := len(lines) > 1 || len(text) > 70 || strings.HasSuffix(text, `"`) || strings.HasSuffix(text, `\`)
	p.put(indent + `"""`)
	if leading := text[0] == ' ' || text[0] == '\t'; own && (len(lines) > 1 || !leading) {
		p.put("\n" + indent)
	}
	for i, line := range lines {
		if i > 0 {
			p.put("\n")
			if line != "" {
				p.put(indent)
			}
		}
		p.put(line)
	}
	if own {
		p.put("\n" + indent)
	}
	p.put("\"\"\"\n")
}
