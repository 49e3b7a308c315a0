package mapping

import (
	"strings"
	"unicode"
)

// keysToCamelCase gives an object's members camelCase keys; those of nested ones too if that is asked.
func (c *call) keysToCamelCase() Value {
	deep := c.Name == "keysToCamelCaseDeep"
	if c.in.kind != Object && (!deep || c.in.kind != List) {
		return c.refuse("an object", c.in)
	}
	return c.camel(c.in, deep)
}

func (c *call) camel(v Value, deep bool) Value {
	c.depth++
	defer func() { c.depth-- }()
	switch {
	case v.kind == List:
		out := c.make(v.Len())
		for i := range out {
			if !c.spend() {
				return Value{}
			}
			out[i] = c.camel(v.At(i), deep)
		}
		return c.list(out)
	case v.kind != Object:
		return v
	}
	b := c.members(v.Len())
	for i := range v.Len() {
		c.charge(len(v.Key(i)) / 16)
		if !c.spend() {
			return Value{}
		}
		key, member := camelCase(v.Key(i)), v.At(i)
		if b.find(key) >= 0 {
			c.note(c.At, "->"+c.Name+" makes several keys "+short(key)+"; the last one counts")
		}
		if deep {
			member = c.camel(member, deep)
		}
		b.set(key, member)
	}
	return c.built(&b)
}

// camelCase makes one camelCase word of a key: of snake_case, kebab-case, PascalCase or SCREAMING_CASE. Leading
// underscores stay, so that _id and __typename keep their meaning.
func camelCase(key string) string {
	body := strings.TrimLeft(key, "_")
	var b strings.Builder
	b.WriteString(key[:len(key)-len(body)])
	start := b.Len()
	runes := []rune(body)
	upper := false // the next letter begins a word
	for i, r := range runes {
		switch {
		case r == '_' || r == '-' || r == ' ':
			upper = b.Len() > start
			continue
		case upper || i > 0 && b.Len() > start && beginsWord(runes, i):
			b.WriteRune(unicode.ToUpper(r))
		default:
			b.WriteRune(unicode.ToLower(r))
		}
		upper = false
	}
	return b.String()
}

// beginsWord reports whether a word begins at the capital there: after a small letter or a digit, or as the last
// capital of several (HTTPServer is HTTP and Server).
func beginsWord(runes []rune, i int) bool {
	if !unicode.IsUpper(runes[i]) {
		return false
	}
	before := runes[i-1]
	return unicode.IsLower(before) || unicode.IsDigit(before) || unicode.IsUpper(before) && i+1 < len(runes) && unicode.IsLower(runes[i+1])
}
