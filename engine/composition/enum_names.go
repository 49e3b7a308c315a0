package composition

import (
	"strings"
)

// nameEnums gives each subgraph its value of join__Graph: the name in capitals, kept a valid and unique name.
func nameEnums(schemas []*schema) {
	taken := map[string]int{}
	clean := make([]string, len(schemas))
	for i, s := range schemas {
		clean[i] = enumName(s.Name)
		taken[clean[i]]++
	}
	count := map[string]int{}
	for i, s := range schemas {
		s.enum = clean[i]
		if taken[clean[i]] > 1 {
			count[clean[i]]++
			s.enum += "_" + itoa(count[clean[i]])
		}
	}
}

func enumName(name string) string {
	var b strings.Builder
	for _, r := range strings.ToUpper(name) {
		if r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '_' {
			b.WriteRune(r)
		} else {
			b.WriteByte('_')
		}
	}
	out := b.String()
	if out == "" {
		return "_"
	}
	if out[0] >= '0' && out[0] <= '9' {
		out = "_" + out
	}
	if i := strings.LastIndexByte(out, '_'); i >= 0 && i < len(out)-1 && digits(out[i+1:]) {
		out += "_" // leaves name_1 free for the numbering of equal names
	}
	return out
}
